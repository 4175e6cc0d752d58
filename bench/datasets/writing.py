"""Writing to folders that others may write to as well: one process at a time, told in one line."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from bench.core.errors import BenchError
from bench.datasets.manifest import reason


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns the system's refusal to write into a BenchError that names the file."""
    try:
        yield
    except gzip.BadGzipFile:  # an OSError too, and of what is read
        raise
    except OSError as error:
        raise BenchError(
            f"{error.filename or path}: cannot be written ({reason(error)}); make room or access "
            "there, or name another folder (BENCH_CACHE moves the cache)",
            exit_code=74,
        ) from None


@contextmanager
def locked(path: Path, doing: str, patience: float) -> Iterator[None]:
    """Holds the lock file ``path``; BenchError if another process has it for so many seconds.

    Args:
        doing: what the other process would be doing, 'fetching' say.
    """
    lock = filelock.FileLock(path)
    with writing(path):
        try:
            lock.acquire(timeout=patience)
        except filelock.Timeout:  # an OSError, hence caught inside
            what = f"another process has been {doing} for {patience:g} s"
            raise BenchError(f"{path}: {what}; end it, or wait for it and try again") from None
    try:
        yield
    finally:
        lock.release()


def holds(path: Path, content: bytes) -> bool:
    """Whether a file is there and has these bytes."""
    try:
        return path.read_bytes() == content
    except OSError:
        return False
