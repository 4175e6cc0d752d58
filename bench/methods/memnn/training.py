"""Trains restarts of one spec on one data set: the epochs and the figures of MemNN."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import jax
import numpy as np

from bench.core.method import Tick, unwatched
from bench.methods.memnn.cost import STEP_SECONDS, block_updates
from bench.methods.memnn.memory import Encoded
from bench.methods.memnn.model import Params, Reply
from bench.methods.memnn.spec import MemNN as Spec
from bench.methods.memnn.step import Drawn, Programs, draw, questions, some
from bench.train import loop
from bench.train.fixed import Fixed
from bench.train.initial import initial
from bench.train.lanes import Lanes
from bench.train.loop import Plan
from bench.train.progress import Curve, Progress, State

FIGURES = 2
"""Of an order of n-grams and an epoch: mean loss of its updates, error on what is held out."""


@dataclass(frozen=True)
class Outcome:
    """A finished restart. Losses are means a question, errors in [0, 1].

    Attributes:
        order: of its n-grams.
        train_loss, train_error: of the final model on the questions it was trained on; losses are
            R's margins, of the memories found.
        valid_*: on the held-out questions, None where there are none.
        test_right: (N,) bool; test_found: (N, K), `bench.methods.memnn.output.find`.
        diverged: epoch of the first loss that was not finite, or None.
        curve: a row of `FIGURES` an epoch.
        params: the final parameters.
        seconds: this restart's share of its group's training time.
        lanes: how many restarts shared the program.
    """

    seed: int
    order: int
    train_loss: float
    train_error: float
    valid_loss: float | None
    valid_error: float | None
    test_right: np.ndarray
    test_found: np.ndarray
    diverged: int | None
    curve: Curve
    params: dict[str, np.ndarray] = field(repr=False)
    seconds: float = 0.0
    lanes: int = 1


class Trainer:
    """Trains restarts; programs are compiled once.

    Args:
        devices: one, or several over which the restarts are sharded.
        stream: the group's, which makes its restarts independent of others' (`bench.train.draws`).
        block: most updates of a block; None takes as many as should take a few seconds. Changes no
            result.
    """

    def __init__(
        self,
        spec: Spec,
        encoded: Encoded,
        *devices: jax.Device,
        stream: int = 0,
        block: int | None = None,
    ):
        self.spec = spec
        self.stream = stream
        self.lanes = Lanes(devices)
        self.programs = {order: Programs(spec, encoded, order, self.lanes) for order in spec.orders}
        self.block = block or block_updates(STEP_SECONDS)
        self._look_at(encoded)

    def read(self, encoded: Encoded) -> None:
        """As `bench.methods.memnn.step.Programs.read`."""
        for programs in self.programs.values():
            programs.read(encoded)
        self._look_at(encoded)

    def _look_at(self, encoded: Encoded) -> None:
        self.encoded = encoded
        train = questions(encoded.train)
        self._asked = {
            "fit": some(train, encoded.fit),
            "valid": some(train, encoded.valid),
            "test": questions(encoded.test),
        }

    def train(
        self,
        seeds: Sequence[int],
        *,
        saved: Sequence[Path] = (),
        stop: Callable[[], bool] = lambda: False,
        tick: Tick = unwatched,
    ) -> list[Outcome] | None:
        """Trains one restart a seed, all in one program: see `bench.core.method.Trainer.train`."""
        progress = self.updated(seeds, saved=saved, stop=stop, tick=tick)
        if progress is None:
            return None
        begun = time.perf_counter()
        parts = [
            self._outcomes(order, at, seeds, progress) for at, order in enumerate(self.spec.orders)
        ]
        seconds = (progress.seconds + time.perf_counter() - begun) / len(seeds)
        chosen = [min(those, key=held_out_rank) for those in zip(*parts, strict=True)]
        return [dataclasses.replace(outcome, seconds=seconds) for outcome in chosen]

    def updated(
        self,
        seeds: Sequence[int],
        *,
        saved: Sequence[Path] = (),
        stop: Callable[[], bool] = lambda: False,
        tick: Tick = unwatched,
    ) -> Progress | None:
        """What all updates come to, nothing measured of it; arguments as `train`'s."""
        return loop.train(_Course(self, seeds), seeds, saved=saved, stop=stop, tick=tick)

    def replies(self, params: Params, order: int, part: str) -> tuple[Reply, np.ndarray]:
        """What is found and answered of 'fit', 'valid' or 'test', and (R, N) whether it is
        right."""
        asked = self._asked[part]
        replies = self.programs[order].replies(params, asked)
        return replies, replies.answer == np.asarray(asked.answer)

    def held_out(self, params: Params, order: int) -> tuple[np.ndarray, np.ndarray]:
        """(R,) loss and error on the held-out questions, NaN where there are none."""
        if not len(self.encoded.valid):
            nan = np.full(len(next(iter(params.values()))), np.nan)
            return nan, nan
        replies, right = self.replies(params, order, "valid")
        return replies.loss.astype(float).mean(axis=1), 1.0 - right.mean(axis=1)

    def _outcomes(
        self, order: int, at: int, seeds: Sequence[int], progress: Progress
    ) -> list[Outcome]:
        params = of_order(progress.state.params, order)
        some = len(self.encoded.valid) > 0
        valid_loss, valid_error = self.held_out(params, order)
        fit, fit_right = self.replies(params, order, "fit")
        test, test_right = self.replies(params, order, "test")
        host = {name: np.asarray(value) for name, value in params.items()}
        outcomes = []
        for i, seed in enumerate(seeds):
            curve = [row[FIGURES * at : FIGURES * (at + 1)] for row in progress.curves[i]]
            bad = [epoch for epoch, row in enumerate(curve, start=1) if not np.isfinite(row[0])]
            outcomes.append(
                Outcome(
                    seed=seed,
                    order=order,
                    train_loss=float(fit.loss[i].astype(float).mean()),
                    train_error=float(1.0 - fit_right[i].mean()),
                    valid_loss=float(valid_loss[i]) if some else None,
                    valid_error=float(valid_error[i]) if some else None,
                    test_right=test_right[i],
                    test_found=test.found[i],
                    diverged=bad[0] if bad else None,
                    curve=curve,
                    params={name: value[i] for name, value in host.items()},
                    lanes=len(seeds) // len(self.lanes.devices),
                )
            )
        return outcomes


