"""Our side of a race: the suite's own trainers as the suite runs them, restarts in programs of
``width``, programs spread over the devices, a thread a device, all at once."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

import jax
import numpy as np

from bench.examples.encode import Encoded
from bench.methods.memn2n.schedule import most_epochs
from bench.methods.memn2n.spec import MemN2N
from bench.methods.memn2n.step import updates_per_epoch
from bench.methods.memn2n.training import Trainer
from bench.methods.memn2n_lm import training as lm
from bench.methods.memn2n_lm.spec import MemN2NLM
from bench.methods.memn2n_lm.texts import Texts


class Ours(Protocol):
    """What trains a work's restarts.

    Attributes:
        restarts: trained at once.
        compile_s: seconds that tracing and compiling took.
    """

    restarts: int
    compile_s: float

    def steps_for(self, seconds: float) -> int:
        """Steps of each restart that take about this long."""

    def ms_a_step(self, steps: int) -> float:
        """Trains all restarts for so many steps; ms a step and restart."""


class Epochs:
    """MemN2N, by whole epochs with what follows each.

    Attributes:
        updates: steps of an epoch.
        epoch_s: seconds an epoch of all restarts takes, roughly.
        compile_s: seconds that the very first epoch takes longer.
    """

    def __init__(
        self, column: MemN2N, encoded: Encoded, devices: Sequence, restarts: int, width: int
    ):
        used, self.shares = _shares(devices, restarts, width)
        self.restarts = restarts
        self.updates = updates_per_epoch(column, len(encoded.fit))
        self.most_epochs = most_epochs(column) - 1  # at the end a training would be evaluated
        begun = time.perf_counter()
        self.trainers = [Trainer(column, encoded, device) for device in used]
        self._train(1)
        compiled = time.perf_counter()
        self._train(1)
        self.epoch_s = time.perf_counter() - compiled
        self.compile_s = max(compiled - begun - self.epoch_s, 1e-3)

    def steps_for(self, seconds: float) -> int:
        """Of whole epochs, at least one."""
        return self.updates * max(1, min(math.ceil(seconds / self.epoch_s), self.most_epochs))

    def ms_a_step(self, steps: int) -> float:
        """As `Ours.ms_a_step`."""
        begun = time.perf_counter()
        self._train(steps // self.updates)
        return 1e3 * (time.perf_counter() - begun) / (steps * self.restarts)

    def _train(self, epochs: int) -> None:
        def share(trainer: Trainer, chunks: Sequence[Sequence[int]]) -> None:
            blocks = epochs * trainer.blocks_an_epoch
            for seeds in chunks:
                asked = itertools.chain(itertools.repeat(False, blocks), itertools.repeat(True))
                trainer.train(list(seeds), stop=partial(next, asked))  # asked before each block

        _at_once(share, self.trainers, self.shares)


class Blocks:
    """The language model, by blocks of steps: its epochs take minutes."""

    def __init__(
        self, column: MemN2NLM, texts: Texts, devices: Sequence, restarts: int, width: int
    ):
        # Restarts beyond the devices' programs would only wait for their turn.
        self.restarts = min(restarts, width * len(devices))
        used, shares = _shares(devices, self.restarts, width)
        begun = time.perf_counter()
        self.trainers = [lm.Trainer(column, texts, device) for device in used]
        self.seeds = [np.array(seeds, np.int32) for (seeds,) in shares]
        self.states = [
            trainer.init(seeds) for trainer, seeds in zip(self.trainers, self.seeds, strict=True)
        ]
        self.drawn = [
            trainer.draw(seeds, 1) for trainer, seeds in zip(self.trainers, self.seeds, strict=True)
        ]
        self.rate = column.rate
        self.updates = self.trainers[0].updates
        self._train(1)
        compiled = time.perf_counter()
        self._train(5)
        self.step_s = (time.perf_counter() - compiled) / 5
        self.compile_s = max(compiled - begun - self.step_s, 1e-3)

    def steps_for(self, seconds: float) -> int:
        """At most an epoch's."""
        return max(1, min(math.ceil(seconds / self.step_s), self.updates))

    def ms_a_step(self, steps: int) -> float:
        """As `Ours.ms_a_step`."""
        begun = time.perf_counter()
        self._train(steps)
        return 1e3 * (time.perf_counter() - begun) / (steps * self.restarts)

    def _train(self, steps: int) -> None:
        def share(trainer: lm.Trainer, number: int) -> None:
            rate = np.full(len(self.seeds[number]), self.rate, np.float32)
            state = self.states[number]
            state = trainer.run(state, self.drawn[number], 1, range(steps), rate)
            self.states[number] = jax.block_until_ready(state)

        _at_once(share, self.trainers, range(len(self.trainers)))


def _shares(devices: Sequence, restarts: int, width: int) -> tuple[Sequence, list[list[range]]]:
    """The devices that are used, and of each the chunks of restarts it trains."""
    chunks = [range(low, min(low + width, restarts)) for low in range(0, restarts, width)]
    used = devices[: len(chunks)]
    return used, [chunks[i :: len(used)] for i in range(len(used))]


def _at_once(share: Callable, trainers: Sequence, those: Sequence) -> None:
    with ThreadPoolExecutor(len(trainers)) as pool:
        for done in [pool.submit(share, *one) for one in zip(trainers, those, strict=True)]:
            done.result()
