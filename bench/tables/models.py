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
        return len(self.ranks) >= enough(k)


def enough(k: int) -> int:
    """How many restarts an interval of the best of k asks for."""
    return max(LEAST, 3 * k)


def models(runs: pd.DataFrame, rule: Rule, least: int = 0) -> list[Model]:
    """The models of a column's rows (`bench.tables.frame`), of one metric, in their order.

    Args:
        least: those of fewer restarts, whether they diverged or not, are left out.
    """
    return [
        _model(str(group), stored, rule)
        for group, stored in runs.groupby("group", sort=False)
        if stored.seed.nunique() >= least
    ]


def _model(group: str, stored: pd.DataFrame, rule: Rule) -> Model:
    units = tuple(dict.fromkeys(stored.unit))
    good = stored[~stored.diverged]
    values = good.pivot(index="unit", columns="seed", values="value").reindex(index=list(units))
    ranked = frame.best(good.drop_duplicates("seed"), rule).sort_values("seed")
    return Model(group, units, values.to_numpy(), ranked["rank"].tolist(), stored.seed.nunique())
