"""The margin ranking loss (W14 eq. 6 to 8 and 3.4): what is right beats what is wrong by gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from bench.methods.memnn.output import Scored, of_time
from bench.methods.memnn.spec import MemNN as Spec

if TYPE_CHECKING:  # supervision draws with `one_of`
    from bench.methods.memnn.supervision import Lesson


def margins(
    spec: Spec,
    scored: Scored,
    lesson: Lesson,
    answers: jax.Array,
    answer: jax.Array,
    others: jax.Array,
    drawn: jax.Array,
) -> jax.Array:
    """() the margins of all hops and of the answer: of all that is wrong, or of one of each.

    Args:
        answers: (A,) scores; ``others`` (A,) bool, the wrong ones.
        drawn: numbers in [0, 1), the last H+1 of which draw.
    """
    mistaken = others * 1.0
    if spec.loss == "sampled":
        mistaken = one_of(others, drawn[-1])
    return of_hops(spec, scored, lesson, drawn) + of_answers(answers, answer, mistaken, spec.gamma)


def of_hops(spec: Spec, scored: Scored, lesson: Lesson, drawn: jax.Array) -> jax.Array:
    """() the margins of all hops; arguments as `margins`'."""
    many = jnp.maximum(lesson.wrong.sum(axis=1, keepdims=True), spec.negatives)
    wrong = lesson.wrong * spec.negatives / many
    if spec.loss == "sampled":
        wrong = one_of(lesson.wrong, drawn[-len(lesson.target) - 1 : -1])
    return of_memories(scored, lesson.target, wrong, spec.gamma)


def of_memories(of: Scored, target: jax.Array, wrong: jax.Array, gamma: float) -> jax.Array:
    """() the margins of all wrong memories, of all hops.

        max(0, gamma - s(x, f) + s(x, f'))
        max(0, gamma - s_Ot(x, f, f')) + max(0, gamma + s_Ot(x, f', f))    with write time

    Args:
        target: (H,) int32, f, the right memory of each hop.
        wrong: (H, M+1) float32, weights of the others, 0 for what is not compared.
    """
    f = target[:, None]
    others = jnp.arange(of.scores.shape[1])[None, :]
    right = jnp.sum(jnp.where(others == f, of.scores, 0.0), axis=1, keepdims=True)
    lead = right - of.scores
    margins = jnp.maximum(0.0, gamma - (lead + of_time(of, f, others)))
    if of.time is not None:
        margins += jnp.maximum(0.0, gamma - lead + of_time(of, others, f))
    return jnp.sum(margins * wrong)


def of_answers(scores: jax.Array, answer: jax.Array, wrong: jax.Array, gamma: float) -> jax.Array:
    """() the margins of the wrong answers: max(0, gamma - s_R(x, r) + s_R(x, w)).

    Args:
        scores: (A,).
        wrong: (A,) float32, weights of the others.
    """
    right = jnp.sum(jnp.where(jnp.arange(len(scores)) == answer, scores, 0.0))
    return jnp.sum(jnp.maximum(0.0, gamma - right + scores) * wrong)


def one_of(wrong: jax.Array, uniform: jax.Array) -> jax.Array:
    """(..., C) float32: one of the True ones of each row, drawn by (...) numbers in [0, 1)."""
    rank = jnp.cumsum(wrong, axis=-1)
    chosen = jnp.floor(uniform[..., None] * rank[..., -1:]) + 1
    return jnp.where(wrong & (rank == chosen), 1.0, 0.0)
