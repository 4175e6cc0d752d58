"""The run store: one small JSON row a restart, the only source of tables.

A file holds one group: all restarts of one column on one unit, or on several jointly. Its first
line is the manifest (what was trained, in the words that its id is the hash of), every further line
a restart, by seed. Files are replaced whole, so a killed process leaves the old rows or the new
ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.core import kinds, registry, rows
from bench.core.rows import Fields, Row, damaged, number, text, wrong_field
from bench.core.runs import Group, digest

REMEDY = "restore the file from git, or delete it to train again"


BEFORE: Fields = {"id": rows.ID, "seed": rows.WHOLE, "lanes": rows.COUNT}
AFTER: Fields = {
    "seconds": (lambda value: number(value) and value >= 0, "a number from 0"),
    "kind": rows.one_of(*kinds.TRUST),
    "rounding": rows.Maybe(rows.count, "a whole number above 0"),
    "device": rows.TEXT,
    "commit": rows.TEXT,
    "versions": rows.TEXTS,
}
"""Fields that every method's rows have, before and after its own
(`bench.core.method.Method.fields`).

``lanes`` is how many restarts shared the program, ``seconds`` the restart's share of its training
time, ``kind`` that of the data (`bench.core.kinds`), ``rounding`` the method's
(`bench.core.method.Method.rounding`; 1 in rows that lack it), ``commit`` and ``versions`` are the
code's and the libraries'."""

_FILE = re.compile(r".+_[0-9a-f]{16}\.jsonl")
"""Names of groups' files; a study's rows are beside them, under the study's name."""


@dataclass(frozen=True)
class Stored:
    """A group as it is stored.

    Attributes:
        manifest: `Group.canonical` with the group's id and label.
        rows: by seed.
    """

    path: Path
    manifest: Row
    rows: tuple[Row, ...]


class Store:
    """The rows below one folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, group: Group) -> Path:
        """The group's file."""
        return self.folder / f"{group.label}_{group.id}.jsonl"

    def rows(self, group: Group) -> list[Row]:
        """The group's rows by seed, none if it was never trained.

        Raises:
            BenchError: the file is damaged, or holds rows of something else.
        """
        path = self.path(group)
        if not path.exists():
            return []
        stored = _read(path)
        if stored is None or stored.manifest != _manifest(group):
            raise damaged(path, 1, "is not the manifest of this group", REMEDY)
        return list(stored.rows)

    def all(self) -> Iterator[Stored]:
        """Every group there is, by file name; those of an earlier version of their method, and of
        methods and data sets that there are no more, are passed over.

        Raises:
            BenchError: a file is damaged.
        """
        for path in sorted(self.folder.glob("*.jsonl")):
            if _FILE.fullmatch(path.name):
                stored = _read(path)
                if stored is not None:
                    yield stored

    def add(self, group: Group, added: Iterable[Row]) -> None:
        """Adds restarts; a seed that is there already keeps its row.

        Raises:
            BenchError: the disk is full, or the file there is damaged.
        """
        merged = {row["seed"]: row for row in added}
        merged.update({row["seed"]: row for row in self.rows(group)})
        rows.write(self.path(group), [_manifest(group), *(merged[s] for s in sorted(merged))])

    def take(self, other: Store) -> dict[str, list[int]]:
        """Adds another store's restarts; a seed that is there already keeps its row. The seeds
        that were added, by file name.

        Raises:
            BenchError: the disk is full, or a file of either is damaged.
        """
        added: dict[str, list[int]] = {}
        for theirs in list(other.all()):
            path = self.folder / f"{theirs.manifest['label']}_{theirs.manifest['group']}.jsonl"
            if path.name != theirs.path.name:
                raise damaged(theirs.path, 1, f"is the manifest of {path.name}", REMEDY)
            own = _read(path) if path.exists() else None
            kept = {row["seed"]: row for row in own.rows} if own else {}
            new = {row["seed"]: row for row in theirs.rows if row["seed"] not in kept}
            if new:
                merged = kept | new
                rows.write(path, [theirs.manifest, *(merged[s] for s in sorted(merged))])
                added[path.name] = sorted(new)
        return added


def _manifest(group: Group) -> Row:
    return {"group": group.id, "label": group.label, **group.canonical()}


def _read(path: Path) -> Stored | None:
    """A file, None if it is of a version, method or data set that is no more."""
    found = rows.values(path, REMEDY)
    if not found:
        raise damaged(path, 1, "is missing", REMEDY)
    (_, manifest), *lines = found
    canonical = _canonical(path, manifest)
    method = registry.methods().get(canonical["method"])
    dataset = registry.datasets().get(canonical["dataset"])
    if method is None or dataset is None or canonical["version"] != method.version:
        return None
    fields = {**BEFORE, **method.fields, **AFTER}
    completed = kinds.completed(canonical["data"])
    per_unit = method.metrics.get(dataset.metric.measured)
    units = set(canonical["units"])
    for line, row in lines:
        wrong = wrong_field(row, fields)
        if not wrong and row["id"] != digest({**canonical, "seed": row["seed"]}):
            wrong = f"has an id that is not its run's (seed {row['seed']})"
        if not wrong and row["kind"] == (kinds.REAL if completed else kinds.COMPLETED):
            wrong = f"has a field 'kind' that is not its data's ('{row['kind']}')"
        if not wrong and per_unit is not None and set(row[per_unit]) != units:
            wrong = (
                f"has a field '{per_unit}' that is not of its units ({', '.join(sorted(units))})"
            )
        if wrong:
            raise damaged(path, line, wrong, REMEDY)
    seeds = [row["seed"] for _, row in lines]
    if seeds != sorted(set(seeds)):
        raise damaged(path, 2, "and those after it are not in order of their seeds", REMEDY)
    return Stored(path, manifest, tuple(row for _, row in lines))


_CANONICAL: Fields = {
    "method": rows.TEXT,
    "spec": (lambda value: isinstance(value, dict), "an object"),
    "dataset": rows.TEXT,
    "units": (lambda value: bool(value) and rows.list_of(text)(value), "a list of units"),
    "data": (rows.map_of(text), "an object of SHA-256 sums by file"),
    "version": rows.COUNT,
}


def _canonical(path: Path, manifest: Any) -> Row:
    """The canonical text that a manifest holds, its id checked."""
    label = (rows.form(r"[\w.-]+"), "letters, digits, '_' and '-'")
    wrong = wrong_field(manifest, {"group": rows.ID, "label": label, **_CANONICAL})
    if wrong:
        raise damaged(path, 1, wrong, REMEDY)
    canonical = {name: manifest[name] for name in _CANONICAL}
    if manifest["group"] != digest(canonical):
        raise damaged(path, 1, "is a manifest whose id is not its text's", REMEDY)
    return canonical
