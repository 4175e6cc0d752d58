"""A training under way, as one .npz file without pickle."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.files import write_atomically


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
    buffer = io.BytesIO()
    np.savez(buffer, head=np.array(json.dumps(head)), **progress.params)
    write_atomically(path, buffer.getvalue())


def load(path: Path, seeds: Sequence[int]) -> Progress | None:
    """The checkpoint of these seeds, or None if there is none.

    A damaged file, or one of other seeds, is not used: the training starts anew, which loses time
    but no result.
    """
    if not path.exists():
        return None
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            head = json.loads(str(file["head"]))
            params = {name: file[name] for name in file.files if name != "head"}
        if head["seeds"] != list(seeds):
            return None
        curves = [[tuple(row) for row in curve] for curve in head["curves"]]
        return Progress(head["epoch"], params, curves, head["seconds"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
