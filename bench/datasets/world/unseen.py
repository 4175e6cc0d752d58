"""Stories of unseen names, in the manner of W14's figure 3: a model trained on the simulated world
answers where none of the actors, objects and rooms has a name that it has read.

The stories are those of the test file of the hardest setting: every third of its questions with the
`MEMORY` statements before it, 1,000 in all, each with names of its own drawn from those below. All
other words are as they were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.core.dataset import AtHand, Found, Summary, Wish
from bench.core.errors import BenchError
from bench.datasets.bits import Bits
from bench.datasets.world import files
from bench.datasets.world.dataset import ACCURACY, Located, World
from bench.datasets.world.wording import ACTORS, OBJECTS, ROOMS
from bench.examples.stories import Question, Story

SETTING = "d5_actor_object"
UNIT = "unseen_names"
MEMORY, EVERY = 80, 3

NAMES = {
    ACTORS: ("ingrid", "tomas", "leila", "kwame", "yuki", "pablo", "astrid", "ravi"),
    OBJECTS: ("lantern", "violin", "compass", "kettle", "marble", "hammer"),
    ROOMS: ("harbour", "chapel", "mill", "orchard", "tower", "quarry", "stable", "bakery", "vault",
            "meadow"),
}  # fmt: skip
"""Choices of ours, each in place of one of the world's names of its kind."""

VERSION = 1
"""Raised whenever the same file would give other stories."""


def stories(told: Story) -> tuple[Story, ...]:
    """The stories of unseen names that a test file's story gives."""
    return tuple(
        _story(told, question, number)
        for number, question in enumerate(told.questions)
        if number % EVERY == 0
    )


def _story(told: Story, question: Question, number: int) -> Story:
    first = max(0, question.seen - MEMORY)
    names = _names(number)

    def renamed(text: Sequence[str]) -> tuple[str, ...]:
        return tuple(names.get(word, word) for word in text)

    kept = question.seen - first
    return Story(
        tuple(map(renamed, told.statements[first : question.seen])),
        (
            Question(
                renamed(question.words),
                names[question.answer],
                tuple(at - first for at in question.support if at >= first),
                kept,
                question.line,
            ),
        ),
    )


def _names(number: int) -> dict[str, str]:
    """The names of a story, each of the world's in small letters -> another of its kind."""
    bits = Bits(f"bench-unseen/{VERSION}/{number}")
    found: dict[str, str] = {}
    for known, others in NAMES.items():
        drawn = bits.sample(others, len(known))
        found |= {name.lower(): other for name, other in zip(known, drawn, strict=True)}
    return found


@dataclass(frozen=True)
class _Located:
    """The setting's files at hand (`bench.core.dataset.Found`)."""

    world: Located

    @property
    def root(self) -> Path:
        return self.world.root

    @property
    def at_hand(self) -> AtHand:
        return _named(self.world.at_hand)

    def read(self, unit: str, split: str) -> tuple[Story, ...]:
        """As `Located.read`; the test stories have unseen names."""
        told = self.world.read(SETTING, split)
        return told if split == "train" else tuple(s for one in told for s in stories(one))


class Unseen:
    """Trained on the world, tested on unseen names (`bench.core.dataset.DataSet`)."""

    name: str = "world-unseen"
    reads: type = Story
    units: Sequence[str] = (UNIT,)
    titles: Mapping[str, str] = {UNIT: "unseen names"}
    noun: str = "test"
    few: Sequence[str] = (UNIT,)
    metric = ACCURACY
    summaries: Sequence[Summary] = ()
    questions = files.QUESTIONS // EVERY
    compares = False
    own = True

    def label(self, units: Sequence[str]) -> str:
        """The unit's name."""
        return units[0]

    def find(self, units: Iterable[str], wish: Wish) -> _Located:
        """As `World.find`."""
        for unit in units:
            if unit != UNIT:
                raise BenchError(f"{self.name} has no test '{unit}'; there is {UNIT}")
        return _Located(World().find([SETTING], wish))

    def known(self) -> AtHand:
        """As `bench.core.dataset.DataSet.known`."""
        return _named(World().known())

    def whole(self, found: Found) -> AtHand:
        """As `bench.core.dataset.DataSet.whole`."""
        return found.at_hand


def _named(at_hand: AtHand) -> AtHand:
    """The setting's files, and what the names are known by."""
    told = repr((VERSION, MEMORY, EVERY, *NAMES.items()))
    names = {f"{files.TOP}/unseen_names": hashlib.sha256(told.encode()).hexdigest()}
    return replace(at_hand, files={UNIT: {**at_hand.files[SETTING], **names}})
