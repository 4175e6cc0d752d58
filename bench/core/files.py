"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bench.core.errors import BenchError


def write_atomically(path: Path, content: bytes | str) -> None:
    """Writes a file through a temporary one beside it, so that no reader sees half of it.

    Raises:
        BenchError: the disk is full or the folder can't be written; what was there is untouched.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"
        )
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise BenchError(
            f"{path}: cannot be written ({error.strerror or error}); "
            "free space or choose a writable folder, then run the same command again",
            exit_code=74,
        ) from error
