"""Rows of results: a line of JSON each, checked field by field, every damage named by its line."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bench.core.errors import BenchError
from bench.core.files import write_atomically

Row = dict[str, Any]
Check = Callable[[Any], bool]
Field = tuple[Check, str]
"""A check, and in words what passes it."""


class Maybe(NamedTuple):
    """A `Field` that a row may lack: what only some settings have, or what older rows had not."""

    passes: Check
    expected: str


Fields = Mapping[str, Field | Maybe]


def number(value: Any) -> bool:
    """A finite number that a float can hold; JSON's true and false are none."""
    return type(value) in (int, float) and abs(value) <= sys.float_info.max  # NaN is not


def positive(value: Any) -> bool:
    """A finite number above 0."""
    return number(value) and value > 0


def whole(value: Any) -> bool:
    """A whole number from 0."""
    return type(value) is int and value >= 0


def count(value: Any) -> bool:
    """A whole number from 1."""
    return type(value) is int and value > 0


def percent(value: Any) -> bool:
    """A number from 0 to 100."""
    return number(value) and 0 <= value <= 100


def text(value: Any) -> bool:
    """A printable text that is not blank."""
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def list_of(item: Check) -> Check:
    """A list, empty or not, of what passes ``item``."""
    return lambda value: isinstance(value, list) and all(map(item, value))


def map_of(item: Check) -> Check:
    """An object of at least one text to what passes ``item``."""
    return lambda value: (
        isinstance(value, dict)
        and bool(value)
        and all(map(text, value))
        and all(map(item, value.values()))
    )


def object_of(**items: Check) -> Check:
    """An object of these names alone, each to what passes its check."""
    return lambda value: (
        isinstance(value, dict)
        and set(value) == set(items)
        and all(passes(value[name]) for name, passes in items.items())
    )


def form(pattern: str) -> Check:
    """A text that the regular expression matches whole."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def one_of(*options: Any) -> Field:
    """One of these texts or numbers; JSON's true is not 1."""
    told = f"one of {', '.join(map(str, options))}"
    return lambda value: any(type(o) is type(value) and o == value for o in options), told


COUNT: Field = (count, "a whole number above 0")
WHOLE: Field = (whole, "a whole number")
POSITIVE: Field = (positive, "a number above 0")
PERCENT: Field = (percent, "a percentage, 0 to 100")
FLAG: Field = (lambda value: type(value) is bool, "true or false")
TEXT: Field = (text, "a text")
TEXTS: Field = (map_of(text), "an object of texts")
ID: Field = (form("[0-9a-f]{16}"), "16 hex digits")
SHA256 = form("[0-9a-f]{64}")


def wrong_field(row: Any, fields: Fields) -> str:
    """What is wrong with a row's fields one by one, '' if nothing is."""
    if not isinstance(row, dict):
        return "is not an object"
    needed = {name for name, field in fields.items() if not isinstance(field, Maybe)}
    odd = sorted((set(row) - set(fields)) | (needed - set(row)))
    if odd:
        return f"has missing or unknown fields ({', '.join(odd)})"
    for name, (passes, expected) in fields.items():
        if name in row and not passes(row[name]):
            return f"has a field '{name}' that is not {expected}"
    return ""


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
    rows: list[Row] = []
    seen: dict[Hashable, int] = {}
    for number, row in values(path, remedy):
        if outdated(row):
            continue
        what = wrong(row)
        if what:
            raise damaged(path, number, what, remedy)
        first = seen.setdefault(key(row), number)
        if first != number:
            raise damaged(path, number, f"is of the same {of} as line {first}", remedy)
        rows.append(row)
    return rows


def values(path: Path, remedy: str) -> list[tuple[int, Any]]:
    """(line, JSON value) of a file's lines, none if there is no file.

    Raises:
        BenchError: the file can't be read, or a line of it is not JSON.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(path, 1, f"cannot be read ({error})", remedy) from error
    if lines.pop():
        what = "is cut: it does not end in a newline"
        raise damaged(path, len(lines) + 1, what, remedy)
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append((number, json.loads(line)))
        except (ValueError, RecursionError) as error:
            raise damaged(path, number, "is not JSON", remedy) from error
    return found


def write(path: Path, rows: Iterable[Any]) -> None:
    """Replaces the file.

    Raises:
        BenchError: it can't be written.
    """
    lines = (json.dumps(row, separators=(",", ":"), allow_nan=False) + "\n" for row in rows)
    write_atomically(path, "".join(lines))


def damaged(path: Path, line: int, what: str, remedy: str) -> BenchError:
    """The error of a file's line."""
    return BenchError(f"{path}:{line}: line {what}; {remedy}")
