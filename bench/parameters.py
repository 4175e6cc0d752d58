"""A trained restart's parameters as one .npz file, without pickle."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.errors import BenchError
from bench.files import write_atomically


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
    head = json.dumps({"run": saved.run, "vocabulary": list(saved.vocabulary)})
    buffer = io.BytesIO()
    np.savez(buffer, head=np.array(head), **saved.params)
    write_atomically(path, buffer.getvalue())


def load(path: Path) -> Saved:
    """Reads a model.

    Raises:
        BenchError: there is no such file, or it is not a saved model.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            head = json.loads(str(file["head"]))
            params = {name: file[name] for name in file.files if name != "head"}
        return Saved(params, head["run"], tuple(head["vocabulary"]))
    except FileNotFoundError as error:
        raise BenchError(f"{path}: no such file; train with --save-models first") from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise BenchError(f"{path}: is not a saved model; train with --save-models again") from error
