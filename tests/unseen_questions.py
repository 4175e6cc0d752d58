"""A story of five statements and two questions, and the same of names that it does not have."""

from __future__ import annotations

from collections.abc import Sequence

from bench.examples.stories import Question, Story

TRAIN = (
    "joe went to the kitchen", "fred took the milk", "joe got the ball", "fred went to the office",
    "joe moved to the office",
)  # fmt: skip
TEST = (
    "ana went to the attic", "bo took the milk", "ana got the vase", "bo moved to the mill",
    "ana went to the mill",
)  # fmt: skip


def story(told: Sequence[str], answers: Sequence[str], what: str) -> Story:
    asked = [
        Question(("where", "is", told[0].split()[0]), answers[0], (0,), 3, 4),
        Question(("where", "is", "the", what), answers[1], (1, 3), 5, 7),
    ]
    return Story(tuple(tuple(text.split()) for text in told), tuple(asked))
