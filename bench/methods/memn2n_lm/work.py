"""What an update takes, predicted, on a CPU core: for the progress bar and the blocks' length."""

from __future__ import annotations

from bench.methods.memn2n_lm.spec import MemN2NLM

SECONDS_PER_WEIGHT = 3.5e-8
"""Of the output layer: of a unit and word, with the update of all tables, for a batch of 128."""
SECONDS_PER_READ = 2.5e-9
"""Of a unit of a memory and hop, forward and back."""


def step_seconds(spec: MemN2NLM, words: int) -> float:
    """Seconds an update, V = ``words``."""
    share = spec.batch / 128
    out = SECONDS_PER_WEIGHT * words * spec.dim / 2
    return share * (out + SECONDS_PER_READ * 128 * spec.memory * spec.dim * spec.hops / 2)


def step_bytes(spec: MemN2NLM) -> int:
    """Size of a batch's embedded memories."""
    return 8 * spec.batch * spec.memory * spec.dim