class _Course(Fixed):
    """One training of some seeds, see `bench.train.loop.Course`: all orders of n-grams side by
    side, of which one is kept in the end. A row of its curves is `FIGURES` for each."""

    def __init__(self, trainer: Trainer, seeds: Sequence[int]):
        super().__init__(trainer.spec.epochs)
        self._trainer = trainer
        self._seeds = np.asarray(seeds, np.int32)
        self._orders = trainer.spec.orders
        self._first = trainer.programs[self._orders[0]]
        self.updates = self._first.updates
        self.block_updates = min(trainer.block, self.updates)
        self._chance = lru_cache(1)(partial(_chance, trainer, self._first.draws, self._seeds))

    def begin(self) -> State:
        shapes = {
            f"{order}/{name}": shape
            for order, programs in self._trainer.programs.items()
            for name, shape in programs.shapes.items()
        }
        lanes, std = self._trainer.lanes, self._trainer.spec.init_std
        params = initial(lanes, self._trainer.stream, self._seeds, shapes, {}, std)
        return self.resume(State(params, self._nothing()))

    def resume(self, state: State) -> State:
        return self._trainer.lanes.split(state)

    def run(self, state: State, epoch: int, updates: range, plan: Plan) -> State:
        drawn = self._chance(epoch)
        params, running = dict(state.params), dict(state.running)
        for order in self._orders:
            programs = self._trainer.programs[order]
            found, running[str(order)] = programs.block(
                of_order(params, order), running[str(order)], drawn, updates, epoch, plan.active
            )
            params |= {f"{order}/{name}": value for name, value in found.items()}
        return State(params, running)

    def figures(self, state: State, plan: Plan) -> tuple[State, Callable[[], np.ndarray]]:
        trainer, count = self._trainer, len(self._trainer.encoded.fit)

        def rows() -> np.ndarray:
            found = []
            for order in self._orders:
                found.append(np.asarray(state.running[str(order)]) / count)
                found.append(trainer.held_out(of_order(state.params, order), order)[1])
            return np.stack(found, axis=-1)

        return State(state.params, trainer.lanes.split(self._nothing())), rows

    def _nothing(self) -> dict[str, np.ndarray]:
        return {str(order): np.zeros(len(self._seeds), np.float32) for order in self._orders}


def _chance(trainer: Trainer, each: int, seeds: np.ndarray, epoch: int) -> Drawn:
    """An epoch's chance, on the devices."""
    lanes, fit, batch = trainer.lanes, trainer.encoded.fit, trainer.spec.batch
    return Drawn(*lanes.split(draw(lanes, trainer.stream, seeds, epoch, fit, batch, each)))


def of_order(params: Params, order: int) -> Params:
    """Those of an order of n-grams, by their own names."""
    start = f"{order}/"
    return {n.removeprefix(start): p for n, p in params.items() if n.startswith(start)}


def held_out_rank(outcome: Outcome) -> tuple[float, ...]:
    """What the order is chosen by: held-out error, then loss; a training that diverged is last."""
    if outcome.valid_error is None or outcome.valid_loss is None:
        return (0.0,)
    lost = outcome.diverged is not None or not np.isfinite(outcome.valid_loss)
    return (float(lost), outcome.valid_error, outcome.valid_loss if not lost else 0.0)
