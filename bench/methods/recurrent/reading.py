"""Reading word by word, of every batch only as many steps as its longest text has.

Texts are laid out with their last words in the last column, so that all are done at once, and a
short batch begins late. `jax.lax.scan` can't: its length is fixed, and a loop of a length that is
known only as it runs has no derivative in JAX. So the gradient goes back by hand, a step's own by
JAX: the cell's state before each step is kept, and the step is taken again on the way back, which
costs less than keeping all that it computes.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from bench.train import cells
from bench.train.cells import Carry, Params


def last_state(cell: str, params: Params, words: jax.Array, first: jax.Array) -> jax.Array:
    """The hidden state behind the last word, (B, d).

    Args:
        words: (B, T) int32; 0 where a text has not begun: there the state stays zero.
        first: the first column that has a word; those before it are not read.
    """
    embedded = params["words"][words.T]
    there = (words.T > 0).astype(embedded.dtype)[:, :, None]
    return cells.hidden(_read(cell, cells.of_cell(params), embedded, there, first))


def _step(cell: str, params: Params, carry: Carry, embedded: jax.Array, there: jax.Array) -> Carry:
    after = cells.step(cell, params, carry, embedded)
    return jax.tree.map(lambda value: value * there, after)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _read(
    cell: str, params: Params, embedded: jax.Array, there: jax.Array, first: jax.Array
) -> Carry:
    """The cell after the words ``first`` .. T - 1 of (T, B, d); ``there`` is (T, B, 1)."""

    def one(t: jax.Array, carry: Carry) -> Carry:
        return _step(cell, params, carry, embedded[t], there[t])

    return jax.lax.fori_loop(first, len(embedded), one, cells.start(cell, embedded[0]))


def _forward(
    cell: str, params: Params, embedded: jax.Array, there: jax.Array, first: jax.Array
) -> tuple[Carry, tuple]:
    begin = cells.start(cell, embedded[0])
    kept = jax.tree.map(lambda _: jnp.zeros_like(embedded), begin)

    def one(t: jax.Array, both: tuple[Carry, Carry]) -> tuple[Carry, Carry]:
        carry, kept = both
        kept = jax.tree.map(lambda all, value: all.at[t].set(value), kept, carry)
        return _step(cell, params, carry, embedded[t], there[t]), kept

    carry, kept = jax.lax.fori_loop(first, len(embedded), one, (begin, kept))
    return carry, (params, embedded, there, first, kept)


def _backward(cell: str, saved: tuple, grad: Carry) -> tuple:
    params, embedded, there, first, kept = saved
    length = embedded.shape[0]

    def one(i: jax.Array, grads: tuple) -> tuple:
        grad, by_params, by_words = grads
        t = length - 1 - i
        before = jax.tree.map(lambda all: all[t], kept)
        _, back = jax.vjp(
            lambda p, c, x: _step(cell, p, c, x, there[t]), params, before, embedded[t]
        )
        more, grad, by_word = back(grad)
        return grad, jax.tree.map(jnp.add, by_params, more), by_words.at[t].set(by_word)

    nothing = jax.tree.map(jnp.zeros_like, params), jnp.zeros_like(embedded)
    _, by_params, by_words = jax.lax.fori_loop(0, length - first, one, (grad, *nothing))
    return by_params, by_words, None, None


_read.defvjp(_forward, _backward)
