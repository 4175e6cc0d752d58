"""What is common to the commands: how values are given, how a wrong one is told, the exit codes."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from bench.core import ending, output
from bench.core.errors import BenchError


class Parser(argparse.ArgumentParser):
    """Tells what is wrong in one line, as everything else does."""

    def error(self, message: str) -> NoReturn:
        raise BenchError(f"{message}; --help lists the options")


def data_options(parser: argparse.ArgumentParser, *, unverified: bool = True) -> None:
    """Declares what is said of where data comes from (`bench.core.dataset.Wish`).

    Args:
        unverified: whether files of another checksum than known can be allowed.
    """
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the data sets are")
    if unverified:
        parser.add_argument(
            "--allow-unverified",
            action="store_true",
            help="use files of another checksum than known",
        )
    parser.add_argument("--offline", action="store_true", help="download nothing")


def guarded(action: Callable[[], int]) -> int:
    """The exit code of a command; what the user must know is one line on stderr.

    A standard output that can't be written is exit code 74, a pipe that nobody reads any more 141,
    as of other tools, and no line.
    """
    with output.checked():
        return ending.end(_code(action))


def _code(action: Callable[[], int]) -> int:
    try:
        output.require()
        try:
            return action()
        finally:
            sys.stdout.flush()
    except output.ReaderGone as gone:
        return gone.exit_code
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def split(values: Sequence[str]) -> list[str]:
    """Values given as words or joined by commas."""
    return [part for value in values for part in value.split(",") if part]


def numbers(flag: str, values: Sequence[str], low: int, high: int) -> tuple[int, ...]:
    """Distinct whole numbers from ``low`` to ``high``, in the order given; BenchError names a wrong
    one."""
    found = []
    for part in split(values):
        if not re.fullmatch(r"[0-9]{1,12}", part) or not low <= int(part) <= high:
            raise BenchError(f"{flag}: '{part}' is not a whole number from {low} to {high}")
        found.append(int(part))
    if not found:
        raise BenchError(f"{flag}: give at least one number from {low} to {high}")
    return tuple(dict.fromkeys(found))


def number(flag: str, text: str, low: int, high: int) -> int:
    """One whole number from ``low`` to ``high``; BenchError if it is none."""
    found = numbers(flag, [text], low, high)
    if len(found) != 1:
        raise BenchError(f"{flag}: give one number, not '{text}'")
    return found[0]


def duration(text: str) -> float:
    """Seconds of a time such as 90s, 9m or 2h; BenchError if it is none."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(s|m|h)", text)
    if match is None or float(match[1]) == 0:
        raise BenchError(f"--time-limit: '{text}' is not a time; write 90s, 9m or 2h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]
