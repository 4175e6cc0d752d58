"""Arrays too large for one file, over several.

A head file names its pieces and is written last, so that a killed process leaves the pieces of
before and their head, or the new ones and theirs.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
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
    if sum(value.nbytes for value in named.values()) <= MOST_BYTES:
        arrays.save(path, head, named)
        new = set[Path]()
    else:
        # Of two names the one that is not in use: what a killed process left of it is replaced.
        letter = "b" if f"{path.stem}.a-0.npz" in _pieces(path) else "a"
        token, names = secrets.token_hex(8), list[str]()
        for piece in _cut(named):
            names.append(f"{path.stem}.{letter}-{len(names)}.npz")
            arrays.save(path.with_name(names[-1]), [token, len(names)], piece)
        shapes = {name: list(value.shape) for name, value in named.items()}
        arrays.save(path, {"head": head, "token": token, "pieces": names, "shapes": shapes}, {})
        new = {path.with_name(name) for name in names}
    for one in set(others(path)) - new:
        one.unlink(missing_ok=True)


def load(path: Path) -> tuple[Any, dict[str, np.ndarray]]:
    """The head and the arrays.

    Raises:
        FileNotFoundError: there is no such file, or a piece is missing.
        Damaged: one is cut, changed, or something else.
    """
    whole, named = arrays.load(path)
    if not _cut_up(whole):
        return whole, named
    try:
        parts: dict[str, list[np.ndarray]] = {name: [] for name in whole["shapes"]}
        for number, piece in enumerate(whole["pieces"], 1):
            token, found = arrays.load(path.with_name(piece))
            if token != [whole["token"], number]:
                raise Damaged(f"{piece}: of another save")
            for key, value in found.items():
                parts[key].append(value)
        return whole["head"], {
            name: np.concatenate(parts[name]).reshape(shape)
            for name, shape in whole["shapes"].items()
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Damaged(f"{path}: {error}") from error


def _cut_up(head: Any) -> bool:
    return isinstance(head, dict) and "pieces" in head


def _pieces(path: Path) -> Sequence[str]:
    """The pieces that the file there names."""
    try:
        head = arrays.Stored(path).head
    except (FileNotFoundError, Damaged):
        return ()
    return head["pieces"] if _cut_up(head) else ()


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
