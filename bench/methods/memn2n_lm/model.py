"""The language model: parameters, its cost, and an update (S15 section 5).

Shapes: V words, N memories, d units, B examples, L tables of embeddings (A and C; K + 1 with
adjacent tying). ``words`` (L, V, d) and ``times`` (L, N, d), row i of which belongs to the word
i + 1 back; with layer-wise tying ``H`` (d, d) and ``W`` (d, V), S15's W transposed, as products
read it.
"""

from __future__ import annotations

from typing import Any, Protocol

import jax
import jax.numpy as jnp

from bench.methods.memn2n_lm import hops
from bench.methods.memn2n_lm.blocked import IN_BLOCKS
from bench.methods.memn2n_lm.spec import MemN2NLM

Params = dict[str, jax.Array]


def shapes(spec: MemN2NLM, words: int) -> dict[str, tuple[int, ...]]:
    """Parameter name -> its shape."""
    count = hops.tables(spec)
    found: dict[str, tuple[int, ...]] = {
        "words": (count, words, spec.dim), "times": (count, spec.memory, spec.dim),
    }  # fmt: skip
    if spec.tying == "layerwise":
        found |= {"H": (spec.dim, spec.dim), "W": (spec.dim, words)}
    return found


def output(spec: MemN2NLM, params: Params, states: jax.Array) -> jax.Array:
    """Scores of all words, (B, V), of the last states (B, d)."""
    if spec.tying == "layerwise":
        # Of a CPU's products those over first axes are the fastest, as W's gradient below is.
        columns = jax.lax.optimization_barrier(states[:, : spec.dim].T)
        return product(spec, "db,dv->bv", columns, params["W"])
    return product(spec, "bd,vd->bv", states, params["words"][-1])


def product(spec: MemN2NLM, axes: str, left: jax.Array, right: jax.Array) -> jax.Array:
    """One of the output layer's, as ``jnp.einsum``'s of these axes."""
    if spec.products == "float32":
        return jnp.einsum(axes, left, right)
    # Rounded here, not by the tensor cores alone, the numbers are a CPU's as well.
    left, right = (jax.lax.reduce_precision(x, 8, 10) for x in (left, right))
    return jnp.einsum(axes, left, right, precision=jax.lax.Precision.HIGH)


class Hops(Protocol):
    """How a batch goes through all hops: in blocks of examples or, on a GPU, fused."""

    def forward(self, spec: MemN2NLM, params: Params, memory: jax.Array) -> tuple[jax.Array, Any]:
        """The last states, (B, d), and what `backward` has to know of the pass.

        Args:
            memory: (B, N) int32, the latest word first.
        """
        ...

    def backward(
        self, spec: MemN2NLM, params: Params, passed: Any, by_last: jax.Array, grads: Params
    ) -> Params:
        """``grads`` and, added to them, those with respect to the tables and H.

        Args:
            passed: as `forward` gave it.
            by_last: the gradient with respect to the last states, (B, d).
        """
        ...


def gradient(
    spec: MemN2NLM,
    params: Params,
    memory: jax.Array,
    target: jax.Array,
    through: Hops = IN_BLOCKS,
) -> tuple[jax.Array, Params]:
    """The cost in nats, summed over the batch, and its gradient.

    Args:
        params: padded (`bench.methods.memn2n_lm.padding`) or not, and so is the gradient.
        memory: (B, N) int32, the latest word first.
        target: (B,) int32.
        through: how a batch goes through the hops.
    """
    batch, units = len(memory), params["words"].shape[2]
    last, passed = through.forward(spec, params, memory)
    logits = output(spec, params, last)
    top = logits.max(axis=1, keepdims=True)
    exps = jnp.exp(logits - top)
    total = exps.sum(axis=1, keepdims=True)
    right = jnp.take_along_axis(logits, target[:, None], axis=1)
    cost = (jnp.log(total) + top - right).sum()
    # The scores' gradient times ``total``: one pass over (B, V) less.
    scaled = exps.at[jnp.arange(batch), target].add(-total[:, 0])
    scaled = jax.lax.optimization_barrier(scaled)
    grads = {name: jnp.zeros_like(value) for name, value in params.items() if name != "W"}
    if spec.tying == "layerwise":
        by_last = product(spec, "dv,bv->db", params["W"], scaled)
        by_last = jax.lax.optimization_barrier(by_last).T / total
        by_last = jnp.pad(by_last, ((0, 0), (0, units - spec.dim)))
        by_output = product(spec, "bd,bv->dv", last[:, : spec.dim] / total, scaled)
    else:
        by_last = product(spec, "bv,vd->bd", scaled, params["words"][-1]) / total
        by_words = product(spec, "bv,bd->vd", scaled, last / total)
        grads["words"] = grads["words"].at[-1].set(by_words)
    grads = through.backward(spec, params, passed, by_last, grads)
    if spec.tying == "layerwise":
        grads["W"] = by_output
    return cost, grads


def update(
    spec: MemN2NLM,
    params: Params,
    memory: jax.Array,
    target: jax.Array,
    rate: jax.Array,
    through: Hops = IN_BLOCKS,
) -> tuple[Params, jax.Array]:
    """A step down the gradient, whose norm over all parameters is held at ``clip``; the new
    parameters, and the batch's cost before it."""
    cost, grads = gradient(spec, params, memory, target, through)
    norm = jnp.sqrt(sum((g * g).sum() for g in grads.values()))
    step = rate * jnp.minimum(1.0, spec.clip / norm)
    return {name: value - step * grads[name] for name, value in params.items()}, cost
