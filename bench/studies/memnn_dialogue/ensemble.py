"""Two networks put to one dialogue: each question is given to both, and of their two answers the
one of the higher score is said (W14 5.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bench.core.rows import Row
from bench.examples.stories import Story
from bench.examples.triples import Judged, Triples
from bench.methods.memnn import asking as of_world
from bench.methods.memnn.saved import Saved as World
from bench.methods.memnn_triples import asking as of_memory
from bench.methods.memnn_triples.asking import NOTHING
from bench.methods.memnn_triples.saved import Saved as Memory
from bench.studies.memnn_dialogue.dialogue import mixed, shown
from bench.studies.memnn_dialogue.store import MEMORY, WORLD

DIGITS = 6
"""Of scores."""


def measure(world: World, memory: Memory, story: Story, data: Triples) -> Row:
    """The fields ``asked`` and ``dialogue`` of a row (`bench.studies.memnn_dialogue.store`). Of
    equal scores the world's answer is said.

    Args:
        story: a test story of the world.
        data: with the judged questions.

    Raises:
        BenchError: the world's network does not choose among answers that it knows.
    """
    assert data.judged is not None
    dialogue, numbers = mixed(story, data.judged.texts)
    said, scores = of_world.scored(world, [dialogue])
    texts = list(dict.fromkeys(question.words for question in dialogue.questions))
    found = of_memory.best(memory, data.memory, of_memory.bags(texts, data.vocabulary))
    place = {text: number for number, text in enumerate(texts)}
    at = np.array([place[question.words] for question in dialogue.questions])
    answers = {
        WORLD: list(said),
        MEMORY: [
            "" if s == NOTHING else printable(data.memory.text(int(s), data.vocabulary))
            for s in found.statements[at]
        ],
    }
    meant = np.where(numbers < 0, WORLD, MEMORY)
    by = np.where(scores >= found.scores[at], WORLD, MEMORY)
    right = np.array([
        said[n] == question.answer if numbers[n] < 0
        else judged_right(data, data.judged, int(numbers[n]), int(found.statements[at[n]]))
        for n, question in enumerate(dialogue.questions)
    ])  # fmt: skip
    scored = {WORLD: scores, MEMORY: found.scores[at]}
    return {
        "asked": {name: tally(meant == name, by == name, right) for name in (WORLD, MEMORY)},
        "dialogue": _told(dialogue, meant, by, right, answers, scored),
    }


def judged_right(data: Triples, judged: Judged, question: int, statement: int) -> bool:
    """Whether a statement of the memory was judged to answer a question; one that nobody judged is
    not right."""
    right = np.flatnonzero((judged.asked == question) & judged.right)
    return statement != NOTHING and any(
        data.memory.same(statement, judged.statements, int(one)) for one in right
    )


def tally(meant: np.ndarray, answered: np.ndarray, right: np.ndarray) -> dict[str, int]:
    """Of the questions that are meant for one network: how many it answers, how many it has right,
    and how many are right when both answer together: the other's answers never are.

    Args:
        meant, answered, right: (N,) bool, of the dialogue's questions: meant for it, answered by
            it, and whether the answer of the network that is meant is right.
    """
    of = {"questions": meant, "answered": meant & answered, "right_alone": meant & right}
    of["right_together"] = meant & answered & right
    return {name: int(which.sum()) for name, which in of.items()}


def printable(text: str) -> str:
    """A text as rows and pages can hold it: what the web has of odd letters is one mark."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _told(
    dialogue: Story,
    meant: np.ndarray,
    by: np.ndarray,
    right: np.ndarray,
    answers: Mapping[str, Sequence[str]],
    scores: Mapping[str, np.ndarray],
) -> list[dict[str, Any]]:
    """The dialogue's beginning, question by question, with what was told before each."""
    told, before = [], 0
    for n, question in enumerate(dialogue.questions[: shown(dialogue)]):
        told.append({
            "told": [" ".join(words) for words in dialogue.statements[before : question.seen]],
            "asked": printable(" ".join(question.words)),
            "of": str(meant[n]),
            "by": str(by[n]),
            "answers": {name: answers[name][n] for name in (WORLD, MEMORY)},
            "scores": {name: _kept(scores[name][n]) for name in (WORLD, MEMORY)},
            "right": bool(right[n] and meant[n] == by[n]),
        })  # fmt: skip
        before = question.seen
    return told


def _kept(score: float) -> float | None:
    """A score as a row has it, null where there is no answer."""
    return round(float(score), DIGITS) if np.isfinite(score) else None
