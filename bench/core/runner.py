"""Trains jobs on all devices and stores every restart as it finishes.

Jobs go to devices, a thread each; where there are too few for that, their restarts are sharded. A
job's restarts are trained in chunks of fixed seeds (0-4, 5-9, ...), whole ones even where fewer are
asked for, whatever else runs and however often the work is interrupted: so a restart's bits stay
the same, and all that were trained are kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.core import devices as device_module
from bench.core import ending, provenance, registry, trail
from bench.core.method import Outcome, Trainer
from bench.core.plan import Job, model_path
from bench.core.progress import Progress
from bench.core.rows import Row
from bench.core.runs import Group
from bench.core.store import Store
from bench.core.trail import Ran, Trail

COMPILE_SECONDS = 4.0
"""Of a group's programs, for the progress bar alone."""

GRACE = 5.0
"""Seconds that a stopped run waits for trainings that have not done a block yet: stop is asked for
between blocks, so what takes longer is the compiler, and nothing is lost without it."""

_WATCH_SECONDS = 0.2

UNEVEN = 0.15
"""How much later than it could, as a share of that time, a run may end for fewer sharded jobs."""


class Runner:
    """Runs jobs until they are done, the time is up, or the user says stop.

    Attributes:
        stopped: set it to stop at the next safe point (within seconds).
    """

    def __init__(
        self,
        store: Store,
        devices: Sequence,
        *,
        checkpoints: Path,
        models: Path,
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
        self._beginning: set[threading.Thread] = set()
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
        patience = GRACE
        while alive := {worker for worker in workers if worker.is_alive()}:
            next(iter(alive)).join(_WATCH_SECONDS)
            if self._past_deadline():
                patience -= _WATCH_SECONDS
                if patience < 0 and alive <= self._beginning:
                    ending.leave_behind(alive)
                    return
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
        """Trains a job's restarts, as many chunks at a time as there are devices; False if
        stopped."""
        group, method = job.group, registry.method(job.group.column.method)
        me = threading.current_thread()
        trainers: dict[int, Trainer] = {}
        now = trail.here(device_module.describe(devices[0]), method.rounding)
        for batch, place in self._batches(job, devices):
            seeds = [seed for chunk in batch for seed in chunk]
            width = len(batch)
            cost = job.work.seconds * len(seeds)
            saved = [self._checkpoint(job, chunk) for chunk in batch]
            resumed, told = place is not None, 0.0
            trails = [Trail(path, now, resumed=resumed) for path in saved]

            def tick(
                share: float, note: str, cost: float = cost, trails: Sequence[Trail] = trails
            ) -> None:
                nonlocal told, resumed
                self._beginning.discard(me)
                for one in trails:
                    one.keep()
                done = max(share - told, 0.0)
                self.progress.advance(done * cost, before=resumed, note=note)
                resumed, told = False, told + done

            self._beginning.add(me)
            if width not in trainers:
                trainers[width] = method.trainer(
                    group.column, job.prepared, devices[:width], group.stream
                )
                self.progress.advance(COMPILE_SECONDS if len(trainers) == 1 else 0.0)
            outcomes = trainers[width].train(
                seeds, saved=saved, stop=self._past_deadline, tick=tick
            )
            self._beginning.discard(me)
            if outcomes is None:
                return False
            if job.keep:
                for outcome in outcomes:
                    path = model_path(self.models, group, outcome.seed)
                    method.save_model(path, group.run(outcome.seed), outcome, job.prepared)
            ran = {s: one.ran for one, chunk in zip(trails, batch, strict=True) for s in chunk}
            rows = [row(group, outcome, job.kind, ran[outcome.seed]) for outcome in outcomes]
            with self._lock:
                self.store.add(group, rows)
            for path in saved:
                for kept in path.parent.glob(f"{path.stem}.*"):  # and what is beside it
                    kept.unlink(missing_ok=True)
            self.progress.advance((1.0 - told) * cost)
        return True

    def _batches(self, job: Job, devices: tuple) -> list[tuple[list[tuple[int, ...]], Any]]:
        """The job's chunks by what is trained at once, those of one size that are equally far, and
        how far these are (`bench.core.method.Method.place`)."""
        method = registry.method(job.group.column.method)
        alike: dict[tuple, list[tuple[int, ...]]] = {}
        for chunk in chunks(job, devices):
            place = method.place(self._checkpoint(job, chunk), chunk)
            alike.setdefault((len(chunk), place), []).append(chunk)
        return [
            (same[at : at + len(devices)], place)
            for (_, place), same in alike.items()
            for at in range(0, len(same), len(devices))
        ]

    def _checkpoint(self, job: Job, chunk: tuple[int, ...]) -> Path:
        return self.checkpoints / f"{job.group.id}_{chunk[0]}-{chunk[-1]}.npz"

    def _cost(self, job: Job) -> float:
        """Predicted, with the restarts that are trained beside those asked for."""
        trained = sum(map(len, chunks(job, self.devices)))
        return COMPILE_SECONDS + job.work.seconds * trained


def row(group: Group, outcome: Outcome, kind: str, ran: Sequence[Ran]) -> Row:
    """The restart's row in the store (`bench.core.store.BEFORE`, the method's fields, `AFTER`).

    Args:
        kind: of the data, see `Group.kind`.
        ran: where it was trained, stretch by stretch.
    """
    where = trail.told(ran)
    return {
        "id": group.run_id(outcome.seed),
        "seed": outcome.seed,
        "lanes": outcome.lanes,
        **outcome.row,
        "seconds": round(outcome.seconds, 2),
        "kind": kind,
        "rounding": ran[-1].rounding,
        "device": where["device"],
        "commit": provenance.commit(),
        "versions": where["versions"],
    }


def chunks(job: Job, devices: Sequence) -> list[tuple[int, ...]]:
    """The chunks that hold a job's seeds, whole: what a device trains at a time.

    Seeds 0..L-1 are a chunk, L..2L-1 the next: whoever is asked for, a restart's lane and its
    companions are the same.
    """
    width = device_module.lanes(devices[0], job.work.lane_bytes)
    firsts = sorted({seed - seed % width for seed in job.seeds})
    return [tuple(range(first, first + width)) for first in firsts]


def sharded_jobs(costs: Sequence[float], shares: Sequence[int], devices: int) -> int:
    """How many of the costliest jobs to shard over all devices before the others are worked off.

    The others are worked off a device each. Sharded jobs are trained one after the other, on no
    more devices than they have shares of restarts, and each program is compiled for all of these:
    so as few are sharded as let the last device end within `UNEVEN` of the earliest end there is.

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
