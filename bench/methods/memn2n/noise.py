"""RN, random noise: empty memories inserted at training time shift the time indices (S15 4.1)."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from bench.examples.encode import NULL


def most_empties(share: float, slots: int) -> np.ndarray:
    """(M+1,) int32: ceil(share n) for n = 0..M memories; rounding keeps 0.1 * 30 at 3."""
    return np.array([math.ceil(round(share * n, 9)) for n in range(slots + 1)], np.int32)


def draws_needed(share: float, slots: int) -> int:
    """Uniform numbers that `insert_empties` takes a question."""
    return int(most_empties(share, slots)[-1]) + 1


def insert_empties(
    uniform: jax.Array, memory: jax.Array, share: float, reading: str
) -> tuple[jax.Array, jax.Array]:
    """Puts b empty memories at random among each question's n.

    A b-subset of the n + b slots is drawn uniformly (Floyd's method: b draws, no sort); memory i
    then sits as many slots further back as there are empties before it.

    Args:
        uniform: (`draws_needed`, ...) float32 in [0, 1).
        memory: (..., M) int32, `NULL` where empty, occupied slots first.
        share: b is drawn from U{0..ceil(share n)} ('released') or is ceil(share n) ('paper').
        reading: 'released' clips indices at the memory size; 'paper' drops what falls out.

    Returns:
        memory and time, both (..., M) int32.
    """
    slots = memory.shape[-1]
    per_count = most_empties(share, slots)
    limits, most = jnp.asarray(per_count), int(per_count[-1])
    count = jnp.sum(memory != NULL, axis=-1, dtype=jnp.int32)
    limit = limits[count]
    if reading == "released":
        empties = jnp.floor(uniform[most] * (limit + 1)).astype(jnp.int32)
    else:
        empties = limit
    chosen: list[jax.Array] = []
    for step in range(most):
        top = count + step  # the slot that this step adds to the range drawn from
        draw = jnp.floor(uniform[step] * (top + 1)).astype(jnp.int32)
        taken = jnp.zeros(count.shape, bool)
        for other in chosen:
            taken |= other == draw
        slot = jnp.where(taken, top, draw)
        # Steps past b choose nothing: a slot that no memory reaches.
        chosen.append(jnp.where(step < empties, slot, 2 * slots + step))
    index = jnp.arange(slots, dtype=jnp.int32)
    time = jnp.broadcast_to(index, memory.shape)
    for slot in chosen:
        earlier = sum(((other < slot).astype(jnp.int32) for other in chosen), jnp.zeros_like(slot))
        # Memory i comes after this empty if at most i memories come before the empty.
        time = time + ((slot - earlier)[..., None] <= index).astype(jnp.int32)
    if reading == "paper":
        memory = jnp.where(time < slots, memory, NULL)
    return memory, jnp.minimum(time, slots - 1)
