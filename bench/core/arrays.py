"""Named arrays with a JSON head as one .npz file: no pickle, and any damage is seen."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.core.files import write_atomically


class Damaged(Exception):
    """The file is not one that `save` wrote."""


def save(path: Path, head: Any, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes the file atomically.

    Raises:
        BenchError: it can't be written.
    """
    text = json.dumps({"head": head, "sha256": {name: _hash(a) for name, a in arrays.items()}})
    buffer = io.BytesIO()
    np.savez(buffer, head=np.array(text), **arrays)
    write_atomically(path, buffer.getvalue())


def load(path: Path) -> tuple[Any, dict[str, np.ndarray]]:
    """The head and the arrays.

    Raises:
        FileNotFoundError: there is no such file.
        Damaged: it is cut, changed, or something else.
    """
    content = path.read_bytes()
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            text = json.loads(str(file["head"]))
            arrays = {name: file[name] for name in file.files if name != "head"}
        if {name: _hash(a) for name, a in arrays.items()} != text["sha256"]:
            raise Damaged(f"{path}: its arrays are not those that were saved")
        return text["head"], arrays
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise Damaged(f"{path}: {error}") from error
    except RuntimeError as error:  # an unknown zip version, or encryption
        raise Damaged(f"{path}: {error}") from error


def _hash(array: np.ndarray) -> str:
    kind = f"{array.dtype.str}{array.shape}".encode()
    return hashlib.sha256(kind + np.ascontiguousarray(array).tobytes()).hexdigest()
