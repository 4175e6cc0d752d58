"""How the papers train their columns: the settings that tables and ablations share.

S15 section 4.2, with the authors' released code where the paper is silent. A field given wins over
the protocol's, so that a column says only what sets it apart.
"""

from __future__ import annotations

from typing import Any

from bench.methods.memn2n.spec import MemN2N, memn2n


def per_task(**fields: Any) -> MemN2N:
    """A model a task: d = 20, 3 hops, 100 epochs at 0.01, the rate halved every 25.

    With linear start, 20 epochs of it at 0.005, and the epochs proper begin at 0.005 too.

    Raises:
        BenchError: as `bench.methods.memn2n.spec.memn2n`.
    """
    settings = dict(dim=20, epochs=100, halve_every=25, hops=3, tying="adjacent", restarts=10)
    if fields.get("linear_start"):
        settings |= dict(rate=0.005, linear_start_rate=0.005, linear_start_epochs=20)
    return memn2n(**settings | fields)


def joint_1k(**fields: Any) -> MemN2N:
    """One model for all tasks, 1k questions each: d = 50, 60 epochs, the rate halved every 15; 30
    epochs of linear start come first."""
    return _joint(dict(epochs=60, halve_every=15, linear_start_epochs=30), fields)


def joint_10k(**fields: Any) -> MemN2N:
    """The same for 10k questions a task: 20 epochs, the rate halved every 5; 10 epochs of linear
    start come first (their number is printed nowhere: half of the epochs, as with 1k)."""
    return _joint(dict(epochs=20, halve_every=5, linear_start_epochs=10), fields)


def _joint(schedule: dict[str, Any], fields: dict[str, Any]) -> MemN2N:
    return per_task(**dict(joint=True, dim=50, linear_start=True) | schedule | fields)
