"""The store as one tidy frame, a row a restart, unit and metric (or aside,
`bench.core.method.Method.asides`): all numbers of ours are its."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from bench.core import kinds, provenance, registry, rows
from bench.core.column import Column
from bench.core.dataset import AtHand
from bench.core.method import Rule
from bench.core.rows import Row
from bench.core.runs import digest
from bench.core.store import REMEDY, Store, Stored

GROUP = ("group", "identity", "method", "dataset", "units", "data", "completed")
"""Of a group: its id, its method, spec and data set in one hash, the units trained together, the
(file, SHA-256) pairs read, and whether generated examples complete a training set of them."""

RESTART = ("seed", "diverged", "kind", "lanes", "seconds", "device", "commit", "versions", "curves")
"""Of a restart, see `bench.core.store`, and its costs by epoch where its method keeps them; the
fields that rules of selection look at follow."""

VALUE = ("unit", "metric", "value", "batches")
"""Of a number; ``batches`` is the same without the last partial batch, as some released code has
it: the row's field ``<metric>_batches``, of a restart of one unit."""


def read(store: Store) -> pd.DataFrame:
    """All that is stored of today's methods and data sets.

    Raises:
        BenchError: a file is damaged, or a row lacks the number of one of its units.
    """
    rules = [rule for method in registry.methods().values() for rule in method.rules.values()]
    ranked = list(dict.fromkeys(name for rule in rules for name in rule.fields))
    found = [record for stored in store.all() for record in _records(stored, ranked)]
    frame = pd.DataFrame(found, columns=[*GROUP, *RESTART, *ranked, *VALUE])
    numbers = [*ranked, "value", "batches"]
    return frame.astype(dict.fromkeys(numbers, float)).astype({"seed": int, "diverged": bool})


def identity(method: str, spec: Any, dataset: str) -> str:
    """What a column has in common with its stored groups, whatever their units and files."""
    return digest({"method": method, "spec": spec, "dataset": dataset})


def of_column(frame: pd.DataFrame, column: Column, dataset: str) -> pd.DataFrame:
    """A column's rows: all single units, or of a joint column the group of the most units."""
    mine = frame[frame.identity == identity(column.method, column.canonical(), dataset)]
    if column.joint:
        widest = sorted(set(zip(mine.units, mine.group, strict=True)), key=_widest)
        return mine[mine.group == widest[0][1]] if widest else mine
    return mine[mine.units.map(len) == 1]


def _widest(one: tuple[Sequence[str], str]) -> tuple:
    return -len(one[0]), one


def at_hand(frame: pd.DataFrame, located: Mapping[str, AtHand]) -> pd.DataFrame:
    """The rows of one set of files a data set and units.

    Those of the files that were located. Of data sets that were not, those of the known files, or,
    where there are none, of whichever files most rows are of.
    """
    taken = set()
    groups: Any = frame.groupby(["dataset", "units"], sort=False)
    for (name, units), those in groups:
        there = located.get(name) or registry.dataset(name).known()
        wanted = None
        if all(there.has(unit) for unit in units):
            files = {file: sha for unit in units for file, sha in there.files[unit].items()}
            wanted = tuple(sorted(files.items()))
        counts = those.data.value_counts()
        if name not in located and wanted not in counts.index:
            wanted = min(counts.index, key=lambda data: (-counts[data], data))
        taken.add((name, units, wanted))
    keys = zip(frame.dataset, frame.units, frame.data, strict=True)
    return frame[pd.Series([key in taken for key in keys], frame.index, dtype=bool)]


def best(restarts: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Restarts by a rule of selection, the best first, each with its ``rank``; equals share one.

    The least of the rule's fields is the best, one that is not finite comes last, and of equals the
    lower seed goes before. By a rule without fields all are equal. Nothing here looks at the test
    set.

    Args:
        restarts: a row a restart (or a restart and unit), with ``seed`` and the rule's fields.
    """
    rank = np.zeros(len(restarts), int)
    if rule.fields:
        fields = restarts[list(rule.fields)].to_numpy(float)
        keys = np.where(np.isnan(fields), math.inf, fields)
        rank = np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)
    order = np.lexsort((restarts.seed.to_numpy(), rank))
    return restarts.assign(rank=rank).iloc[order]


def _records(stored: Stored, ranked: Sequence[str]) -> list[tuple]:
    manifest = stored.manifest
    method = registry.method(manifest["method"])
    shown = registry.dataset(manifest["dataset"]).metric
    units = tuple(manifest["units"])
    group = (
        manifest["group"],
        identity(method.name, manifest["spec"], manifest["dataset"]),
        method.name,
        manifest["dataset"],
        units,
        tuple(sorted(manifest["data"].items())),
        kinds.completed(manifest["data"]),
    )
    records = []
    for line, row in enumerate(stored.rows, start=2):
        restart = (*_restart(row), *(row.get(name) for name in ranked))
        for metric, field in method.metrics.items():
            batches = row.get(f"{metric}_batches") if len(units) == 1 else None
            for unit in units:
                value = row[field].get(unit)
                if not rows.number(value):
                    what = f"has a field '{field}' without a number for '{unit}'"
                    raise rows.damaged(stored.path, line, what, REMEDY)
                records.append((*group, *restart, unit, metric, value, batches))
                if shown.complement == metric and shown.name not in method.metrics:
                    left = None if batches is None else shown.of(batches)
                    records.append((*group, *restart, unit, shown.name, shown.of(value), left))
        asides = method.asides if len(units) == 1 else {}
        told = {title: figure(row) for title, figure in asides.items()}
        records += [
            (*group, *restart, units[0], title, value, None)
            for title, value in told.items()
            if value is not None
        ]
    return records


def _restart(row: Row) -> tuple:
    told = (row[name] for name in ("kind", "lanes", "seconds", "device", "commit"))
    versions = provenance.in_words(row["versions"])
    return row["seed"], row["diverged"] is not None, *told, versions, row.get("curves")
