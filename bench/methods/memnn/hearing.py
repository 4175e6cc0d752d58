"""What a speaking R hears, and what it should say: words as numbers.

With supporting facts it hears the question and memories, [x, m_o1, m_o2]; without them the latest
words of the running text, and the question. No word is 0: before a text's first word, and as the
end of what is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bench.core.errors import BenchError
from bench.examples.stories import Question, Spoken, Story
from bench.examples.streams import stream
from bench.methods.memnn.input import Text
from bench.methods.memnn.memory import NONE, Encoded, Examples, encode
from bench.methods.memnn.spec import MemNN

HOLDS, LACKS = 1, -1
"""What a word makes of an answer: one that is right has a word of the one and none of the other."""


@dataclass(frozen=True, eq=False)
class Answers:
    """N answers.

    Attributes:
        said: (N, A) int32, an answer's words, then at least one 0.
        verdict: (N, V) int8, `HOLDS`, `LACKS` or 0 for each word.
    """

    said: np.ndarray
    verdict: np.ndarray

    def take(self, which: np.ndarray) -> Answers:
        """Some of them."""
        return Answers(self.said[which], self.verdict[which])


@dataclass(frozen=True, eq=False)
class Heard:
    """A data set for one group of runs of a speaking R.

    Attributes:
        encoded: the questions with their memories.
        vocabulary: V words of training and test, '' the first: no word.
        train, test: the answers, in the order of ``encoded``'s.
        texts: split -> what is heard of each question where there are no supporting facts; else
            empty: `hears` makes it of memories.
        most: how many memories are heard.
    """

    encoded: Encoded
    vocabulary: tuple[str, ...]
    train: Answers
    test: Answers
    texts: Mapping[str, tuple[Text, ...]]
    most: int

    @cached_property
    def index(self) -> dict[str, int]:
        """Word -> its number."""
        return {word: i for i, word in enumerate(self.vocabulary)}

    @property
    def finds(self) -> bool:
        """Whether it hears memories, which O finds."""
        return not self.texts

    @cached_property
    def width(self) -> int:
        """T, the most words that are heard."""
        if not self.finds:
            return max(len(text) for texts in self.texts.values() for text in texts)
        return _width(self.encoded, self.most)

    @property
    def length(self) -> int:
        """T + A, the most words that are heard and said."""
        return self.width + self.train.said.shape[1]

    def words(self, split: str) -> np.ndarray:
        """(N, T) int32: what is heard of running text, the last word in the last column."""
        return _laid(self.texts[split], self.index, self.width, right=True)

    def hears(self, asked: Examples, slots: np.ndarray) -> np.ndarray:
        """`hears` of the questions ``asked`` of ``encoded``."""
        return hears(self.encoded, self.index, asked, slots, self.most)


def hears(
    encoded: Encoded, index: Mapping[str, int], asked: Examples, slots: np.ndarray, most: int
) -> np.ndarray:
    """(N, T) int32: the question's words and those of at most ``most`` memories, the last word in
    the last column.

    Args:
        index: word -> its number.
        slots: (N, K) of the memories, in order; others than slots in use stand for none.
    """
    told, put = encoded.statements, encoded.questions
    texts = []
    for n, found in enumerate(slots):
        text = list(put[asked.question[n]])
        for slot in found[:most]:
            if 0 <= slot < asked.count[n]:
                text += told[asked.memory[n, slot]]
        texts.append(text)
    return _laid(texts, index, _width(encoded, most), right=True)


def hear(spec: MemNN, parts: Mapping[str, Mapping[str, Sequence[Story]]]) -> Heard:
    """The questions of the one unit there is.

    Raises:
        BenchError: there are too few, they have no spoken answers, or have no supporting facts and
            nothing says what joins the statements.
    """
    assert spec.speech is not None
    ((unit, splits),) = parts.items()
    encoded = encode(parts, memory_size=spec.memory_size, holdout=spec.holdout)
    spoken = {split: [_spoken(q, unit) for q in _asked(told)] for split, told in splits.items()}
    texts = {}
    if (encoded.train.support == NONE).all():
        texts = {split: _read(told, spec.speech.words) for split, told in splits.items()}
    used = {word for told in texts.values() for text in told for word in text}
    every = [answer for answers in spoken.values() for answer in answers]
    used |= {word for answer in every for word in (*answer.words, answer.holds)}
    used |= {word for text in (*encoded.statements, *encoded.questions) for word in text}
    vocabulary = ("", *sorted(used))
    index = {word: i for i, word in enumerate(vocabulary)}
    longest = max(len(answer.words) for answer in every)
    train, test = (_answers(spoken[split], index, longest + 1) for split in ("train", "test"))
    return Heard(encoded, vocabulary, train, test, texts, spec.hops)


def _width(encoded: Encoded, most: int) -> int:
    """The most words of a question and so many memories."""
    return max(map(len, encoded.questions)) + most * max(map(len, encoded.statements))


def _asked(stories: Iterable[Story]) -> list[Question]:
    return [question for story in stories for question in story.questions]


def _spoken(question: Question, unit: str) -> Spoken:
    if question.spoken is None:
        raise BenchError(
            f"'{unit}' has answers of one word; give data with spoken ones, or the column no "
            "field 'speech'"
        )
    return question.spoken


def _read(stories: Sequence[Story], most: int) -> tuple[Text, ...]:
    """The latest words before each question, and its own."""
    found = []
    for story in stories:
        running = stream(story)
        for question in story.questions:
            end = running.told[question.seen]
            room = max(0, most - len(question.words))
            text = (*running.words[max(0, end - room) : end], *question.words)
            found.append(text[-most:])
    return tuple(found)


def _answers(spoken: Sequence[Spoken], index: Mapping[str, int], width: int) -> Answers:
    verdict = np.zeros((len(spoken), len(index)), np.int8)
    for row, answer in zip(verdict, spoken, strict=True):
        row[[index[word] for word in answer.lacks if word in index]] = LACKS
        row[index[answer.holds]] = HOLDS
    return Answers(_laid([answer.words for answer in spoken], index, width, right=False), verdict)


def _laid(
    texts: Sequence[Sequence[str]], index: Mapping[str, int], width: int, *, right: bool
) -> np.ndarray:
    """(N, width) int32: words' numbers to the right or the left, 0 where there is none."""
    rows = np.zeros((len(texts), width), np.int32)
    for row, text in zip(rows, texts, strict=True):
        at = width - len(text) if right else 0
        row[at : at + len(text)] = [index[word] for word in text]
    return rows
