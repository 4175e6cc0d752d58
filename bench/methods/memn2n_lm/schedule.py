"""The rate of an epoch, and when a training is done (S15 section 5).

A pure function of the validation costs seen so far: a resumed restart replays its history.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.methods.memn2n_lm.spec import MemN2NLM

FALLEN = 0.9999
"""The released code lowers the rate unless the cost is at most this share of the one before."""


USUAL_HELD = 12
"""In about so many epochs of a training the rate does not fall."""


def rate(spec: MemN2NLM, valid_costs: Sequence[float]) -> float:
    """The rate of the epoch after these, 0 if training is done.

    Args:
        valid_costs: nats a word, after each epoch so far. One that is not finite ends the training.
    """
    share = FALLEN if spec.annealing == "released" else 1.0
    found = spec.rate
    for before, now in zip(valid_costs, valid_costs[1:], strict=False):
        fallen = now <= share * before if spec.annealing == "released" else now < before
        if not fallen:
            found /= spec.anneal
    done = (
        len(valid_costs) >= spec.epochs
        or found < spec.least_rate
        or not all(map(math.isfinite, valid_costs))
    )
    return 0.0 if done else found


def length(spec: MemN2NLM, valid_costs: Sequence[float]) -> int:
    """How many epochs there should be in all: one for each fall of the rate, and those in which it
    is held.

    Args:
        valid_costs: as of `rate`.
    """
    now = rate(spec, valid_costs)
    if now == 0.0:
        return len(valid_costs)
    falls = _falls(spec, spec.rate)
    held = len(valid_costs) - (falls - _falls(spec, now))
    return min(spec.epochs, falls + max(held, USUAL_HELD))


def _falls(spec: MemN2NLM, rate: float) -> int:
    """How often a rate falls until training is done."""
    count = 0
    while rate >= spec.least_rate:
        rate, count = rate / spec.anneal, count + 1
    return count
