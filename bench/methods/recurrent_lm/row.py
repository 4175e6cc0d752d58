"""An outcome as the recurrent language model's fields of a row of the store."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.core.rows import Fields, Row, count, list_of, map_of, number

BEGINNING = 200
"""Updates whose mean cost a row keeps: they can be trained again where hours can't."""

INFINITE = 1e30
"""The perplexity of a model that diverged: rows hold finite numbers only."""

_COST = (lambda value: value is None or number(value), "a number, or null where it is not finite")


def _perplexity(value: Any) -> bool:
    return number(value) and value >= 1.0


def _curves(value: Any) -> bool:
    if not isinstance(value, dict) or tuple(value) != ("train_cost", "valid_cost"):
        return False
    train, valid = value.values()
    return all(map(list_of(_COST[0]), (train, valid))) and 0 < len(train) == len(valid)


_PPLS = (map_of(_perplexity), "an object of numbers from 1, by unit")

FIELDS: Fields = {
    "epochs": (count, "a whole number above 0"),
    "diverged": (lambda value: value is None or count(value), "an epoch, or null"),
    "best_epoch": (count, "a whole number above 0"),
    "early_cost": _COST,
    "valid_cost": _COST,
    "valid_ppls": _PPLS,
    "test_ppls": _PPLS,
    "curves": (_curves, "two lists of one length, train_cost and valid_cost"),
}
"""Costs are nats a word. ``early_cost`` is the mean of the first `BEGINNING` updates; the others
are of the model after ``best_epoch``, but for ``curves``, which has all epochs."""


def row(
    unit: str, curve: Sequence[tuple[float, ...]], early: float | None, test: np.ndarray
) -> Row:
    """The method's fields of a restart's row, see `FIELDS`.

    Args:
        curve: training and validation cost of each epoch.
        early: mean cost of the first updates.
        test: costs of all words of the test text, by the best epoch's model.
    """
    bad = [epoch for epoch, costs in enumerate(curve, 1) if not all(map(math.isfinite, costs))]
    valid = [cost if math.isfinite(cost) else math.inf for _, cost in curve]
    best = valid.index(min(valid))
    return {
        "epochs": len(curve),
        "diverged": bad[0] if bad else None,
        "best_epoch": best + 1,
        "early_cost": early,
        "valid_cost": _cost(valid[best]),
        "valid_ppls": {unit: _ppl(valid[best])},
        "test_ppls": {unit: _ppl(float(np.mean(test, dtype=np.float64)))},
        "curves": {
            "train_cost": [_cost(costs[0]) for costs in curve],
            "valid_cost": [_cost(costs[1]) for costs in curve],
        },
    }


def early_cost(total: float, updates: int) -> float | None:
    """The mean cost of the first updates, all digits of a float32."""
    return float(f"{total / updates:.9g}") if math.isfinite(total) else None


def _cost(value: float) -> float | None:
    return float(f"{value:.7g}") if math.isfinite(value) else None


def _ppl(cost: float) -> float:
    """exp of a mean cost."""
    return float(f"{math.exp(cost):.6g}") if cost < math.log(INFINITE) else INFINITE
