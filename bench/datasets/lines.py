"""The lines of a text file whose format is strict."""

from __future__ import annotations

from collections.abc import Callable

from bench.core.errors import BenchError


def lines(data: bytes, bad: Callable[[int, str], BenchError]) -> list[str]:
    """A file's lines, without their ends.

    Args:
        bad: makes the error of a line's number and of what is wrong with it.

    Raises:
        BenchError: the file is empty, or not plain ASCII text of LF-ended lines.
    """
    if not data:
        raise bad(1, "the file is empty")
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise bad(line, f"byte 0x{data[error.start]:02x} is not ASCII text") from None
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        raise bad(line, "carriage return: lines must end in LF alone")
    found = text.split("\n")  # not splitlines(), which also splits at form feeds and the like
    if found.pop():
        raise bad(len(found) + 1, "the last line is cut: it does not end in a newline")
    return found
