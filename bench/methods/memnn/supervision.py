"""What is right and what is wrong in each hop of a training question.

'facts' (W14 3.1): the supporting facts in order, then the null memory; all others are wrong, but
those that earlier hops have found.

'words' (S15's MemNN-WSH): no facts are known. A first memory is valid if it shares a word with the
question, a second if it shares a word with the first and one with the answer. Valid ones are ranked
above invalid ones: one valid memory of each hop is its target, and all invalid ones are wrong. If
no first memory is valid, the hops learn nothing from the question; if no second one is, the null
memory is the second hop's target, of which S15 says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from bench.methods.memnn.loss import one_of
from bench.methods.memnn.memory import NONE

Pick = Callable[[jax.Array, tuple[jax.Array, ...]], jax.Array]
"""The target, () int32, among valid memories, (M,) bool, where those of the hops before are given;
whatever it is where none is valid."""


class Lesson(NamedTuple):
    """Of one question and H hops, M slots; M stands for the null memory.

    Attributes:
        target: (H,) int32.
        wrong: (H, M+1) bool; none where there is nothing to be learned.
    """

    target: jax.Array
    wrong: jax.Array


def from_facts(support: jax.Array, count: jax.Array, slots: int, hops: int) -> Lesson:
    """The lesson of supporting facts.

    Args:
        support: (K,) int32 slots, or `bench.methods.memnn.memory.NONE` and ``TOO_OLD``.
        count: () memories.
    """
    facts = jnp.sum(support != NONE)
    more = jnp.full((max(0, hops - len(support)),), NONE, support.dtype)
    told = jnp.concatenate([support, more])[:hops]
    hop = jnp.arange(hops)
    target = jnp.where(hop == facts, slots, told)
    learned = (hop <= facts) & (target >= 0)
    found = jax.nn.one_hot(told, slots + 1, dtype=jnp.int32)
    earlier = jnp.tril(jnp.ones((hops, hops), jnp.int32), -1) @ found
    wrong = _candidates(count, slots, hops)[None] & (earlier == 0)
    wrong &= (jnp.arange(slots + 1)[None] != target[:, None]) & learned[:, None]
    return Lesson(jnp.where(learned, target, slots), wrong)


def from_words(
    question: jax.Array, memories: jax.Array, answer: jax.Array, count: jax.Array, pick: Pick
) -> Lesson:
    """The lesson of shared words, of two hops.

    Args:
        question, answer: (W,) and memories (M, W): which words they have.
    """
    slots = len(memories)
    used = jnp.arange(slots) < count
    first = used & jnp.any(memories & question, axis=-1)
    one = pick(first, ())
    its = memories[jnp.minimum(one, slots - 1)] & first.any()
    second = used & jnp.any(memories & its, axis=-1) & jnp.any(memories & answer, axis=-1)
    valid = jnp.stack([first, second])
    some = valid.any(axis=1)
    target = jnp.where(some, jnp.stack([one, pick(second, (one,))]), slots)
    wrong = jnp.concatenate([used & ~valid, some[:, None]], axis=1)
    return Lesson(target.astype(jnp.int32), wrong & some[0])


def drawn(numbers: jax.Array) -> Pick:
    """Each valid memory as likely as the others, by a number in [0, 1) for each hop."""
    return lambda valid, before: jnp.argmax(one_of(valid, numbers[len(before)]))


def _candidates(count: jax.Array, slots: int, hops: int) -> jax.Array:
    """(M+1,) bool: the memories, and the null memory if there is one."""
    at = jnp.arange(slots + 1)
    return (at < count) | ((at == slots) & (hops > 1))
