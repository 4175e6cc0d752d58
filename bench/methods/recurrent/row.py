"""An outcome as the recurrent network's fields of a row of the store."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.core.rows import Fields, Row, count, list_of, map_of, number, percent

_PERCENT = (percent, "a percentage, 0 to 100")
_COST = (lambda value: value is None or number(value), "a number, or null where it is not finite")

NAMES = ("train_cost", "valid_cost", "valid_error")


def _curves(value: Any) -> bool:
    if not isinstance(value, dict) or tuple(value) != NAMES:
        return False
    train, cost, error = value.values()
    checked = list_of(_COST[0])(train) and list_of(_COST[0])(cost) and list_of(percent)(error)
    return checked and 0 < len(train) == len(cost) == len(error)


FIELDS: Fields = {
    "epochs": (count, "a whole number above 0"),
    "diverged": (lambda value: value is None or count(value), "an epoch, or null"),
    "best_epoch": (count, "a whole number above 0"),
    "valid_cost": _COST,
    "valid_error": _PERCENT,
    "test_cost": _COST,
    "test_error": _PERCENT,
    "test_errors": (map_of(percent), "an object of percentages, 0 to 100, by unit"),
    "curves": (_curves, "three lists of one length, train_cost, valid_cost and valid_error"),
}
"""Errors are in %, costs nats a question (null where not finite). All but ``curves`` are of the
model after ``best_epoch``, which errs least on the questions held out; ``diverged`` is the first
epoch of a cost that was not finite."""


def row(unit: str, curve: Sequence[tuple[float, ...]], costs: np.ndarray, right: np.ndarray) -> Row:
    """The method's fields of a restart's row, see `FIELDS`.

    Args:
        curve: training cost, validation cost and share of validation errors of each epoch.
        costs, right: of the test questions, (N,) each, by the best epoch's model.
    """
    bad = [epoch for epoch, one in enumerate(curve, 1) if not all(map(math.isfinite, one))]
    best = best_epoch(curve)
    error = _percent(1.0 - float(np.mean(right)))
    return {
        "epochs": len(curve),
        "diverged": bad[0] if bad else None,
        "best_epoch": best,
        "valid_cost": _cost(curve[best - 1][1]),
        "valid_error": _percent(curve[best - 1][2]),
        "test_cost": _cost(float(np.mean(costs, dtype=np.float64))),
        "test_error": error,
        "test_errors": {unit: error},
        "curves": {
            "train_cost": [_cost(one[0]) for one in curve],
            "valid_cost": [_cost(one[1]) for one in curve],
            "valid_error": [_percent(one[2]) for one in curve],
        },
    }


def best_epoch(curve: Sequence[tuple[float, ...]]) -> int:
    """The epoch, from 1, of least error on the questions held out; of equals that of least cost,
    then the first. A cost that is not finite comes last."""

    def rank(one: tuple[float, ...]) -> tuple[bool, float, float]:
        return not math.isfinite(one[1]), one[2], one[1]

    return 1 + min(range(len(curve)), key=lambda i: rank(curve[i]))


def _percent(error: float) -> float:
    return round(100.0 * error, 4)


def _cost(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
