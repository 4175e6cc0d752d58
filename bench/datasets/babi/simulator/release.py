"""The files of a task, as released: stories one after another until there are questions enough.

Story k of a split depends on (version, seed, task, split, k) alone. So a small training file is the
beginning of a large one, and tasks, splits and stories can be made in any order.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.core.errors import BenchError
from bench.datasets.babi.simulator import (
    kinds,
    layouts,
    motives,
    moves,
    pronouns,
    reports,
    sizes,
    times,
)
from bench.datasets.babi.simulator.story import Asked, Story, lines
from bench.datasets.bits import Bits

VERSION = 1
"""Raised whenever the same settings would give other bytes."""

STORY: dict[int, Callable[[Bits], Story]] = {
    1: moves.where_is_person,
    2: moves.where_is_object,
    3: moves.where_was_object,
    4: layouts.beside,
    5: moves.gifts,
    6: moves.is_person_in,
    7: moves.how_many,
    8: moves.what_carried,
    9: reports.negation,
    10: reports.indefinite,
    11: pronouns.he_or_she,
    12: pronouns.pairs,
    13: pronouns.they,
    14: times.before,
    15: kinds.deduction,
    16: kinds.induction,
    17: layouts.positions,
    18: sizes.fits,
    19: layouts.path,
    20: motives.motives,
}

_NO_GAP = (4, *range(15, 21))
"""Tasks whose released questions have no blank between question mark and tab."""

_ENOUGH = 1000
"""Test stories made in vain, one after another, before it is said that there are no new ones."""


@dataclass(frozen=True)
class TaskFiles:
    """The two files of a task, and how many of the test questions met occur in training.

    ``shared`` counts test questions that occur word for word in the training file, together with
    all statements before them: among the test file's own if they are kept, else those left out.
    """

    train: bytes
    test: bytes
    shared: int


def task_files(
    task: int, *, train: int, test: int, seed: int = 0, as_released: bool = False
) -> TaskFiles:
    """Make the training and the test file of a task.

    Args:
        task: 1 to 20.
        train, test: questions; the last story is cut where the number is reached.
        seed: 0 or more; other seeds give other stories.
        as_released: keep test questions that occur in training, as the release does. By default
            they are left out (their statements stay) and later stories make up for them.

    Raises:
        BenchError: a number is out of range, or too few questions exist that are not in training.
    """
    for name, value, least in (("train", train, 1), ("test", test, 1), ("seed", seed, 0)):
        if value < least:
            raise BenchError(f"{name}: {value} is below {least}; give a whole number from {least}")
    if task not in STORY:
        raise BenchError(f"there is no task {task!r}; tasks are numbered 1 to {len(STORY)}")
    gap = "" if task in _NO_GAP else " "
    known: set[bytes] = set()
    text: list[str] = []
    for story, questions, _ in _chosen(task, seed, "train", train, set(), keep=True):
        known.update(_digest(story, question) for question in questions)
        text += lines(story, questions, gap)
    shared = 0
    shown: list[str] = []
    for story, questions, met in _chosen(task, seed, "test", test, known, keep=as_released):
        shared += met
        shown += lines(story, questions, gap)
    return TaskFiles("".join(text).encode(), "".join(shown).encode(), shared)


def _chosen(
    task: int, seed: int, split: str, wanted: int, known: set[bytes], *, keep: bool
) -> Iterator[tuple[Story, list[Asked], int]]:
    """Stories, the questions of theirs that are taken, and how many of ``known`` were met.

    Ends with the question that makes ``wanted`` of them.
    """
    in_vain = 0
    for number in itertools.count():
        story = STORY[task](Bits(f"bench-babi/{VERSION}/{seed}/{task}/{split}/{number}"))
        taken: list[Asked] = []
        met = 0
        for question in story.questions:
            seen_in_training = bool(known) and _digest(story, question) in known
            met += seen_in_training
            if keep or not seen_in_training:
                taken.append(question)
            if len(taken) == wanted:
                break
        wanted -= len(taken)
        in_vain = 0 if taken else in_vain + 1
        if in_vain > _ENOUGH:
            raise BenchError(
                f"task {task}: {_ENOUGH} test stories in a row hold nothing that is not in "
                "training; ask for fewer training questions, or keep shared ones with --as-released"
            )
        yield story, taken, met
        if not wanted:
            return


def _digest(story: Story, question: Asked) -> bytes:
    return hashlib.sha256(story.item(question).encode()).digest()
