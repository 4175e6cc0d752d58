"""What an update takes, predicted, on a CPU core: for the progress bar and the blocks' length."""

from __future__ import annotations

from bench.methods.recurrent_lm.spec import RecurrentLM
from bench.train import cell_cost

SECONDS_PER_WEIGHT = 1.6e-10
"""Of a word, forward and back: of each weight of the cell and of the output layer."""
SECONDS_PER_SCORE = 1.1e-8
"""Of a word that may come next, forward and back."""


def step_seconds(spec: RecurrentLM, words: int) -> float:
    """Seconds an update, V = ``words``."""
    weights = cell_cost.weights(spec.cell, spec.dim) + words * spec.dim
    word = SECONDS_PER_WEIGHT * weights + SECONDS_PER_SCORE * words
    return spec.batch * spec.steps * word


def step_bytes(spec: RecurrentLM, words: int) -> int:
    """Size of an update's scores, which every pass over them reads."""
    return 4 * spec.batch * spec.steps * words
