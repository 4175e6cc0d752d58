"""A trained restart's parameters as one .npz file, without pickle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import arrays
from bench.errors import BenchError


@dataclass(frozen=True)
class Saved:
    """A saved model.

    Attributes:
        params: parameter name -> float32 array, shapes as in `bench.models.memn2n.MemN2N`.
        run: what was trained: the group's canonical text and the seed.
        vocabulary: the words that the rows stand for; index 0 is the null word.
    """

    params: dict[str, np.ndarray]
    run: dict[str, Any]
    vocabulary: tuple[str, ...]


def save(path: Path, saved: Saved) -> None:
    """Writes a model atomically.

    Raises:
        BenchError: the file can't be written.
    """
    head = {"run": saved.run, "vocabulary": list(saved.vocabulary)}
    arrays.save(path, head, saved.params)


def load(path: Path) -> Saved:
    """Reads a model.

    Raises:
        BenchError: there is no such file, or it is not a saved model.
    """
    try:
        head, params = arrays.load(path)
        return Saved(params, head["run"], tuple(head["vocabulary"]))
    except FileNotFoundError as error:
        raise BenchError(f"{path}: no such file; train with --save-models first") from error
    except (arrays.Damaged, KeyError, TypeError) as error:
        raise BenchError(f"{path}: is not a saved model; train with --save-models again") from error
