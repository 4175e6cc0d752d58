"""Arrays too large for one file, over several.

A head file names its pieces and is written last, so that a killed process leaves the pieces of
before and their head, or the new ones and theirs.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.core import arrays
from bench.core.arrays import Damaged

MOST_BYTES = 14 << 20
"""Of the numbers in a file, so that with its head it is one of at most 15 MB."""


def save(path: Path, head: Any, named: Mapping[str, np.ndarray]) -> None:
    """Writes ``path`` and, beside it, the pieces of what is too large for it.

    Raises:
        BenchError: a file can't be written; what was there before is untouched.
    """
    before = set(others(path))
    if sum(value.nbytes for value in named.values()) <= MOST_BYTES:
        arrays.save(path, {"head": head, "pieces": [], "shapes": {}}, named)
    else:
        token = secrets.token_hex(4)
        names: list[str] = []
        for piece in _cut(named):
            names.append(f"{path.stem}.{token}-{len(names)}.npz")
            arrays.save(path.with_name(names[-1]), names[-1], piece)
        shapes = {name: list(value.shape) for name, value in named.items()}
        arrays.save(path, {"head": head, "pieces": names, "shapes": shapes}, {})
    for one in before:
        one.unlink(missing_ok=True)


def load(path: Path) -> tuple[Any, dict[str, np.ndarray]]:
    """The head and the arrays.

    Raises:
        FileNotFoundError: there is no such file, or a piece is missing.
        Damaged: one is cut, changed, or something else.
    """
    whole, named = arrays.load(path)
    try:
        if not whole["pieces"]:
            return whole["head"], named
        parts: dict[str, list[np.ndarray]] = {name: [] for name in whole["shapes"]}
        for piece in whole["pieces"]:
            name, found = arrays.load(path.with_name(piece))
            if name != piece:
                raise Damaged(f"{piece}: it is {name}")
            for key, value in found.items():
                parts[key].append(value)
        return whole["head"], {
            name: np.concatenate(parts[name]).reshape(shape)
            for name, shape in whole["shapes"].items()
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Damaged(f"{path}: {error}") from error


def others(path: Path) -> Iterator[Path]:
    """The pieces of ``path`` that are there, whoever left them."""
    return path.parent.glob(f"{path.stem}.*-*.npz")


def _cut(named: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """All numbers in turn, a piece at a time: arrays flattened, each in order over the pieces."""
    piece: dict[str, np.ndarray] = {}
    room = MOST_BYTES
    for name, value in named.items():
        flat, at = value.reshape(-1), 0
        while at < len(flat) or name not in piece:
            count = min(len(flat) - at, room // value.itemsize)
            if count == 0 and len(flat):
                yield piece
                piece, room = {}, MOST_BYTES
                continue
            piece[name] = flat[at : at + count]
            at, room = at + count, room - count * value.itemsize
    yield piece
