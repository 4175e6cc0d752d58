"""s(x, y), the score of W14 (eq. 6), which O and R have each with parameters of its own.

    s(x, y) = E(Phi_x(x)) . E(Phi_y(y))      E(z) = U z, or tanh(W tanh(U z)) (W15's NL)

The dictionaries are apart: the words of the question, of each memory in the query and of the
candidates have rows of their own, the tables ``question`` (F, n), ``support`` (L, F, n) and
``memory`` (F, n), or ``answer`` (A, n). With one dictionary the first three are one table. All that
is here is of one question.

Shapes: F features, n dimension, L lists, M slots, H hops, A answers.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from bench.train.lanes import Array

Part = Mapping[str, Array]
"""The parameters of O or of R."""


def part(params: Mapping[str, Array], which: str) -> Part:
    """Those of 'O' or 'R', a single dictionary under all of its names."""
    found = {n.partition("/")[2]: p for n, p in params.items() if n.startswith(f"{which}/")}
    if "support" not in found:
        words = found["memory" if which == "O" else "question"]
        found |= {"question": words, "support": words[None]}
    return found


def embed(of: Part, z: jax.Array) -> jax.Array:
    """E of U z, (..., n)."""
    return jnp.tanh(jnp.tanh(z) @ of["W"]) if "W" in of else z


def support(of: Part, bags: jax.Array) -> jax.Array:
    """(H, n): what the memories of the first H hops, ``bags`` (H, F), add to the query: U z each.

    Hops beyond the last word list have that one.
    """
    lists, hops = of["support"], len(bags)
    if len(lists) == 1:
        return bags @ lists[0]
    own = min(hops, len(lists))
    apart = jnp.einsum("hf,hfn->hn", bags[:own], lists[:own])
    return jnp.concatenate([apart, bags[own:] @ lists[-1]]) if own < hops else apart


def against(of: Part, queries: jax.Array, table: jax.Array, bags: jax.Array) -> jax.Array:
    """(H, M) scores of candidates' bags (M, F) with embedded queries (H, n)."""
    if "W" in of:
        return queries @ embed(of, bags @ table).T
    return (queries @ table.T) @ bags.T  # a product less than with the candidates embedded
