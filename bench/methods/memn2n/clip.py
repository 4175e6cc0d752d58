"""Gradient clipping, each weight matrix on its own (S15 4.2: norms above 40 are scaled to 40)."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import optax

SQUARINGS = 20
"""The power of the Gram matrix is 2 to this."""


def clip_each_matrix(limit: float, norm: str, rows: str) -> optax.GradientTransformation:
    """Scales every weight matrix whose gradient's norm exceeds ``limit`` down to it.

    Works on `bench.methods.memn2n.model.MemN2N`'s parameters: ``words`` and ``times`` are stacks of
    matrices, the others single ones.

    Args:
        norm: 'frobenius' (paper) or 'spectral' (released: the largest singular value).
        rows: 'together' takes a matrix's word and time rows as one (released), 'apart' as two.
    """
    size = {"frobenius": _frobenius, "spectral": _spectral}[norm]

    def update(
        grads: Mapping[str, jax.Array], state: optax.EmptyState, params: object = None
    ) -> tuple[dict[str, jax.Array], optax.EmptyState]:
        del params
        norms = {name: size(g) for name, g in grads.items()}
        if rows == "together":
            both = size(jnp.concatenate([grads["words"], grads["times"]], axis=-2))
            norms["words"] = norms["times"] = both
        return {n: g * _factor(norms[n], limit)[..., None, None] for n, g in grads.items()}, state

    return optax.GradientTransformation(lambda params: optax.EmptyState(), update)


def _factor(norm: jax.Array, limit: float) -> jax.Array:
    return jnp.where(norm > limit, limit / jnp.maximum(norm, limit), 1.0)


def _frobenius(g: jax.Array) -> jax.Array:
    # In two sums, rows first: as one, XLA's CPU backend takes 20 times as long.
    by_column = jax.lax.optimization_barrier(jnp.sum(jnp.square(g), axis=-2))
    return jnp.sqrt(jnp.sum(by_column, axis=-1))


def _spectral(g: jax.Array) -> jax.Array:
    """The root of the Gram matrix's largest eigenvalue, from the trace of a high power of it.

    tr(G^p)^(1/p) is at most d^(1/p) too large: 5 in a million for d = 100. A decomposition would be
    LAPACK's, which waits for threads of the pool that it is run by: with a program on every core,
    for ever.
    """
    gram = jnp.einsum("...vd,...ve->...de", g, g)
    size = jnp.trace(gram, axis1=-2, axis2=-1)
    unit = gram / jnp.where(size > 0, size, 1.0)[..., None, None]

    def square(step: int, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        power, log = state
        power = power @ power
        trace = jnp.trace(power, axis1=-2, axis2=-1)
        trace = jnp.where(trace == 0, 1.0, trace)  # of a gradient that is zero
        return power / trace[..., None, None], log + jnp.log(trace) * jnp.exp2(-1.0 - step)

    _, log = jax.lax.fori_loop(0, SQUARINGS, square, (unit, jnp.zeros_like(size)))
    return jnp.sqrt(size * jnp.exp(log))
