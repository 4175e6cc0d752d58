"""Training one spec on one unit: epochs of batches of questions of like length; of all epochs'
models the best on the questions held out is kept."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bench.core.devices import CPU_LANES
from bench.core.method import Outcome, Tick, unwatched
from bench.methods.recurrent.model import answered, optimizer, update
from bench.methods.recurrent.row import row
from bench.methods.recurrent.sequences import Questions, Sequences
from bench.methods.recurrent.spec import Recurrent
from bench.methods.recurrent.work import step_seconds
from bench.train import cells, draws, leaves, loop
from bench.train.fixed import Fixed
from bench.train.lanes import Lanes
from bench.train.loop import Plan
from bench.train.outcomes import outcomes
from bench.train.progress import State

BLOCK_SECONDS = 2.0
"""Predicted, of a block of updates: so often a training can be stopped."""

POOL = 4
"""Batches whose questions, neighbours in length, are shuffled together."""

SCORED = 250
"""Test questions that are scored at once."""

_BEST, _MOMENTS = "best/", "moments/"


class Trainer:
    """Trains restarts of one spec on one unit; see `bench.core.method.Trainer`.

    Args:
        devices: one, or several over which restarts are sharded.
        stream: the group's (`bench.train.draws`).
        block: most updates of a block; None takes as many as should take `BLOCK_SECONDS`. Changes
            no result.
    """

    def __init__(
        self,
        spec: Recurrent,
        data: Sequences,
        *devices: jax.Device,
        stream: int = 0,
        block: int | None = None,
    ):
        self.spec, self.data, self.stream = spec, data, stream
        self.lanes = Lanes(devices)
        fit = data.fit.take(np.argsort(data.fit.length, kind="stable"))
        self.updates = -(-len(fit) // spec.batch)
        seconds = CPU_LANES * step_seconds(spec, float(fit.length.mean()))
        self.block = block or max(1, int(BLOCK_SECONDS / seconds))
        pools = np.arange(len(fit)) // (POOL * spec.batch)
        longest = np.array([fit.length[pools == pool].max() for pool in range(pools[-1] + 1)])
        self.firsts = self.lanes.copy(_first(fit, longest[np.arange(self.updates) // POOL]))
        self.fit, self.pools = self.lanes.copy((fit.words, fit.answer)), self.lanes.copy(pools)
        self.valid = self.lanes.copy(_whole(data.valid))
        self._order = self.lanes.program(_order, (0, None))
        self._block = self.lanes.program(
            functools.partial(_block, spec), (0, 0, None, None, 0, None, None, None)
        )
        self._close = self.lanes.program(functools.partial(_close, spec), (0, 0, None))
        self._score = self.lanes.program(
            lambda params, asked: answered(spec, params, *asked), (0, None)
        )

    def train(
        self,
        seeds: Sequence[int],
        *,
        saved: Sequence[Path] = (),
        stop: Callable[[], bool] = lambda: False,
        tick: Tick = unwatched,
    ) -> list[Outcome] | None:
        """As `bench.core.method.Trainer.train`."""
        progress = loop.train(_Course(self, seeds), seeds, saved=saved, stop=stop, tick=tick)
        if progress is None:
            return None
        running = progress.state.running
        best = {name: running[_BEST + name] for name in progress.state.params}
        costs, right = self.scores(best, self.data.test)
        rows = [
            row(self.data.unit, curve, costs[lane], right[lane])
            for lane, curve in enumerate(progress.curves)
        ]
        return outcomes(seeds, rows, progress, best, self.lanes)

    def scores(self, params: dict[str, Any], asked: Questions) -> tuple[np.ndarray, np.ndarray]:
        """Costs (R, N) of the right answers, and whether each has the highest score, (R, N)."""
        by_length = np.argsort(asked.length, kind="stable")
        size = min(SCORED, len(asked))
        costs, right = [], []
        for at in range(0, len(asked), size):
            some = by_length[np.minimum(at + np.arange(size), len(asked) - 1)]
            found = self._score(params, self.lanes.copy(_whole(asked.take(some))))
            costs.append(np.asarray(found[0]))
            right.append(np.asarray(found[1]))
        place = np.argsort(by_length)
        return np.concatenate(costs, axis=1)[:, place], np.concatenate(right, axis=1)[:, place]

    def init(self, seeds: np.ndarray) -> State:
        """The state before the first update."""
        sizes = len(self.data.vocabulary), self.spec.dim, len(self.data.answers)
        params = cells.initial(self.spec.cell, *sizes, seeds, self.stream)
        one = {name: value[0] for name, value in params.items()}
        running = {
            "cost": np.zeros(len(seeds), np.float32),
            "least": np.full((len(seeds), 2), np.inf, np.float32),
            **{_BEST + name: value for name, value in params.items()},
            **leaves.named(_MOMENTS, optimizer(self.spec).init(one), len(seeds)),
        }
        return self.resume(State(params, running))

    def resume(self, state: State) -> State:
        """A state of the host's, on the devices."""
        return self.lanes.split(state)

    def order(self, seeds: np.ndarray, epoch: int) -> tuple[jax.Array, jax.Array]:
        """An epoch's questions, (R, N) by batch, each restart's own; and the batches' turn, (U,),
        which restarts share: how long their texts are must be one for all."""
        count = len(self.data.fit)
        bits = draws.bits(self.lanes, self.stream, seeds, epoch, count)
        turn = np.random.default_rng((self.stream, epoch)).permutation(self.updates)
        return self._order(bits, self.pools), self.lanes.copy(turn.astype(np.int32))

    def run(self, state: State, order: tuple[jax.Array, jax.Array], updates: range) -> State:
        """Updates of an epoch."""
        questions, turn = order
        return State(
            *self._block(
                state.params,
                state.running,
                self.fit,
                self.firsts,
                questions,
                turn,
                np.int32(updates.start),
                np.int32(updates.stop),
            )
        )

    def close(self, state: State) -> tuple[State, jax.Array]:
        """The end of an epoch: the best model so far is kept; figures, (R, 3)."""
        running, figures = self._close(state.params, state.running, self.valid)
        return State(state.params, running), figures


