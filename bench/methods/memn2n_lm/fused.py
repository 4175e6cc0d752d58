"""All hops of an example as one program of a GPU, and one for the way back (S15 sections 2 and 5).

XLA makes some hundred programs of a step, each of which reads the memories again. Here an example
has a program of its own, which looks its words up hop by hop: what it reads of the tables stays in
its caches, and no embedded memories are written. The gradients of the tables are XLA's, from what
the way back leaves. Layer-wise tying alone.

Shapes: B examples, N memories, d units, K hops, V words; ``words`` (2, V, d) and ``times``
(2, N, d), A's first, then C's; ``H`` (d, d).
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton

from bench.methods.memn2n_lm import hops
from bench.methods.memn2n_lm.spec import MemN2NLM

Params = dict[str, jax.Array]
Ref = Any
"""An array in the GPU's memory, as Pallas gives it to a program."""

ROWS = 32
"""Rows of a table that a program takes at a time: a tile's sides are powers of two."""

WARPS = 8


class Passed(NamedTuple):
    """What a pass forward leaves for the way back."""

    states: jax.Array
    """(B, K + 1, d): u_1 .. u_{K+1}."""
    scores: jax.Array
    """(B, K, N), before the softmax."""
    totals: jax.Array
    """(B, K): the scores' log-sum-exp."""
    outs: jax.Array
    """(B, K, d): o_1 .. o_K."""


class _Tiles(NamedTuple):
    """The sizes of one example, and tiles of its tables.

    Attributes:
        units: of a row as it is stored, padded or not.
        own: of these, those of the spec; zeros are behind them.
        linear: the first ones, which have no ReLU.
        initial: u_1, of every unit.
    """

    hops: int
    memory: int
    units: int
    linear: int
    initial: float
    own: int

    def rows(self, part: jax.Array, many: int) -> tuple[jax.Array, jax.Array]:
        """The numbers of a tile's rows, and which of these a table of so many has."""
        at = part * ROWS + jnp.arange(ROWS)
        return at, at < many

    @property
    def columns(self) -> tuple[jax.Array, jax.Array]:
        """The numbers of a tile's columns, and which of these a row has."""
        at = jnp.arange(pl.next_power_of_2(self.units))
        return at, at < self.units

    def vector(self, ref: Ref, *at: Any) -> jax.Array:
        """All units of a row."""
        columns, inside = self.columns
        return triton.load(ref.at[(*at, columns)], mask=inside, other=0.0)

    def keep(self, value: jax.Array, ref: Ref, *at: Any) -> None:
        """Writes all units of a row."""
        columns, inside = self.columns
        triton.store(ref.at[(*at, columns)], value, mask=inside)

    def tile(self, ref: Ref, *at: Any, there: jax.Array) -> jax.Array:
        """Rows of a table, the last of ``at``; zeros in place of those that are not ``there``."""
        columns, inside = self.columns
        *front, rows = at
        return triton.load(
            ref.at[(*front, rows[:, None], columns[None, :])],
            mask=there[:, None] & inside[None, :],
            other=0.0,
        )

    def memories(
        self, table: int, words: Ref, times: Ref, seen: jax.Array, rows: jax.Array, there: jax.Array
    ) -> jax.Array:
        """m_i or c_i of some rows of the memory, ``seen`` their words."""
        embedded = self.tile(words, table, seen, there=there)
        return embedded + self.tile(times, table, rows, there=there)

    def product(self, vector: Ref, matrix: Ref, *at: Any) -> jax.Array:
        """v M, v the row of ``vector`` at ``at``."""

        def one(part: jax.Array, found: jax.Array) -> jax.Array:
            rows, there = self.rows(part, self.units)
            share = triton.load(vector.at[(*at, rows)], mask=there, other=0.0)
            return found + (share[:, None] * self.tile(matrix, rows, there=there)).sum(axis=0)

        return jax.lax.fori_loop(0, pl.cdiv(self.units, ROWS), one, self.zeros)

    @property
    def zeros(self) -> jax.Array:
        return jnp.zeros(len(self.columns[0]), jnp.float32)


def _forward(
    tiles: _Tiles,
    barrier: Any,
    words: Ref,
    times: Ref,
    across: Ref,
    memory: Ref,
    states: Ref,
    scores: Ref,
    totals: Ref,
    outs: Ref,
) -> None:
    """One example; ``across`` is H transposed."""
    example = pl.program_id(0)
    columns, _ = tiles.columns

    def hop(k: jax.Array, state: jax.Array) -> jax.Array:
        def part(
            at: jax.Array, before: tuple[jax.Array, jax.Array, jax.Array]
        ) -> tuple[jax.Array, jax.Array, jax.Array]:
            top, total, out = before
            rows, there = tiles.rows(at, tiles.memory)
            seen = triton.load(memory.at[example, rows], mask=there, other=0)
            read = tiles.memories(0, words, times, seen, rows, there)
            score = jnp.where(there, (read * state[None, :]).sum(axis=1), -jnp.inf)
            triton.store(scores.at[example, k, rows], score, mask=there)
            highest = jnp.maximum(top, score.max())
            exps, shrunk = jnp.exp(score - highest), jnp.exp(top - highest)
            write = tiles.memories(1, words, times, seen, rows, there)
            out = out * shrunk + (exps[:, None] * write).sum(axis=0)
            return highest, total * shrunk + exps.sum(), out

        begin = (jnp.float32(-1e30), jnp.float32(0.0), tiles.zeros)
        top, total, out = jax.lax.fori_loop(0, pl.cdiv(tiles.memory, ROWS), part, begin)
        out = out / total
        triton.store(totals.at[example, k], top + jnp.log(total))
        tiles.keep(out, outs, example, k)
        state = tiles.product(states, across, example, k) + out
        state = jnp.where(columns < tiles.linear, state, jnp.maximum(state, 0.0))
        tiles.keep(state, states, example, k + 1)
        barrier()
        return state

    first = jnp.where(columns < tiles.own, jnp.float32(tiles.initial), 0.0)
    tiles.keep(first, states, example, 0)
    barrier()
    jax.lax.fori_loop(0, tiles.hops, hop, first)


