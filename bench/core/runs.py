"""Runs and their ids: what a column, a data set and a seed come to.

A run's id is the hash of its canonical text, which holds every field that can change the result,
the SHA-256 of its data files and the method's version, so a stored row is taken for a run only if
nothing that matters has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench.core import kinds, registry
from bench.core.column import Column
from bench.core.dataset import AtHand
from bench.core.errors import BenchError


@dataclass(frozen=True)
class Group:
    """All restarts of one column on one unit (or on several jointly): what is trained together.

    Attributes:
        dataset: its name.
        units: of the data set, in its order.
        hashes: (file, SHA-256) of the data read, sorted by file.
    """

    column: Column
    dataset: str
    units: tuple[str, ...]
    hashes: tuple[tuple[str, str], ...]

    def canonical(self) -> dict[str, Any]:
        """Everything that can change a number, as plain JSON values."""
        return {
            "method": self.column.method,
            "spec": self.column.canonical(),
            "dataset": self.dataset,
            "units": list(self.units),
            "data": dict(self.hashes),
            "version": registry.method(self.column.method).version,
        }

    @property
    def id(self) -> str:
        """16 hex digits: the group's identity, seeds apart."""
        return digest(self.canonical())

    @property
    def stream(self) -> int:
        """32 bits of its identity, mixed into its seeds: no other group draws the same numbers."""
        return int(self.id[:8], 16)

    def run(self, seed: int) -> dict[str, Any]:
        """The canonical text of the restart with this seed."""
        return {**self.canonical(), "seed": seed}

    def run_id(self, seed: int) -> str:
        """16 hex digits: the identity of the restart with this seed."""
        return digest(self.run(seed))

    @property
    def completed(self) -> bool:
        """Whether generated examples complete one of its training sets."""
        return kinds.completed(name for name, _ in self.hashes)

    def kind(self, data: str) -> str:
        """The kind of data its rows are of, where the data set's files are of kind ``data``."""
        return kinds.COMPLETED if self.completed and data == kinds.REAL else data

    @property
    def label(self) -> str:
        """For people and file names: data set, units, method, settings."""
        place = registry.dataset(self.dataset).label(self.units)
        return "_".join((self.dataset, place, "-".join((self.column.method, *self.column.marks))))


def expand(
    column: Column, dataset: str, units: Iterable[str], at_hand: AtHand
) -> tuple[Group, ...]:
    """The groups of a column: one a unit, or one for all units if the column is joint.

    Raises:
        BenchError: the data set or a unit is not known, or there is no hash of a unit's files: what
            a run was trained on must be told.
    """
    order = registry.units(dataset, units)
    sets = (order,) if column.joint else tuple((unit,) for unit in order)
    groups = []
    for those in sets:
        files: dict[str, str] = {}
        for unit in those:
            if not at_hand.has(unit):
                raise BenchError(
                    f"{column.where}: {dataset} has no hash of the files of '{unit}', and a run is "
                    "known by its files; give the data set's files of this unit"
                )
            files.update(at_hand.files[unit])
        groups.append(Group(column, dataset, those, tuple(sorted(files.items()))))
    return tuple(groups)


def digest(value: Any) -> str:
    """16 hex digits of a canonical text."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
