"""Hops over words, forward and back (S15 sections 2 and 5).

The gradient is by hand: all hops read the same memories, so that with respect to a table of
memories it is one sum over hops, [ds_1 .. ds_K]^T [u_1 .. u_K] and [p_1 .. p_K]^T [do_1 .. do_K],
and a table is written once, not once a hop.

Shapes: B examples, N memories, d units (or more, `bench.methods.memn2n_lm.padding`), K hops.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from bench.methods.memn2n_lm.spec import MemN2NLM

Array = jax.Array


def pairs(spec: MemN2NLM) -> list[tuple[int, int]]:
    """(input, output) table of every hop: A and C, or where neighbours share them, k and k + 1."""
    if spec.tying == "adjacent":
        return [(k, k + 1) for k in range(spec.hops)]
    return [(0, 1)] * spec.hops


def tables(spec: MemN2NLM) -> int:
    """How many tables of embeddings there are."""
    return pairs(spec)[-1][1] + 1


def linear_units(spec: MemN2NLM) -> int:
    """How many units, the first ones, have no ReLU."""
    return {"half": spec.dim // 2, "all": 0, "none": spec.dim}[spec.rectified]


def rectify(spec: MemN2NLM, state: Array) -> Array:
    """The state (B, d) with a ReLU on those units that have one."""
    linear = linear_units(spec)
    return jnp.concatenate([state[:, :linear], jax.nn.relu(state[:, linear:])], axis=1)


def mapped(spec: MemN2NLM, params: dict[str, Array], state: Array) -> Array:
    """H u, or u where there is no H."""
    return state if spec.tying == "adjacent" else state @ params["H"].T


def first(spec: MemN2NLM, examples: int, units: int) -> Array:
    """u_1, (B, ``units``): zero behind the spec's own."""
    one = jnp.where(jnp.arange(units) < spec.dim, jnp.float32(spec.initial_state), 0.0)
    return jnp.broadcast_to(one, (examples, units))


def forward(
    spec: MemN2NLM, params: dict[str, Array], memories: Sequence[Array]
) -> tuple[list[Array], list[Array]]:
    """States u_1 .. u_{K+1}, (B, d) each, and attention p_1 .. p_K, (B, N) each.

    Args:
        memories: of each table, (B, N, d).
    """
    examples, _, units = memories[0].shape
    states, attention = [first(spec, examples, units)], []
    for read, write in pairs(spec):
        state = states[-1]
        p = jax.nn.softmax(jnp.einsum("bnd,bd->bn", memories[read], state), axis=1)
        out = jnp.einsum("bn,bnd->bd", p, memories[write])
        states.append(rectify(spec, mapped(spec, params, state) + out))
        attention.append(p)
    return states, attention


def backward(
    spec: MemN2NLM,
    params: dict[str, Array],
    memories: Sequence[Array],
    states: Sequence[Array],
    attention: Sequence[Array],
    grad: Array,
) -> tuple[list[Array], Array | None]:
    """Gradients with respect to the memories, and to H if there is one.

    Args:
        states, attention: as `forward` gives them.
        grad: with respect to u_{K+1}, (B, d).
    """
    linear = linear_units(spec)
    left: list[list[Array]] = [[] for _ in memories]
    right: list[list[Array]] = [[] for _ in memories]
    outs: list[Array] = []
    for k, (read, write) in reversed(list(enumerate(pairs(spec)))):
        state, after, p = states[k], states[k + 1], attention[k]
        passed = jnp.where(after[:, linear:] > 0, grad[:, linear:], 0.0)
        out = jnp.concatenate([grad[:, :linear], passed], axis=1)
        by_p = jnp.einsum("bd,bnd->bn", out, memories[write])
        scores = p * (by_p - (p * by_p).sum(axis=1, keepdims=True))
        grad = jnp.einsum("bn,bnd->bd", scores, memories[read])
        grad = grad + (out if spec.tying == "adjacent" else out @ params["H"])
        outs.insert(0, out)
        for table, share, what in ((read, scores, state), (write, p, out)):
            left[table].append(share)
            right[table].append(what)
    by_memories = [outer(shares, whats) for shares, whats in zip(left, right, strict=True)]
    if spec.tying == "adjacent":
        return by_memories, None
    return by_memories, jnp.concatenate(outs).T @ jnp.concatenate(states[:-1])


def outer(shares: Sequence[Array], whats: Sequence[Array]) -> Array:
    """Sum of outer products, (B, N, d): as sums of products, which fuse; a batched product of
    matrices K wide is slower on CPUs."""
    terms = [
        share[:, :, None] * what[:, None, :] for share, what in zip(shares, whats, strict=True)
    ]
    return sum(terms[1:], terms[0])
