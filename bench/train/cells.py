"""Recurrent networks on Flax's own cells: words are embedded, a cell reads them one after another,
and a layer on its hidden state scores what comes next, or an answer.

Shapes: V words, A things to tell apart, d hidden units and as many of a word's embedding, B
examples, T words of each. Parameters: ``words`` (V, d), ``out`` (d, A) and ``bias`` (A,), and the
cell's own as Flax names them, ``cell/dense_h/kernel`` say.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx, traverse_util

Params = dict[str, jax.Array]
Carry = Any
"""What a cell hands on: the hidden state (B, d), of an LSTM behind the state of its memory."""

CELLS = {"rnn": nnx.SimpleCell, "lstm": nnx.OptimizedLSTMCell}

_CELL = "cell/"


def initial(
    cell: str, words: int, dim: int, outputs: int, seeds: np.ndarray, stream: int
) -> dict[str, np.ndarray]:
    """Parameters as Flax's defaults draw them, by name, R in front: kernels N(0, 1/d), recurrent
    ones orthogonal, biases 0; embeddings N(0, 1/d) as well.

    Args:
        seeds: (R,).
        stream: the group's, see `bench.train.draws`.
    """
    lanes = [_initial(cell, words, dim, outputs, int(seed), stream) for seed in seeds]
    return {name: np.stack([lane[name] for lane in lanes]) for name in lanes[0]}


def shapes(cell: str, words: int, dim: int, outputs: int) -> dict[str, tuple[int, ...]]:
    """Parameter name -> its shape."""
    drawn = jax.eval_shape(lambda: _drawn(cell, words, dim, outputs, jax.random.key(0)))
    return {name: tuple(value.shape) for name, value in drawn.items()}


def start(cell: str, like: jax.Array) -> Carry:
    """What the cell has before the first word: zeros, of the shape (B, d) and the lane of
    ``like``."""
    nothing = jnp.zeros_like(like)
    return (nothing, nothing) if cell == "lstm" else nothing


def hidden(carry: Carry) -> jax.Array:
    """The hidden state, (B, d)."""
    return carry[-1] if isinstance(carry, tuple) else carry


def step(cell: str, params: Params, carry: Carry, embedded: jax.Array) -> Carry:
    """The cell after one more word.

    Args:
        params: the cell's (`of_cell`), others are not looked at.
        embedded: (B, d).
    """
    own = {n.removeprefix(_CELL): value for n, value in params.items() if n.startswith(_CELL)}
    dim = embedded.shape[-1]
    state = nnx.State(traverse_util.unflatten_dict(
        {tuple(name.split("/")): nnx.Param(value) for name, value in own.items()}
    ))  # fmt: skip
    after, _ = nnx.merge(_graph(cell, dim), state)(carry, embedded)
    return after


def of_cell(params: Params) -> Params:
    """The cell's among the parameters."""
    return {name: value for name, value in params.items() if name.startswith(_CELL)}


def scores(params: Params, state: jax.Array) -> jax.Array:
    """Of hidden states (..., d), (..., A)."""
    return state @ params["out"] + params["bias"]


def _initial(
    cell: str, words: int, dim: int, outputs: int, seed: int, stream: int
) -> dict[str, np.ndarray]:
    key = jax.random.fold_in(jax.random.fold_in(jax.random.key(seed), np.uint32(stream)), 0)
    drawn = _drawn(cell, words, dim, outputs, key)
    return {name: np.asarray(value) for name, value in drawn.items()}


def _drawn(cell: str, words: int, dim: int, outputs: int, key: jax.Array) -> Params:
    of_words, of_cells, of_outputs = jax.random.split(key, 3)
    _, state = nnx.split(CELLS[cell](dim, dim, rngs=nnx.Rngs(of_cells)))
    own = traverse_util.flatten_dict(nnx.to_pure_dict(state), sep="/")
    scale = dim**-0.5
    return {
        "words": scale * jax.random.normal(of_words, (words, dim)),
        "out": scale * jax.random.normal(of_outputs, (dim, outputs)),
        "bias": jnp.zeros(outputs),
        **{_CELL + name: value for name, value in own.items()},
    }


@cache
def _graph(cell: str, dim: int) -> Any:
    abstract = nnx.eval_shape(lambda: CELLS[cell](dim, dim, rngs=nnx.Rngs(0)))
    return nnx.split(abstract)[0]
