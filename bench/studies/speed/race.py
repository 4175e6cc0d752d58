"""Times our training steps against a peer's, in turns, on one machine and the same data.

Ours is the suite's own trainer as the suite runs it (`bench.studies.speed.ours`). The peer is a
plain loop of steps of one model, on one core or on all, whichever is faster. Repeats alternate
(ours, peer, ours, ...), so that whatever else the machine does falls on both. Compiling and first
steps are not counted.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from bench.core import devices as device_module
from bench.core import provenance, registry
from bench.core.dataset import Wish
from bench.core.rows import Row
from bench.methods import memn2n, memn2n_lm
from bench.studies.speed import ours, torch_memn2n, torch_memn2n_lm
from bench.studies.speed.rows import Work, make_row

WARM_STEPS = 5
"""Steps of the peer that are not counted: allocators and thread pools start in them."""

TRIALS, TRIAL_STEPS = 3, 20
"""How the number of the peer's threads is chosen."""


class PeerTrainer(Protocol):
    """A peer's model on a work's data."""

    def train(self, steps: int, rate: float) -> Any:
        """Trains for some steps, and waits for the last."""


def load(work: Work, data: Path | None, *, allow_generated: bool = False) -> tuple[Any, str]:
    """A work's data as its method takes it, and its kind ('real', ...).

    Args:
        allow_generated: the suite's own may serve.

    Raises:
        BenchError: it is not at hand, or not what it should be.
    """
    wish = Wish(folder=data, allow_generated=allow_generated)
    found = registry.dataset(work.dataset).find(work.units, wish)
    method = registry.method(work.column.method)
    parts = {u: {split: found.read(u, split) for split in method.splits} for u in work.units}
    return method.prepare(work.column, parts), found.at_hand.kind


def race(
    work: Work,
    prepared: Any,
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
        prepared: as `load` gives it.
        kind: the data's, for the row.
        devices: JAX devices, all of one platform (`bench.core.devices.configure`).
        restarts: how many we train at once.
        lanes: how many of them share a program; None is what the suite does on this device.
        repeats: of each side.
        seconds: least length of a repeat. Ours takes whole epochs where these are short, at most a
            whole training's.
        say: told how it goes, a line at a time.

    Raises:
        BenchError: the peer lacks something that the work needs, or PyTorch the device.
    """
    size = registry.method(work.column.method).work(work.column, prepared).lane_bytes
    width = min(lanes or device_module.lanes(devices[0], size), restarts)
    made, begin = _SIDES[work.column.method]
    trainers = made(work.column, prepared, torch_memn2n.device_for(devices[0].platform))
    peers = {name: _Peer(trainer, work.column.rate) for name, trainer in trainers.items()}
    say(f"{work.id}: compiling")
    mine = begin(work.column, prepared, devices, restarts, width)
    ours_steps = mine.steps_for(seconds)
    steps = {name: peer.steps_for(seconds) for name, peer in peers.items()}
    ours_repeats: list[float] = []
    peer_repeats: dict[str, list[float]] = {name: [] for name in peers}
    for number in range(1, repeats + 1):
        ours_repeats.append(mine.ms_a_step(ours_steps))
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
            ours_steps=ours_steps,
            peer=name,
            peer_steps=steps[name],
            peer_threads=peer.threads,
            compile_s=round(mine.compile_s, 3),
            restarts=mine.restarts,
            lanes=width,
            versions={**provenance.versions(), "torch": str(torch.__version__)},
            commit=provenance.commit(),
        )
        for name, peer in peers.items()
    ]


class _Peer:
    """The PyTorch model on the GPU, or on as many threads as it is fastest with.

    Attributes:
        threads: 1 or all cores: small operations can be slower on several.
    """

    def __init__(self, trainer: PeerTrainer, rate: float):
        self.trainer, self.rate = trainer, rate
        tried: dict[int, list[float]] = {1: [], device_module.cores(): []}
        for _ in range(TRIALS):
            for threads, ms in tried.items():
                self.threads = threads
                torch.set_num_threads(threads)
                self.trainer.train(WARM_STEPS, self.rate)
                ms.append(self.ms_a_step(TRIAL_STEPS))
        self.threads = min(tried, key=lambda threads: statistics.median(tried[threads]))
        self.ms = statistics.median(tried[self.threads])

    def steps_for(self, seconds: float) -> int:
        """Steps that take about this long."""
        return max(WARM_STEPS, math.ceil(1e3 * seconds / self.ms))

    def ms_a_step(self, steps: int) -> float:
        """Trains for some steps; ms a step."""
        torch.set_num_threads(self.threads)
        begun = time.perf_counter()
        self.trainer.train(steps, self.rate)
        return 1e3 * (time.perf_counter() - begun) / steps


def _stories(column: Any, encoded: Any, device: str) -> Mapping[str, PeerTrainer]:
    return {
        name: torch_memn2n.Trainer(
            column, encoded, device, tuned=name == "pytorch-eager-tuned"
        )
        for name in torch_memn2n.PEERS
    }  # fmt: skip


def _tokens(column: Any, texts: Any, device: str) -> Mapping[str, PeerTrainer]:
    return {"pytorch-eager": torch_memn2n_lm.Trainer(column, texts, device)}


_SIDES: Mapping[str, tuple[Callable, Callable[..., ours.Ours]]] = {
    memn2n.METHOD.name: (_stories, ours.Epochs),
    memn2n_lm.METHOD.name: (_tokens, ours.Blocks),
}
"""Method -> what makes the peers' trainers, and what times ours."""
