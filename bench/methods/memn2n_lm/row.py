"""An outcome as the language model's fields of a row of the store."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.core.rows import Fields, Row, count, list_of, map_of, number
from bench.methods.memn2n_lm.perplexity import perplexity, released_perplexity
from bench.methods.memn2n_lm.spec import MemN2NLM

BEGINNING = 200
"""Updates whose mean cost a row keeps: they can be trained again where hours can't."""

_COST = (lambda value: value is None or number(value), "a number, or null where it is not finite")


def _perplexity(value: Any) -> bool:
    return number(value) and value >= 1.0


def _curves(value: Any) -> bool:
    if not isinstance(value, dict) or tuple(value) != ("train_cost", "valid_cost"):
        return False
    train, valid = value.values()
    return all(map(list_of(_COST[0]), (train, valid))) and 0 < len(train) == len(valid)


_PPL = (_perplexity, "a number from 1")
_PPLS = (map_of(_perplexity), "an object of numbers from 1, by unit")

FIELDS: Fields = {
    "epochs": (count, "a whole number above 0"),
    "diverged": (lambda value: value is None or count(value), "an epoch, or null"),
    "early_cost": _COST,
    "train_cost": _COST,
    "valid_cost": _COST,
    "valid_ppls": _PPLS,
    "valid_ppl_batches": _PPL,
    "test_ppls": _PPLS,
    "test_ppl_batches": _PPL,
    "curves": (_curves, "two lists of one length, train_cost and valid_cost"),
}
"""Costs are nats a word. ``early_cost`` is the mean of the first `BEGINNING` updates; ``*_batches``
are the released code's count of words (`released_perplexity`); ``curves`` has all epochs."""

INFINITE = 1e30
"""The perplexity of a model that diverged: rows hold finite numbers only."""


def row(
    spec: MemN2NLM,
    unit: str,
    curve: Sequence[tuple[float, ...]],
    early: float | None,
    valid: np.ndarray,
    test: np.ndarray,
) -> Row:
    """The method's fields of a restart's row, see `FIELDS`.

    Args:
        curve: (training, validation) cost after each epoch.
        early: mean cost of the first updates.
        valid, test: costs of all words of the texts.
    """
    bad = [epoch for epoch, costs in enumerate(curve, 1) if not all(map(math.isfinite, costs))]
    return {
        "epochs": len(curve),
        "diverged": bad[0] if bad else None,
        "early_cost": early,
        "train_cost": _cost(curve[-1][0]),
        "valid_cost": _cost(curve[-1][1]),
        "valid_ppls": {unit: _ppl(perplexity(valid))},
        "valid_ppl_batches": _ppl(released_perplexity(spec, valid)),
        "test_ppls": {unit: _ppl(perplexity(test))},
        "test_ppl_batches": _ppl(released_perplexity(spec, test)),
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


def _ppl(value: float) -> float:
    return float(f"{min(value, INFINITE):.6g}") if math.isfinite(value) else INFINITE
