"""The restarts of one group as arrays: what the statistics take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.core.method import Rule
from bench.tables import frame
from bench.tables.interval import LEAST


@dataclass(frozen=True)
class Model:
    """What is trained together; N restarts of it did not diverge.

    Attributes:
        group: its id.
        units: of the data set, those that the rows are of.
        values: (units, N), by seed.
        ranks: N, by the rule of selection; equals share one.
        total: restarts, diverged ones too.
    """

    group: str
    units: tuple[str, ...]
    values: np.ndarray
    ranks: list[int]
    total: int

    def enough(self, k: int) -> bool:
        """Whether an interval of the best of k may rest on it."""
        return len(self.ranks) >= max(LEAST, 3 * k)


def models(runs: pd.DataFrame, rule: Rule) -> list[Model]:
    """The models of a column's rows (`bench.tables.frame`), of one metric, in their order."""
    used = runs[["group", "unit", "seed", "diverged", "value", *rule.fields]]
    groups = used.groupby("group", sort=False)
    return [_model(str(group), stored, rule) for group, stored in groups]


def _model(group: str, stored: pd.DataFrame, rule: Rule) -> Model:
    units = tuple(dict.fromkeys(stored.unit))
    good = stored[~stored.diverged]
    seeds, which = np.unique(good.seed, return_inverse=True)
    values = np.full((len(units), len(seeds)), np.nan)
    values[pd.Index(units).get_indexer(good.unit), which] = good.value
    ranked = frame.best(good.drop_duplicates("seed"), rule).sort_values("seed")
    return Model(group, units, values, ranked["rank"].tolist(), stored.seed.nunique())
