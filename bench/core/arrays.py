"""Named arrays with a JSON head as one .npz file: no pickle, and any damage is seen.

Files may come from anybody. `Stored` tells what a file claims to hold before memory is taken for
it, and no file makes it take more than twice its own size: `save` compresses nothing, so that what
is compressed, or of another size than it says, is none of ours.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import struct
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.core.errors import BenchError
from bench.core.files import write_atomically

MOST_BYTES = (1 << 31) - 1
"""Of a file: what a zip directory holds without its extension to 64 bits."""

MOST_DIRECTORY_BYTES = 1 << 16
"""Of a zip's directory: some hundred arrays."""

_END = struct.Struct("<4s4H2LH")  # the record that ends a zip without a comment


class Damaged(Exception):
    """The file is not one that `save` wrote."""


class Layout(NamedTuple):
    """What an array is."""

    dtype: np.dtype
    shape: tuple[int, ...]


class Stored:
    """A file, its arrays not yet unpacked.

    Attributes:
        head: as it was saved.
        layouts: array name -> what it is.

    Raises:
        FileNotFoundError: there is no such file.
        Damaged: it is cut, changed, too large, or something else.
    """

    def __init__(self, path: Path, *, most: int = MOST_BYTES, most_head: int = MOST_BYTES):
        """Reads the head.

        Args:
            most: bytes of the file.
            most_head: bytes of the head, four a character.
        """
        self._path = path
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > most:
                raise Damaged(f"{path}: {size} bytes, and at most {most} are read")
            content = file.read(size)
        with self._damage():
            self._zip = _opened(content)
            self._entries = _entries(self._zip, len(content))
            kind, shape = self._entries["head"][0]
            if kind.kind != "U" or shape or kind.itemsize > most_head:
                raise ValueError("the head is no text, or too long")
            text = json.loads(str(self._array("head")[()]))
            self.head: Any = text["head"]
            self._sha256 = text["sha256"]
        self.layouts = {n: layout for n, (layout, _) in self._entries.items() if n != "head"}

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays, read-only; `Damaged` unless they are those that were saved."""
        with self._damage():
            found = {name: self._array(name) for name in self.layouts}
            if {name: _hash(a) for name, a in found.items()} != self._sha256:
                raise ValueError("its arrays are not those that were saved")
        return found

    def _array(self, name: str) -> np.ndarray:
        (dtype, shape), start = self._entries[name]
        return np.ndarray(shape, dtype, self._zip.read(f"{name}.npy"), start)

    @contextmanager
    def _damage(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever crafted bytes bring about in zipfile, NumPy and json
            raise Damaged(f"{self._path}: {error or type(error).__name__}") from error


def save(path: Path, head: Any, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes the file atomically.

    Raises:
        BenchError: it can't be written.
    """
    text = json.dumps({"head": head, "sha256": {name: _hash(a) for name, a in arrays.items()}})
    parts: dict[str, Any] = {"head": np.array(text)}
    parts |= {name: np.asarray(array, order="C") for name, array in arrays.items()}
    buffer = io.BytesIO()
    np.savez(buffer, **parts)
    content = buffer.getvalue()
    if len(content) > MOST_BYTES:
        raise BenchError(
            f"{path}: {len(content)} bytes, and a file takes {MOST_BYTES}; train fewer at once"
        )
    write_atomically(path, content)


def load(path: Path) -> tuple[Any, dict[str, np.ndarray]]:
    """The head and the arrays.

    Raises:
        FileNotFoundError: there is no such file.
        Damaged: it is cut, changed, or something else.
    """
    stored = Stored(path)
    return stored.head, stored.arrays()


def _opened(content: bytes) -> zipfile.ZipFile:
    """The zip, whose directory is read: only if it is a small one, of the plain kind."""
    end = content[-_END.size :]
    extension = content[-_END.size - 20 : -_END.size][:4]
    if len(end) < _END.size or end[:4] != b"PK\5\6" or extension == b"PK\6\7":
        raise ValueError("it does not end as a zip")
    *_, directory, _, comment = _END.unpack(end)
    if directory > MOST_DIRECTORY_BYTES or comment:
        raise ValueError("its directory is too long")
    return zipfile.ZipFile(io.BytesIO(content))


def _entries(file: zipfile.ZipFile, size: int) -> dict[str, tuple[Layout, int]]:
    """Array name -> what its .npy header says, and where its numbers start."""
    found: dict[str, tuple[Layout, int]] = {}
    infos = file.infolist()
    if sum(info.file_size for info in infos) > size:
        raise ValueError("its parts are larger than it is")
    for info in infos:
        name, dot, ending = info.filename.rpartition(".")
        if (dot, ending) != (".", "npy") or name in found:
            raise ValueError("a part is no array, or there twice")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise ValueError("a part is compressed")
        with file.open(info) as part:
            found[name] = _header(part, info.file_size)
    return found


def _header(part: Any, size: int) -> tuple[Layout, int]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # NumPy warns of headers that it has to mend
        if np.lib.format.read_magic(part) != (1, 0):
            raise ValueError("an array's header is of another version")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(part, max_header_size=1000)
    start = part.tell()
    if fortran or dtype.kind not in "biufU" or min(shape, default=0) < 0:
        raise ValueError("an array is of another kind")
    if start + math.prod(shape) * dtype.itemsize != size:
        raise ValueError("an array is not as long as its header says")
    return Layout(dtype, shape), start


def _hash(array: np.ndarray) -> str:
    kind = f"{array.dtype.str}{array.shape}".encode()
    return hashlib.sha256(kind + np.ascontiguousarray(array).tobytes()).hexdigest()
