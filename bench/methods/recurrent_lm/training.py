"""Training one spec on one text: epochs of pieces read side by side, the rate lowered by the
validation cost; the best epoch's model is kept."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bench.core.method import Outcome, Tick, unwatched
from bench.methods.recurrent_lm import schedule
from bench.methods.recurrent_lm.model import BLOCK, optimizer, text_costs, update
from bench.methods.recurrent_lm.row import row
from bench.methods.recurrent_lm.spec import RecurrentLM
from bench.methods.recurrent_lm.texts import Texts
from bench.methods.recurrent_lm.work import step_seconds
from bench.train import cells, leaves, loop
from bench.train.annealing import Annealed
from bench.train.costs import BEGINNING, early_costs
from bench.train.lanes import Lanes
from bench.train.loop import Plan
from bench.train.outcomes import outcomes
from bench.train.progress import State

BLOCK_SECONDS = 2.0
"""Predicted, of a block of updates: so often a training can be stopped."""

_BEST, _MOMENTS, _CARRY = "best/", "moments/", "carry/"


class Trainer:
    """Trains restarts of one spec on one text; see `bench.core.method.Trainer`.

    Args:
        devices: one, or several over which restarts are sharded.
        stream: the group's (`bench.train.draws`).
        block: most updates of a block; None takes as many as should take `BLOCK_SECONDS`. Changes
            no result.
    """

    def __init__(
        self,
        spec: RecurrentLM,
        texts: Texts,
        *devices: jax.Device,
        stream: int = 0,
        block: int | None = None,
    ):
        self.spec, self.texts, self.stream = spec, texts, stream
        self.lanes = Lanes(devices)
        self.updates = spec.updates or texts.train.shape[1] // spec.steps
        self.block = block or max(1, int(BLOCK_SECONDS / step_seconds(spec, len(texts.vocabulary))))
        self.text = self.lanes.copy(texts.train)
        self._block = self.lanes.program(
            functools.partial(_block, spec), (0, 0, None, None, None, None, 0)
        )
        self._close = self.lanes.program(functools.partial(_close, spec), (0, 0, None, None))
        self._read = self.lanes.program(functools.partial(text_costs, spec), (0, None))
        self._valid = self.lanes.copy(_padded(texts.valid))

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
        test = np.asarray(self._read(best, self.lanes.copy(_padded(self.texts.test))))
        early = early_costs(np.asarray(running["early"]), self.updates)
        rows = [
            row(self.texts.unit, curve, early[lane], test[lane, : len(self.texts.test)])
            for lane, curve in enumerate(progress.curves)
        ]
        return outcomes(seeds, rows, progress, best, self.lanes)

    def begin(self, seeds: Sequence[int]) -> list[float]:
        """The rows' `BEGINNING` alone: as `bench.core.method.Beginner.begin`."""
        state = loop.beginning(_Course(self, seeds), seeds, min(BEGINNING, self.updates))
        early = early_costs(np.asarray(state.running["early"]), self.updates)
        return [float("nan") if cost is None else cost for cost in early]

    def init(self, seeds: np.ndarray) -> State:
        """The state before the first update."""
        spec, words = self.spec, len(self.texts.vocabulary)
        params = cells.initial(spec.cell, words, spec.dim, words, seeds, self.stream)
        one = {name: value[0] for name, value in params.items()}
        begin = cells.start(spec.cell, jnp.zeros((spec.batch, spec.dim)))
        nothing = np.zeros(len(seeds), np.float32)
        running = {
            "cost": nothing,
            "early": nothing,
            "least": np.full(len(seeds), np.inf, np.float32),
            **{_BEST + name: value for name, value in params.items()},
            **leaves.named(_MOMENTS, optimizer(spec).init(one), len(seeds)),
            **leaves.named(_CARRY, begin, len(seeds)),
        }
        return self.resume(State(params, running))

    def resume(self, state: State) -> State:
        """A state of the host's, on the devices."""
        return self.lanes.split(state)

    def run(self, state: State, epoch: int, updates: range, rate: Any) -> State:
        """Updates of an epoch counted from 1."""
        first, last = np.int32(updates.start), np.int32(updates.stop)
        return State(
            *self._block(state.params, state.running, self.text, first, last, np.int32(epoch), rate)
        )

    def close(self, state: State) -> tuple[State, jax.Array]:
        """The end of an epoch: the best model so far is kept; figures, (R, 2)."""
        many = np.int32(len(self.texts.valid))
        running, figures = self._close(state.params, state.running, self._valid, many)
        return State(state.params, running), figures


