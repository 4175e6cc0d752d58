"""A training under way, as .npz files without pickle: one for each share of its restarts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.core import arrays
from bench.methods.memn2n.schedule import Phase


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


def save_all(paths: Sequence[Path], seeds: Sequence[int], progress: Progress) -> None:
    """Writes equal shares of the restarts to a checkpoint each, so that each can be resumed apart.

    Raises:
        BenchError: a file can't be written.
    """
    for path, part in zip(paths, _shares(len(seeds), len(paths)), strict=True):
        params = {name: value[part] for name, value in progress.params.items()}
        share = Progress(progress.epoch, params, progress.curves[part], progress.seconds)
        save(path, seeds[part], share)


def load_all(paths: Sequence[Path], seeds: Sequence[int]) -> Progress | None:
    """What `save_all` wrote, or None unless all shares are there and equally far."""
    parts = [
        load(path, seeds[part])
        for path, part in zip(paths, _shares(len(seeds), len(paths)), strict=True)
    ]
    found = [part for part in parts if part is not None]
    if not found or len(found) < len(parts) or len({part.epoch for part in found}) > 1:
        return None
    return Progress(
        found[0].epoch,
        {n: np.concatenate([part.params[n] for part in found]) for n in found[0].params},
        [curve for part in found for curve in part.curves],
        max(part.seconds for part in found),
    )


def _shares(count: int, parts: int) -> list[slice]:
    if parts == 0:
        return []
    size, rest = divmod(count, parts)
    assert rest == 0, "restarts do not divide evenly over the checkpoints"
    return [slice(at, at + size) for at in range(0, count, size)]
