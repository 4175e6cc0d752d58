"""The questions whose attention is shown statement by statement, as in S15 figures 2 and 4."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.attention.model import Attended
from bench.attention.shares import questions_of, slot
from bench.data.babi import Question, Story

FIGURES = {1: ("2", 962), 2: ("2", 960), 18: ("2", 962), 11: ("4", 962), 17: ("4", 960), 20: ("4", 960)}
"""Task -> (figure, question of the released test file, from 0), of the stories of the figures that
could be told by their text in v1.2. (Figure 2's story of task 16 is of v1.1, which v1.2 replaced;
en and en-10k have the same test files for these tasks.)"""

DIGITS = 4
"""Decimals of the weights that are kept."""


def shown(task: int, stories: Sequence[Story], kind: str) -> list[tuple[str, int]]:
    """(figure or '', index of the question) of those shown: the last of the first story comes first.

    Args:
        kind: the data's; only 'real' files have the figures' stories.
    """
    found = [("", len(stories[0].questions) - 1)]
    if kind == "real" and task in FIGURES:
        found.append(FIGURES[task])
    return found


def tell(stories: Sequence[Story], index: int, figure: str, seen: Attended) -> dict[str, Any]:
    """A question with the story before it and the weights of every statement, as plain JSON values.

    Args:
        index: the question's among all of ``stories``, from 0; ``seen`` is of all of them.

    ``statements`` are (line of the file, text, 1 if it is a labelled supporting fact, its weights by
    hop or nothing if it fell out of the memory), in the story's order; ``empty`` is the summed weight
    of the slots without a statement, by hop.
    """
    story, number, line = _find(stories, index)
    question: Question = questions_of(stories)[index]
    weights = seen.weights[index].astype(float)
    slots, told = weights.shape[1], []
    for i in range(question.seen):
        at = slot(question, i)
        before = sum(q.seen <= i for q in story.questions)
        told.append(
            [
                line + i + before,
                " ".join(story.statements[i]),
                int(i in question.support),
                [round(w, DIGITS) for w in weights[:, at].tolist()] if at < slots else [],
            ]
        )
    return {
        "figure": figure,
        "story": number,
        "question": index,
        "line": question.line,
        "asked": " ".join(question.words) + "?",
        "answer": question.answer,
        "answered": seen.answers[index],
        "probability": round(float(seen.probability[index]), DIGITS),
        "statements": told,
        "empty": [round(w, DIGITS) for w in weights[:, min(question.seen, slots) :].sum(axis=1).tolist()],
    }


def _find(stories: Sequence[Story], index: int) -> tuple[Story, int, int]:
    """The story of a question, its number from 0, and the line of the file that it begins at."""
    line = 1
    for number, story in enumerate(stories):
        if index < len(story.questions):
            return story, number, line
        index -= len(story.questions)
        line += len(story.statements) + len(story.questions)
    raise IndexError(index)
