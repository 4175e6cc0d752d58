"""The score of a question and a statement, and an update down the margin's gradient (W14 3.1, 3.6).

Shapes: V words, n units, B pairs, L words of a bag at most. A bag is two arrays (B, L): numbers of
words, and how often each counts; 0 times fills a bag up. Parameters: ``question`` and
``statement``, (V, n) each, U's rows for words of either.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

Params = dict[str, jax.Array]


class Bag(NamedTuple):
    """Bags of words: (..., L) int32 numbers and (..., L) float32 counts."""

    words: jax.Array
    counts: jax.Array


class Ranked(NamedTuple):
    """What a margin is about: ``right`` should be nearer to ``asked`` than ``wrong``."""

    asked: Bag
    right: Bag
    wrong: Bag


def embed(table: jax.Array, bag: Bag) -> jax.Array:
    """U Phi, (B, n)."""
    return jnp.einsum("bl,bln->bn", bag.counts, table[bag.words])


def shared(one: Bag, other: Bag) -> jax.Array:
    """Phi_x^T Phi_y, (B,): how many words two bags share."""
    same = one.words[:, :, None] == other.words[:, None, :]
    return jnp.einsum("bl,blm,bm->b", one.counts, same.astype(jnp.float32), other.counts)


def update(
    params: Params,
    match: jax.Array,
    statements: Ranked,
    paraphrases: Ranked,
    gamma: float,
    rate: float,
) -> tuple[Params, jax.Array]:
    """New parameters, and the summed margins of both batches before the step.

    Args:
        match: what a shared word adds to the score of a question and a statement.
        statements: questions, and statements that are ranked for them.
        paraphrases: questions alone, two of which mean the same: their score is that of U's rows
            for questions (Bordes et al., 2014, whom W14 5.1 follows).
    """
    moved, answering = _step(params, "statement", match, statements, gamma, rate)
    moved, alike = _step(moved, "question", jnp.float32(0.0), paraphrases, gamma, rate)
    return moved, answering + alike


def _step(
    params: Params, ranked: str, match: jax.Array, batch: Ranked, gamma: float, rate: float
) -> tuple[Params, jax.Array]:
    """Down the gradient of max(0, gamma - s(asked, right) + s(asked, wrong)), summed over pairs;
    only rows that it touches are written."""
    asked = embed(params["question"], batch.asked)
    right, wrong = (embed(params[ranked], bag) for bag in (batch.right, batch.wrong))
    by_words = shared(batch.asked, batch.right) - shared(batch.asked, batch.wrong)
    margin = gamma - (asked * (right - wrong)).sum(axis=1) - match * by_words
    step = rate * (margin > 0.0)[:, None]
    moves = (
        ("question", batch.asked, step * (right - wrong)),
        (ranked, batch.right, step * asked),
        (ranked, batch.wrong, -step * asked),
    )
    moved = dict(params)
    for name, bag, by in moves:
        rows = bag.counts[:, :, None] * by[:, None, :]
        moved[name] = moved[name].at[bag.words].add(rows)
    return moved, jnp.maximum(margin, 0.0).sum()
