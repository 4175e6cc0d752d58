"""One progress bar over all work, in predicted seconds, so that its ETA is honest from the
start."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any, TextIO, cast

from tqdm import tqdm

QUIET_SECONDS = 15.0
"""Between lines where the output is no terminal."""


class _Lines:
    """A stream that is no terminal: what is drawn over on one becomes a line each there."""

    def __init__(self, stream: TextIO):
        self._stream = stream
        self._last = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        line = text.strip()
        if line and line != self._last:
            self._stream.write(line + "\n")
            self._last = line
        return len(text)


class Progress:
    """Thread-safe; the bar itself is drawn by the thread that calls `show`."""

    def __init__(self, *, hidden: bool = False):
        self._hidden = hidden
        self._lock = threading.Lock()
        self._done = 0.0
        self._before = 0.0
        self._note = ""
        self._jobs = 0
        self._total = 0.0
        self._total_jobs = 0
        self._bar: tqdm | None = None
        self._drawn = 0.0

    def start(self, total: float, jobs: int) -> None:
        """Opens the bar for ``total`` predicted seconds in ``jobs`` groups."""
        self._total, self._total_jobs = total, jobs
        if self._hidden or not jobs:
            return
        self._bar = tqdm(
            total=total,
            smoothing=0.0,
            postfix=f"0 of {jobs} groups",
            file=sys.stderr if sys.stderr.isatty() else cast(TextIO, _Lines(sys.stderr)),
            mininterval=0.2,
            dynamic_ncols=True,
            bar_format="{percentage:3.0f}% |{bar}| {elapsed} elapsed, {remaining} left{postfix}",
        )

    def advance(self, cost: float, *, before: bool = False, note: str = "") -> None:
        """Adds finished work, in predicted seconds.

        Args:
            before: whether it was done before this run, and says nothing of its pace.
            note: where a training stands.
        """
        with self._lock:
            self._done += cost
            self._before += cost * before
            self._note = note

    def job_done(self) -> None:
        """Counts a group."""
        with self._lock:
            self._jobs += 1

    def show(self) -> None:
        """Draws what has been done since."""
        if self._bar is None:
            return
        now = time.monotonic()
        if now - self._drawn < (0.5 if sys.stderr.isatty() else QUIET_SECONDS):
            return
        self._drawn = now
        self._draw()

    def close(self) -> None:
        """Draws the last state and closes the bar."""
        if self._bar is not None:
            self._draw()
            self._bar.close()
            self._bar = None

    def _draw(self) -> None:
        assert self._bar is not None
        with self._lock:
            self._bar.n = min(self._done, self._total)
            self._bar.initial = min(self._before, self._bar.n)
            told = f"{self._jobs} of {self._total_jobs} groups" + (self._note and f"; {self._note}")
            self._bar.set_postfix_str(told, refresh=False)
        self._bar.refresh()
