"""Stories: statements told one after another, and questions asked in between."""

from __future__ import annotations

from collections.abc import Collection
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
