"""How a process ends while a thread of it still compiles: at once, for Python's own end is not safe
beside XLA's compiler."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterable

from bench.core.errors import BenchError

_left: set[threading.Thread] = set()


def leave_behind(threads: Iterable[threading.Thread]) -> None:
    """These compile and are not waited for: they end with the process."""
    _left.update(threads)


def end(code: int) -> int:
    """The exit code; the process ends with it here if a thread that was left behind still runs."""
    if any(thread.is_alive() for thread in _left):
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, BenchError):
                stream.flush()
        os._exit(code)
    return code
