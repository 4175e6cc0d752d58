"""Files that are there whole or not at all."""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.core.errors import BenchError


def write_atomically(path: Path, content: bytes | str) -> None:
    """Writes a file through a temporary one beside it, so that no reader sees half of it.

    The temporary file is locked while it is written: what a killed process left of this file is
    told from what another one is writing, and is removed.

    Raises:
        BenchError: the disk is full or the folder can't be written; what was there is untouched.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        handle, temporary = _temporary(path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), 0o644)
                os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BenchError(
            f"{path}: cannot be written ({error.strerror or error}); "
            "free space or choose a writable folder, then run the same command again",
            exit_code=74,
        ) from error


def write_all(folder: Path, files: Mapping[str, bytes | str]) -> list[Path]:
    """Writes files by name into a folder and returns their paths; raises as `write_atomically`."""
    for name, content in files.items():
        write_atomically(folder / name, content)
    return [folder / name for name in files]


def _temporary(path: Path) -> tuple[int, str]:
    """A new file beside ``path``, open and locked, and its name."""
    while True:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        _lock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, name
        os.close(handle)  # swept by another process before it was locked


def _sweep(path: Path) -> None:
    """Removes temporary files of ``path`` whose writers are dead."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}\.tmp")
    for name in os.listdir(path.parent):
        if not ours.fullmatch(name):
            continue
        left = path.parent / name
        try:
            handle = os.open(left, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            continue  # its writer has just put it in place
        try:
            if _lock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
                left.unlink(missing_ok=True)
        finally:
            os.close(handle)


def _lock(handle: int, how: int) -> bool:
    """Locks an open file; False if another process has it, or the file system knows no locks."""
    try:
        fcntl.flock(handle, how)
    except OSError:
        return False
    return True