class _Course(Annealed[Trainer]):
    """One training of some seeds, see `bench.train.loop.Course`."""

    def rate(self, costs: Sequence[float]) -> float:
        return schedule.rate(self.trainer.spec, costs)

    def length(self, costs: Sequence[float]) -> int:
        del costs
        return self.trainer.spec.epochs

    def run(self, state: State, epoch: int, updates: range, plan: Plan) -> State:
        return self.trainer.run(state, epoch, updates, *plan.settings)

    def figures(self, state: State, plan: Plan) -> tuple[State, Callable[[], np.ndarray]]:
        del plan
        after, figures = self.trainer.close(state)
        return after, lambda: np.asarray(figures, np.float64) / [self.updates, 1.0]


class _Carry(NamedTuple):
    params: dict[str, jax.Array]
    moments: Any
    cell: Any
    cost: jax.Array
    early: jax.Array


def _block(
    spec: RecurrentLM,
    params: dict[str, jax.Array],
    running: dict[str, jax.Array],
    text: jax.Array,
    start: jax.Array,
    stop: jax.Array,
    epoch: jax.Array,
    rate: jax.Array,
) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
    """Updates ``start`` .. ``stop`` of an epoch, of one restart."""

    def one(i: jax.Array, carry: _Carry) -> _Carry:
        words = jax.lax.dynamic_slice(text, (0, i * spec.steps), (spec.batch, spec.steps)).T
        params, moments, cell, cost = update(
            spec, carry.params, carry.moments, carry.cell, words, rate
        )
        early = jnp.where((epoch == 1) & (i < BEGINNING), cost, 0.0)
        return _Carry(params, moments, cell, carry.cost + cost, carry.early + early)

    moments = leaves.like(_MOMENTS, running, jax.eval_shape(optimizer(spec).init, params))
    cell = leaves.like(_CARRY, running, cells.start(spec.cell, params["words"]))
    begin = _Carry(params, moments, cell, running["cost"], running["early"])
    after = jax.lax.fori_loop(start, stop, one, begin)
    changed = {**leaves.named(_MOMENTS, after.moments), **leaves.named(_CARRY, after.cell)}
    return after.params, {**running, **changed, "cost": after.cost, "early": after.early}


def _close(
    spec: RecurrentLM,
    params: dict[str, jax.Array],
    running: dict[str, jax.Array],
    valid: jax.Array,
    many: jax.Array,
) -> tuple[dict[str, jax.Array], jax.Array]:
    """The best model so far, of one restart, and the epoch's figures. The next begins with an
    empty cell."""
    costs = text_costs(spec, params, valid)
    cost = jnp.where(jnp.arange(len(valid)) < many, costs, 0.0).sum() / many
    better = cost < running["least"]
    kept = {
        _BEST + name: jnp.where(better, value, running[_BEST + name])
        for name, value in params.items()
    }
    empty = {n: jnp.zeros_like(value) for n, value in running.items() if n.startswith(_CARRY)}
    least = jnp.where(better, cost, running["least"])
    figures = jnp.stack([running["cost"], cost])
    return {**running, **kept, **empty, "least": least, "cost": jnp.zeros_like(cost)}, figures


def _padded(text: np.ndarray) -> np.ndarray:
    """A text with words behind it that fill the last block; their costs mean nothing."""
    return np.pad(text, (0, -len(text) % BLOCK)).astype(np.int32)
