"""Reads the files of rows that are not restarts: a line of JSON each, every damage named by its
line."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from bench.core.errors import BenchError
from bench.core.files import write_atomically

Row = dict[str, Any]


def read(
    path: Path,
    wrong: Callable[[Any], str],
    key: Callable[[Row], Hashable],
    *,
    of: str,
    remedy: str,
    outdated: Callable[[Any], bool] = lambda row: False,
) -> list[Row]:
    """The rows of a file in its order, none if there is no file.

    Args:
        wrong: what is wrong with a value, '' if it is a row.
        key: what no two rows may share; ``of``: its name in messages.
        outdated: rows that are passed over unchecked.

    Raises:
        BenchError: the file can't be read, or a line of it is not a row.
    """

    def damaged(number: int, what: str) -> BenchError:
        return BenchError(f"{path}:{number}: line {what}; {remedy}")

    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(1, f"cannot be read ({error})") from error
    if lines.pop():
        raise damaged(len(lines) + 1, "is cut: it does not end in a newline")
    rows: list[Row] = []
    seen: dict[Hashable, int] = {}
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise damaged(number, "is not JSON") from error
        if outdated(row):
            continue
        what = wrong(row)
        if what:
            raise damaged(number, what)
        first = seen.setdefault(key(row), number)
        if first != number:
            raise damaged(number, f"is of the same {of} as line {first}")
        rows.append(row)
    return rows


def write(path: Path, rows: list[Row]) -> None:
    """Replaces the file.

    Raises:
        BenchError: it can't be written.
    """
    lines = (json.dumps(row, separators=(",", ":"), allow_nan=False) + "\n" for row in rows)
    write_atomically(path, "".join(lines))
