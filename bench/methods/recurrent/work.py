"""What an update takes, predicted, on a CPU core: for the progress bar and the blocks' length."""

from __future__ import annotations

from bench.methods.recurrent.spec import Recurrent

SECONDS_PER_STEP = 1.2e-6
SECONDS_PER_WEIGHT = 2.3e-10
"""Of a word of an example and a restart, forward and back: a constant, and for each weight of the
cell."""

GATES = {"rnn": 1, "lstm": 4}


def step_seconds(spec: Recurrent, words: float) -> float:
    """Seconds an update and restart, of examples of so many words."""
    weights = GATES[spec.cell] * 2 * spec.dim**2
    return spec.batch * words * (SECONDS_PER_STEP + SECONDS_PER_WEIGHT * weights)


def step_bytes(spec: Recurrent) -> int:
    """Size of the cell's weights and of a batch's state, which every word reads."""
    return 4 * GATES[spec.cell] * spec.dim * (2 * spec.dim + spec.batch)
