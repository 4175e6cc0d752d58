"""What an update takes, predicted, on a CPU core: for the progress bar and the blocks' length."""

from __future__ import annotations

from bench.methods.memnn_triples.spec import MemNNTriples

SECONDS_PER_UNIT = 2.5e-7
"""Of a pair and unit, both models: its words looked up, and written again."""


def step_seconds(spec: MemNNTriples) -> float:
    """Seconds an update."""
    return SECONDS_PER_UNIT * spec.batch * spec.dim


def table_bytes(spec: MemNNTriples, words: int) -> int:
    """Of both models' two tables, V = ``words``."""
    return 4 * 2 * 2 * words * spec.dim
