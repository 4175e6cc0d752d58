"""Stories: statements told one after another, and questions asked in between."""

from __future__ import annotations

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
