"""Trainings of a fixed number of epochs: what their courses have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.train.loop import Outlook, Plan
from bench.train.progress import Curve


class Fixed:
    """Of a `bench.train.loop.Course` what says how long it goes on; plans have no settings."""

    reads_figures = False

    def __init__(self, epochs: int):
        self._epochs = epochs

    def plan(self, curves: Sequence[Curve], unread: int) -> Plan:
        """What the next epoch does."""
        return Plan(np.array([len(curve) + unread < self._epochs for curve in curves]), ())

    def outlook(self, curves: Sequence[Curve]) -> Outlook:
        """For those who watch."""
        del curves
        return Outlook(self._epochs)
