"""Training one spec on one text: epochs of random positions, the rate lowered by the validation
cost, the last model counts (S15 section 5)."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bench.core.method import Outcome, Tick, unwatched
from bench.methods.memn2n_lm import padding, reading, schedule
from bench.methods.memn2n_lm.blocked import IN_BLOCKS, Blocked
from bench.methods.memn2n_lm.model import Hops, shapes, update
from bench.methods.memn2n_lm.row import row
from bench.methods.memn2n_lm.spec import MemN2NLM
from bench.methods.memn2n_lm.texts import Texts
from bench.methods.memn2n_lm.work import step_seconds
from bench.train import draws, loop
from bench.train.annealing import Annealed
from bench.train.costs import BEGINNING, early_costs
from bench.train.initial import initial
from bench.train.lanes import Lanes
from bench.train.loop import Plan
from bench.train.outcomes import outcomes
from bench.train.progress import State

BLOCK_SECONDS = 2.0
"""Predicted, of a block of updates: so often a training can be stopped."""

READ_BLOCKS = 16
"""Blocks of words that a program reads at once."""


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
        spec: MemN2NLM,
        texts: Texts,
        *devices: jax.Device,
        stream: int = 0,
        block: int | None = None,
    ):
        self.spec, self.texts, self.stream = spec, texts, stream
        self.lanes = Lanes(devices)
        self.updates = spec.updates or -(-len(texts.train) // spec.batch)
        self.block = block or max(1, int(BLOCK_SECONDS / step_seconds(spec, len(texts.vocabulary))))
        self.text = self.lanes.copy(texts.train)
        self._block = self.lanes.program(
            functools.partial(_block, spec, way(spec, devices[0])),
            (0, 0, None, 0, None, None, None, 0),
        )
        self._positions = self.lanes.program(functools.partial(_positions, spec), (0, None))
        self._read = self.lanes.program(functools.partial(_read, spec), (0, None, None))
        self._padded = {
            name: self.lanes.copy(reading.padded(spec, text))
            for name, text in (("valid", texts.valid), ("test", texts.test))
        }

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
        params = progress.state.params
        early = early_costs(np.asarray(progress.state.running["early"]), self.updates)
        valid, test = (self.costs(params, part)() for part in ("valid", "test"))
        rows = [
            row(self.spec, self.texts.unit, curve, early[lane], valid[lane], test[lane])
            for lane, curve in enumerate(progress.curves)
        ]
        return outcomes(seeds, rows, progress, params, self.lanes)

    def begin(self, seeds: Sequence[int]) -> list[float]:
        """The rows' `BEGINNING` alone: as `bench.core.method.Beginner.begin`."""
        state = loop.beginning(_Course(self, seeds), seeds, min(BEGINNING, self.updates))
        early = early_costs(np.asarray(state.running["early"]), self.updates)
        return [float("nan") if cost is None else cost for cost in early]

    def costs(self, params: dict[str, Any], part: str) -> Callable[[], np.ndarray]:
        """The costs of all words of the 'valid' or 'test' text, (R, T), under way: call the result
        to wait for them."""
        text, words = self._padded[part], len(getattr(self.texts, part))
        stride = READ_BLOCKS * reading.WORDS
        read = [self._read(params, text, np.int32(at)) for at in range(0, words, stride)]
        return lambda: np.concatenate([np.asarray(one) for one in read], axis=1)[:, :words]

    def init(self, seeds: np.ndarray) -> State:
        """The state before the first update."""
        params = initial(
            self.lanes,
            self.stream,
            seeds,
            shapes(self.spec, len(self.texts.vocabulary)),
            {},
            self.spec.init_std,
        )
        nothing = np.zeros(len(seeds), np.float32)
        return self.resume(State(params, {"cost": nothing, "early": nothing}))

    def resume(self, state: State) -> State:
        """A state of the host's, on the devices."""
        return self.lanes.split(state)

    def run(self, state: State, drawn: jax.Array, epoch: int, updates: range, rate: Any) -> State:
        """Updates of an epoch counted from 1."""
        return State(
            *self._block(
                state.params,
                state.running,
                self.text,
                drawn,
                np.int32(updates.start),
                np.int32(updates.stop),
                np.int32(epoch),
                rate,
            )
        )

    def draw(self, seeds: np.ndarray, epoch: int) -> jax.Array:
        """The positions of an epoch's targets, (R, at least updates · B)."""
        span = len(self.texts.train) - self.spec.memory - 1
        count = self.updates * self.spec.batch
        if self.spec.sampling == "once":
            count = max(count, span)
        return self._positions(
            draws.bits(self.lanes, self.stream, seeds, epoch, count), np.int32(span)
        )


