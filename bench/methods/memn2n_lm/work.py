"""What an update takes, predicted, on a CPU core: for the progress bar and the blocks' length."""

from __future__ import annotations

from bench.methods.memn2n_lm.spec import MemN2NLM

SECONDS_PER_WEIGHT = 1.4e-8
"""Of the output layer: of a unit and word, with the update of all tables, for a batch of 128."""
SECONDS_PER_MEMORY = 1.9e-9
"""Of a unit of a memory: looked up, and its gradient added to the tables."""
SECONDS_PER_READ = 7.7e-10
"""Of a unit of a memory and hop, forward and back."""


def step_seconds(spec: MemN2NLM, words: int) -> float:
    """Seconds an update, V = ``words``."""
    share = spec.batch / 128
    memory = SECONDS_PER_MEMORY + SECONDS_PER_READ * spec.hops
    return share * spec.dim * (SECONDS_PER_WEIGHT * words + memory * 128 * spec.memory)


def step_bytes(spec: MemN2NLM) -> int:
    """Size of a batch's embedded memories."""
    return 8 * spec.batch * spec.memory * spec.dim
