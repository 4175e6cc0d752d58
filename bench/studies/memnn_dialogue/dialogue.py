"""A dialogue: what is told, questions about it, and questions about what the large memory knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.examples.stories import Question, Story

MOST = 17
"""Statements of the part that is shown."""


def mixed(story: Story, asked: Sequence[tuple[str, ...]]) -> tuple[Story, np.ndarray]:
    """A test story with a question to the large memory behind each of its own, as long as there
    are both, supporting facts left out; and (N,) the number of that question, -1 where it is one
    of the story's own.

    Args:
        asked: questions to the large memory, word by word.
    """
    questions, numbers = [], []
    for number, own in enumerate(story.questions):
        questions.append(Question(own.words, own.answer, (), own.seen, own.line))
        numbers.append(-1)
        if number < len(asked):
            questions.append(Question(asked[number], "", (), own.seen, own.line))
            numbers.append(number)
    return Story(story.statements, tuple(questions)), np.array(numbers)


def shown(dialogue: Story) -> int:
    """How many of its questions are shown: the first ones, two at least."""
    early = [question.seen <= MOST for question in dialogue.questions]
    return max(2, early.index(False) if False in early else len(early))
