"""How far a training is: all that a resumption needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bench.train.lanes import Array

Curve = list[tuple[float, ...]]
"""A row of figures an epoch."""


class State(NamedTuple):
    """What updates change, R lanes in front of every array.

    Attributes:
        params: the parameters.
        running: what the updates of the epoch under way have come to so far: losses, say.
    """

    params: dict[str, Array]
    running: dict[str, Array]


@dataclass
class Progress:
    """What a training of R lanes has done so far.

    Attributes:
        epoch: epochs finished.
        update: updates done of the epoch under way, 0 between epochs.
        curves: of each lane, a row an epoch in which it was active.
        seconds: training time so far, compiling included.
    """

    state: State
    curves: list[Curve]
    epoch: int = 0
    update: int = 0
    seconds: float = 0.0

    @property
    def place(self) -> tuple[int, int]:
        """Epochs finished, and updates of the one under way."""
        return self.epoch, self.update

    def add(self, active: np.ndarray, rows: np.ndarray) -> None:
        """Takes in the figures of a finished epoch.

        Args:
            active: (R,) bool, the lanes that took part.
            rows: (R, F).
        """
        for curve, row, took_part in zip(self.curves, rows, active, strict=True):
            if took_part:
                curve.append(tuple(float(x) for x in row))
        self.epoch, self.update = self.epoch + 1, 0
