"""Reading a text word by word: the cost of every word, none of them twice.

Neighbouring positions share their memories. So L consecutive words are read together: the
N + L - 1 words that they can see are embedded once, and a hop is two products with all of them, of
which every position takes its own N, a band. The first words of a text have what memory there is
(`bench.methods.memn2n_lm.spec.MemN2NLM.lacking`).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from bench.methods.memn2n_lm import hops
from bench.methods.memn2n_lm.model import Params, output
from bench.methods.memn2n_lm.spec import MemN2NLM

WORDS = 128
"""L, read together."""


def padded(spec: MemN2NLM, ids: np.ndarray) -> np.ndarray:
    """A text (T,) with room for a memory in front, and behind as many as fill the last block."""
    return np.pad(ids, (spec.memory, -len(ids) % WORDS)).astype(np.int32)


def read(
    spec: MemN2NLM, params: Params, text: jax.Array, start: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Costs of the words ``start`` .. start + L - 1, and where the model looked.

    Args:
        text: as `padded` gives it.
        start: of the words, counted in the text proper.

    Returns:
        (L,) nats; (K, L, N) attention, the latest word first.
    """
    memory = spec.memory
    seen = jax.lax.dynamic_slice(text, (start,), (memory + WORDS - 1,))
    target = jax.lax.dynamic_slice(text, (start + memory,), (WORDS,))
    back = memory - jnp.arange(memory)  # of a band's columns: the oldest word is the first
    there = start + jnp.arange(WORDS)[:, None] >= back
    embedded = params["words"][:, seen]
    times = params["times"][:, ::-1]
    state = hops.first(spec, WORDS, spec.dim)
    attention = []
    for read, write in hops.pairs(spec):
        scores = _band(state @ embedded[read].T) + state @ times[read].T
        if spec.lacking == "masked":
            p = jax.nn.softmax(jnp.where(there, scores, -jnp.inf), axis=1, where=there)
        else:
            p = jax.nn.softmax(jnp.where(there, scores, 0.0), axis=1)
        p = jnp.where(there, p, 0.0)  # masked, the very first word has no memory at all
        out = _spread(p) @ embedded[write] + p @ times[write]
        state = hops.rectify(spec, hops.mapped(spec, params, state) + out)
        attention.append(p[:, ::-1])
    logits = output(spec, params, state)
    right = jnp.take_along_axis(logits, target[:, None], axis=1)[:, 0]
    return jax.nn.logsumexp(logits, axis=1) - right, jnp.stack(attention)


def _band(square: jax.Array) -> jax.Array:
    """Of (L, N + L - 1) the band (L, N) whose row l begins at column l."""
    rows, width = square.shape
    flat = jnp.pad(square.reshape(-1), (0, rows))
    return flat.reshape(rows, width + 1)[:, : width - rows + 1]


def _spread(band: jax.Array) -> jax.Array:
    """The (L, N + L - 1) that has this band, and zeros beside it."""
    rows, memory = band.shape
    width = memory + rows - 1
    flat = jnp.pad(band, ((0, 0), (0, rows))).reshape(-1)
    return flat[: rows * width].reshape(rows, width)
