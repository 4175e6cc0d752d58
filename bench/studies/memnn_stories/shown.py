"""Which test stories are shown, and what a saved model makes of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from bench.examples.stories import Question, Story
from bench.methods.memnn.asking import Found

MOST = 17
"""Statements of a story: of each test story the questions asked after no more."""
STORIES = 3
"""The first such stories of a test set are shown."""


def shown(stories: Sequence[Story]) -> list[Story]:
    """The first test stories, each cut behind the last question that is shown."""
    found = []
    for story in stories:
        asked = tuple(q for q in story.questions if q.seen <= MOST)
        if asked:
            end = max(q.seen for q in asked)
            found.append(Story(story.statements[:end], asked, story.joiners[:end]))
    return found[:STORIES]


def tell(stories: Sequence[Story], found: Found, slots: int) -> list[dict[str, Any]]:
    """Stories and what was made of their questions, as plain JSON values.

    ``facts`` and ``found`` are statements, from 0: the supporting facts, and the memories found
    before the null memory.

    Args:
        found: of all questions of ``stories``.
        slots: how many statements the model remembers.
    """
    told, number = [], 0
    for story in stories:
        asked = []
        for question in story.questions:
            asked.append(_told(question, found, number, slots))
            number += 1
        statements = [" ".join(words) for words in story.statements]
        told.append({"statements": statements, "questions": asked})
    return told


def _told(question: Question, found: Found, number: int, slots: int) -> dict[str, Any]:
    first = max(0, question.seen - slots)
    answer = " ".join(question.spoken.words) if question.spoken else question.answer
    return {
        "asked": " ".join(question.words),
        "seen": question.seen,
        "answer": answer,
        "said": found.answers[number],
        "right": bool(found.right[number]),
        "facts": list(question.support),
        "found": [first + int(slot) for slot in found.slots[number] if slot >= 0],
    }


def unlabelled(stories: Sequence[Story]) -> list[Story]:
    """The same without supporting facts: what a model is asked with."""
    return [
        dataclasses.replace(
            story,
            questions=tuple(dataclasses.replace(q, support=()) for q in story.questions),
        )
        for story in stories
    ]
