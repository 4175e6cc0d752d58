"""What an update takes, predicted, on a CPU core: for the progress bar and the blocks' length."""

from __future__ import annotations

from bench.methods.memnn_triples.spec import MemNNTriples

SECONDS_PER_UNIT = 5e-8
"""Of a pair and unit, both models: its words looked up, and written again."""


def step_seconds(spec: MemNNTriples) -> float:
    """Seconds an update."""
    return SECONDS_PER_UNIT * spec.batch * spec.dim


def step_bytes(spec: MemNNTriples) -> int:
    """Size of the rows that an update reads, roughly."""
    return 2 * 4 * 100 * spec.batch * spec.dim
