"""G, the generalization map (W14 3.1): each statement is written to the next free slot.

A question's memories are the latest statements before it, the oldest first; a statement that is
told twice has two slots. Nothing here knows a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from bench.core.errors import BenchError
from bench.examples.stories import Story
from bench.methods.memnn.input import Text

JOINED = ","
"""What joins the words of an answer of several."""

EMPTY = 0
"""Index of the empty statement, which no slot in use holds."""

NONE, TOO_OLD = -1, -2
"""In place of a supporting fact's slot: there is no such fact, or it is not in memory, no longer
or, of a word stream, not yet."""


@dataclass(frozen=True)
class Examples:
    """N questions.

    Attributes:
        memory: (N, M) int32, the statement in each slot; `EMPTY` from ``count`` on.
        count: (N,) int32, slots in use.
        question, answer: (N,) int32, indices; an answer that no training question has is -1.
        support: (N, K) int32, slots of the supporting facts in order; `NONE`, `TOO_OLD`.
        unit: (N,) of str, the unit of the data set that each is from.

    Of `side_by_side` restarts all but ``unit`` have R in front.
    """

    memory: np.ndarray
    count: np.ndarray
    question: np.ndarray
    answer: np.ndarray
    support: np.ndarray
    unit: np.ndarray

    def __len__(self) -> int:
        return len(self.unit)

    def take(self, which: np.ndarray) -> Examples:
        """Some of them."""
        return Examples(*(getattr(self, field.name)[which] for field in fields(self)))


@dataclass(frozen=True)
class Encoded:
    """A data set for one group of runs.

    Attributes:
        statements, questions: the distinct ones; ``statements[EMPTY]`` has no words.
        answers: of the training questions, sorted: what R chooses from. Where it spells them
            (`bench.methods.memnn.spelling`), behind them the test's others that it can spell.
        known: how many statements and questions, the first ones, are the training set's: their
            words and n-grams have embeddings.
        train, test: the examples; ``train`` still holds the held-out ones.
        fit, valid: (n,) int32 indices into ``train``: what is trained on and what is held out.
        new_words: of the test stories, sorted, which no training text has; where there are any,
            they are answers, too, the last ones.
        running: of the training set what has embeddings, if it is not its statements: the word
            streams that these are segments of, whether a restart has a word in a segment or not;
            where words of the test are looked for, the answers, too.
    """

    statements: tuple[Text, ...]
    questions: tuple[Text, ...]
    answers: tuple[str, ...]
    known: tuple[int, int]
    train: Examples
    test: Examples
    fit: np.ndarray
    valid: np.ndarray
    new_words: tuple[str, ...] = ()
    running: tuple[Text, ...] = ()

    @property
    def texts(self) -> tuple[Text, ...]:
        """Those of the training set."""
        told = self.running or self.statements[: self.known[0]]
        return told + self.questions[: self.known[1]]

    @property
    def apart(self) -> bool:
        """Whether restarts have memories of their own (`side_by_side`)."""
        return self.train.count.ndim > 1

    @property
    def facts(self) -> int:
        """Most supporting facts of a training question."""
        return self.train.support.shape[-1]


def encode(
    parts: Mapping[str, Mapping[str, Sequence[Story]]],
    *,
    memory_size: int,
    holdout: float,
    new_words: bool = False,
    running: Sequence[Text] = (),
    spelled: bool = False,
) -> Encoded:
    """Writes all stories.

    Args:
        parts: unit -> 'train' and 'test' -> stories.
        holdout: share of each unit's training questions held out, the last ones.
        new_words: whether words of test stories that no training text has are looked for.
        spelled: whether R spells answers.
        running: see `Encoded`. There are ``memory_size`` slots then, however it was cut.

    Raises:
        BenchError: there are too few questions to train on, or to hold out.
    """
    train = [(unit, split["train"]) for unit, split in parts.items()]
    test = [(unit, split["test"]) for unit, split in parts.items()]
    asked = [q for _, stories in (*train, *test) for story in stories for q in story.questions]
    slots = min(memory_size, max((q.seen for q in asked), default=0))
    slots = memory_size if running else slots
    answers = tuple(sorted({q.answer for _, told in train for s in told for q in s.questions}))
    more: set[str] = set()
    if new_words:
        more = _words(test) - _words(train) - {w for _, told in train for s in told
                                               for q in s.questions for w in q.words}  # fmt: skip
        more -= set(answers)
    trained = answers
    answers += tuple(sorted(more))
    if spelled:
        answers += _spellable(
            answers, {q.answer for _, told in test for s in told for q in s.questions}
        )
    writer = _Writer(slots, answers)
    examples = writer.write(train)
    known = len(writer.statements), len(writer.questions)
    said: tuple[Text, ...] = ()
    if new_words:
        said = (*writer.statements, *((answer,) for answer in trained))
    tested = writer.write(test)
    fit, valid = held_out(examples.unit, holdout)
    if not len(tested) or not len(fit):
        raise BenchError(f"{len(fit)} questions to train on, {len(tested)} to test: give more data")
    return Encoded(
        tuple(writer.statements), tuple(writer.questions), answers, known,
        examples, tested, fit, valid, tuple(sorted(more)), tuple(running) or said,
    )  # fmt: skip


def _spellable(answers: Sequence[str], others: Iterable[str]) -> tuple[str, ...]:
    """Those of some others that are as short as the answers, and have no other words."""
    known = [answer.split(JOINED) for answer in answers]
    words, longest = {word for answer in known for word in answer}, max(map(len, known))
    apart = ((other, other.split(JOINED)) for other in sorted(set(others) - set(answers)))
    return tuple(other for other, said in apart if len(said) <= longest and words.issuperset(said))


def _words(parts: Sequence[tuple[str, Sequence[Story]]]) -> set[str]:
    """The words of all statements."""
    return {word for _, stories in parts for s in stories for text in s.statements for word in text}


def side_by_side(restarts: Sequence[Encoded]) -> Encoded:
    """The same questions with the memories that each restart has of them, as one data set: the
    arrays of its examples, units apart, have R in front.

    Args:
        restarts: of one data set of running text.
    """
    index: dict[Text, int] = {(): EMPTY}
    names = [
        np.array([index.setdefault(text, len(index)) for text in one.statements], np.int32)
        for one in restarts
    ]

    def stacked(split: Sequence[Examples]) -> Examples:
        memory = [name[one.memory] for name, one in zip(names, split, strict=True)]
        own = [replace(one, memory=m) for one, m in zip(split, memory, strict=True)]
        arrays = {
            field.name: np.stack([getattr(one, field.name) for one in own])
            for field in fields(Examples)
            if field.name != "unit"
        }
        return Examples(**arrays, unit=split[0].unit)

    return replace(
        restarts[0],
        statements=tuple(index),
        train=stacked([one.train for one in restarts]),
        test=stacked([one.test for one in restarts]),
    )


def encode_for_model(
    stories: Sequence[Story],
    *,
    memory_size: int,
    answers: Sequence[str],
    whole: bool = False,
    known: Sequence[Text] = (),
) -> Encoded:
    """Writes questions for a trained model: all of them are ``test`` (and ``train``), none is
    fitted.

    Args:
        memory_size, answers: the model's. Another answer, as '' of one that is not known, is -1.
        whole: whether there are as many slots as that even if no question has seen so many.
        known: of a model that models unseen words those that it knows, each as a text; they stand
            for the training set, and all other words of the statements are answers, too.
    """
    asked = [question for story in stories for question in story.questions]
    slots = memory_size if whole else min(memory_size, max(question.seen for question in asked))
    new: tuple[str, ...] = ()
    if known:
        new = tuple(sorted(_words([("", stories)]) - {word for (word,) in known}))
    writer = _Writer(slots, (*answers, *new))
    examples = writer.write([("", stories)])
    nothing = np.zeros(0, np.int32)
    return Encoded(
        tuple(writer.statements), tuple(writer.questions), (*answers, *new), (0, 0),
        examples, examples, nothing, nothing, new, tuple(known),
    )  # fmt: skip


class _Writer:
    """Distinct statements and questions, numbered in the order they are first met."""

    def __init__(self, slots: int, answers: Sequence[str]):
        self._slots = slots
        self._answers = {answer: at for at, answer in enumerate(answers)}
        self.statements: dict[Text, int] = {(): EMPTY}
        self.questions: dict[Text, int] = {}

    def write(self, parts: Sequence[tuple[str, Sequence[Story]]]) -> Examples:
        memory, count, question, answer, support, units = [], [], [], [], [], []
        for unit, stories in parts:
            for story in stories:
                ids = [
                    self.statements.setdefault(s, len(self.statements)) for s in story.statements
                ]
                for q in story.questions:
                    first = max(0, q.seen - self._slots)
                    kept = ids[first : q.seen]
                    memory.append(kept + [EMPTY] * (self._slots - len(kept)))
                    count.append(len(kept))
                    question.append(self.questions.setdefault(q.words, len(self.questions)))
                    answer.append(self._answers.get(q.answer, -1))
                    support.append([f - first if f >= first else TOO_OLD for f in q.support])
                    units.append(unit)
        most = max(map(len, support), default=0)
        return Examples(
            np.array(memory, np.int32).reshape(len(answer), self._slots),
            np.array(count, np.int32),
            np.array(question, np.int32),
            np.array(answer, np.int32),
            np.array([s + [NONE] * (most - len(s)) for s in support], np.int32).reshape(
                len(answer), most
            ),
            np.array(units, np.str_),
        )


def held_out(units: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the questions to train on, and of those held out: each unit's last ones.

    Args:
        units: (N,) the questions' units.

    Raises:
        BenchError: a unit has too few.
    """
    held = np.zeros(len(units), bool)
    for unit in np.unique(units):
        of = np.flatnonzero(units == unit)
        last = round(len(of) * share)
        if share and not last:
            raise BenchError(f"{len(of)} training questions are too few to hold out {share:.0%}")
        held[of[len(of) - last :]] = True
    order = np.arange(len(units), dtype=np.int32)
    return order[~held], order[held]
