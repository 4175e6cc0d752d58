"""How the papers train their columns: the settings that tables and ablations share.

A field given wins over the protocol's, so that a column says only what sets it apart.
"""

from __future__ import annotations

from typing import Any

from bench.methods.memnn.spec import MemNN, memnn


def w14(**fields: Any) -> MemNN:
    """W14's simulations: gamma = 0.1, n = 100, 10 epochs, one question an update.

    The paper samples a wrong item of each kind at a rate of 0.01. Here all of them count, as its
    equations have it: 80 times the gradient, so that the rate is 0.002, and it falls to 0. At 0.01
    such sums diverge. No restart is chosen: ours is the mean.

    Raises:
        BenchError: as `bench.methods.memnn.spec.memnn`.
    """
    settings = dict(
        dim=100, epochs=10, gamma=0.1, rate=0.002, lists="one", memory_size=80, restarts=10
    )
    return memnn(**settings | fields)
