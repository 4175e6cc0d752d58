"""The memory layers of MemN2N (S15 section 2) with a gradient written by hand.

The forward pass is the one of `bench.methods.memn2n.model`. The backward pass is what automatic
differentiation would give, but a table's gradient is one matrix product over all its uses
(as A of one hop, as C of another) in place of one a use and a sum, and nothing is computed twice.

With x_m = [bag_m, onehot(t_m)] the features of memory m, for hop k with tables A_k, C_k (F+M, d):

    s_km = x_m . (A_k u_k)      p_k = softmax(s_k) or s_k      o_k = C_k^T sum_m p_km x_m

and backwards, from do_k = dL/do_k:

    dp_km = x_m . (C_k do_k)    ds_k = p_k (dp_k - p_k . dp_k) or dp_k
    dA_k += (sum_m ds_km x_m) u_k^T      dC_k += (sum_m p_km x_m) do_k^T
    du_k = A_k^T sum_m ds_km x_m + (what reaches u_k along u_{k+1} = H u_k + o_k)

Shapes: B batch, M memory slots, F features of a bag, d embedding, K hops, T tables.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp


class Memories(NamedTuple):
    """What a batch's questions may attend to; no gradient flows here.

    Attributes:
        bags: float32 features of the occupied slots, tier by tier, (rows, high - low, F) each.
        local: (B, L) int32, which of the tables' F features the L of a question's memories are;
            None if they are all of them.
        held: (B, M) float32, 1 where a slot is occupied.
        time: (B, M) int32, each slot's time index; None if it is the slot itself.
    """

    bags: tuple[jax.Array, ...]
    local: jax.Array | None
    held: jax.Array
    time: jax.Array | None


class Tier(NamedTuple):
    """Slots low..high-1, of the first ``rows`` questions of a batch: those of the others are
    empty."""

    rows: int
    low: int
    high: int


class Form(NamedTuple):
    """What is fixed when a program is made.

    Attributes:
        uses: (A's table, C's table) of each hop.
        tiers: cover every slot, in order of slots.
        relu: after each hop (the last column of S15's table 3).
        linear: whether a layer without softmax may be asked for.
        temporal: whether memories have time indices; without, tables are (T, F, d).
    """

    uses: tuple[tuple[int, int], ...]
    tiers: tuple[Tier, ...]
    relu: bool
    linear: bool
    temporal: bool


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def hops(
    form: Form,
    tables: jax.Array,
    u: jax.Array,
    h: jax.Array | None,
    memories: Memories,
    linear: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """u_{K+1} (B, d) and the attention (K, B, M).

    Args:
        tables: (T, F+M, d), G of `bench.methods.memn2n.model`: rows of features, then of time
            indices.
        u: (B, d), u_1.
        h: (d, d) of layer-wise tying, u_{k+1} = H u_k + o_k; None is the identity.
        linear: () bool, no softmax (S15 4.1, linear start).
    """
    out, kept = _forward(form, tables, u, h, memories, linear)
    return out, jnp.stack(kept.p)


class _Kept(NamedTuple):
    """Of the forward pass, a list entry a hop: u_k, p_k, sum_m p_km x_m (B, F+M), u_{k+1}."""

    u: list[jax.Array]
    p: list[jax.Array]
    mixed: list[jax.Array]
    out: list[jax.Array]


_Saved = tuple[jax.Array, jax.Array | None, Memories, jax.Array, _Kept]
"""Tables, H, memories, linear, and what was kept."""


def _forward(
    form: Form,
    tables: jax.Array,
    u: jax.Array,
    h: jax.Array | None,
    memories: Memories,
    linear: jax.Array,
) -> tuple[jax.Array, _Kept]:
    kept = _Kept([], [], [], [])
    features = _features(form, tables, memories)
    for a, c in form.uses:
        kept.u.append(u)
        p = _attend(form, _scores(form, memories, u @ tables[a].T), linear)
        mixed = _mixed(form, memories, features, p)
        u = (u if h is None else u @ h.T) + mixed @ tables[c]
        u = jax.nn.relu(u) if form.relu else u
        kept.p.append(p)
        kept.mixed.append(mixed)
        kept.out.append(u)
    return u, kept


def _features(form: Form, tables: jax.Array, memories: Memories) -> int:
    return tables.shape[1] - (memories.held.shape[1] if form.temporal else 0)


def _hops_forward(
    form: Form,
    tables: jax.Array,
    u: jax.Array,
    h: jax.Array | None,
    memories: Memories,
    linear: jax.Array,
) -> tuple[tuple[jax.Array, jax.Array], _Saved]:
    out, kept = _forward(form, tables, u, h, memories, linear)
    return (out, jnp.stack(kept.p)), (tables, h, memories, linear, kept)


def _hops_backward(
    form: Form, saved: _Saved, cotangents: tuple[jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array, jax.Array | None, None, None]:
    tables, h, memories, linear, kept = saved
    features = _features(form, tables, memories)
    du, _ = cotangents  # the attention is looked at, never trained on
    left: list[list[jax.Array]] = [[] for _ in range(tables.shape[0])]
    right: list[list[jax.Array]] = [[] for _ in range(tables.shape[0])]
    dh = None if h is None else jnp.zeros_like(h)
    for k in reversed(range(len(form.uses))):
        a, c = form.uses[k]
        if form.relu:
            du = jnp.where(kept.out[k] > 0, du, 0.0)
        do = du
        dp = _scores(form, memories, do @ tables[c].T)
        ds = _attend_backward(form, kept.p[k], dp, linear)
        seen = _mixed(form, memories, features, ds)
        left[c].append(kept.mixed[k])
        right[c].append(do)
        left[a].append(seen)
        right[a].append(kept.u[k])
        if h is not None and dh is not None:
            dh += do.T @ kept.u[k]
            du = do @ h
        du = du + seen @ tables[a]
    both = zip(left, right, strict=True)
    dtables = jnp.stack([jnp.concatenate(x).T @ jnp.concatenate(y) for x, y in both])
    return dtables, du, dh, None, None


hops.defvjp(_hops_forward, _hops_backward)


def _scores(form: Form, memories: Memories, by_feature: jax.Array) -> jax.Array:
    """(B, F+M) -> (B, M): x_m . by_feature for every memory; 0 where a slot is empty."""
    batch, slots = memories.held.shape
    features = by_feature.shape[1] - (slots if form.temporal else 0)
    values = by_feature[:, :features]
    if memories.local is not None:
        values = jnp.take_along_axis(values, memories.local, axis=1, mode="promise_in_bounds")
    parts = []
    for tier, bags in zip(form.tiers, memories.bags, strict=True):
        part = jnp.einsum("bmf,bf->bm", bags, values[: tier.rows])
        parts.append(jnp.pad(part, ((0, batch - tier.rows), (0, 0))))
    scores = parts[0] if len(parts) == 1 else jnp.concatenate(parts, axis=1)
    if not form.temporal:
        return scores
    times = by_feature[:, features:]
    if memories.time is not None:
        times = jnp.take_along_axis(times, memories.time, axis=1, mode="promise_in_bounds")
    return scores + memories.held * times


def _mixed(form: Form, memories: Memories, features: int, weights: jax.Array) -> jax.Array:
    """(B, M) -> (B, F+M): sum_m weights_m x_m, the transpose of `_scores`."""
    batch = weights.shape[0]
    mixed: Any = 0.0
    for tier, bags in zip(form.tiers, memories.bags, strict=True):
        part = jnp.einsum("bmf,bm->bf", bags, weights[: tier.rows, tier.low : tier.high])
        mixed += jnp.pad(part, ((0, batch - tier.rows), (0, 0)))
    if memories.local is not None:
        mixed = jax.vmap(partial(_scatter, features))(mixed, memories.local)
    if not form.temporal:
        return mixed
    held = memories.held * weights
    if memories.time is not None:
        held = jax.vmap(partial(_scatter, held.shape[1]))(held, memories.time)
    return jnp.concatenate([mixed, held], axis=-1)


def _scatter(size: int, values: jax.Array, index: jax.Array) -> jax.Array:
    return jnp.zeros(size).at[index].add(values, mode="promise_in_bounds")


def _attend(form: Form, scores: jax.Array, linear: jax.Array) -> jax.Array:
    """(B, M) scores -> weights p_i (S15 eq. 1), or the scores themselves in linear start."""
    p = jax.nn.softmax(scores)
    return jnp.where(linear, scores, p) if form.linear else p


def _attend_backward(form: Form, p: jax.Array, dp: jax.Array, linear: jax.Array) -> jax.Array:
    ds = p * (dp - jnp.sum(p * dp, axis=-1, keepdims=True))
    return jnp.where(linear, dp, ds) if form.linear else ds
