"""When the softmax is off, at which rate, and when a restart is done (S15 4.2).

Plain Python, a pure function of the validation losses seen so far, so that a resumed restart
replays its history instead of storing the schedule's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bench.methods.memn2n.spec import MemN2N


class Phase(NamedTuple):
    """What the next epoch of a restart does."""

    linear: bool
    rate: float
    done: bool


def phase(spec: MemN2N, valid_losses: Sequence[float]) -> Phase:
    """The phase of epoch ``len(valid_losses) + 1``.

    Args:
        valid_losses: validation loss after each epoch so far, linear start's included; unless
            `reads_losses`, any values will do.
    """
    start = linear_epochs(spec, valid_losses)
    if start is None:
        return Phase(True, spec.linear_start_rate, False)
    epoch = len(valid_losses) - start + 1
    if epoch > spec.epochs:
        return Phase(False, 0.0, True)
    return Phase(False, rate(spec, epoch), False)


def reads_losses(spec: MemN2N) -> bool:
    """Whether `phase` looks at the losses themselves, or only at how many there are."""
    return spec.linear_start and spec.readings.linear_start_end == "paper"


def linear_epochs(spec: MemN2N, valid_losses: Sequence[float]) -> int | None:
    """How many epochs linear start took, or None while it goes on."""
    if not spec.linear_start:
        return 0
    if spec.readings.linear_start_end == "released":
        done = len(valid_losses) >= spec.linear_start_epochs
        return spec.linear_start_epochs if done else None
    # The paper: until validation loss stops falling; at most as long as the training proper.
    for i in range(1, min(len(valid_losses), spec.epochs)):
        if not valid_losses[i] < valid_losses[i - 1]:
            return i + 1
    return spec.epochs if len(valid_losses) >= spec.epochs else None


def rate(spec: MemN2N, epoch: int) -> float:
    """The learning rate of an epoch, counted from 1, with the softmax in."""
    full = epoch - 1 if spec.readings.halving == "paper" else epoch
    return spec.rate * 0.5 ** (full // spec.halve_every)


def most_epochs(spec: MemN2N) -> int:
    """An upper bound on a restart's epochs, for progress."""
    released = spec.readings.linear_start_end == "released"
    start = (spec.linear_start_epochs if released else spec.epochs) if spec.linear_start else 0
    return start + spec.epochs
