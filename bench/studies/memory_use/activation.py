"""A saved language model put to a text: the cost of every word, and where it looked."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from bench.core.errors import BenchError
from bench.methods.memn2n_lm import hops, reading
from bench.methods.memn2n_lm.model import Params, output
from bench.methods.memn2n_lm.saved import Saved
from bench.methods.memn2n_lm.spec import MemN2NLM


def activations(saved: Saved, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Costs of all words of a text, and the mean attention over them.

    Args:
        ids: (T,) int32.

    Returns:
        (T,) nats; (K, N) float64, the latest word first.

    Raises:
        BenchError: the model's training diverged.
    """
    costs, total = [], np.zeros((saved.spec.hops, saved.spec.memory))
    for at, cost, attention in _blocks(saved, ids):
        left = min(reading.WORDS, len(ids) - at)
        costs.append(np.asarray(cost)[:left])
        total += np.asarray(attention, np.float64)[:, :left].sum(axis=1)
    return np.concatenate(costs), total / len(ids)


def following(saved: Saved, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What comes after a text (T,), at least a word.

    Returns:
        (V,) probability of every word; (K, n) attention on the latest n = min(N, T) words, the
        latest first.
    """
    spec = saved.spec
    latest = ids[::-1][: spec.memory]
    params = {name: jnp.asarray(value) for name, value in saved.params.items()}
    empty = spec.memory - len(latest) if spec.lacking == "empty" else 0
    memories = [
        jnp.pad(words[latest] + times[: len(latest)], ((0, empty), (0, 0)))[None]
        for words, times in zip(params["words"], params["times"], strict=True)
    ]
    states, attention = hops.forward(spec, params, memories)
    chances = jax.nn.softmax(output(spec, params, states[-1])[0])
    return np.asarray(chances), np.concatenate(attention)[:, : len(latest)]


def _blocks(saved: Saved, ids: np.ndarray) -> Iterator[tuple[int, jax.Array, jax.Array]]:
    """(start, costs, attention) of blocks of words."""
    spec = saved.spec
    if not all(np.isfinite(value).all() for value in saved.params.values()):
        raise BenchError("the model's training diverged: it has no numbers; use another restart's")
    text = jnp.asarray(reading.padded(spec, ids))
    params = {name: jnp.asarray(value) for name, value in saved.params.items()}
    for at in range(0, len(ids), reading.WORDS):
        yield at, *_read(spec, params, text, jnp.int32(at))


@functools.partial(jax.jit, static_argnums=0)
def _read(
    spec: MemN2NLM, params: Params, text: jax.Array, start: jax.Array
) -> tuple[jax.Array, jax.Array]:
    return reading.read(spec, params, text, start)
