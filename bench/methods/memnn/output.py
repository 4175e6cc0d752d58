"""O, the output feature map (W14 3.1): finds the supporting memories, hop by hop.

    m_o1 = argmax_i s_O(x, m_i)    m_o2 = argmax_i s_O([x, m_o1], m_i)    ...

over the memories not found before, and the null memory m_0 with an embedding of its own, which ends
the hops (W15's AM). With write time (W14 3.4) candidates are compared in pairs,

    s_Ot(x, y, y') = E(x) . (E(y) - E(y') + T Phi_t(x, y, y'))

where Phi_t says, 0 or 1, whether x is older than y, x older than y' and y older than y'. x's time
is that of the memory found last; the question is younger than all memories. The null memory has no
time: of pairs with it Phi_t is 0.

All that is here is of one question. Slots are numbered by age, the oldest 0; M stands for the null
memory among candidates, and for the question's time. Shapes as in `bench.methods.memnn.score`.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from bench.methods.memnn.score import Part, against, embed, support


class Scored(NamedTuple):
    """What comparing the candidates of H hops takes.

    Attributes:
        scores: (H, M+1), E(x) . E(m_i), the null memory's last.
        time: (H, 3), E(x) . T; None without write time.
        asker: (H,) int32, x's time.
    """

    scores: jax.Array
    time: jax.Array | None
    asker: jax.Array


def shared(bags: jax.Array, text: jax.Array, table: jax.Array) -> jax.Array:
    """(C, n): what the words that candidates, bags (C, F), have in common with a text (F,) add to
    their embeddings (W14 3.6); ``table`` (F, n) has a row a word."""
    return ((bags > 0) & (text > 0)) @ table


def score(
    o: Part, queries: jax.Array, asker: jax.Array, bags: jax.Array, matched: jax.Array | None = None
) -> Scored:
    """Scores of all candidates.

    Args:
        queries: (H, n), U x before E; ``asker``: (H,).
        bags: (M, F) of the memories.
        matched: (H, M, n), what `shared` gives of all texts of a query; None for nothing.
    """
    x = embed(o, queries)
    null = x @ embed(o, o["null"])
    memories = against(o, x, o["memory"], bags)
    if matched is not None:
        memories += jnp.einsum("hn,hmn->hm", x, matched)
    scores = jnp.concatenate([memories, null[:, None]], axis=1)
    return Scored(scores, x @ o["time"].T if "time" in o else None, asker)


def facts(bags: jax.Array, found: jax.Array) -> jax.Array:
    """(K, F) bags of the memories found, of (M, F); zeros for the null memory."""
    some = (found < len(bags))[:, None]
    return jnp.where(some, bags[jnp.minimum(found, len(bags) - 1)], 0.0)


def taught(
    o: Part,
    question: jax.Array,
    bags: jax.Array,
    right: jax.Array,
    target: jax.Array,
    matched: jax.Array | None = None,
) -> Scored:
    """Scores of all candidates in each hop, the right memories of the hops before it given.

    Args:
        question: (F,) its bag; ``bags``: (M, F) of the memories.
        right: (H, F) bags of the ``target`` (H,) of each hop.
        matched: as `score`'s.
    """
    hops = len(target)
    earlier = jnp.tril(jnp.ones((hops, hops - 1)), -1)
    queries = question @ o["question"] + earlier @ support(o, right[:-1])
    asker = jnp.roll(target, 1).at[0].set(len(bags))
    return score(o, queries, asker, bags, matched)


def of_time(of: Scored, y: jax.Array, z: jax.Array) -> jax.Array | float:
    """E(x) . T Phi_t(x, y, y') of every hop, (H, C): what s_Ot has beside the scores' difference.

    Args:
        y, z: int32 candidates, (H, C) once broadcast against each other; z is y'.
    """
    if of.time is None:
        return 0.0
    x, null = of.asker[:, None], of.scores.shape[1] - 1
    older = (x < y, x < z, y < z)
    total = sum(jnp.where(old, of.time[:, n, None], 0.0) for n, old in enumerate(older))
    return jnp.where((y < null) & (z < null), total, 0.0)


def best(of: Scored, free: jax.Array) -> jax.Array:
    """() int32, the candidate that wins the only hop of ``of``.

    With write time a tournament decides (W14 appendix C): from the oldest on, the winner so far
    meets the next, and stays if s_Ot(x, winner, next) > 0; the null memory is the first.

    Args:
        free: (M+1,) bool, the candidates.
    """
    null = free.shape[0] - 1
    scores = of.scores[0]
    if of.time is None:
        return jnp.argmax(jnp.where(free, scores, -jnp.inf)).astype(jnp.int32)

    def meet(winner: jax.Array, slot: jax.Array) -> tuple[jax.Array, None]:
        lead = scores[winner] - scores[slot] + of_time(of, winner[None, None], slot[None, None])
        lost = free[slot] & ~((lead[0, 0] > 0) & free[winner])
        return jnp.where(lost, slot, winner), None

    first = jnp.full_like(scores[0], null, jnp.int32)
    winner, _ = jax.lax.scan(meet, first, jnp.arange(null, dtype=jnp.int32))
    return winner


def among(
    o: Part, question: jax.Array, bags: jax.Array, valid: jax.Array, before: tuple[jax.Array, ...]
) -> jax.Array:
    """() int32, the best of the memories ``valid`` (M,) in the hop after those that found
    ``before``; M or 0 where there is none.

    Args:
        question: (F,) its bag; ``bags``: (M, F) of the memories.
    """
    slots = len(bags)
    target = jnp.array([*before, slots], jnp.int32)
    of = taught(o, question, bags, facts(bags, target), target)
    last = Scored(of.scores[-1:], None if of.time is None else of.time[-1:], of.asker[-1:])
    return best(last, jnp.append(valid, False))


def find(
    o: Part, question: jax.Array, bags: jax.Array, count: jax.Array, hops: int, *, again: bool
) -> jax.Array:
    """(hops,) int32, the memories found; M from the hop on that the null memory won.

    Args:
        o: with ``match`` (K+1, F, n), tables of `shared` for the question and each memory found.
        question: (F,) its bag.
        bags: (M, F) of the memories, ``count`` of them in use.
        again: whether a memory may be found more than once.
    """
    slots = bags.shape[0]
    query = question @ o["question"]
    null = jnp.full_like(query[0], slots, jnp.int32)  # of the parameters' lane, and so are others
    has_null = hops > 1  # with one hop it is nobody's target

    class Hop(NamedTuple):
        query: jax.Array
        asker: jax.Array
        free: jax.Array
        ended: jax.Array
        matched: jax.Array | None

    def hop(at: Hop, number: jax.Array) -> tuple[Hop, jax.Array]:
        matched = at.matched
        scored = score(
            o, at.query[None], at.asker[None], bags, None if matched is None else matched[None]
        )
        found = jnp.where(at.ended, null, best(scored, at.free))
        ended = found == null
        bag = jnp.where(ended, 0.0, bags[jnp.minimum(found, slots - 1)])
        taken = (jnp.arange(slots + 1) == found) & (found < null) & (not again)
        asker = jnp.where(ended, at.asker, found)
        added = bag @ o["support"][jnp.minimum(number, len(o["support"]) - 1)]
        if matched is not None:
            matched = matched + shared(bags, bag, o["match"][number + 1])
        return Hop(at.query + added, asker, at.free & ~taken, ended, matched), found

    free = (jnp.arange(slots + 1) < count) | ((jnp.arange(slots + 1) == null) & has_null)
    begin = Hop(
        query, null, free, null < 0,
        shared(bags, question, o["match"][0]) if "match" in o else None,
    )  # fmt: skip
    return jax.lax.scan(hop, begin, jnp.arange(hops))[1]
