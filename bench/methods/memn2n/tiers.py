"""Which memory slots of a batch are worth computing: most stories fill few of them.

A batch's questions are put in order of how many memories they have, most first (their order plays
no part in a step). Slots low..high-1 can then be occupied in the first questions alone. How many
that may be is a matter of chance; a tier has rows for all but one batch in `RARE`, and the epoch
that meets such a batch says so and is trained again without tiers.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from bench.methods.memn2n.hops import Tier

RARE = 1e-9
MOST = 4
"""Tiers; each costs a few operations a hop."""
OVERHEAD = 48
"""What a tier costs, in slots of one question."""
STEP = 2
"""Tiers have a multiple of so many slots."""


def tiers(counts: np.ndarray, batch: int, slots: int) -> tuple[Tier, ...]:
    """The cheapest cover of a batch's slots; none at all if that is all slots of all questions.

    Args:
        counts: (n,) memories of each training question.
        batch: questions a step, drawn from these.
        slots: M.
    """
    cuts = list(range(0, slots, STEP))
    rows = {low: _rows(float(np.mean(counts > low)), batch) for low in cuts}
    best: dict[int, tuple[float, tuple[Tier, ...]]] = {slots: (0.0, ())}
    for left in range(1, MOST + 1):
        found = dict(best)
        for low in reversed(cuts):
            for high, (cost, rest) in best.items():
                if high > low and len(rest) < left:
                    whole = rows[low] * (high - low) + OVERHEAD + cost
                    if low not in found or whole < found[low][0]:
                        found[low] = (whole, (Tier(rows[low], low, high), *rest))
        best = found
    cover = best[0][1]
    return () if cover == (Tier(batch, 0, slots),) else cover


def _rows(share: float, batch: int) -> int:
    """So many of a batch at most are of this share, but for one batch in 1/RARE (binomial tail)."""
    tail = 0.0
    for number in range(batch, 0, -1):
        tail += math.comb(batch, number) * share**number * (1 - share) ** (batch - number)
        if tail > RARE:
            return number
    return 1


def by_count(count: jax.Array, values: jax.Array) -> jax.Array:
    """(U, B) values in order of their counts, most first; a sort without XLA's slow one."""
    place = jnp.arange(count.shape[1])
    longer = count[:, None, :] > count[:, :, None]
    tied = (count[:, None, :] == count[:, :, None]) & (place[None, :] < place[:, None])
    rank = jnp.sum(longer | tied, axis=-1)  # (U, B): the place of each
    return jnp.sum(jnp.where(rank[:, None, :] == place[:, None], values[:, None, :], 0), axis=-1)


def fit(count: jax.Array, covers: tuple[Tier, ...]) -> jax.Array:
    """() bool: whether all sorted counts (U, B) lie within the tiers."""
    ok = jnp.array(True)
    for tier in covers:
        if tier.rows < count.shape[1]:
            ok &= jnp.all(count[:, tier.rows] <= tier.low)
    return ok
