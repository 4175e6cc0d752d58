"""How trainings stand whose rate falls with their validation cost: for those who watch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from bench.train.loop import Outlook


def outlook(
    lanes: Sequence[Sequence[float]],
    rate: Callable[[Sequence[float]], float],
    length: Callable[[Sequence[float]], int],
) -> Outlook:
    """The outlook of the lane that should take longest.

    Args:
        lanes: of each, the validation costs after every epoch so far, in nats a word.
        rate: of the epoch after such costs, 0 if training is done.
        length: how many epochs there should be in all, after such costs.
    """
    costs = max(lanes, key=length)
    epochs = length(costs)
    note = f"epoch {min(len(costs) + 1, epochs)} of about {epochs}, rate {rate(costs):.2g}"
    if costs:
        note += f", validation perplexity {math.exp(min(costs[-1], 99.0)):.4g}"
    return Outlook(epochs, note)
