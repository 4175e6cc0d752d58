"""R as a recurrent network (W14 3.1): it hears a text, and speaks word by word to a word's end.

    h_0 = the state behind the last word heard      h_t = cell(h_t-1, r_t)
    P(r_t+1 | heard, r_1 .. r_t) = softmax(h_t out + bias)

The parameters are those of `bench.train.cells` with as many things to tell apart as words: word 0
ends an answer. Shapes: B answers, T words heard, A words said at most, V words.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import optax

from bench.methods.memnn.hearing import HOLDS, LACKS
from bench.methods.memnn.spec import Speech
from bench.train import cells
from bench.train.cells import Carry, Params


def optimizer(spec: Speech) -> optax.GradientTransformation:
    """Adam, down a gradient whose norm over all parameters is held at ``clip``."""
    return optax.chain(optax.clip_by_global_norm(spec.clip), optax.adam(spec.rate))


def costs(cell: str, params: Params, heard: jax.Array, said: jax.Array) -> jax.Array:
    """(B,) nats: minus the log-likelihood of each answer, its end included.

    Args:
        heard: (B, T), said: (B, A); see `bench.methods.memnn.hearing`.
    """
    own = cells.of_cell(params)

    def after(carry: Carry, embedded: jax.Array) -> tuple[Carry, jax.Array]:
        carry = cells.step(cell, own, carry, embedded)
        return carry, cells.hidden(carry)

    begin = _hear(cell, params, heard)
    _, later = jax.lax.scan(after, begin, params["words"][said.T[:-1]])
    states = jnp.concatenate([cells.hidden(begin)[None], later])  # (A, B, d)
    nats = optax.softmax_cross_entropy_with_integer_labels(cells.scores(params, states), said.T)
    before = jnp.concatenate([jnp.ones_like(said[:, :1]), said[:, :-1]], axis=1)
    return jnp.sum(nats * (before.T > 0), axis=0)


def speak(cell: str, params: Params, heard: jax.Array, most: int) -> jax.Array:
    """(B, ``most``) int32: at every step the likeliest word; 0 from the answer's end on."""
    own, words = cells.of_cell(params), params["words"]

    def after(state: tuple[Carry, jax.Array], _: None) -> tuple[tuple[Carry, jax.Array], jax.Array]:
        carry, ended = state
        scores = cells.scores(params, cells.hidden(carry))
        word = jnp.where(ended, 0, jnp.argmax(scores, axis=1)).astype(jnp.int32)
        return (cells.step(cell, own, carry, words[word]), word == 0), word

    begin = _hear(cell, params, heard), jnp.zeros_like(heard[:, 0], bool)
    return jax.lax.scan(after, begin, length=most)[1].T


def accepted(verdict: jax.Array, said: jax.Array) -> jax.Array:
    """(B,) bool: whether answers (B, A) are right (`bench.examples.stories.Spoken.accepts`)."""
    of_words = jnp.take_along_axis(verdict, said, axis=1)
    return (of_words == HOLDS).any(axis=1) & (of_words != LACKS).all(axis=1)


def update(
    spec: Speech,
    params: Params,
    moments: optax.OptState,
    heard: jax.Array,
    said: jax.Array,
    weight: jax.Array,
) -> tuple[Params, optax.OptState, jax.Array]:
    """A step: new parameters, the optimizer's state, and the batch's mean cost before it.

    Args:
        weight: (B,), 0 of answers that only fill the batch up, else 1.
    """

    def loss(params: Params) -> jax.Array:
        return costs(spec.cell, params, heard, said) @ weight / weight.sum()

    cost, grads = jax.value_and_grad(loss)(params)
    steps, moments = optimizer(spec).update(grads, moments, params)
    return optax.apply_updates(params, steps), moments, cost


def _hear(cell: str, params: Params, heard: jax.Array) -> Carry:
    """The cell behind the last word; its state is zero until the first."""
    own, embedded = cells.of_cell(params), params["words"][heard.T]
    there = (heard.T > 0)[:, :, None]

    def after(carry: Carry, word: tuple[jax.Array, jax.Array]) -> tuple[Carry, None]:
        read = cells.step(cell, own, carry, word[0])
        return jax.tree.map(lambda value: value * word[1], read), None

    return jax.lax.scan(after, cells.start(cell, embedded[0]), (embedded, there))[0]
