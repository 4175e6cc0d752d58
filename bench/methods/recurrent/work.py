"""What an update takes, predicted, on a CPU core: for the progress bar and the blocks' length."""

from __future__ import annotations

from bench.methods.recurrent.spec import Recurrent
from bench.train import cell_cost


def step_seconds(spec: Recurrent, words: float) -> float:
    """Seconds an update and restart, of examples of so many words."""
    return spec.batch * words * cell_cost.word_seconds(spec.cell, spec.dim)


def step_bytes(spec: Recurrent) -> int:
    """What every word reads."""
    return cell_cost.step_bytes(spec.cell, spec.dim, spec.batch)
