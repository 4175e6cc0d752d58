"""Perplexity of a text from the costs of its words."""

from __future__ import annotations

import numpy as np

from bench.methods.memn2n_lm.spec import MemN2NLM


def perplexity(costs: np.ndarray) -> float:
    """exp of the mean cost, in nats, of all words (T,)."""
    with np.errstate(over="ignore"):
        return float(np.exp(np.mean(costs, dtype=np.float64)))


def released_perplexity(spec: MemN2NLM, costs: np.ndarray) -> float:
    """The released code's count: the first N + 1 words are no targets, batches are whole, and the
    last one goes on at the beginning, so that some words count twice."""
    begin = spec.memory + 1
    counted = -(-len(costs) // spec.batch) * spec.batch
    return perplexity(costs[begin + np.arange(counted) % (len(costs) - begin)])
