"""A training under way, as .npz files without pickle: one for each share of its restarts, or
several where one would be large (`bench.train.pieces`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.core import arrays
from bench.train import pieces
from bench.train.progress import Progress, State


def save(path: Path, seeds: Sequence[int], progress: Progress) -> None:
    """Writes a checkpoint atomically.

    Raises:
        BenchError: the file can't be written.
    """
    head = {
        "seeds": list(seeds),
        "epoch": progress.epoch,
        "update": progress.update,
        "curves": progress.curves,
        "seconds": progress.seconds,
    }
    named = {
        f"{kind}/{name}": np.asarray(value)
        for kind, values in progress.state._asdict().items()
        for name, value in values.items()
    }
    pieces.save(path, head, named)


def load(path: Path, seeds: Sequence[int]) -> Progress | None:
    """The checkpoint of these seeds, or None if there is none.

    A damaged file, or one of other seeds, is not used: the training starts anew, which loses time
    but no result.
    """
    try:
        head, named = pieces.load(path)
        if head["seeds"] != list(seeds):
            return None
        curves = [[tuple(row) for row in curve] for curve in head["curves"]]
        state: dict[str, dict[str, np.ndarray]] = {kind: {} for kind in State._fields}
        for name, value in named.items():
            kind, _, rest = name.partition("/")
            state[kind][rest] = value
        return Progress(State(**state), curves, head["epoch"], head["update"], head["seconds"])
    except (FileNotFoundError, arrays.Damaged, KeyError, TypeError):
        return None


def save_all(paths: Sequence[Path], seeds: Sequence[int], progress: Progress) -> None:
    """Writes equal shares of the restarts to a checkpoint each, so that each can be resumed apart.

    Raises:
        BenchError: a file can't be written.
    """
    if not paths:
        return
    params, running = (
        {name: np.asarray(value) for name, value in values.items()} for values in progress.state
    )
    for path, part in zip(paths, _shares(len(seeds), len(paths)), strict=True):
        state = State(
            {name: value[part] for name, value in params.items()},
            {name: value[part] for name, value in running.items()},
        )
        share = Progress(
            state, progress.curves[part], progress.epoch, progress.update, progress.seconds
        )
        save(path, seeds[part], share)


def load_all(paths: Sequence[Path], seeds: Sequence[int]) -> Progress | None:
    """What `save_all` wrote, or None unless all shares are there and equally far."""
    parts = [
        load(path, seeds[part])
        for path, part in zip(paths, _shares(len(seeds), len(paths)), strict=True)
    ]
    found = [part for part in parts if part is not None]
    if not found or len(found) < len(parts) or len({part.place for part in found}) > 1:
        return None
    return Progress(
        State(
            _joined([part.state.params for part in found]),
            _joined([part.state.running for part in found]),
        ),
        [curve for part in found for curve in part.curves],
        found[0].epoch,
        found[0].update,
        max(part.seconds for part in found),
    )


def _joined(parts: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _shares(count: int, parts: int) -> list[slice]:
    if parts == 0:
        return []
    size, rest = divmod(count, parts)
    assert rest == 0, "restarts do not divide evenly over the checkpoints"
    return [slice(at, at + size) for at in range(0, count, size)]