class _Course(Fixed):
    """One training of some seeds, see `bench.train.loop.Course`. A row of its curves is the mean
    cost of the epoch's batches, and cost and share of errors of the questions held out."""

    def __init__(self, trainer: Trainer, seeds: Sequence[int]):
        super().__init__(trainer.spec.epochs)
        self._trainer = trainer
        self._seeds = np.asarray(seeds, np.int32)
        self.updates = trainer.updates
        self.block_updates = trainer.block
        self._order = lru_cache(1)(functools.partial(trainer.order, self._seeds))

    def begin(self) -> State:
        return self._trainer.init(self._seeds)

    def resume(self, state: State) -> State:
        return self._trainer.resume(state)

    def run(self, state: State, epoch: int, updates: range, plan: Plan) -> State:
        del plan
        return self._trainer.run(state, self._order(epoch), updates)

    def figures(self, state: State, plan: Plan) -> tuple[State, Callable[[], np.ndarray]]:
        del plan
        after, figures = self._trainer.close(state)
        return after, lambda: np.asarray(figures, np.float64) / [self.updates, 1.0, 1.0]


class _Carry(NamedTuple):
    params: dict[str, jax.Array]
    moments: Any
    cost: jax.Array


def _block(
    spec: Recurrent,
    params: dict[str, jax.Array],
    running: dict[str, jax.Array],
    fit: tuple[jax.Array, jax.Array],
    firsts: jax.Array,
    questions: jax.Array,
    turn: jax.Array,
    start: jax.Array,
    stop: jax.Array,
) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
    """Updates ``start`` .. ``stop`` of an epoch, of one restart."""
    words, answer = fit
    moments = leaves.like(_MOMENTS, running, jax.eval_shape(optimizer(spec).init, params))

    def one(i: jax.Array, carry: _Carry) -> _Carry:
        batch = turn[i]
        ranks = (batch * spec.batch + jnp.arange(spec.batch)) % len(answer)
        those = questions[ranks]
        params, moments, cost = update(
            spec, carry.params, carry.moments, words[those], answer[those], firsts[batch]
        )
        return _Carry(params, moments, carry.cost + cost)

    after = jax.lax.fori_loop(start, stop, one, _Carry(params, moments, running["cost"]))
    changed = leaves.named(_MOMENTS, after.moments)
    return after.params, {**running, **changed, "cost": after.cost}


def _close(
    spec: Recurrent, params: dict[str, jax.Array], running: dict[str, jax.Array], valid: tuple
) -> tuple[dict[str, jax.Array], jax.Array]:
    """The best model so far, of one restart, and the epoch's figures."""
    costs, right = answered(spec, params, *valid)
    cost, wrong = costs.mean(), (~right).sum()
    least_wrong, least_cost = running["least"]
    better = (wrong < least_wrong) | ((wrong == least_wrong) & (cost < least_cost))
    better &= jnp.isfinite(cost)
    kept = {
        _BEST + name: jnp.where(better, value, running[_BEST + name])
        for name, value in params.items()
    }
    figures = jnp.stack([running["cost"], cost, wrong / len(right)])
    least = jnp.where(better, jnp.stack([wrong.astype(jnp.float32), cost]), running["least"])
    return {**running, **kept, "least": least, "cost": jnp.zeros_like(cost)}, figures


def _order(bits: jax.Array, pools: jax.Array) -> jax.Array:
    """Questions sorted by length, shuffled within their pools."""
    return jnp.lexsort((bits[: len(pools)], pools)).astype(jnp.int32)


def _first(asked: Questions, lengths: np.ndarray) -> np.ndarray:
    """The first columns with a word of texts of these lengths."""
    return (asked.words.shape[1] - lengths).astype(np.int32)


def _whole(asked: Questions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Questions that are scored together: words, answers and the first column with a word."""
    return asked.words, asked.answer, _first(asked, asked.length.max())
