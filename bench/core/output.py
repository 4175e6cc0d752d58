"""Standard output and standard error as commands write to them: full, closed, or in a plain
encoding.

What a command prints on standard output is what it was asked for, so a place that takes none of it
is an error. What it says on standard error goes with the work: a full one must not end a training.
"""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from bench.core.errors import BenchError

CANNOT_WRITE = 74
READER_GONE = 141
"""What a shell gives a tool that ends because its reader has ended: 128 and SIGPIPE."""

_PLAIN = {
    "–": "-", "—": "-", "−": "-", "×": "x", "±": "+-", "·": ".", "…": "...", "●": "*", "†": "+",
    "‡": "++", "≤": "<=", "≥": ">=", "‘": "'", "’": "'", "“": '"', "”": '"',
}  # fmt: skip


class ReaderGone(BenchError):
    """Who read the standard output has enough; nobody needs to be told."""

    def __init__(self) -> None:
        super().__init__("", exit_code=READER_GONE)


def _readable(error: UnicodeError) -> tuple[str | bytes, int]:
    """Handler of `codecs`: something like it for a character that the encoding lacks.

    A byte of a file's name that was no text (a lone surrogate) becomes that byte again.
    """
    assert isinstance(error, UnicodeEncodeError)
    character = error.object[error.start]
    if "\udc80" <= character <= "\udcff":
        return bytes([ord(character) - 0xDC00]), error.start + 1
    parts = [_PLAIN.get(part, part) for part in unicodedata.normalize("NFKD", character)]
    return _PLAIN.get(character, "".join(p for p in parts if p.isascii()) or "?"), error.start + 1


codecs.register_error("bench.readable", _readable)


class _Stream:
    """Stands for the stream it was made with."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Output(_Stream):
    def write(self, text: str) -> int:
        with _told():
            return self._stream.write(text)

    def flush(self) -> None:
        with _told():
            self._stream.flush()


class _Remarks(_Stream):
    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            return


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as error:
        raise _unwritable(error.strerror or str(error)) from None


def _unwritable(why: str) -> BenchError:
    return BenchError(
        f"standard output: cannot be written ({why}); redirect it", exit_code=CANNOT_WRITE
    )


@contextmanager
def checked() -> Iterator[None]:
    """While a command runs, standard output fails in one line and standard error not at all.

    Raises:
        BenchError: from whatever prints, if standard output can't be written; `ReaderGone`, if it
            is a pipe that nobody reads any more.
    """
    _fill_closed()
    output, remarks = sys.stdout, sys.stderr
    if remarks is None:  # closed: print would fall back on standard output
        sys.stderr = remarks = open(os.devnull, "w")  # noqa: SIM115  # as long as the process
    for stream in (output, remarks):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="bench.readable")
    sys.stderr = cast(TextIO, _Remarks(remarks))
    if output is not None:
        sys.stdout = cast(TextIO, _Output(output))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = output, remarks
        for stream in (output, remarks):
            _let_go(stream)


def require() -> None:
    """Raises BenchError if the standard output is closed, before any work is done for it."""
    if sys.stdout is None:
        raise _unwritable("it is closed")


def _fill_closed() -> None:
    """Opens the null device for closed standard streams, or the next file would take their place
    and get what libraries write to them."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)


def _let_go(stream: TextIO | None) -> None:
    """Drops what can't be written, or Python tries again at its end and changes the exit code."""
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, cast(TextIO, stream).fileno())
        os.close(null)
