"""A saved MemNN model that is asked: the memories that its hops found, one after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.core.errors import BenchError
from bench.examples.stories import Story
from bench.methods.memnn.saved import check_numbers, load, spec_of
from bench.studies.asking.asked import Remembered
from bench.studies.asking.story import Reader

if TYPE_CHECKING:
    from bench.methods.memnn.asking import Found


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
        self.reads: Reader = self._saved
        self.slots = self._saved.memory_slots

    def takes(self, stories: Sequence[Story]) -> int:
        """Of bags of the sentences, twice, and of a question's memories, and n-grams; of unseen
        words their neighbours and what they are compared with; of an R that speaks what it hears
        and its scores.
        """
        saved, spec = self._saved, spec_of(self._saved.run)
        texts = [words for story in stories for words in story.statements]
        asked = [question for story in stories for question in story.questions]
        width = min(self.slots, max(question.seen for question in asked))
        distinct = {*texts, *(question.words for question in asked)}
        words, more = len(saved.features), 100 * saved.order * max(map(len, distinct))
        if spec.slot_time:
            width, words = self.slots, words + self.slots
        if spec.open:
            known = words
            words += len({word for text in texts for word in text} - saved.words)
            chosen = len(saved.answers) + words
            more += words * known * (len(distinct) + width + 24) // 4
            more += 4 * (chosen * words + words * spec.dim) * (2 + 2 * spec.hops)
        if spec.speech:
            longest = max(len(question.words) for question in asked)
            longest += spec.hops * max(map(len, texts))
            more += 4 * len(asked) * (3 * spec.speech.dim * longest + 2 * len(saved.vocabulary))
        return 8 * words * (len(distinct) + width + 2) + more + 16 * width * len(asked)

    def answer(self, stories: Sequence[Story]) -> Hopped:
        from bench.methods.memnn.asking import ask

        return Hopped(ask(self._saved, stories))


@dataclass(frozen=True)
class Hopped:
    """See `bench.studies.asking.asked.Answers`."""

    found: Found

    def says(self, number: int) -> str:
        return self.found.answers[number] or "(nothing)"

    def right(self, number: int) -> bool:
        return bool(self.found.right[number])

    def memory(self, number: int, of: Remembered) -> Iterator[str]:
        """A line a hop, until the null memory wins."""
        yield "  hop  line    statement"
        if of.fallen:
            yield f"               {of.fallen}"
        for hop, slot in enumerate(self.found.slots[number], start=1):
            if slot < 0:
                yield f"  {hop:3d}          no memory: it stops here"
                return
            at = of.first + int(slot)
            yield f"  {hop:3d}  {of.place(at)}  {of.text(at)}"
