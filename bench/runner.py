"""Trains jobs on all devices and stores every restart as it finishes.

Jobs go to devices, a thread each; where there are too few for that, their restarts are sharded. A job's
restarts are trained in chunks of fixed seeds (0-4, 5-9, ...), whole ones even where fewer are asked for,
whatever else runs and however often the work is interrupted: so a restart's bits stay the same.
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
from bench.train import checkpoint
from bench.train.loop import Trainer
from bench.train.schedule import most_epochs

UNEVEN = 0.15
"""How much later than it could, as a share of that time, a run may end for fewer sharded jobs."""


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
        jobs = sorted(jobs, key=self._cost, reverse=True)  # long ones first: an even end
        self.progress.start(sum(self._cost(job) for job in jobs), len(jobs))
        costs = [self._cost(job) for job in jobs]
        shares = [len(chunks(job, self.devices)) for job in jobs]
        wide = sharded_jobs(costs, shares, len(self.devices))
        try:
            self._queue = jobs[:wide]
            self._watch([tuple(self.devices)])
            self._queue = jobs[wide:]
            self._watch([(device,) for device in self.devices[: len(self._queue)]])
        finally:
            self.progress.close()
        if self._failure is not None:
            raise self._failure
        return not self.stopped.is_set()

    def _watch(self, shares: Sequence[tuple]) -> None:
        """Works the queue off, a thread for each share of the devices, and shows how it goes."""
        workers = [
            threading.Thread(target=self._work, args=(share,), name=f"train-{i}", daemon=True)
            for i, share in enumerate(shares)
        ]
        for worker in workers:
            worker.start()
        while any(worker.is_alive() for worker in workers):
            workers[0].join(0.2) if workers[0].is_alive() else time.sleep(0.2)
            self._past_deadline()
            self.progress.show()

    def _past_deadline(self) -> bool:
        if self.deadline is not None and time.monotonic() >= self.deadline:
            self.stopped.set()
        return self.stopped.is_set()

    def _work(self, devices: tuple) -> None:
        while not self.stopped.is_set():
            with self._lock:
                if not self._queue:
                    return
                job = self._queue.pop(0)
            try:
                if self._train(job, devices):
                    self.progress.job_done()
            except BaseException as error:  # handed to the main thread, which raises it
                self._failure = self._failure or error
                self.stopped.set()

    def _train(self, job: Job, devices: tuple) -> bool:
        """Trains a job's restarts, as many chunks at a time as there are devices; False if stopped."""
        group = job.group
        trainers: dict[int, Trainer] = {}
        epoch_cost = job.epoch_seconds
        for batch in self._batches(job, devices):
            seeds = [seed for chunk in batch for seed in chunk]
            width = len(batch)
            compiling = COMPILE_SECONDS if not trainers else 0.0
            cost_left = compiling + epoch_cost * most_epochs(group.column) * len(seeds)
            first = True

            def tick() -> None:
                nonlocal first, cost_left
                cost = epoch_cost * len(seeds) + (compiling if first else 0.0)
                first = False
                cost_left -= cost
                self.progress.advance(cost)

            if width not in trainers:
                trainers[width] = Trainer(
                    group.column, job.encoded, *devices[:width], stream=group.stream
                )
            saved = [self._checkpoint(job, chunk) for chunk in batch]
            outcomes = trainers[width].train(seeds, saved=saved, stop=self._past_deadline, tick=tick)
            if outcomes is None:
                return False
            rows = [row(group, outcome, job.encoded, job.kind, devices[0]) for outcome in outcomes]
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
            for path in saved:
                path.unlink(missing_ok=True)
            self.progress.advance(cost_left)
        return True

    def _batches(self, job: Job, devices: tuple) -> list[list[tuple[int, ...]]]:
        """The job's chunks by what is trained at once: those of one size that are equally far."""
        alike: dict[tuple[int, int], list[tuple[int, ...]]] = {}
        for chunk in chunks(job, devices):
            begun = checkpoint.load(self._checkpoint(job, chunk), chunk)
            alike.setdefault((len(chunk), begun.epoch if begun else 0), []).append(chunk)
        return [
            same[at : at + len(devices)]
            for same in alike.values()
            for at in range(0, len(same), len(devices))
        ]

    def _checkpoint(self, job: Job, chunk: tuple[int, ...]) -> Path:
        return self.checkpoints / f"{job.group.id}_{chunk[0]}-{chunk[-1]}.npz"

    def _cost(self, job: Job) -> float:
        return COMPILE_SECONDS + job.epoch_seconds * most_epochs(job.group.column) * len(job.seeds)


def chunks(job: Job, devices: Sequence) -> list[tuple[int, ...]]:
    """The chunks that hold a job's seeds, whole: a device's share at a time."""
    width = device_module.lanes(devices[0], batch_bytes(job.group.column, job.encoded))
    firsts = sorted({seed - seed % width for seed in job.seeds})
    return [tuple(range(first, first + width)) for first in firsts]


def sharded_jobs(costs: Sequence[float], shares: Sequence[int], devices: int) -> int:
    """How many of the costliest jobs to shard over all devices before the others are worked off.

    The others are worked off a device each. Sharded jobs are trained one after the other, on no more
    devices than they have shares of restarts, and each program is compiled for all of these: so as few
    are sharded as let the last device end within `UNEVEN` of the earliest end there is.

    Args:
        costs: in seconds on one device, the highest first.
        shares: of each job, the chunks of restarts that can be trained at once.
    """
    ends = []
    for number in range(len(costs) + 1):
        ended = sum(
            cost * -(-share // devices) / share
            for cost, share in zip(costs[:number], shares[:number], strict=True)
        )
        busy = [0.0] * devices
        for cost in costs[number:]:
            busy[busy.index(min(busy))] += cost
        ends.append(ended + max(busy))
    return next(number for number, end in enumerate(ends) if end <= (1 + UNEVEN) * min(ends))
