"""Trees of arrays, an optimizer's state say, by the names under which states and checkpoints hold
their leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from bench.train.lanes import Array


def named(prefix: str, tree: Any, restarts: int | None = None) -> dict[str, Array]:
    """A tree's leaves by name.

    Args:
        restarts: R, to have as many of each leaf side by side; None for the leaves as they are.
    """
    leaves = enumerate(jax.tree.leaves(tree))
    if restarts is None:
        return {f"{prefix}{i:04d}": leaf for i, leaf in leaves}
    return {f"{prefix}{i:04d}": np.stack([np.asarray(leaf)] * restarts) for i, leaf in leaves}


def like(prefix: str, found: Mapping[str, Array], tree: Any) -> Any:
    """Leaves that `named` gave, as a tree like this one."""
    names = sorted(name for name in found if name.startswith(prefix))
    return jax.tree.unflatten(jax.tree.structure(tree), [found[name] for name in names])
