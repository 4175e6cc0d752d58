"""An outcome as the language model's fields of a row of the store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.core.rows import Fields, Row, count
from bench.methods.memn2n_lm.spec import MemN2NLM
from bench.train.costs import (
    COST,
    CURVES,
    DIVERGED,
    PERPLEXITIES,
    PERPLEXITY,
    cost,
    curves,
    diverged,
    perplexity,
)

FIELDS: Fields = {
    "epochs": (count, "a whole number above 0"),
    "diverged": DIVERGED,
    "early_cost": COST,
    "train_cost": COST,
    "valid_cost": COST,
    "valid_ppls": PERPLEXITIES,
    "valid_ppl_batches": PERPLEXITY,
    "test_ppls": PERPLEXITIES,
    "test_ppl_batches": PERPLEXITY,
    "curves": CURVES,
}
"""Costs are nats a word. ``early_cost`` is the mean of the first updates
(`bench.train.costs.BEGINNING`); ``*_batches`` are of the words that the released code counts
(`released`); ``curves`` has all epochs."""


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
    return {
        "epochs": len(curve),
        "diverged": diverged(curve),
        "early_cost": early,
        "train_cost": cost(curve[-1][0]),
        "valid_cost": cost(curve[-1][1]),
        "valid_ppls": {unit: perplexity(valid)},
        "valid_ppl_batches": perplexity(released(spec, valid)),
        "test_ppls": {unit: perplexity(test)},
        "test_ppl_batches": perplexity(released(spec, test)),
        "curves": curves(curve),
    }


def released(spec: MemN2NLM, costs: np.ndarray) -> np.ndarray:
    """Of a text's costs (T,), those that the released code counts: the first N + 1 words are no
    targets, batches are whole, and the last one goes on at the beginning, so that some count
    twice."""
    begin = spec.memory + 1
    counted = -(-len(costs) // spec.batch) * spec.batch
    return costs[begin + np.arange(counted) % (len(costs) - begin)]
