"""Answers of several words: R says one after another until the word w_0 wins (W15).

    r_1 = argmax_w s_R([x, m_o1, ...], w)    r_2 = argmax_w s_R([x, m_o1, ..., r_1], w)    ...

A word that was said has a row of its own in the query (``said``, (W, n)), as a memory's words have,
and is added as often as it was said. All that follows is of one question. Shapes: W words, the stop
word w_0 being number W; A answers, T words of the longest and its stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bench.methods.memnn.loss import of_answers
from bench.methods.memnn.memory import JOINED
from bench.methods.memnn.response import respond
from bench.methods.memnn.score import Part


class Spelling(NamedTuple):
    """How answers are spelled.

    Attributes:
        words: W, sorted.
        answers: (A, T) int32, an answer's words, then W.
    """

    words: tuple[str, ...]
    answers: np.ndarray


def spelling(answers: Sequence[str]) -> Spelling:
    """The spelling of answers."""
    spelled = [answer.split(JOINED) for answer in answers]
    words = tuple(sorted({word for answer in spelled for word in answer}))
    index = {word: at for at, word in enumerate(words)}
    found = np.full((len(spelled), max(map(len, spelled)) + 1), len(words), np.int32)
    for row, answer in zip(found, spelled, strict=True):
        row[: len(answer)] = [index[word] for word in answer]
    return Spelling(words, found)


def margins(
    r: Part, question: jax.Array, facts: jax.Array, spelled: jax.Array, gamma: float
) -> jax.Array:
    """() the margins of an answer's words and of its stop, those before it given.

    Args:
        question, facts: as `bench.methods.memnn.response.respond`'s.
        spelled: (T,).
    """
    stop = len(r["said"])
    before = jnp.tril(jnp.ones((len(spelled),) * 2), -1) @ _said(r, spelled)
    scores = jax.vmap(respond, (None, None, None, 0))(r, question, facts, before)  # (T, W+1)
    others = (jnp.arange(stop + 1)[None] != spelled[:, None]) * 1.0
    each = jax.vmap(of_answers, (0, 0, 0, None))(scores, spelled, others, gamma)
    told = jnp.cumsum(spelled == stop) - (spelled == stop) == 0  # up to the first stop
    return jnp.sum(jnp.where(told, each, 0.0))


def say(r: Part, question: jax.Array, facts: jax.Array, most: int) -> jax.Array:
    """(most,) int32: the words said, W from the stop on."""
    stop = len(r["said"])

    def next_word(
        state: tuple[jax.Array, jax.Array], _: None
    ) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        before, ended = state
        best = jnp.argmax(respond(r, question, facts, before)).astype(jnp.int32)
        word = jnp.where(ended, stop, best)
        return (before + _said(r, word), word == stop), word

    nothing = jnp.zeros_like(r["said"][0])
    return jax.lax.scan(next_word, (nothing, nothing[0] != 0), length=most)[1]


def _said(r: Part, words: jax.Array) -> jax.Array:
    """What words add to the query, (..., n); the stop nothing."""
    stop = len(r["said"])
    return jax.nn.one_hot(words, stop) @ r["said"]
