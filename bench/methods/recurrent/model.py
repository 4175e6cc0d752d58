"""The network's answers, their cost, and an update."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import optax

from bench.methods.recurrent.reading import last_state
from bench.methods.recurrent.spec import Recurrent
from bench.train import cells
from bench.train.cells import Params


def optimizer(spec: Recurrent) -> optax.GradientTransformation:
    """Its steps, down a gradient whose norm over all parameters is held at ``clip``."""
    step = {"adam": optax.adam, "sgd": optax.sgd}[spec.optimizer](spec.rate)
    return optax.chain(optax.clip_by_global_norm(spec.clip), step)


def answered(
    spec: Recurrent, params: Params, words: jax.Array, answer: jax.Array, first: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """(B,) nats, the cost of each right answer, and (B,) bool, whether it has the highest score.

    Args:
        words: (B, T), as `last_state` reads them.
        answer: (B,) int32.
    """
    scores = cells.scores(params, last_state(spec.cell, params, words, first))
    costs = optax.softmax_cross_entropy_with_integer_labels(scores, answer)
    return costs, scores.argmax(axis=1) == answer


def update(
    spec: Recurrent,
    params: Params,
    moments: optax.OptState,
    words: jax.Array,
    answer: jax.Array,
    first: jax.Array,
) -> tuple[Params, optax.OptState, jax.Array]:
    """A step: new parameters, the optimizer's state, and the batch's mean cost before it."""

    def loss(params: Params) -> jax.Array:
        return jnp.mean(answered(spec, params, words, answer, first)[0])

    cost, grads = jax.value_and_grad(loss)(params)
    steps, moments = optimizer(spec).update(grads, moments, params)
    return optax.apply_updates(params, steps), moments, cost
