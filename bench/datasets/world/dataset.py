"""The data sets of the simulated world: the whole, and the smaller training sets of W14's table 4.

W14 never released its data: the simulation is what the paper specifies, and the files made here
are this data set's real input, not a stand-in for others. So files that have their known SHA-256
are of kind 'real', and ``--generated`` changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.core.dataset import AtHand, Found, Hashes, Metric, Summary, Wish
from bench.core.errors import BenchError
from bench.core.fields import near
from bench.core.kinds import REAL, UNVERIFIED
from bench.datasets import manifest
from bench.datasets.world import files, text
from bench.datasets.world.settings import SETTINGS
from bench.examples.stories import Story

ACCURACY = Metric(
    "test_accuracy", "test accuracy", "%", better="higher", least=0, most=100,
    complement="test_error",
)  # fmt: skip
"""Methods that read stories measure errors; W14's tables print what these leave of 100 %."""


ABOUT = (
    "W14 never released its data: the world is simulated here, from the paper's description, and "
    "what the paper leaves open was chosen (bench/datasets/world/simulator.py)"
)


@dataclass(frozen=True)
class Located:
    """The world's files at hand (`bench.core.dataset.Found`).

    Attributes:
        root: the folder that ``world-v1`` is in.
        training: how many questions of a training file are read, with the statements before them.
    """

    root: Path
    at_hand: AtHand
    training: int

    def read(self, unit: str, split: str) -> tuple[Story, ...]:
        """One story, checked and parsed; the bytes parsed are those checked.

        Raises:
            BenchError: the file is not at hand, has changed, is malformed or has too few questions.
        """
        file, name = self.root / files.name(unit, split), files.name(unit, split)
        if name not in self.at_hand.files.get(unit, {}):
            raise BenchError(f"{file}: '{unit}' was not among the settings looked for")
        story = text.parse(manifest.read(file, self.at_hand.files[unit][name]), str(file))
        if split != "train" or self.training == files.QUESTIONS:
            return (story,)
        if len(story.questions) < self.training:
            raise BenchError(
                f"{file}: holds {len(story.questions)} questions, and {self.training} are to be "
                "trained on; give a longer file, or choose a smaller data set"
            )
        return (_beginning(story, self.training),)


def _beginning(story: Story, questions: int) -> Story:
    """A story up to its n-th question."""
    kept = story.questions[:questions]
    told = kept[-1].seen
    return replace(
        story, statements=story.statements[:told], questions=kept, joiners=story.joiners[:told]
    )


class World:
    """The simulated world (`bench.core.dataset.DataSet`).

    Args:
        training: questions for training; fewer are the first of the same files.
    """

    reads: type = Story
    units: Sequence[str] = tuple(SETTINGS)
    titles: Mapping[str, str] = {name: setting.title for name, setting in SETTINGS.items()}
    noun: str = "setting"
    few: Sequence[str] = ("d1_actor_without_before", "d5_actor_object")
    metric = ACCURACY
    summaries: Sequence[Summary] = ()
    questions = files.QUESTIONS
    compares = False
    own = True

    def __init__(self, training: int = files.QUESTIONS):
        self.name = "world" if training == files.QUESTIONS else f"world-{training}"
        self.training = training

    def label(self, units: Sequence[str]) -> str:
        """A setting's name, 'joint8' of several."""
        return units[0] if len(units) == 1 else f"joint{len(units)}"

    def find(self, units: Iterable[str], wish: Wish) -> Located:
        """As `bench.core.dataset.DataSet.find`; made in the cache unless ``--data`` has a folder
        of the world's."""
        wanted = list(units)
        for unit in wanted:
            if unit not in SETTINGS:
                raise BenchError(
                    f"{self.name} has no setting '{unit}'{near(unit, SETTINGS)}; there are "
                    f"{', '.join(SETTINGS)}"
                )
        if wish.folder is not None and not os.path.isdir(wish.folder):
            raise BenchError(
                f"{wish.folder}: --data does not name a folder; correct it, or leave it out to "
                "have the data made"
            )
        if wish.folder is not None and os.path.isdir(wish.folder / files.TOP):
            return self._checked(wish.folder, wanted, wish.allow_unverified)
        return self._checked(files.made(wanted), wanted, False)

    def known(self) -> AtHand:
        """As `bench.core.dataset.DataSet.known`."""
        return AtHand(REAL, _by_unit(files.known(), self.units), ABOUT)

    def whole(self, found: Found) -> AtHand:
        """As `bench.core.dataset.DataSet.whole`; nothing is added to files of the user's."""
        at_hand = found.at_hand
        if at_hand.kind != REAL:
            return at_hand
        return replace(at_hand, files={**self.known().files, **at_hand.files})

    def _checked(self, root: Path, units: Sequence[str], allow_unverified: bool) -> Located:
        known, kind = files.known(), REAL
        hashes: dict[str, str] = {}
        for name in (name for unit in units for name in files.names(unit)):
            file = root / name
            if not file.is_file():
                raise BenchError(
                    f"{file}: missing; restore it, or leave --data out to have it made in the cache"
                )
            hashes[name] = manifest.sha256(file)
            if hashes[name] == known[name]:
                continue
            if not allow_unverified:
                raise BenchError(
                    f"{file}: does not match the known SHA-256 (expected {known[name][:8]}…, found "
                    f"{hashes[name][:8]}…); leave --data out to have it made in the cache, or pass "
                    "--allow-unverified to use it all the same"
                )
            kind = UNVERIFIED
        return Located(root, AtHand(kind, _by_unit(hashes, units), ABOUT), self.training)


def _by_unit(hashes: Hashes, units: Sequence[str]) -> dict[str, Hashes]:
    return {unit: {name: hashes[name] for name in files.names(unit)} for unit in units}
