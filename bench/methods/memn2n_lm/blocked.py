"""All hops of a batch, forward and back, some examples at a time (S15 sections 2 and 5).

Shapes: B examples, N memories, d units, K hops.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax

from bench.methods.memn2n_lm import hops
from bench.methods.memn2n_lm.spec import MemN2NLM

Params = dict[str, jax.Array]

EXAMPLES = 8
"""On a CPU so many at a time go through all hops, forward and back: their memories stay in the
cache."""


class Blocked(NamedTuple):
    """See `bench.methods.memn2n_lm.model.Hops`.

    Attributes:
        examples: that go through the hops at a time; where it does not divide B, what divides
            both.
    """

    examples: int = EXAMPLES

    def forward(self, spec: MemN2NLM, params: Params, memory: jax.Array) -> tuple[jax.Array, Any]:
        size = math.gcd(len(memory), self.examples)
        blocks = memory.reshape(-1, size, memory.shape[1])

        def one(carry: None, block: jax.Array) -> tuple[None, tuple[list, list]]:
            return None, hops.forward(spec, params, _memories(spec, params, block))

        _, (states, attention) = jax.lax.scan(one, None, blocks)
        return states[-1].reshape(len(memory), -1), (blocks, states, attention)

    def backward(
        self, spec: MemN2NLM, params: Params, passed: Any, by_last: jax.Array, grads: Params
    ) -> Params:
        def one(grads: Params, part: tuple) -> tuple[Params, None]:
            block, states, attention, grad = part
            memories = _memories(spec, params, block)
            by_memories, by_map = hops.backward(spec, params, memories, states, attention, grad)
            by_memories = jax.lax.optimization_barrier(by_memories)
            found = dict(grads)
            for table, by_table in enumerate(by_memories):
                found["words"] = found["words"].at[table, block].add(by_table)
                found["times"] = found["times"].at[table].add(by_table.sum(axis=0))
            if by_map is not None:
                found["H"] = found["H"] + by_map
            return found, None

        blocks, states, attention = passed
        parts = (blocks, states, attention, by_last.reshape(*blocks.shape[:2], -1))
        return jax.lax.scan(one, grads, parts)[0]


IN_BLOCKS = Blocked()
"""As on a CPU."""


def _memories(spec: MemN2NLM, params: Params, block: jax.Array) -> list[jax.Array]:
    """Of each table, (examples, N, d)."""
    # The barrier keeps XLA from embedding the words again for every hop.
    return jax.lax.optimization_barrier(
        [params["words"][t][block] + params["times"][t] for t in range(hops.tables(spec))]
    )
