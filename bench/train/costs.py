"""What a row of a language model says of its costs, in nats a word, and of its perplexities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.core.rows import Row, count, list_of, map_of, number

BEGINNING = 200
"""Updates whose mean cost a row keeps: they can be trained again where hours can't."""

SHORT_WORDS = 10_000
"""Under a budget of updates so many words are scored."""

INFINITE = 1e30
"""The perplexity of a model that diverged: rows hold finite numbers only."""


def _perplexity(value: Any) -> bool:
    return number(value) and value >= 1.0


def _curves(value: Any) -> bool:
    if not isinstance(value, dict) or tuple(value) != ("train_cost", "valid_cost"):
        return False
    train, valid = value.values()
    return all(map(list_of(COST[0]), (train, valid))) and 0 < len(train) == len(valid)


COST = (lambda value: value is None or number(value), "a number, or null where it is not finite")
PERPLEXITY = (_perplexity, "a number from 1")
PERPLEXITIES = (map_of(_perplexity), "an object of numbers from 1, by unit")
CURVES = (_curves, "two lists of one length, train_cost and valid_cost")
DIVERGED = (lambda value: value is None or count(value), "an epoch, or null")
"""Checks of fields as `bench.core.rows.Fields` holds them."""


def cost(value: float) -> float | None:
    """As rows hold it."""
    return float(f"{value:.7g}") if math.isfinite(value) else None


def perplexity(costs: np.ndarray) -> float:
    """exp of the mean cost of words (T,), as rows hold it."""
    mean = float(np.mean(costs, dtype=np.float64))
    return float(f"{math.exp(mean):.6g}") if mean < math.log(INFINITE) else INFINITE


def early_costs(totals: np.ndarray, updates: int) -> list[float | None]:
    """The mean cost of the first of an epoch's updates, all digits of a float32.

    Args:
        totals: of each restart, of the first `BEGINNING` or of all if there are fewer.
        updates: of an epoch.
    """
    means = (float(total) / min(BEGINNING, updates) for total in totals)
    return [float(f"{mean:.9g}") if math.isfinite(mean) else None for mean in means]


def diverged(curve: Sequence[tuple[float, ...]]) -> int | None:
    """The first epoch of a (training, validation) curve with a cost that is not finite."""
    bad = (epoch for epoch, costs in enumerate(curve, 1) if not all(map(math.isfinite, costs)))
    return next(bad, None)


def curves(curve: Sequence[tuple[float, ...]]) -> Row:
    """A (training, validation) curve as rows hold it."""
    names = ("train_cost", "valid_cost")
    return {name: [cost(costs[i]) for costs in curve] for i, name in enumerate(names)}
