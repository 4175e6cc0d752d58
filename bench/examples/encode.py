"""Stories to integer arrays: one vocabulary, each distinct statement once, a row a question.

Nothing here knows a model. The vocabulary is taken from train and test together (task 8 has an
answer that occurs only in test), as both the paper's protocol and the released code do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bench.core.errors import BenchError
from bench.examples.stories import Story

NULL = 0
"""Index of the null word, of the empty statement and of nothing else."""

Task = int | str
"""A unit of a data set, as it calls it."""

JOINT_HOLDOUT_SEED = 20150331
"""Draws the joint task's held-out tenth: one split for all restarts."""


@dataclass(frozen=True)
class Examples:
    """N questions.

    Attributes:
        memory: (N, M) int32, index of a statement; slot 0 is the last one before the question,
            slots past the story's beginning hold `NULL`.
        question: (N,) int32, index of a question.
        answer: (N,) int32, index of a word.
        task: (N,), the task, or other unit of its data set, that each question is from.
    """

    memory: np.ndarray
    question: np.ndarray
    answer: np.ndarray
    task: np.ndarray

    def __len__(self) -> int:
        return len(self.answer)


@dataclass(frozen=True)
class Encoded:
    """A data set for one group of runs.

    Attributes:
        vocabulary: V words; index 0 is the null word, then come the words of statements, then those
            of questions and answers alone, each sorted.
        statement_words: how many of them, the null word included, can occur in a statement.
        statements: (S, J) int32 words of the distinct statements, padded with `NULL`; row 0 is
            empty. Jointly, a statement of several tasks has a row for each.
        statement_task: (S,) int32, whose statement it is: 0..T-1 of T tasks trained jointly, else
            0.
        questions: (Q, J) int32 words of the distinct questions.
        answers: (A,) int32, sorted indices of all words that occur as an answer.
        train, test: the examples; ``train`` still holds the held-out ones.
        fit, valid: (n,) int32 indices into ``train``: what is trained on and what is held out.
        sentence_slots: J = longest statement or question + 1, the released code's sentence length.
    """

    vocabulary: tuple[str, ...]
    statement_words: int
    statements: np.ndarray
    statement_task: np.ndarray
    questions: np.ndarray
    answers: np.ndarray
    train: Examples
    test: Examples
    fit: np.ndarray
    valid: np.ndarray

    @property
    def sentence_slots(self) -> int:
        return self.statements.shape[1]

    @property
    def memory_slots(self) -> int:
        """M: the story's longest length in the training set, at most the spec's memory size."""
        return self.train.memory.shape[1]

    @property
    def sizes(self) -> Sizes:
        """What a model trained on it needs to read more of the same."""
        answers = tuple(self.answers.tolist())
        return Sizes(
            self.vocabulary, self.statement_words, answers, self.sentence_slots, self.memory_slots
        )


def encode(
    train: Sequence[tuple[Task, Sequence[Story]]],
    test: Sequence[tuple[Task, Sequence[Story]]],
    *,
    memory_size: int,
    holdout: float,
    joint: bool = False,
) -> Encoded:
    """Encodes the stories of one task, or of several jointly.

    Args:
        train, test: (task, stories) pairs.
        memory_size: most memories kept, latest first (S15 4.2: 50).
        holdout: share of the training questions held out: the last ones, or, if ``joint``, drawn
            at random.

    Raises:
        BenchError: the training set is too small to hold anything out.
    """
    both = [stories for part in (train, test) for _, stories in part]
    vocabulary, statement_words = _vocabulary(both)
    index = {word: i for i, word in enumerate(vocabulary)}
    longest = max(
        len(words)
        for stories in both
        for story in stories
        for words in (*story.statements, *(q.words for q in story.questions))
    )
    # Memories: as many slots as the longest training story needs.
    slots = min(memory_size, max(len(s.statements) for _, stories in train for s in stories))
    table = _Table(index, longest + 1)
    apart = {task: i if joint else 0 for i, (task, _) in enumerate(train)}
    train_examples = _examples(train, table, slots, apart)
    test_examples = _examples(test, table, slots, apart)
    fit, valid = _hold_out(len(train_examples), holdout, joint)
    answers = np.unique(np.concatenate([train_examples.answer, test_examples.answer]))
    return Encoded(
        vocabulary=vocabulary,
        statement_words=statement_words,
        statements=table.statements(),
        statement_task=table.statement_tasks(),
        questions=table.questions(),
        answers=answers.astype(np.int32),
        train=train_examples,
        test=test_examples,
        fit=fit,
        valid=valid,
    )


