"""A training under way, as one .npz file without pickle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import arrays
from bench.train.schedule import Phase


@dataclass
class Progress:
    """What a training has done so far: all that a checkpoint holds.

    Attributes:
        epoch: epochs finished, linear start's included.
        params: parameters, (R, ...) float32 each.
        curves: per lane, one row ``(train_loss, train_error, valid_loss, valid_error)`` an epoch
            in which the lane was active; means over questions, errors in [0, 1].
        seconds: training time so far, compilation included.
    """

    epoch: int
    params: dict[str, np.ndarray]
    curves: list[list[tuple[float, ...]]]
    seconds: float = 0.0

    def add(self, phases: Sequence[Phase], rows: np.ndarray) -> None:
        """Takes in a finished epoch: (R, 4) figures, a row a lane."""
        for curve, row, phase in zip(self.curves, rows, phases, strict=True):
            if not phase.done:
                curve.append(tuple(float(x) for x in row))
        self.epoch += 1


def save(path: Path, seeds: Sequence[int], progress: Progress) -> None:
    """Writes a checkpoint atomically.

    Raises:
        BenchError: the file can't be written.
    """
    head = {
        "seeds": list(seeds),
        "epoch": progress.epoch,
        "curves": progress.curves,
        "seconds": progress.seconds,
    }
    arrays.save(path, head, progress.params)


def load(path: Path, seeds: Sequence[int]) -> Progress | None:
    """The checkpoint of these seeds, or None if there is none.

    A damaged file, or one of other seeds, is not used: the training starts anew, which loses time
    but no result.
    """
    try:
        head, params = arrays.load(path)
        if head["seeds"] != list(seeds):
            return None
        curves = [[tuple(row) for row in curve] for curve in head["curves"]]
        return Progress(head["epoch"], params, curves, head["seconds"])
    except (FileNotFoundError, arrays.Damaged, KeyError, TypeError):
        return None
