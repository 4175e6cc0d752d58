"""A saved MemN2N model that is asked: the weight of every statement in every hop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.core.errors import BenchError
from bench.examples.stories import Story
from bench.methods.memn2n.saved import check_numbers, load, spec_of
from bench.studies.asking.asked import Remembered
from bench.studies.asking.story import Reader

if TYPE_CHECKING:
    from bench.methods.memn2n.asking import Attended

BAR = 8
"""Characters of a bar of weight 1."""


class Model:
    """See `bench.studies.asking.asked.Asked`.

    Raises:
        BenchError: the file is no such model, or of a training that diverged.
    """

    def __init__(self, path: Path):
        self._saved = load(path)
        try:
            check_numbers(self._saved)
        except BenchError as error:
            raise BenchError(f"{path}: {error}") from error
        self.reads: Reader = self._saved.sizes
        self.slots = self._saved.sizes.memory_slots

    def takes(self, stories: Sequence[Story]) -> int:
        """Of bags of the sentences, memories of a chunk, and weights."""
        statements = len({words for story in stories for words in story.statements})
        questions = [question.words for story in stories for question in story.questions]
        words = len(self._saved.sizes.vocabulary)
        bags = 72 * words * (statements + len(set(questions)))
        memories = 400 * self.slots * min(statements, 2 * words)
        return bags + memories + 8 * spec_of(self._saved).hops * self.slots * len(questions)

    def answer(self, stories: Sequence[Story]) -> Weighed:
        from bench.methods.memn2n.asking import attend

        return Weighed(attend(self._saved, [(0, stories)]))


@dataclass(frozen=True)
class Weighed:
    """See `bench.studies.asking.asked.Answers`."""

    seen: Attended

    def says(self, number: int) -> str:
        return f"{self.seen.answers[number]} ({self.seen.probability[number]:.0%})"

    def right(self, number: int) -> bool:
        return bool(self.seen.right[number])

    def memory(self, number: int, of: Remembered) -> Iterator[str]:
        """A line a statement, the oldest first."""
        weights, told = self.seen.weights[number], of.question.seen
        hops, slots = weights.shape
        texts = [of.text(i) for i in range(of.first, told)]
        width = max(len("statement"), *map(len, texts))
        head = "".join(f"  {f'hop {hop + 1}':{BAR + 5}}" for hop in range(hops))
        yield f"  line    {'statement':{width}}{head}".rstrip()
        if of.fallen:
            yield f"          {of.fallen}"
        for i, text in enumerate(texts, start=of.first):
            yield f"  {of.place(i)}  {text:{width}}{_bars(weights[:, told - 1 - i])}".rstrip()
        if told < slots:
            what = f"({slots - told} empty memories)"
            empty = weights[:, told:].sum(axis=1)
            yield f"          {what:{width}}{_bars(empty)}".rstrip()


def _bars(weights: np.ndarray) -> str:
    return "".join(f"  {w:4.2f} {'#' * round(BAR * float(w)):{BAR}}" for w in weights)
