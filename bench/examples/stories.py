"""Stories: statements told one after another, and questions asked in between."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spoken:
    """An answer as a sentence (W14 5.2): one of many that are right.

    Attributes:
        words: lower-cased, without the full stop.
        holds: a right answer has this word among its words, the right place say.
        lacks: a right answer has none of these: wrong places, subjects and pronouns.
    """

    words: tuple[str, ...]
    holds: str
    lacks: frozenset[str]

    def accepts(self, said: Collection[str]) -> bool:
        """Whether an answer of these words is right, however it is worded."""
        return self.holds in said and self.lacks.isdisjoint(said)


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
        spoken: the answer as a sentence, of data that has such.
    """

    words: tuple[str, ...]
    answer: str
    support: tuple[int, ...]
    seen: int
    line: int
    spoken: Spoken | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A story: statements (each a tuple of lower-cased words) and questions, both in order.

    Attributes:
        joiners: of data that is told as running text too (`bench.examples.streams`): for each
            statement the words that stand between it and what follows, ``(",", "and", "then")``
            say; else empty.
    """

    statements: tuple[tuple[str, ...], ...]
    questions: tuple[Question, ...]
    joiners: tuple[tuple[str, ...], ...] = ()

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
