"""An outcome as the recurrent language model's fields of a row of the store."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bench.core.rows import Fields, Row, count
from bench.train.costs import (
    COST,
    CURVES,
    DIVERGED,
    PERPLEXITIES,
    cost,
    curves,
    diverged,
    perplexity,
)

FIELDS: Fields = {
    "epochs": (count, "a whole number above 0"),
    "diverged": DIVERGED,
    "best_epoch": (count, "a whole number above 0"),
    "early_cost": COST,
    "valid_cost": COST,
    "valid_ppls": PERPLEXITIES,
    "test_ppls": PERPLEXITIES,
    "curves": CURVES,
}
"""Costs are nats a word. ``early_cost`` is the mean of the first updates
(`bench.train.costs.BEGINNING`); the others are of the model after ``best_epoch``, but for
``curves``, which has all epochs."""


def row(
    unit: str, curve: Sequence[tuple[float, ...]], early: float | None, test: np.ndarray
) -> Row:
    """The method's fields of a restart's row, see `FIELDS`.

    Args:
        curve: training and validation cost of each epoch.
        early: mean cost of the first updates.
        test: costs of all words of the test text, by the best epoch's model.
    """
    valid = [value if math.isfinite(value) else math.inf for _, value in curve]
    best = valid.index(min(valid))
    return {
        "epochs": len(curve),
        "diverged": diverged(curve),
        "best_epoch": best + 1,
        "early_cost": early,
        "valid_cost": cost(valid[best]),
        "valid_ppls": {unit: perplexity(np.array(valid[best]))},
        "test_ppls": {unit: perplexity(test)},
        "curves": curves(curve),
    }
