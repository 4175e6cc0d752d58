"""How much of a model's attention lies on the supporting facts that bAbI labels: NumPy alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.examples.stories import Question, Story


@dataclass(frozen=True)
class Shares:
    """Attention of a model over the questions of a test set; shares in [0, 1], one a hop.

    Attributes:
        questions: N.
        facts: labelled supporting facts of all questions.
        lost: how many of them had fallen out of the memory when the question was asked.
        questions_lost: questions with at least one such fact.
        share: mean over the questions of the summed weight on slots that hold a supporting fact
            (a lost one has none).
        top: of the questions, those whose largest weight is on a supporting fact.
        empty: mean of the summed weight on slots without a statement.
        even: what ``share`` would be with equal weights on all statements in the memory.
    """

    questions: int
    facts: int
    lost: int
    questions_lost: int
    share: tuple[float, ...]
    top: tuple[float, ...]
    empty: tuple[float, ...]
    even: float


def questions_of(stories: Iterable[Story]) -> list[Question]:
    """All questions in file order: the order of encoded examples."""
    return [question for story in stories for question in story.questions]


def slot(question: Question, statement: int) -> int:
    """The memory slot of the story's ``statement`` when this question is asked: 0 is the latest."""
    return question.seen - 1 - statement


def supporting(questions: Sequence[Question], slots: int) -> np.ndarray:
    """(N, M) bool: the slots that hold a labelled supporting fact. Those beyond are lost."""
    out = np.zeros((len(questions), slots), bool)
    for row, question in zip(out, questions, strict=True):
        at = [slot(question, statement) for statement in question.support]
        row[[i for i in at if i < slots]] = True
    return out


def shares(weights: np.ndarray, questions: Sequence[Question]) -> Shares:
    """The shares of some questions.

    Args:
        weights: (N, K, M), as `bench.methods.memn2n.asking.Attended` has them, for these
            questions.

    Raises:
        ValueError: there is no question, or not as many as weights.
    """
    if not questions or len(questions) != len(weights):
        raise ValueError(f"{len(questions)} questions and the weights of {len(weights)}")
    weights = np.asarray(weights, np.float64)
    slots = weights.shape[-1]
    marked = supporting(questions, slots)
    held = np.minimum([question.seen for question in questions], slots)
    filled = np.arange(slots) < held[:, None]
    facts = np.array([len(question.support) for question in questions])
    lost = facts - marked.sum(axis=1)
    largest = weights.argmax(axis=-1)  # (N, K)
    return Shares(
        questions=len(questions),
        facts=int(facts.sum()),
        lost=int(lost.sum()),
        questions_lost=int(np.count_nonzero(lost)),
        share=_by_hop((weights * marked[:, None, :]).sum(axis=-1)),
        top=_by_hop(np.take_along_axis(marked, largest, axis=1)),
        empty=_by_hop((weights * ~filled[:, None, :]).sum(axis=-1)),
        even=float(np.mean(marked.sum(axis=1) / np.maximum(held, 1))),
    )


def _by_hop(values: np.ndarray) -> tuple[float, ...]:
    """(N, K) -> the K means."""
    return tuple(float(mean) for mean in np.asarray(values, np.float64).mean(axis=0))
