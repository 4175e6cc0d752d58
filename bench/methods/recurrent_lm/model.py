"""The language model: the costs of words, and an update.

A word is scored from the state behind the words before it; the first word of a text from zeros.
"""

from __future__ import annotations

import jax
import optax

from bench.methods.recurrent_lm.spec import RecurrentLM
from bench.train import cells
from bench.train.cells import Carry, Params

BLOCK = 256
"""Words of a text that are scored together as it is read."""


def optimizer(spec: RecurrentLM) -> optax.GradientTransformation:
    """A step's direction, before the rate: of a gradient whose norm is held at ``clip``."""
    way = {"adam": optax.scale_by_adam, "sgd": optax.identity}[spec.optimizer]()
    return optax.chain(optax.clip_by_global_norm(spec.clip), way)


def read(
    spec: RecurrentLM, params: Params, carry: Carry, words: jax.Array
) -> tuple[jax.Array, Carry]:
    """(S, B) nats, the cost of each of these words, and what the cell has behind them.

    Args:
        carry: of B texts, what it has before them.
        words: (S, B) int32.
    """

    def one(carry: Carry, embedded: jax.Array) -> tuple[Carry, jax.Array]:
        return cells.step(spec.cell, params, carry, embedded), cells.hidden(carry)

    carry, before = jax.lax.scan(one, carry, params["words"][words])
    scores = cells.scores(params, before)
    return optax.softmax_cross_entropy_with_integer_labels(scores, words), carry


def update(
    spec: RecurrentLM,
    params: Params,
    moments: optax.OptState,
    carry: Carry,
    words: jax.Array,
    rate: jax.Array,
) -> tuple[Params, optax.OptState, Carry, jax.Array]:
    """A step: parameters, optimizer and cell after it, and the mean cost before it."""

    def loss(params: Params) -> tuple[jax.Array, Carry]:
        costs, after = read(spec, params, carry, words)
        return costs.mean(), after

    (cost, carry), grads = jax.value_and_grad(loss, has_aux=True)(params)
    steps, moments = optimizer(spec).update(grads, moments, params)
    params = {name: value - rate * steps[name] for name, value in params.items()}
    return params, moments, carry, cost


def text_costs(spec: RecurrentLM, params: Params, text: jax.Array) -> jax.Array:
    """The cost of every word of one text (T,) read from its beginning, T a multiple of `BLOCK`."""

    def block(carry: Carry, words: jax.Array) -> tuple[Carry, jax.Array]:
        costs, carry = read(spec, params, carry, words[:, None])
        return carry, costs[:, 0]

    begin = cells.start(spec.cell, params["words"][:1])
    return jax.lax.scan(block, begin, text.reshape(-1, BLOCK))[1].reshape(-1)
