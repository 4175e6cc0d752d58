"""The data set of W14's table 6: the simulated world with answers of several words.

The table has one setting, and of which it is nothing is known here. A choice of ours: difficulty 5
with actors and objects, the hardest, where a network that reads words is furthest from one that
finds its facts. Units are what
R is fed, and both are of that setting's files. 'memnn_igo_features', what I, G and O make of a
story, has supporting facts. 'word_features', the words, has none: who reads words alone is taught
by answers alone. An answer is right if `bench.examples.stories.Spoken.accepts` it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.core.dataset import AtHand, Found, Hashes, Summary, Wish
from bench.core.errors import BenchError
from bench.core.fields import near
from bench.datasets.world import files
from bench.datasets.world.dataset import ACCURACY, Located, World
from bench.examples.stories import Story

SETTING = "d5_actor_object"
FEATURES, WORDS = "memnn_igo_features", "word_features"


@dataclass(frozen=True)
class _Located:
    """The setting's files at hand (`bench.core.dataset.Found`)."""

    world: Located
    units: tuple[str, ...]

    @property
    def root(self) -> Path:
        return self.world.root

    @property
    def at_hand(self) -> AtHand:
        return _by_unit(self.world.at_hand, self.units)

    def read(self, unit: str, split: str) -> tuple[Story, ...]:
        """As `Located.read`; of `WORDS` no supporting facts."""
        if unit not in self.units:
            raise BenchError(f"{self.root}: '{unit}' was not among the features looked for")
        stories = self.world.read(SETTING, split)
        return tuple(map(_unlabelled, stories)) if unit == WORDS else stories


class Answers:
    """The setting with spoken answers (`bench.core.dataset.DataSet`)."""

    name: str = "world-answers"
    reads: type = Story
    units: Sequence[str] = (FEATURES, WORDS)
    titles: Mapping[str, str] = {FEATURES: "MemNN IGO features", WORDS: "word features"}
    noun: str = "input"
    few: Sequence[str] = (FEATURES, WORDS)
    metric = ACCURACY
    summaries: Sequence[Summary] = ()
    questions = files.QUESTIONS
    compares = False
    own = True

    def label(self, units: Sequence[str]) -> str:
        """A unit's name, 'joint2' of both."""
        return units[0] if len(units) == 1 else f"joint{len(units)}"

    def find(self, units: Iterable[str], wish: Wish) -> _Located:
        """As `World.find`."""
        wanted = tuple(units)
        for unit in wanted:
            if unit not in self.units:
                raise BenchError(
                    f"{self.name} has no features '{unit}'{near(unit, self.units)}; there are "
                    f"{', '.join(self.units)}"
                )
        return _Located(World().find([SETTING], wish), wanted)

    def known(self) -> AtHand:
        """As `bench.core.dataset.DataSet.known`."""
        return _by_unit(World().known(), self.units)

    def whole(self, found: Found) -> AtHand:
        """As `bench.core.dataset.DataSet.whole`: both units have the same files."""
        (hashes, *_) = found.at_hand.files.values()
        return replace(found.at_hand, files=dict.fromkeys(self.units, hashes))


def _by_unit(at_hand: AtHand, units: Iterable[str]) -> AtHand:
    hashes: Hashes = at_hand.files[SETTING]
    return replace(at_hand, files=dict.fromkeys(units, hashes))


def _unlabelled(story: Story) -> Story:
    return replace(story, questions=tuple(replace(q, support=()) for q in story.questions))
