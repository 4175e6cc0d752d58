"""Stories and questions as sequences of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.core.errors import BenchError
from bench.examples.stories import Story
from bench.examples.streams import stream
from bench.methods.recurrent.spec import Recurrent


@dataclass(frozen=True, eq=False)
class Questions:
    """N questions, each behind its story.

    Attributes:
        words: (N, T) int32, the last word in the last column; 0 before the first.
        answer: (N,) int32, number of an answer.
    """

    words: np.ndarray
    answer: np.ndarray

    def __len__(self) -> int:
        return len(self.answer)

    @property
    def length(self) -> np.ndarray:
        """(N,), how many words each has."""
        return (self.words > 0).sum(axis=1)

    def take(self, which: np.ndarray) -> Questions:
        """Some of them."""
        return Questions(self.words[which], self.answer[which])


@dataclass(frozen=True, eq=False)
class Sequences:
    """A unit's questions for a recurrent network.

    Attributes:
        vocabulary: V words, '' the first: no word.
        answers: all that occur in training and test (S15's task 8 has one in the test alone).
        fit, valid: the training questions that are trained on, and those held out.
    """

    unit: str
    vocabulary: tuple[str, ...]
    answers: tuple[str, ...]
    fit: Questions
    valid: Questions
    test: Questions


def sequences(spec: Recurrent, parts: Mapping[str, Mapping[str, Sequence[Story]]]) -> Sequences:
    """The questions of the one unit there is.

    Raises:
        BenchError: there are too few, or nothing says what joins the statements.
    """
    ((unit, splits),) = parts.items()
    read = {split: _read(spec, stories) for split, stories in splits.items()}
    both = [one for split in read.values() for one in split]
    vocabulary = ("", *sorted({word for words, _ in both for word in words}))
    answers = tuple(sorted({answer for _, answer in both}))
    length = max(len(words) for words, _ in both)
    index = {word: i for i, word in enumerate(vocabulary)}
    train, test = (_encoded(read[split], index, answers, length) for split in ("train", "test"))
    kept = len(train) - round(len(train) * spec.holdout)
    if kept < spec.batch or kept == len(train):
        raise BenchError(
            f"{len(train)} training questions do not make a batch of {spec.batch} and some to hold "
            f"out; give more training data, or {spec.where} a smaller 'batch'"
        )
    order = np.arange(len(train))
    return Sequences(unit, vocabulary, answers, train.take(order[:kept]),
                     train.take(order[kept:]), test)  # fmt: skip


def _read(spec: Recurrent, stories: Sequence[Story]) -> list[tuple[list[str], str]]:
    """The words of every question, its story's before its own, and its answer."""
    found = []
    for story in stories:
        told, ends = _told(spec, story)
        for question in story.questions:
            end = ends[question.seen]
            room = max(0, spec.words - len(question.words))
            words = [*told[max(0, end - room) : end], *question.words]
            found.append((words[-spec.words :], question.answer))
    return found


def _told(spec: Recurrent, story: Story) -> tuple[Sequence[str], Sequence[int]]:
    """A story's words, and how many were told once n statements were."""
    if spec.text == "running":
        running = stream(story)
        return running.words, running.told
    words = [word for said in story.statements for word in said]
    return words, np.cumsum([0, *map(len, story.statements)]).tolist()


def _encoded(
    read: Sequence[tuple[Sequence[str], str]],
    index: Mapping[str, int],
    answers: Sequence[str],
    length: int,
) -> Questions:
    number = {answer: i for i, answer in enumerate(answers)}
    words = np.zeros((len(read), length), np.int32)
    for row, (those, _) in zip(words, read, strict=True):
        row[length - len(those) :] = [index[word] for word in those]
    return Questions(words, np.array([number[answer] for _, answer in read], np.int32))
