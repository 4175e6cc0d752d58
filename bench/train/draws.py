"""Random numbers of a restart: streams that depend on its group, its seed and the epoch alone.

The streams of all groups are drawn by the same few programs, one a power of two: making random
numbers inside a group's own programs costs seconds of compiling for each group. JAX's generator
gives number i of a stream whatever the stream's length, so rounding the length up changes none.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import numpy as np

from bench.train.lanes import Lanes

LEAST = 2048


def uniform(lanes: Lanes, stream: int, seeds: np.ndarray, epoch: int, count: int) -> jax.Array:
    """(R, at least ``count``) float32 in [0, 1) for an epoch, counted from 1.

    Args:
        stream: 32 bits of the group's identity (`bench.core.runs.Group.stream`).
    """
    program = _program(lanes, "uniform", _length(count))
    return program(seeds, np.uint32(stream), np.int32(epoch))


def normal(lanes: Lanes, stream: int, seeds: np.ndarray, count: int) -> jax.Array:
    """(R, at least ``count``) float32 of N(0, 1), for initial parameters; ``stream`` as above."""
    program = _program(lanes, "normal", _length(count))
    return program(seeds, np.uint32(stream), np.int32(0))


def bits(lanes: Lanes, stream: int, seeds: np.ndarray, epoch: int, count: int) -> jax.Array:
    """(R, at least ``count``) uint32, all 32 bits random, for an epoch; ``stream`` as above."""
    program = _program(lanes, "bits", _length(count))
    return program(seeds, np.uint32(stream), np.int32(epoch))


def _length(count: int) -> int:
    return max(LEAST, 1 << (count - 1).bit_length())


@cache
def _program(lanes: Lanes, law: str, length: int) -> Any:
    def draw(seed: jax.Array, stream: jax.Array, epoch: jax.Array) -> jax.Array:
        key = jax.random.fold_in(jax.random.fold_in(jax.random.key(seed), stream), epoch)
        return getattr(jax.random, law)(key, (length,), "uint32" if law == "bits" else "float32")

    return lanes.program(draw, (0, None, None))
