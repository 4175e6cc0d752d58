"""Trains restarts of one spec on one data set: the blocks, the schedule and the figures of
MemN2N."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import jax
import numpy as np

from bench.core.method import Tick, unwatched
from bench.examples.encode import Encoded
from bench.methods.memn2n import cost
from bench.methods.memn2n.schedule import most_epochs, phase, reads_losses
from bench.methods.memn2n.scores import Chunks, Scores, in_chunks
from bench.methods.memn2n.spec import MemN2N as Spec
from bench.methods.memn2n.step import Drawn, Programs, host_data
from bench.train import checkpoint, loop
from bench.train.lanes import Lanes
from bench.train.loop import Outlook, Plan
from bench.train.progress import Curve, Progress, State

UNASKED_SECONDS = 2.0
"""So long the final model is scored before it is asked whether to stop."""


@dataclass(frozen=True)
class Outcome:
    """A finished restart. Losses are means a question, errors in [0, 1].

    Attributes:
        running_loss, running_error: over the last epoch's batches, before each update.
        train_loss, train_error: of the final model on the questions it was trained on.
        valid_*: on the held-out questions; test_*: on the test questions.
        valid_right, test_right: (N,) bool, in the file's order.
        diverged: epoch of the first loss that was not finite, or None.
        curves: one row ``(train_loss, train_error, valid_loss, valid_error)`` an epoch.
        params: the final parameters.
        seconds: this restart's share of its group's training time.
        lanes: how many restarts shared the program.
    """

    seed: int
    running_loss: float
    running_error: float
    train_loss: float
    train_error: float
    valid_loss: float
    valid_right: np.ndarray
    test_loss: float
    test_right: np.ndarray
    diverged: int | None
    curves: Curve
    params: dict[str, np.ndarray] = field(repr=False)
    seconds: float = 0.0
    lanes: int = 1


class Trainer:
    """Trains restarts of one spec on one data set; programs are compiled once.

    Args:
        devices: one, or several over which the restarts are sharded: then the number of restarts
            trained at once must be a multiple of the number of devices.
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
        self.encoded = encoded
        self.lanes = Lanes(devices)
        data, valid, test = host_data(spec, encoded)
        if block is None:
            block = cost.block_updates(spec, data.tables, encoded.memory_slots)
        self.programs = Programs(spec, encoded, self.lanes, stream=stream, block=block)
        self.data = self.lanes.copy(data)
        self._questions = {"train": data.train, "valid": valid, "test": test}
        self._chunks: dict[str, Chunks] = {}

    def train(
        self,
        seeds: Sequence[int],
        *,
        saved: Sequence[Path] = (),
        stop: Callable[[], bool] = lambda: False,
        tick: Tick = unwatched,
    ) -> list[Outcome] | None:
        """Trains one restart a seed, all in one program: see `bench.core.method.Trainer.train`.

        ``stop`` is asked before each block of a few seconds, and while the final model is scored,
        if that takes long.
        """
        progress = loop.train(_Course(self, seeds), seeds, saved=saved, stop=stop, tick=tick)
        if progress is None:
            return None
        begun = time.perf_counter()
        scores = self._score(progress.state, len(seeds), stop)
        if scores is None:
            checkpoint.save_all(saved, seeds, progress)
            return None
        progress.seconds += time.perf_counter() - begun
        return self._outcomes(seeds, progress, *scores)

    @property
    def blocks_an_epoch(self) -> int:
        """How often a training is asked whether to stop, an epoch."""
        return -(-self.programs.updates // self.programs.block_updates)

    def chunks(self, part: str) -> Chunks:
        """The 'train', 'valid' or 'test' questions as they are scored, on the devices."""
        if part not in self._chunks:
            cut = in_chunks(self._questions[part])
            self._chunks[part] = Chunks(self.lanes.copy(cut.parts), cut.questions)
        return self._chunks[part]

    def _score(
        self, state: State, restarts: int, stop: Callable[[], bool]
    ) -> tuple[Scores, Scores] | None:
        """The final model's scores of the training and the test questions; None if stopped."""
        softmax, begun = np.zeros(restarts, bool), time.perf_counter()
        scored = []
        for part in ("train", "test"):
            asked = self.chunks(part)
            parts: list[tuple[jax.Array, jax.Array]] = []
            for chunk in asked.parts:
                parts += self.programs.evaluate(
                    state.params, softmax, self.data.tables, Chunks([chunk], asked.questions)
                ).parts
                jax.block_until_ready(parts[-2:-1])  # one is under way, not all of them
                if time.perf_counter() - begun > UNASKED_SECONDS and stop():
                    return None
            scored.append(Scores(asked.questions, parts))
        return scored[0], scored[1]

    def _outcomes(
        self, seeds: Sequence[int], progress: Progress, train: Scores, test: Scores
    ) -> list[Outcome]:
        curves, fit, valid = progress.curves, self.encoded.fit, self.encoded.valid
        params = {name: np.asarray(value) for name, value in progress.state.params.items()}
        train_loss, train_right = train.loss, train.right
        test_loss, test_right = test.loss, test.right
        return [
            Outcome(
                seed=seed,
                running_loss=curves[i][-1][0],
                running_error=curves[i][-1][1],
                train_loss=float(train_loss[i, fit].mean()),
                train_error=float(1.0 - train_right[i, fit].mean()),
                valid_loss=float(train_loss[i, valid].mean()),
                valid_right=train_right[i, valid],
                test_loss=float(test_loss[i].mean()),
                test_right=test_right[i],
                diverged=_diverged(curves[i]),
                curves=curves[i],
                params={name: value[i] for name, value in params.items()},
                seconds=progress.seconds / len(seeds),
                lanes=len(seeds) // len(self.lanes.devices),
            )
            for i, seed in enumerate(seeds)
        ]


class _Course:
    """One training of some seeds, see `bench.train.loop.Course`.

    A row of its curves is train loss and error, validation loss and error.
    """

    def __init__(self, trainer: Trainer, seeds: Sequence[int]):
        self._trainer = trainer
        self._programs = trainer.programs
        self._seeds = np.asarray(seeds, np.int32)
        self.updates = trainer.programs.updates
        self.block_updates = trainer.programs.block_updates
        self.reads_figures = reads_losses(trainer.spec)
        self._nothing_run = trainer.programs.nothing_run(len(seeds))
        self._drawn: dict[int, Drawn] = {}

    def begin(self) -> State:
        return State(self._programs.init(self._seeds), self._nothing_run)

    def resume(self, state: State) -> State:
        return self._trainer.lanes.split(state)

    def plan(self, curves: Sequence[Curve], unread: int) -> Plan:
        nan = [float("nan")] * unread
        phases = [phase(self._trainer.spec, [row[2] for row in curve] + nan) for curve in curves]
        rate = np.array([p.rate for p in phases], np.float32)
        linear = np.array([p.linear for p in phases])
        return Plan(np.array([not p.done for p in phases]), (rate, linear))

    def outlook(self, curves: Sequence[Curve]) -> Outlook:
        del curves
        return Outlook(most_epochs(self._trainer.spec))

    def run(self, state: State, epoch: int, updates: range, plan: Plan) -> State:
        # An epoch's numbers are drawn before the epoch in front of it runs: whether its batches fit
        # their tiers is then known without a wait.
        for number in (epoch, epoch + 1):
            if number not in self._drawn:
                drawn = self._programs.draw(self._seeds, number, self._trainer.data)
                self._drawn[number] = drawn
        self._drawn.pop(epoch - 1, None)
        rate, linear = plan.settings
        params, running = self._programs.block(
            state.params,
            state.running,
            self._drawn[epoch],
            updates,
            rate,
            linear,
            plan.active,
            self._trainer.data,
        )
        return State(params, running)

    def figures(self, state: State, plan: Plan) -> tuple[State, Callable[[], np.ndarray]]:
        _, linear = plan.settings
        trainer = self._trainer
        running = self._programs.means(state.running)
        valid = self._programs.evaluate(
            state.params, linear, trainer.data.tables, trainer.chunks("valid")
        )

        def rows() -> np.ndarray:
            right = valid.right.mean(axis=1)
            return np.stack([*running, valid.loss.mean(axis=1), 1.0 - right], axis=-1)

        return State(state.params, self._nothing_run), rows


def _diverged(curve: Curve) -> int | None:
    for epoch, row in enumerate(curve, start=1):
        if not all(np.isfinite(row)):
            return epoch
    return None
