"""What a recurrent cell (`bench.train.cells`) takes, predicted, on a CPU core."""

from __future__ import annotations

WORD_SECONDS = 1.2e-6
WEIGHT_SECONDS = 2.3e-10
"""Of a word of an example and a restart, forward and back: a constant, and for each weight of the
cell."""

_GATES = {"rnn": 1, "lstm": 4}


def weights(cell: str, dim: int) -> int:
    """Of the cell's kernels, inputs as wide as its hidden state."""
    return 2 * _GATES[cell] * dim**2


def word_seconds(cell: str, dim: int) -> float:
    """Of a word of an example and a restart, forward and back."""
    return WORD_SECONDS + WEIGHT_SECONDS * weights(cell, dim)


def step_bytes(cell: str, dim: int, batch: int) -> int:
    """Size of the cell's weights and of a batch's state, which every word reads."""
    return 4 * _GATES[cell] * dim * (2 * dim + batch)
