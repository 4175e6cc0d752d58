"""Units of zeros behind an embedding's own, so that every row of a table fills whole cache lines.

Rows of 160 floats are gathered and scattered faster than rows of 150 (speed_log.md). What is behind
stays zero: it is so in the first state, in all memories and in H, and with them in every gradient.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from bench.methods.memn2n_lm.spec import MemN2NLM

Params = dict[str, jax.Array]

UNITS = 16
"""float32 of a cache line."""

_AXES = {"words": (2,), "times": (2,), "H": (0, 1)}
"""Those that count units, of parameters whose rows are padded; W has words along its rows."""


def pad(params: Params, units: int = UNITS) -> Params:
    """Parameters (`bench.methods.memn2n_lm.model.shapes`), their units a multiple of ``units``."""

    def one(name: str, value: jax.Array) -> jax.Array:
        axes = _AXES.get(name, ())
        return jnp.pad(
            value, [(0, -n % units if axis in axes else 0) for axis, n in enumerate(value.shape)]
        )

    return {name: one(name, value) for name, value in params.items()}


def cut(spec: MemN2NLM, params: Params) -> Params:
    """The parameters without what `pad` put behind."""

    def one(name: str, value: jax.Array) -> jax.Array:
        for axis in _AXES.get(name, ()):
            value = jax.lax.slice_in_dim(value, 0, spec.dim, axis=axis)
        return value

    return {name: one(name, value) for name, value in params.items()}