def _backward(
    tiles: _Tiles,
    barrier: Any,
    words: Ref,
    times: Ref,
    mapping: Ref,
    memory: Ref,
    states: Ref,
    scores: Ref,
    totals: Ref,
    outs: Ref,
    by_last: Ref,
    by_outs: Ref,
    by_scores: Ref,
    attention: Ref,
) -> None:
    """One example."""
    example = pl.program_id(0)
    columns, _ = tiles.columns

    def hop(count: jax.Array, grad: jax.Array) -> jax.Array:
        k = tiles.hops - 1 - count
        after = tiles.vector(states, example, k + 1)
        grad = jnp.where((columns < tiles.linear) | (after > 0), grad, 0.0)
        tiles.keep(grad, by_outs, example, k)
        barrier()
        mean = (grad * tiles.vector(outs, example, k)).sum()
        total = triton.load(totals.at[example, k])

        def part(at: jax.Array, found: jax.Array) -> jax.Array:
            rows, there = tiles.rows(at, tiles.memory)
            seen = triton.load(memory.at[example, rows], mask=there, other=0)
            score = triton.load(scores.at[example, k, rows], mask=there, other=-jnp.inf)
            p = jnp.exp(score - total)
            write = tiles.memories(1, words, times, seen, rows, there)
            by_score = p * ((write * grad[None, :]).sum(axis=1) - mean)
            triton.store(attention.at[example, k, rows], p, mask=there)
            triton.store(by_scores.at[example, k, rows], by_score, mask=there)
            read = tiles.memories(0, words, times, seen, rows, there)
            return found + (by_score[:, None] * read).sum(axis=0)

        passed = jax.lax.fori_loop(0, pl.cdiv(tiles.memory, ROWS), part, tiles.zeros)
        return passed + tiles.product(by_outs, mapping, example, k)

    jax.lax.fori_loop(0, tiles.hops, hop, tiles.vector(by_last, example))


class Fused(NamedTuple):
    """See `bench.methods.memn2n_lm.model.Hops`.

    Attributes:
        interpret: as if on a GPU, on any device.
    """

    interpret: bool = False

    def forward(
        self, spec: MemN2NLM, params: Params, memory: jax.Array
    ) -> tuple[jax.Array, tuple[jax.Array, Passed]]:
        tiles, batch = _tiles(spec, params), len(memory)
        passed = Passed(
            *self._program(
                _forward,
                tiles,
                batch,
                (params["words"], params["times"], params["H"].T, memory),
                (batch, tiles.hops + 1, tiles.units),
                (batch, tiles.hops, tiles.memory),
                (batch, tiles.hops),
                (batch, tiles.hops, tiles.units),
            )
        )
        return passed.states[:, -1], (memory, passed)

    def backward(
        self,
        spec: MemN2NLM,
        params: Params,
        passed: tuple[jax.Array, Passed],
        by_last: jax.Array,
        grads: Params,
    ) -> Params:
        tiles, (memory, kept) = _tiles(spec, params), passed
        seen = (len(memory), tiles.hops, tiles.memory)
        by_outs, by_scores, attention = self._program(
            _backward,
            tiles,
            len(memory),
            (params["words"], params["times"], params["H"], memory, *kept, by_last),
            kept.outs.shape,
            seen,
            seen,
        )
        states, found = kept.states[:, :-1], dict(grads)
        for table, (shares, whats) in enumerate(((by_scores, states), (attention, by_outs))):
            by_memories = hops.outer(jnp.unstack(shares, axis=1), jnp.unstack(whats, axis=1))
            found["words"] = found["words"].at[table, memory].add(by_memories)
            found["times"] = found["times"].at[table].add(by_memories.sum(axis=0))
        found["H"] = found["H"] + jnp.einsum("bki,bkj->ij", by_outs, states)
        return found

    def _program(
        self,
        body: Any,
        tiles: _Tiles,
        batch: int,
        arguments: tuple[jax.Array, ...],
        *found: tuple[int, ...],
    ) -> Any:
        """``body`` for every example of the batch; float32 arrays of the shapes ``found``."""
        # What a program's threads have written, all of them can read after the barrier.
        barrier = (lambda: None) if self.interpret else triton.debug_barrier
        return pl.pallas_call(
            functools.partial(body, tiles, barrier),
            [jax.ShapeDtypeStruct(shape, jnp.float32) for shape in found],
            grid=(batch,),
            compiler_params=triton.CompilerParams(num_warps=WARPS),
            interpret=self.interpret,
        )(*arguments)


def _tiles(spec: MemN2NLM, params: Params) -> _Tiles:
    return _Tiles(
        spec.hops, spec.memory, params["H"].shape[0], hops.linear_units(spec),
        spec.initial_state, spec.dim,
    )  # fmt: skip