@dataclass(frozen=True)
class Sizes:
    """What a trained model has from its data: the fields of `Encoded` of the same names, and the
    memory's."""

    vocabulary: tuple[str, ...]
    statement_words: int
    answers: tuple[int, ...]
    sentence_slots: int
    memory_slots: int

    @cached_property
    def index(self) -> dict[str, int]:
        """Word -> its index."""
        return {word: i for i, word in enumerate(self.vocabulary)}

    def knows(self, answer: str) -> bool:
        """Whether a model has this word among its own, which it answers with."""
        return answer in self.index

    def unfit(self, words: Sequence[str], *, statement: bool) -> str:
        """Why a model cannot read this statement or question, '' if it can."""
        index = self.index
        for word in words:
            if not word or word not in index:
                return f"the model does not know the word '{word}'"
            if statement and index[word] >= self.statement_words:
                return f"the model knows the word '{word}' from questions and answers only"
        if len(words) >= self.sentence_slots:
            most = self.sentence_slots - 1
            return f"{len(words)} words, and the model's sentences have at most {most}"
        return ""


def encode_for_model(parts: Sequence[tuple[Task, Sequence[Story]]], sizes: Sizes) -> Encoded:
    """Encodes questions for a trained model: all of them are ``test`` (and ``train``), none is
    fitted.

    Args:
        parts: (task, stories) pairs; an answer '' stands for one that is not known, and is `NULL`.

    Raises:
        BenchError: a sentence is not one that the model can read.
    """
    for task, stories in parts:
        for story in stories:
            sentences = [(words, True) for words in story.statements]
            sentences += [(q.words, False) for q in story.questions]
            for words, statement in sentences:
                why = sizes.unfit(words, statement=statement)
                if why:
                    raise BenchError(
                        f"task {task}, '{' '.join(words)}': {why}; ask a model of the same data"
                    )
    unknown = {q.answer for _, told in parts for s in told for q in s.questions} - set(sizes.index)
    if unknown:
        raise BenchError(
            f"'{min(unknown)}' is no answer that the model knows; ask a model of the same data"
        )
    table = _Table(sizes.index, sizes.sentence_slots)
    examples = _examples(parts, table, sizes.memory_slots, {task: 0 for task, _ in parts})
    return Encoded(
        vocabulary=sizes.vocabulary,
        statement_words=sizes.statement_words,
        statements=table.statements(),
        statement_task=table.statement_tasks(),
        questions=table.questions(),
        answers=np.array(sizes.answers, np.int32),
        train=examples,
        test=examples,
        fit=np.zeros(0, np.int32),
        valid=np.zeros(0, np.int32),
    )


class _Table:
    """Distinct statements and questions, numbered in the order they are first met."""

    def __init__(self, index: dict[str, int], width: int):
        self.index = index
        self.width = width
        self._statements: dict[tuple[int, tuple[str, ...]], int] = {(0, ()): NULL}
        self._questions: dict[tuple[str, ...], int] = {}

    def statement(self, task: int, words: tuple[str, ...]) -> int:
        return self._statements.setdefault((task, words), len(self._statements))

    def question(self, words: tuple[str, ...]) -> int:
        return self._questions.setdefault(words, len(self._questions))

    def statements(self) -> np.ndarray:
        return self._rows([words for _, words in self._statements])

    def statement_tasks(self) -> np.ndarray:
        return np.array([task for task, _ in self._statements], np.int32)

    def questions(self) -> np.ndarray:
        return self._rows(list(self._questions))

    def _rows(self, sentences: Sequence[tuple[str, ...]]) -> np.ndarray:
        rows = np.full((len(sentences), self.width), NULL, np.int32)
        for i, words in enumerate(sentences):
            rows[i, : len(words)] = [self.index[word] for word in words]
        return rows


def _vocabulary(parts: Sequence[Sequence[Story]]) -> tuple[tuple[str, ...], int]:
    """The words, and how many of them, the null word included, statements are made of."""
    stated: set[str] = set()
    others: set[str] = set()
    for stories in parts:
        for story in stories:
            stated.update(*story.statements)
            for question in story.questions:
                others.update(question.words)
                others.add(question.answer)
    return ("", *sorted(stated), *sorted(others - stated)), 1 + len(stated)


def _examples(
    parts: Sequence[tuple[Task, Sequence[Story]]],
    table: _Table,
    slots: int,
    apart: Mapping[Task, int],
) -> Examples:
    """The examples; ``apart`` has the number of each task whose statements have rows of their
    own."""
    memory, question, answer, task = [], [], [], []
    for number, stories in parts:
        for story in stories:
            ids = [table.statement(apart[number], words) for words in story.statements]
            for q in story.questions:
                latest = ids[max(0, q.seen - slots) : q.seen][::-1]
                memory.append(latest + [NULL] * (slots - len(latest)))
                question.append(table.question(q.words))
                answer.append(table.index[q.answer])
                task.append(number)
    return Examples(
        memory=np.array(memory, np.int32).reshape(len(answer), slots),
        question=np.array(question, np.int32),
        answer=np.array(answer, np.int32),
        task=np.array(task),
    )


def _hold_out(total: int, share: float, joint: bool) -> tuple[np.ndarray, np.ndarray]:
    kept = total - round(total * share)
    if kept < 1 or kept == total:
        raise BenchError(f"{total} training questions are too few to hold out {share:.0%} of them")
    order = np.arange(total, dtype=np.int32)
    if joint:
        np.random.Generator(np.random.PCG64(JOINT_HOLDOUT_SEED)).shuffle(order)
    return np.sort(order[:kept]), np.sort(order[kept:])
