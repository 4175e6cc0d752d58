"""Trainings whose rate falls with their validation cost: what their courses have in common."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import numpy as np

from bench.train.loop import Outlook, Plan
from bench.train.progress import Curve, State


class Trainer(Protocol):
    """What such a course asks of its trainer.

    Attributes:
        updates: of an epoch.
        block: most updates of a block.
    """

    updates: int
    block: int

    def init(self, seeds: np.ndarray) -> State:
        """The state before the first update."""

    def resume(self, state: State) -> State:
        """A state of the host's, on the devices."""


T = TypeVar("T", bound=Trainer)


class Annealed(ABC, Generic[T]):
    """A `bench.train.loop.Course` but for `run` and `figures`.

    Its plan's one setting is the rate, (R,). A row of its curves begins with the training cost of
    the epoch's batches and the validation cost, in nats a word.
    """

    reads_figures = True

    def __init__(self, trainer: T, seeds: Sequence[int]):
        self.trainer = trainer
        self.seeds = np.asarray(seeds, np.int32)
        self.updates = trainer.updates
        self.block_updates = trainer.block

    @abstractmethod
    def rate(self, costs: Sequence[float]) -> float:
        """The rate of the epoch after these validation costs, one an epoch; 0 if training is
        done."""

    @abstractmethod
    def length(self, costs: Sequence[float]) -> int:
        """How many epochs there should be in all, after these."""

    def begin(self) -> State:
        """The state before the first epoch."""
        return self.trainer.init(self.seeds)

    def resume(self, state: State) -> State:
        """A checkpoint's state, on the devices."""
        return self.trainer.resume(state)

    def plan(self, curves: Sequence[Curve], unread: int) -> Plan:
        """What the next epoch does."""
        del unread
        rates = np.array([self.rate(costs) for costs in _costs(curves)])
        return Plan(rates > 0.0, (rates.astype(np.float32),))

    def outlook(self, curves: Sequence[Curve]) -> Outlook:
        """The outlook of the lane that should take longest."""
        costs = max(_costs(curves), key=self.length)
        epochs = self.length(costs)
        note = f"epoch {min(len(costs) + 1, epochs)} of about {epochs}, rate {self.rate(costs):.2g}"
        if costs:
            note += f", validation perplexity {math.exp(min(costs[-1], 99.0)):.4g}"
        return Outlook(epochs, note)


def _costs(curves: Sequence[Curve]) -> list[list[float]]:
    """Of each lane, its validation costs."""
    return [[row[1] for row in curve] for curve in curves]
