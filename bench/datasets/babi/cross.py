"""Data sets of which one half is real and the other generated: trained on one, tested on the
other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from bench.core.dataset import AtHand, Found, Hashes, Wish
from bench.datasets.babi import default, layout
from bench.datasets.babi.check import Located, at_hand
from bench.datasets.babi.dataset import ALL, Babi, Tasks, known_hashes, whole_hashes
from bench.examples.stories import Story

BASE = "babi-1k"
"""Both halves have its 1,000 training and 1,000 test questions; the generated one keeps test
questions that occur in its training, as the release does."""

TRAINED_ON = {"babi-1k-generated-to-real": "generated", "babi-1k-real-to-generated": "real"}
"""Data set -> the kind that is trained on; the other one is tested on."""

Half = TypeVar("Half")


@dataclass(frozen=True)
class Crossed:
    """The training files of one data set and the test files of another, used like one `Located`."""

    dataset: str
    train: Located
    test: Located

    @property
    def kind(self) -> str:
        return "generated"

    @property
    def root(self) -> Path:
        """Of the training files."""
        return self.train.root

    @property
    def about(self) -> str:
        """Of the generated half."""
        return self.train.about or self.test.about

    @property
    def hashes(self) -> dict[str, str]:
        """File -> SHA-256, of the files this data set reads."""
        return _cross(self.train.hashes, self.test.hashes)

    @property
    def at_hand(self) -> AtHand:
        return at_hand(self.kind, self.hashes, self.about)

    def read(self, unit: str, split: str) -> tuple[Story, ...]:
        """As `Located.read`."""
        return (self.train if split == "train" else self.test).read(unit, split)


class CrossedBabi(Tasks):
    """Real stories against generated ones; the real half must be had."""

    compares = True
    own = False

    def find(self, units: Iterable[str], wish: Wish) -> Crossed:
        """As `Babi.find`; what the wish says of generated data makes no difference."""
        tasks = [layout.task(unit) for unit in units]
        real = Babi(BASE).find(
            map(str, tasks), replace(wish, generated=False, allow_generated=False)
        )
        made = default.make(BASE, sorted(set(tasks)), as_released=True)
        train, test = self._halves(real, made)
        return Crossed(self.name, train, test)

    def known(self) -> AtHand:
        """As `Babi.known`."""
        made = default.pinned(BASE, ALL, as_released=True)
        return at_hand("generated", _cross(*self._halves(known_hashes(BASE), made)))

    def whole(self, found: Found) -> AtHand:
        """As `Babi.whole`."""
        assert isinstance(found, Crossed)
        hashes = _cross(whole_hashes(found.train), whole_hashes(found.test))
        return at_hand(found.kind, hashes, found.about)

    def _halves(self, real: Half, made: Half) -> tuple[Half, Half]:
        """What is trained on and what is tested on."""
        return (real, made) if TRAINED_ON[self.name] == "real" else (made, real)


def _cross(train: Hashes, test: Hashes) -> dict[str, str]:
    """The training files of one and the test files of the other."""
    halves = ((train, "train"), (test, "test"))
    return {
        name: sha
        for hashes, split in halves
        for name, sha in hashes.items()
        if name.endswith(f"_{split}.txt")
    }
