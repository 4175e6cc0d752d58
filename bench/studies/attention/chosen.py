"""The rows of attention by data set and task, and of each task the restart that tables show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from bench.core.rows import Row
from bench.datasets.babi.layout import DATASETS
from bench.methods.memn2n import METHOD
from bench.tables.frame import best
from bench.tables.numbers import mean


@dataclass(frozen=True)
class Measured:
    """The restarts of one task of one data set.

    Attributes:
        rows: all that are stored.
        chosen: the one with the lowest training error, as in the tables of errors.
    """

    rows: Sequence[Row]
    chosen: Row

    def spread(self, name: str, hop: int) -> tuple[float, float, float | None]:
        """Of 'share', 'top' or 'empty' in a hop, in %: the chosen restart's, and all their mean and
        sample standard deviation."""
        values = pd.Series([100 * row[name][hop] for row in self.rows])
        deviation = values.std() if len(values) > 1 else None
        return 100 * self.chosen[name][hop], mean(values), deviation


Tables = dict[str, dict[int, Measured]]
"""Data set -> task -> its restarts; data sets as `DATASETS` has them, tasks by number."""


def by_task(rows: Iterable[Row]) -> Tables:
    """Rows, as `bench.studies.attention.store.ROWS` has them, by data set and task."""
    sets: dict[str, dict[int, list[Row]]] = {}
    for row in rows:
        sets.setdefault(row["dataset"], {}).setdefault(row["task"], []).append(row)
    return {
        name: {task: Measured(those, _chosen(those)) for task, those in sorted(tasks.items())}
        for name, tasks in sorted(sets.items(), key=lambda item: list(DATASETS).index(item[0]))
    }


def hops_of(tasks: dict[int, Measured]) -> range:
    """Hops from 0 of the model with the most."""
    return range(max(measured.chosen["hops"] for measured in tasks.values()))


def _chosen(rows: Sequence[Row]) -> Row:
    rule = METHOD.rules[rows[0]["selection"]]
    return rows[best(pd.DataFrame(rows), rule).index[0]]
