"""Initial parameters: N(0, init_std^2) with null rows zero (S15 4.2)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bench.train import draws
from bench.train.lanes import Lanes


def initial(
    lanes: Lanes,
    stream: int,
    seeds: np.ndarray,
    shapes: Mapping[str, tuple[int, ...]],
    masks: Mapping[str, np.ndarray],
    std: float,
) -> dict[str, np.ndarray]:
    """One stream of normal numbers a restart, cut into its parameters in the order of their names.

    Args:
        stream: the group's, see `bench.train.draws`.
        seeds: (R,) int32.
        shapes: of each parameter of one restart.
        masks: factors that keep null rows zero (`bench.methods.memn2n.model.null_masks`).

    Returns:
        name -> (R, *shape) float32.
    """
    sizes = {name: int(np.prod(shape)) for name, shape in sorted(shapes.items())}
    numbers = np.asarray(draws.normal(lanes, stream, seeds, sum(sizes.values())))
    params, at = {}, 0
    for name, size in sizes.items():
        values = np.float32(std) * numbers[:, at : at + size].reshape(len(seeds), *shapes[name])
        params[name] = values * masks[name] if name in masks else values
        at += size
    return params
