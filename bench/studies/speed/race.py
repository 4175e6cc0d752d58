"""Times our training steps against a peer's, in turns, on one machine and the same data.

Ours is the suite's own trainer as the suite runs it: restarts in programs of ``lanes``, programs
spread over the devices, a thread a device, all at once. The peer is a plain loop of steps of one
model, on one core or on all, whichever is faster. Repeats alternate (ours, peer, ours, ...), so
that whatever else the machine does falls on both. Compiling and first steps are not counted.
"""

from __future__ import annotations

import itertools
import math
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch

from bench.core import devices as device_module
from bench.core import provenance, registry
from bench.core.dataset import Wish
from bench.core.rows import Row
from bench.examples.encode import Encoded
from bench.methods.memn2n.method import METHOD, batch_bytes
from bench.methods.memn2n.schedule import most_epochs
from bench.methods.memn2n.step import updates_per_epoch
from bench.methods.memn2n.training import Trainer
from bench.studies.speed import torch_memn2n
from bench.studies.speed.rows import Work, make_row
from bench.studies.speed.torch_memn2n import PEERS

WARM_STEPS = 5
"""Steps of the peer that are not counted: allocators and thread pools start in them."""

TRIALS, TRIAL_STEPS = 3, 20
"""How the number of the peer's threads is chosen."""


def load(work: Work, data: Path | None, *, allow_generated: bool = False) -> tuple[Encoded, str]:
    """A work's data and its kind ('real', ...); ``allow_generated``: the suite's own may serve.

    Raises:
        BenchError: it is not at hand, or not what it should be.
    """
    units = [str(task) for task in work.tasks]
    wish = Wish(folder=data, allow_generated=allow_generated)
    found = registry.dataset(work.dataset).find(units, wish)
    parts = {u: {split: found.read(u, split) for split in METHOD.splits} for u in units}
    return METHOD.prepare(work.column, parts), found.at_hand.kind


def race(
    work: Work,
    encoded: Encoded,
    kind: str,
    devices: Sequence,
    *,
    restarts: int = 10,
    lanes: int | None = None,
    repeats: int = 5,
    seconds: float = 1.0,
    say: Callable[[str], None] = lambda line: None,
) -> list[Row]:
    """Times one work against each peer; the repeats of ours are shared.

    Args:
        kind: the data's, for the row.
        devices: JAX devices, all of one platform (`bench.core.devices.configure`).
        restarts: how many we train at once.
        lanes: how many of them share a program; None is what the suite does on this device.
        repeats: of each side.
        seconds: least length of a repeat. Ours takes whole epochs, at most a whole training's.
        say: told how it goes, a line at a time.

    Raises:
        BenchError: the peer lacks something that the work needs, or PyTorch the device.
    """
    size = batch_bytes(work.column, encoded)
    width = min(lanes or device_module.lanes(devices[0], size), restarts)
    peers = {name: _Peer(work, encoded, devices[0].platform, name) for name in PEERS}
    say(f"{work.id}: compiling")
    ours = _Ours(work, encoded, devices, restarts, width)
    epochs = ours.epochs_for(seconds)
    steps = {name: peer.steps_for(seconds) for name, peer in peers.items()}
    ours_repeats: list[float] = []
    peer_repeats: dict[str, list[float]] = {name: [] for name in peers}
    for number in range(1, repeats + 1):
        ours_repeats.append(ours.ms_a_step(epochs))
        told = [f"ours {ours_repeats[-1]:.3g} ms a step and restart"]
        for name, peer in peers.items():
            peer_repeats[name].append(peer.ms_a_step(steps[name]))
            told.append(f"{name} {peer_repeats[name][-1]:.3g}")
        say(f"{work.id}: repeat {number} of {repeats}: {', '.join(told)}")
    return [
        make_row(
            ours_repeats,
            peer_repeats[name],
            work=work.id,
            device=device_module.describe(devices[0]),
            kind=kind,
            ours_steps=epochs * ours.updates,
            peer=name,
            peer_steps=steps[name],
            peer_threads=peer.threads,
            compile_s=round(ours.compile_s, 3),
            restarts=restarts,
            lanes=width,
            versions={**provenance.versions(), "torch": str(torch.__version__)},
            commit=provenance.commit(),
        )
        for name, peer in peers.items()
    ]


