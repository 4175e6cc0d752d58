"""The rate of an epoch, and when a training is done: of the validation costs seen so far alone, so
that a resumed restart replays its history."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.methods.recurrent_lm.spec import RecurrentLM


def rate(spec: RecurrentLM, valid_costs: Sequence[float]) -> float:
    """The rate of the epoch after these, 0 if training is done.

    Args:
        valid_costs: nats a word, after each epoch so far. One that is not finite ends the training.
    """
    found, least = spec.rate, math.inf
    for cost in valid_costs:
        if cost >= least:
            found /= spec.anneal
        least = min(least, cost)
    over = len(valid_costs) >= spec.epochs or found < spec.least_rate
    return 0.0 if over or not all(map(math.isfinite, valid_costs)) else found
