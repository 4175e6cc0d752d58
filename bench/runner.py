"""Trains jobs on all devices, a thread each, and stores every restart as it finishes.

A job's restarts are trained in chunks of fixed seeds (0-4, 5-9, ... on a CPU), whatever else runs
and however often the work is interrupted, so a restart's companions, and with them its bits, are
always the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bench import devices as device_module
from bench.parameters import TRAINING, Saved, save
from bench.plan import COMPILE_SECONDS, Job, batch_bytes, model_path
from bench.progress import Progress
from bench.rows import row
from bench.store import Store
from bench.train.loop import Trainer
from bench.train.schedule import most_epochs


class Runner:
    """Runs jobs until they are done, the time is up, or the user says stop.

    Attributes:
        stopped: set it to stop at the next safe point (the end of an epoch).
    """

    def __init__(
        self,
        store: Store,
        devices: Sequence,
        *,
        checkpoints: Path,
        models: Path | None,
        progress: Progress,
        deadline: float | None = None,
    ):
        self.store = store
        self.devices = devices
        self.checkpoints = checkpoints
        self.models = models
        self.progress = progress
        self.deadline = deadline
        self.stopped = threading.Event()
        self._failure: BaseException | None = None
        self._lock = threading.Lock()
        self._queue: list[Job] = []

    def run(self, jobs: Sequence[Job]) -> bool:
        """True if all jobs were finished, False if it stopped before.

        Raises:
            BenchError: a row or checkpoint can't be written; what was finished is stored.
        """
        self._queue = sorted(jobs, key=self._cost, reverse=True)  # long ones first: an even end
        self.progress.start(sum(self._cost(job) for job in jobs), len(jobs))
        workers = [
            threading.Thread(target=self._work, args=(device,), name=f"train-{i}", daemon=True)
            for i, device in enumerate(self.devices[: max(1, len(jobs))])
        ]
        for worker in workers:
            worker.start()
        try:
            while any(worker.is_alive() for worker in workers):
                workers[0].join(0.2) if workers[0].is_alive() else time.sleep(0.2)
                self._past_deadline()
                self.progress.show()
        finally:
            self.progress.close()
        if self._failure is not None:
            raise self._failure
        return not self.stopped.is_set()

    def _past_deadline(self) -> bool:
        if self.deadline is not None and time.monotonic() >= self.deadline:
            self.stopped.set()
        return self.stopped.is_set()

    def _work(self, device) -> None:
        while not self.stopped.is_set():
            with self._lock:
                if not self._queue:
                    return
                job = self._queue.pop(0)
            try:
                if self._train(job, device):
                    self.progress.job_done()
            except BaseException as error:  # handed to the main thread, which raises it
                self._failure = self._failure or error
                self.stopped.set()

    def _train(self, job: Job, device) -> bool:
        """Trains a job's restarts chunk by chunk; False if stopped."""
        group = job.group
        trainer = Trainer(group.column, job.encoded, device)
        epoch_cost = job.epoch_seconds
        for number, seeds in enumerate(chunks(job, device)):
            compiling = COMPILE_SECONDS if number == 0 else 0.0
            cost_left = compiling + epoch_cost * most_epochs(group.column) * len(seeds)
            first = True

            def tick() -> None:
                nonlocal first, cost_left
                cost = epoch_cost * len(seeds) + (compiling if first else 0.0)
                first = False
                cost_left -= cost
                self.progress.advance(cost)

            saved = self.checkpoints / f"{group.id}_{seeds[0]}-{seeds[-1]}.npz"
            outcomes = trainer.train(seeds, saved=saved, stop=self._past_deadline, tick=tick)
            if outcomes is None:
                return False
            rows = [row(group, outcome, job.encoded, job.kind, device) for outcome in outcomes]
            if self.models is not None:
                for outcome, its in zip(outcomes, rows, strict=True):
                    run = {**group.canonical(), "seed": outcome.seed}
                    training = {name: its[name] for name in TRAINING}
                    save(
                        model_path(self.models, group, outcome.seed),
                        Saved(outcome.params, run, job.encoded.sizes, training),
                    )
            with self._lock:
                self.store.add(group, rows)
            saved.unlink(missing_ok=True)
            self.progress.advance(cost_left)
        return True

    def _cost(self, job: Job) -> float:
        return COMPILE_SECONDS + job.epoch_seconds * most_epochs(job.group.column) * len(job.seeds)


def chunks(job: Job, device) -> list[tuple[int, ...]]:
    """A job's seeds by the chunk they always belong to on this device."""
    column = job.group.column
    width = device_module.lanes(device, column.restarts, batch_bytes(column, job.encoded))
    by_chunk: dict[int, list[int]] = {}
    for seed in job.seeds:
        by_chunk.setdefault(seed // width, []).append(seed)
    return [tuple(seeds) for _, seeds in sorted(by_chunk.items())]

