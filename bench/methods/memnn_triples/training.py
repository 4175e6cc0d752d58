"""Training one spec on one memory: pairs drawn anew in every update, both models on the same."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.core.method import Outcome, Tick, unwatched
from bench.examples.triples import Triples
from bench.methods.memnn_triples import hashing
from bench.methods.memnn_triples.batches import NUMBERS, Batches
from bench.methods.memnn_triples.measure import measure, scores
from bench.methods.memnn_triples.model import Bag, Params, Ranked, update
from bench.methods.memnn_triples.row import MODELS, row
from bench.methods.memnn_triples.spec import MemNNTriples
from bench.methods.memnn_triples.work import step_seconds
from bench.train import draws, loop
from bench.train.fixed import Fixed
from bench.train.initial import initial
from bench.train.lanes import Lanes
from bench.train.loop import Plan
from bench.train.outcomes import outcomes
from bench.train.progress import Progress, State

BLOCK_SECONDS = 1.0
"""Predicted, of a block of updates: so often a training can be stopped. Their batches are in
memory at once."""


class Trainer:
    """Trains restarts of one spec on one memory; see `bench.core.method.Trainer`.

    Args:
        unit: of the data.
        data: with the judged questions.
        devices: one, or several over which restarts are sharded.
        stream: the group's (`bench.train.draws`).
        block: most updates of a block; None takes as many as should take `BLOCK_SECONDS`. Changes
            no result.
    """

    def __init__(
        self,
        spec: MemNNTriples,
        unit: str,
        data: Triples,
        *devices: jax.Device,
        stream: int = 0,
        block: int | None = None,
    ):
        self.spec, self.unit, self.data, self.stream = spec, unit, data, stream
        self.lanes = Lanes(devices)
        self.updates = spec.updates or -(-len(data.memory) // spec.batch)
        self.block = min(block or max(1, int(BLOCK_SECONDS / step_seconds(spec))), self.updates)
        self._batches = Batches(data)
        self._words = data.memory.words
        self._block = self.lanes.program(functools.partial(_block, spec), (0, 0, 0, None))

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
        params = {name: np.asarray(value) for name, value in progress.state.params.items()}
        rows = [self._row(seed, lane, params, progress) for lane, seed in enumerate(seeds)]
        return outcomes(seeds, rows, progress, params, self.lanes)

    def _row(self, seed: int, lane: int, params: dict[str, np.ndarray], progress: Progress) -> Any:
        """A restart's row: each of its models is measured with buckets of its own."""
        assert self.data.judged is not None
        measured = []
        for model, match in enumerate((0.0, self.spec.match)):
            question, statement = (params[name][lane, model] for name in ("question", "statement"))
            finite = np.isfinite(statement).all()
            found = hashing.buckets(self.spec, self._words, statement, seed) if finite else None
            scored = scores(self.data.judged, question, statement, match)
            measured.append(measure(self.data.judged, self._words, scored, found))
        return row(self.spec, self.unit, progress.curves[lane], measured, len(self.data.memory))

    def init(self, seeds: np.ndarray) -> State:
        """The state before the first update; both models begin alike."""
        shape = (len(self.data.vocabulary), self.spec.dim)
        shapes = {"question": shape, "statement": shape}
        params = initial(self.lanes, self.stream, seeds, shapes, {}, self.spec.init_std)
        both = {name: np.stack([value] * len(MODELS), axis=1) for name, value in params.items()}
        return self.resume(State(both, self._nothing(seeds)))

    def resume(self, state: State) -> State:
        """A state of the host's, on the devices."""
        return self.lanes.split(state)

    def draw(self, seeds: np.ndarray, epoch: int) -> np.ndarray:
        """(R, U, B, `NUMBERS`) uint32, an epoch's chance."""
        shape = (self.updates, self.spec.batch, NUMBERS)
        count = int(np.prod(shape))
        bits = draws.bits(self.lanes, self.stream, seeds, epoch, count)
        return np.asarray(bits)[:, :count].reshape(len(seeds), *shape)

    def run(self, state: State, drawn: np.ndarray) -> State:
        """Updates of an epoch.

        Args:
            drawn: (R, U', B, `NUMBERS`), theirs.
        """
        count = drawn.shape[1]
        short = [(0, 0), (0, self.block - count), (0, 0), (0, 0)]
        numbers = np.pad(drawn, short)  # one program for every block; what is added is not trained
        batch = self._batches.statements(numbers), self._batches.paraphrases(numbers)
        return State(
            *self._block(state.params, state.running, self.lanes.split(batch), np.int32(count))
        )

    def close(self, state: State) -> tuple[State, Any]:
        """The end of an epoch: the state of the next, and the sums of margins, (R, 2)."""
        nothing = self._nothing(np.zeros(len(state.running["loss"])))
        return State(state.params, self.lanes.split(nothing)), state.running["loss"]

    def _nothing(self, seeds: np.ndarray) -> dict[str, np.ndarray]:
        return {"loss": np.zeros((len(seeds), len(MODELS)), np.float32)}


class _Course(Fixed):
    """One training of some seeds, see `bench.train.loop.Course`. A row of its curves is the mean
    margin a pair of each model."""

    def __init__(self, trainer: Trainer, seeds: Sequence[int]):
        super().__init__(trainer.spec.epochs)
        self._trainer = trainer
        self._seeds = np.asarray(seeds, np.int32)
        self.updates = trainer.updates
        self.block_updates = trainer.block
        self._drawn = lru_cache(1)(functools.partial(trainer.draw, self._seeds))

    def begin(self) -> State:
        return self._trainer.init(self._seeds)

    def resume(self, state: State) -> State:
        return self._trainer.resume(state)

    def run(self, state: State, epoch: int, updates: range, plan: Plan) -> State:
        del plan
        return self._trainer.run(state, self._drawn(epoch)[:, updates.start : updates.stop])

    def figures(self, state: State, plan: Plan) -> tuple[State, Callable[[], np.ndarray]]:
        del plan
        after, sums = self._trainer.close(state)
        pairs = 2 * self.updates * self._trainer.spec.batch
        return after, lambda: np.asarray(sums, np.float64) / pairs


def _block(
    spec: MemNNTriples,
    params: Params,
    running: dict[str, jax.Array],
    batch: Any,
    count: jax.Array,
) -> tuple[Params, dict[str, jax.Array]]:
    """The first ``count`` updates of a block, of one restart's two models."""
    matches = jnp.array([0.0, spec.match], jnp.float32)
    batch = tuple(Ranked(*(Bag(*bag) for bag in bags)) for bags in batch)

    def one(i: jax.Array, carry: tuple[Params, jax.Array]) -> tuple[Params, jax.Array]:
        statements, paraphrases = jax.tree.map(lambda array: array[i], batch)

        def model(params: Params, match: jax.Array) -> tuple[Params, jax.Array]:
            return update(params, match, statements, paraphrases, spec.gamma, spec.rate)

        moved, loss = jax.vmap(model)(carry[0], matches)
        return moved, carry[1] + loss

    moved, loss = jax.lax.fori_loop(0, count, one, (params, running["loss"]))
    return moved, {"loss": loss}