class _Ours:
    """The suite's trainer, all restarts at once.

    Attributes:
        updates: steps of an epoch.
        epoch_s: seconds an epoch of all restarts takes, roughly.
        compile_s: seconds that the very first epoch takes longer: tracing and compiling.
    """

    def __init__(self, work: Work, encoded: Encoded, devices: Sequence, restarts: int, width: int):
        chunks = [range(low, min(low + width, restarts)) for low in range(0, restarts, width)]
        used = devices[: len(chunks)]
        self.shares = [chunks[i :: len(used)] for i in range(len(used))]
        self.restarts = restarts
        self.updates = updates_per_epoch(work.column, len(encoded.fit))
        self.most_epochs = most_epochs(work.column) - 1  # at the end a training would be evaluated
        begun = time.perf_counter()
        self.trainers = [Trainer(work.column, encoded, device) for device in used]
        self._train(1)
        compiled = time.perf_counter()
        self._train(1)
        self.epoch_s = time.perf_counter() - compiled
        self.compile_s = max(compiled - begun - self.epoch_s, 1e-3)

    def epochs_for(self, seconds: float) -> int:
        """Epochs that take about this long, at least one."""
        return max(1, min(math.ceil(seconds / self.epoch_s), self.most_epochs))

    def ms_a_step(self, epochs: int) -> float:
        """Trains all restarts for some epochs; ms a step and restart."""
        begun = time.perf_counter()
        self._train(epochs)
        elapsed = time.perf_counter() - begun
        return 1e3 * elapsed / (epochs * self.updates * self.restarts)

    def _train(self, epochs: int) -> None:
        with ThreadPoolExecutor(len(self.trainers)) as pool:
            for done in [
                pool.submit(self._share, trainer, share, epochs)
                for trainer, share in zip(self.trainers, self.shares, strict=True)
            ]:
                done.result()

    @staticmethod
    def _share(trainer: Trainer, chunks: Sequence[Sequence[int]], epochs: int) -> None:
        """One device's chunks of restarts, one after the other."""
        blocks = epochs * trainer.blocks_an_epoch
        for seeds in chunks:
            asked = itertools.chain(itertools.repeat(False, blocks), itertools.repeat(True))
            trainer.train(list(seeds), stop=partial(next, asked))  # asked before each block


class _Peer:
    """The PyTorch model on the GPU, or on as many threads as it is fastest with.

    Attributes:
        threads: 1 or all cores: small operations can be slower on several.
    """

    def __init__(self, work: Work, encoded: Encoded, platform: str, name: str):
        self.rate = work.column.rate
        self.trainer = torch_memn2n.Trainer(
            work.column,
            encoded,
            torch_memn2n.device_for(platform),
            tuned=name == "pytorch-eager-tuned",
        )
        tried: dict[int, list[float]] = {1: [], device_module.cores(): []}
        for _ in range(TRIALS):
            for threads, ms in tried.items():
                self.threads = threads
                torch_memn2n.use_threads(threads)
                self.trainer.train(WARM_STEPS, self.rate)
                ms.append(self.ms_a_step(TRIAL_STEPS))
        self.threads = min(tried, key=lambda threads: statistics.median(tried[threads]))
        self.ms = statistics.median(tried[self.threads])

    def steps_for(self, seconds: float) -> int:
        """Steps that take about this long."""
        return max(WARM_STEPS, math.ceil(1e3 * seconds / self.ms))

    def ms_a_step(self, steps: int) -> float:
        """Trains for some steps; ms a step."""
        torch_memn2n.use_threads(self.threads)
        begun = time.perf_counter()
        self.trainer.train(steps, self.rate)
        return 1e3 * (time.perf_counter() - begun) / steps
