"""What updates take, predicted: so long that a training can be stopped between two blocks of
them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.core import devices
from bench.methods.memn2n.spec import MemN2N as Spec

if TYPE_CHECKING:
    from bench.methods.memn2n.model import Tables

STEP_SECONDS = 4e-5
STEP_SECONDS_PER_FEATURE = 2.2e-8
STEP_SECONDS_PER_WEIGHT = 2e-8
"""Of a step and restart on a CPU core: a constant and, for each hop, so much for each feature of
its memories and for each weight of its matrices."""

BLOCK_SECONDS = 2.0
"""Predicted, of a block: with that, a stop takes effect in time on a core several times slower."""


def step_seconds(spec: Spec, features: float, rows: int) -> float:
    """Predicted seconds a step and restart.

    Args:
        features: of all memories of a question, slots times those of one.
        rows: of a hop's matrix.
    """
    hop = STEP_SECONDS_PER_FEATURE * features + STEP_SECONDS_PER_WEIGHT * spec.dim * rows
    return STEP_SECONDS + spec.hops * hop


def block_updates(spec: Spec, tables: Tables, slots: int) -> int:
    """How many updates a block has at most, as many restarts sharing a program as a CPU allows."""
    features = slots * tables.statements.shape[1]
    rows = np.shape(tables.features.plain)[0] + slots
    seconds = devices.CPU_LANES * step_seconds(spec, features, rows)
    return max(1, int(BLOCK_SECONDS / seconds))
