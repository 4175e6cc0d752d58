"""Data sets of which one half is real and the other generated: trained on one, tested on the
other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.datasets.babi import babi
from bench.datasets.babi.check import Located
from bench.datasets.babi.locate import (
    hashes_of_all_tasks,
    known_generated_hashes,
    known_hashes,
    locate,
    locate_generated,
)

CROSSED = {
    "babi-1k-generated-to-real": ("generated", "real"),
    "babi-1k-real-to-generated": ("real", "generated"),
}
"""Data set -> the kind that is trained on, the kind that is tested on. Both have 1,000 training and
1,000 test questions; the generated half keeps test questions that occur in its training, as the
release does."""


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
    def about(self) -> str:
        """Of the generated half."""
        return self.train.about or self.test.about

    @property
    def root(self) -> Path:
        """Of the training files."""
        return self.train.root

    @property
    def hashes(self) -> dict[str, str]:
        """File -> SHA-256, of the files this data set reads."""
        return _cross(self.train.hashes, self.test.hashes)

    def stories(self, task: int, split: str) -> tuple[babi.Story, ...]:
        """As `Located.stories`."""
        return (self.train if split == "train" else self.test).stories(task, split)


def locate_any(dataset: str, tasks: Iterable[int], **options: Any) -> Located | Crossed:
    """`bench.datasets.babi.locate.locate` for crossed data sets too; its real half must be had.

    Raises:
        BenchError: as `locate` and `locate_generated`.
    """
    if dataset not in CROSSED:
        return locate(dataset, tasks, **options)
    tasks = list(tasks)
    real = locate(_BASE, tasks, **{**options, "allow_generated": False})
    made = locate_generated(_BASE, tasks, as_released=True)
    halves = {"real": real, "generated": made}
    train, test = CROSSED[dataset]
    return Crossed(dataset, halves[train], halves[test])


def all_hashes(found: Located | Crossed) -> dict[str, str]:
    """`bench.datasets.babi.locate.hashes_of_all_tasks` for crossed data sets too."""
    if isinstance(found, Located):
        return hashes_of_all_tasks(found)
    return _cross(hashes_of_all_tasks(found.train), hashes_of_all_tasks(found.test))


def known_data(dataset: str, tasks: Iterable[int]) -> tuple[str, dict[str, str]]:
    """Kind and SHA-256 sums of a data set at its best, from the manifests alone."""
    if dataset not in CROSSED:
        return "real", known_hashes(dataset, tasks)
    tasks = list(tasks)
    halves = {
        "real": known_hashes(_BASE, tasks),
        "generated": known_generated_hashes(_BASE, tasks, as_released=True),
    }
    train, test = CROSSED[dataset]
    return "generated", _cross(halves[train], halves[test])


_BASE = "babi-1k"


def _cross(train: dict[str, str], test: dict[str, str]) -> dict[str, str]:
    """The training files of one and the test files of the other."""
    halves = ((train, "train"), (test, "test"))
    return {
        n: sha
        for hashes, split in halves
        for n, sha in hashes.items()
        if n.endswith(f"_{split}.txt")
    }
