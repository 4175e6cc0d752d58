"""The host's side of a training: epochs one by one, so that it can be watched, stopped, resumed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from bench.data.encode import Encoded
from bench.spec import MemN2N as Spec
from bench.train import checkpoint
from bench.train.checkpoint import Progress
from bench.train.schedule import Phase, phase, reads_losses
from bench.train.lanes import Lanes
from bench.train.scores import Questions, Scores
from bench.train.step import Metrics, Params, Programs, host_data

CHECKPOINT_SECONDS = 30.0
"""A killed training loses at most this much work."""


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
    curves: list[tuple[float, ...]]
    params: dict[str, np.ndarray] = field(repr=False)
    seconds: float = 0.0
    lanes: int = 1


class _Epoch(NamedTuple):
    """An epoch under way.

    Attributes:
        number: from 1.
        before: the parameters it began with.
        valid: scores of the held-out questions after it.
    """

    number: int
    phases: list[Phase]
    before: Params
    metrics: Metrics
    valid: Scores

    def rows(self) -> np.ndarray:
        """(R, 4) train loss and error, validation loss and error; waits for the device."""
        loss, right = self.valid.loss, self.valid.right
        return np.stack(
            [
                np.asarray(self.metrics.train_loss),
                np.asarray(self.metrics.train_error),
                loss.mean(axis=1),
                1.0 - right.mean(axis=1),
            ],
            axis=-1,
        )


class Trainer:
    """Trains restarts of one spec on one data set; programs are compiled once.

    Args:
        devices: one, or several over which the restarts are sharded: then the number of restarts
            trained at once must be a multiple of the number of devices.
        stream: the group's (`bench.spec.Group.stream`), which makes its restarts independent of others'.
    """

    def __init__(self, spec: Spec, encoded: Encoded, *devices: jax.Device, stream: int = 0):
        self.spec = spec
        self.encoded = encoded
        self.lanes = Lanes(devices)
        self.programs = Programs(spec, encoded, self.lanes, stream)
        data, self.valid, self.test = host_data(spec, encoded)
        self.train_questions = data.train
        self.data = self.lanes.copy(data)

    def train(
        self,
        seeds: Sequence[int],
        *,
        saved: Sequence[Path] = (),
        stop: Callable[[], bool] = lambda: False,
        tick: Callable[[], None] = lambda: None,
    ) -> list[Outcome] | None:
        """Trains one restart a seed, all in one program.

        Args:
            saved: checkpoint files, an equal share of the restarts each: resumed from if they are
                there; the caller removes them once the outcomes are stored.
            stop: asked after each epoch; if true, the work is saved and None returned.
            tick: told of each epoch finished here.

        Raises:
            BenchError: the checkpoint can't be written or read.
        """
        begun = time.perf_counter()
        so_far = checkpoint.load_all(saved, seeds)
        if so_far is None:
            params = self.programs.init(np.asarray(seeds, np.int32))
            so_far = Progress(0, {}, [[] for _ in seeds])
        else:
            params = self.lanes.split(so_far.params)
        before, last_saved = so_far.seconds, begun

        def save() -> None:
            so_far.params = {name: np.asarray(value) for name, value in params.items()}
            so_far.seconds = before + time.perf_counter() - begun
            checkpoint.save_all(saved, seeds, so_far)

        # The next epoch is under way while the last one's metrics are read: the device never waits.
        pending: deque[_Epoch] = deque()

        def collect(most_left: int) -> None:
            nonlocal params
            while len(pending) > most_left:
                epoch = pending.popleft()
                if not np.asarray(epoch.metrics.fits).all():
                    params, epoch = self._epoch(
                        epoch.before, seeds, epoch.number, epoch.phases, whole=True
                    )
                    pending.clear()  # what came after began from the wrong parameters
                so_far.add(epoch.phases, epoch.rows())
                tick()

        while True:
            if reads_losses(self.spec):
                collect(0)
            unread = [float("nan")] * len(pending)
            phases = [phase(self.spec, [r[2] for r in c] + unread) for c in so_far.curves]
            if all(p.done for p in phases):
                if not pending:
                    break
                collect(0)
                continue
            if stop():
                collect(0)
                save()
                return None
            number = so_far.epoch + len(pending) + 1
            params, epoch = self._epoch(params, seeds, number, phases)
            pending.append(epoch)
            collect(1)
            if saved and time.perf_counter() - last_saved > CHECKPOINT_SECONDS:
                collect(0)
                save()
                last_saved = time.perf_counter()
        outcomes = self._outcomes(params, seeds, so_far.curves)
        seconds = (before + time.perf_counter() - begun) / len(seeds)
        return [
            Outcome(**{**vars(outcome), "seconds": seconds, "lanes": len(seeds) // len(self.lanes.devices)})
            for outcome in outcomes
        ]

    def _epoch(
        self,
        params: Params,
        seeds: Sequence[int],
        number: int,
        phases: list[Phase],
        *,
        whole: bool = False,
    ) -> tuple[Params, _Epoch]:
        linear = np.array([p.linear for p in phases])
        after, metrics = self.programs.epoch(
            params,
            np.asarray(seeds, np.int32),
            number,
            np.array([p.rate for p in phases], np.float32),
            linear,
            np.array([not p.done for p in phases]),
            self.data,
            whole=whole,
        )
        valid = self.programs.evaluate(after, linear, self.data.tables, self.valid)
        return after, _Epoch(number, phases, params, metrics, valid)

    def _outcomes(
        self, params: Params, seeds: Sequence[int], curves: list[list[tuple[float, ...]]]
    ) -> list[Outcome]:
        softmax = np.zeros(len(seeds), bool)

        def scored(questions: Questions) -> tuple[np.ndarray, np.ndarray]:
            scores = self.programs.evaluate(params, softmax, self.data.tables, questions)
            return scores.loss, scores.right

        train_loss, train_right = scored(self.train_questions)
        test_loss, test_right = scored(self.test)
        host = {name: np.asarray(value) for name, value in params.items()}
        fit, valid = self.encoded.fit, self.encoded.valid
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
                params={name: value[i] for name, value in host.items()},
            )
            for i, seed in enumerate(seeds)
        ]


def _diverged(curve: Sequence[tuple[float, ...]]) -> int | None:
    for epoch, row in enumerate(curve, start=1):
        if not all(np.isfinite(row)):
            return epoch
    return None
