"""R, the response map (W14 3.1): r = argmax_w s_R([x, m_o1, m_o2, ...], w), over the answers."""

from __future__ import annotations

import jax

from bench.methods.memnn.score import Part, embed, support


def respond(
    r: Part, question: jax.Array, facts: jax.Array, said: jax.Array | None = None
) -> jax.Array:
    """(A,) the answers' scores.

    Args:
        question: (F,) its bag.
        facts: (K, F) bags of the memories found, in order; zeros for none.
        said: (n,) what the words said before add to the query (`bench.methods.memnn.spelling`).
    """
    x = question @ r["question"] + support(r, facts).sum(axis=0)
    if said is not None:
        x += said
    return embed(r, r["answer"]) @ embed(r, x)