class _Course(Annealed[Trainer]):
    """One training of some seeds, see `bench.train.loop.Course`."""

    def __init__(self, trainer: Trainer, seeds: Sequence[int]):
        super().__init__(trainer, seeds)
        self._drawn = lru_cache(1)(functools.partial(trainer.draw, self.seeds))

    def rate(self, costs: Sequence[float]) -> float:
        return schedule.rate(self.trainer.spec, costs)

    def length(self, costs: Sequence[float]) -> int:
        return schedule.length(self.trainer.spec, costs)

    def run(self, state: State, epoch: int, updates: range, plan: Plan) -> State:
        return self.trainer.run(state, self._drawn(epoch), epoch, updates, *plan.settings)

    def figures(self, state: State, plan: Plan) -> tuple[State, Callable[[], np.ndarray]]:
        del plan
        valid = self.trainer.costs(state.params, "valid")
        cost = state.running["cost"]
        running = {"cost": np.zeros(len(self.seeds), np.float32), "early": state.running["early"]}

        def rows() -> np.ndarray:
            train = np.asarray(cost, np.float64) / self.updates
            return np.stack([train, valid().mean(axis=1, dtype=np.float64)], axis=1)

        return State(state.params, self.trainer.lanes.split(running)), rows


def way(spec: MemN2NLM, device: jax.Device) -> Hops:
    """How batches go through the hops on such devices."""
    if device.platform == "cpu":
        return IN_BLOCKS
    if spec.tying == "layerwise" and device.platform == "gpu" and _compiles_tiles(device):
        # Not before it is needed: Pallas takes a second to import, and may lose this backend.
        with contextlib.suppress(ImportError):
            from bench.methods.memn2n_lm.fused import Fused

            return Fused()
    # A whole batch at once: more programs would only wait for each other.
    return Blocked(spec.batch)


def _compiles_tiles(device: jax.Device) -> bool:
    """An NVIDIA GPU of the Ampere generation or later, which Triton compiles for."""
    try:
        return float(device.compute_capability) >= 8.0
    except (AttributeError, TypeError, ValueError):
        return False


class _Carry(NamedTuple):
    params: dict[str, jax.Array]
    running: dict[str, jax.Array]


def _block(
    spec: MemN2NLM,
    through: Hops,
    params: dict[str, jax.Array],
    running: dict[str, jax.Array],
    text: jax.Array,
    positions: jax.Array,
    start: jax.Array,
    stop: jax.Array,
    epoch: jax.Array,
    rate: jax.Array,
) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
    """Updates ``start`` .. ``stop`` of an epoch, of one restart.

    Args:
        through: how a batch goes through the hops.
    """
    back = 1 + jnp.arange(spec.memory)

    def one(i: jax.Array, carry: _Carry) -> _Carry:
        at = jax.lax.dynamic_slice(positions, (i * spec.batch,), (spec.batch,))
        memory = text[at[:, None] - back]
        params, cost = update(spec, carry.params, memory, text[at], rate, through)
        cost = cost / spec.batch
        begins = (epoch == 1) & (i < BEGINNING)
        return _Carry(
            params,
            {
                "cost": carry.running["cost"] + cost,
                "early": carry.running["early"] + jnp.where(begins, cost, 0.0),
            },
        )

    begin = _Carry(padding.pad(params), running)
    end = jax.lax.fori_loop(start, stop, one, begin)
    return padding.cut(spec, end.params), end.running


def _positions(spec: MemN2NLM, bits: jax.Array, span: jax.Array) -> jax.Array:
    """Positions of targets: those with a whole memory and a word more before them, as released.

    32 bits modulo some millions: no position is more likely than another by half a percent.
    """
    if spec.sampling == "released":
        drawn = (bits % span.astype(jnp.uint32)).astype(jnp.int32)
    else:
        ranks = jnp.arange(len(bits), dtype=jnp.int32)
        inside = ranks < span
        order = jnp.lexsort((bits, ~inside)).astype(jnp.int32)
        drawn = order[ranks % span]  # what fills the last batch goes on at the beginning
    return drawn + spec.memory + 1


def _read(
    spec: MemN2NLM, params: dict[str, jax.Array], text: jax.Array, start: jax.Array
) -> jax.Array:
    """Costs of `READ_BLOCKS` blocks of words from ``start`` on; behind the text they mean
    nothing."""
    starts = start + reading.WORDS * jnp.arange(READ_BLOCKS)
    costs = jax.lax.map(lambda at: reading.read(spec, params, text, at)[0], starts)
    return costs.reshape(-1)
