"""The bAbI tasks as data sets of the suite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.core.dataset import AtHand, Metric, Summary, Wish
from bench.datasets.babi import completed, cross, locate
from bench.datasets.babi.babi import TASKS, Story
from bench.datasets.babi.cross import CROSSED

UNITS = tuple(str(task.number) for task in TASKS)


def _at_hand(kind: str, hashes: Mapping[str, str], about: str = "") -> AtHand:
    files = {}
    for unit in UNITS:
        mine = {n: h for n, h in hashes.items() if f"/qa{unit}_" in "/" + n}
        if all(any(n.endswith(f"_{s}.txt") for n in mine) for s in ("train", "test")):
            files[unit] = mine
    completion = completed.ABOUT if any(n.startswith("completed/") for n in hashes) else ""
    return AtHand(kind, files, about, completion)


@dataclass(frozen=True)
class _Found:
    data: locate.Located | cross.Crossed

    @property
    def root(self) -> Path:
        return self.data.root

    @property
    def at_hand(self) -> AtHand:
        return _at_hand(self.data.kind, self.data.hashes, self.data.about)

    def read(self, unit: str, split: str):
        return self.data.stories(int(unit), split)


@dataclass(frozen=True)
class BAbI:
    name: str
    reads: type = Story
    units: Sequence[str] = UNITS
    noun: str = "bAbI task"
    few: Sequence[str] = ("1", "6", "8")
    metric: Metric = Metric("test_error", "test error", "%", "lower", 0.0, 100.0)
    summaries: Sequence[Summary] = (
        Summary("mean", "Mean error (%)", "mean"),
        Summary("failed", "Failed tasks (err. > 5%)", "above", 5.0),
    )
    questions: int = 1000

    @property
    def titles(self):
        return {str(task.number): task.name for task in TASKS}

    @property
    def compares(self) -> bool:
        return self.name in CROSSED

    def label(self, units: Sequence[str]) -> str:
        return f"qa{int(units[0]):02d}" if len(units) == 1 else f"joint{len(units)}"

    def find(self, units: Iterable[str], wish: Wish) -> _Found:
        tasks = [int(u) for u in units]
        if wish.generated and not self.compares:
            return _Found(locate.locate_generated(self.name, tasks))
        options = dict(
            data_dir=wish.folder,
            allow_unverified=wish.allow_unverified,
            allow_download=not wish.offline,
        )
        if not self.compares:
            options |= dict(allow_generated=wish.allow_generated, say=wish.say)
        return _Found(cross.locate_any(self.name, tasks, **options))

    def known(self) -> AtHand:
        return _at_hand(*cross.known_data(self.name, range(1, 21)))

    def whole(self, found: _Found) -> AtHand:
        return _at_hand(found.data.kind, cross.all_hashes(found.data), found.data.about)


DATASETS = tuple(BAbI(name) for name in ("babi-1k", "babi-10k", *CROSSED))
