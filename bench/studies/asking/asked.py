"""What a saved model of any method has to do to be asked, and what is printed of all alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bench.examples.stories import Question, Story
from bench.studies.asking.story import Reader, Told


class Answers(Protocol):
    """What a model makes of N questions, in the order they are asked."""

    def says(self, number: int) -> str:
        """The answer, and how sure it is where it tells."""

    def right(self, number: int) -> bool:
        """Whether it is the question's answer."""

    def memory(self, number: int, of: Remembered) -> Iterator[str]:
        """The lines of where it looked."""


class Asked(Protocol):
    """A saved model, read, without JAX.

    Attributes:
        reads: the words and answers that it knows.
        slots: how many statements it remembers.
    """

    reads: Reader
    slots: int

    def takes(self, stories: Sequence[Story]) -> int:
        """Bytes of memory that asking takes, about."""

    def answer(self, stories: Sequence[Story]) -> Answers:
        """Puts every question.

        Args:
            stories: as remembered (`bench.studies.asking.story.remembered`).
        """


@dataclass(frozen=True)
class Remembered:
    """A question and what of its story is in the memory.

    Attributes:
        lines: of the text, that the story's statements are on.
        first: the oldest statement in the memory; those before fell out.
    """

    question: Question
    story: Story
    lines: Sequence[int]
    first: int

    def text(self, statement: int) -> str:
        """A statement's words."""
        return " ".join(self.story.statements[statement])

    def place(self, statement: int) -> str:
        """A statement's line, and '*' if it is a supporting fact."""
        mark = "*" if statement in self.question.support else " "
        return f"{self.lines[statement]:4d} {mark}"

    @property
    def fallen(self) -> str:
        """What fell out of the memory, '' if nothing did."""
        if not self.first:
            return ""
        those = f"{self.first} earlier statement{'s' * (self.first > 1)}"
        facts = sum(i < self.first for i in self.question.support)
        among = f", {facts} of them supporting," if facts else ""
        return f"{those}{among} fell out of the memory"


def tables(told: Told, answers: Answers, slots: int) -> Iterator[str]:
    """The lines printed: each question, its answer, and its memory."""
    number = 0
    for story, lines in zip(told.stories, told.lines, strict=True):
        for question in story.questions:
            if number:
                yield ""
            said = ""
            if question.answer:
                said = "  right" if answers.right(number) else f"  wrong: {question.answer}"
            yield f"{' '.join(question.words)}?  {answers.says(number)}{said}"
            first = max(0, question.seen - slots)
            yield from answers.memory(number, Remembered(question, story, lines, first))
            if question.support:
                yield "  * supporting fact"
            number += 1
