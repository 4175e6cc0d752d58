"""Stories: statements told one after another, and questions asked in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question asked at some point of a story.

    Attributes:
        words: lower-cased, without the '?'.
        answer: one answer word; a combination of words, 'football,apple' say, is one of its own
            (S15 4).
        support: 0-based indices into the story's statements, as listed, each below ``seen``.
        seen: how many statements of the story were told before the question.
        line: 1-based line of the file it was read from.
    """

    words: tuple[str, ...]
    answer: str
    support: tuple[int, ...]
    seen: int
    line: int


@dataclass(frozen=True, slots=True)
class Story:
    """A story: statements (each a tuple of lower-cased words) and questions, both in order."""

    statements: tuple[tuple[str, ...], ...]
    questions: tuple[Question, ...]

    @property
    def ids(self) -> list[int]:
        """The line of each statement in its story, from 1: questions have lines, too."""
        asked = (sum(q.seen <= i for q in self.questions) for i in range(len(self.statements)))
        return [1 + i + before for i, before in enumerate(asked)]


def with_lines(stories: Iterable[Story]) -> Iterator[tuple[int, Story]]:
    """Stories of a file, each with the line that it begins at, from 1."""
    line = 1
    for story in stories:
        yield line, story
        line += len(story.statements) + len(story.questions)
