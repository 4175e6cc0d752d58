"""The stored rows of attention: one a task and restart, the only source of its tables. No JAX."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import json_lines
from bench.errors import BenchError
from bench.row_fields import count, map_of, number, text, whole, wrong_field
from bench.spec import ALL_TASKS

Row = dict[str, Any]

VERSION = 1
"""Raised whenever the same model would give other numbers; rows of a lower version are made anew."""

REMEDY = "restore the file from git, or delete it and run experiments/attention.py again"

KINDS = ("real", "completed", "unverified", "generated")


def _share(value: Any) -> bool:
    return number(value) and -1e-6 <= value <= 1 + 1e-6


def _percent(value: Any) -> bool:
    return number(value) and 0 <= value <= 100


def _shares(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_share, value))


def _statement(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 4:
        return False
    line, told, supporting, weights = value
    return count(line) and text(told) and supporting in (0, 1) and (weights == [] or _shares(weights))


def _stories(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(
        isinstance(told, dict)
        and set(told) == set(STORY)
        and all(passes(told[name]) for name, passes in STORY.items())
        for told in value
    )


STORY: dict[str, Callable[[Any], bool]] = {
    "figure": lambda value: value in ("", "2", "4"),
    "story": whole,
    "question": whole,
    "line": count,
    "asked": text,
    "answer": text,
    "answered": text,
    "probability": _share,
    "statements": lambda value: isinstance(value, list) and all(map(_statement, value)),
    "empty": _shares,
}
"""Fields of a story shown: see `bench.attention.shown.tell`."""

FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "id": (lambda v: isinstance(v, str) and re.fullmatch("[0-9a-f]{16}", v) is not None, "16 hex digits"),
    "version": (count, "a whole number above 0"),
    "dataset": (text, "a text"),
    "task": (lambda v: type(v) is int and v in ALL_TASKS, "a task's number, 1 to 20"),
    "seed": (whole, "a whole number"),
    "kind": (lambda v: v in KINDS, f"one of {', '.join(KINDS)}"),
    "model": (text, "a text"),
    "selection": (lambda v: v in ("released", "paper"), "released or paper"),
    "diverged": (lambda v: v is None, "null"),
    "running_error": (_percent, "a percentage"),
    "running_loss": (lambda v: v is None or number(v), "a number or null"),
    "train_error": (_percent, "a percentage"),
    "train_loss": (lambda v: v is None or number(v), "a number or null"),
    "test_error": (_percent, "a percentage"),
    "hops": (count, "a whole number above 0"),
    "memory": (count, "a whole number above 0"),
    "questions": (count, "a whole number above 0"),
    "facts": (whole, "a whole number"),
    "lost": (whole, "a whole number"),
    "questions_lost": (whole, "a whole number"),
    "share": (_shares, "a list of shares"),
    "top": (_shares, "a list of shares"),
    "empty": (_shares, "a list of shares"),
    "even": (_share, "a share"),
    "stories": (_stories, "a list of stories"),
    "device": (text, "a text"),
    "commit": (text, "a text"),
    "versions": (map_of(text), "an object of texts"),
}
"""Fields of a row: a check, and what passes it.

``id`` is the restart's run id (`bench.spec.Group.run_id`), ``model`` its group's label. Training and
test errors are in %, as the model's own training and this measurement found them; ``memory`` is M.
From ``questions`` to ``even``: `bench.attention.shares.Shares`. ``stories``: `STORY`.
"""


def store_path(results: Path) -> Path:
    """Where the rows of a results folder are."""
    return results / "store" / "attention.jsonl"


def read_rows(results: Path) -> list[Row]:
    """The stored rows by data set, task and seed. Rows of a lower version don't count.

    Raises:
        BenchError: the file can't be read, or a line of it is not a row.
    """
    rows = json_lines.read(
        store_path(results),
        _wrong,
        lambda row: row["id"],
        of="restart",
        remedy=REMEDY,
        outdated=_outdated,
    )
    return sorted(rows, key=_order)


def save_row(results: Path, row: Row) -> None:
    """Stores a row in place of the one of the same restart, if there is one.

    Raises:
        BenchError: the row or those there are damaged, or the file can't be written.
    """
    wrong = _wrong(row)
    if wrong:
        raise BenchError(f"a row of task {row.get('task')} {wrong}; measure again")
    rows = {old["id"]: old for old in read_rows(results)}
    rows[row["id"]] = {name: row[name] for name in FIELDS}
    json_lines.write(store_path(results), sorted(rows.values(), key=_order))


def _outdated(row: Any) -> bool:
    return isinstance(row, dict) and count(row.get("version")) and row["version"] < VERSION


def _order(row: Row) -> tuple[str, int, int, str]:
    return row["dataset"], row["task"], row["seed"], row["id"]


def _wrong(row: Any) -> str:
    """What is wrong with a row, '' if nothing is."""
    wrong = wrong_field(row, FIELDS)
    if wrong:
        return wrong
    if row["version"] > VERSION:
        return f"has a field 'version' of a later suite ({row['version']}, this one has {VERSION})"
    lists = [(name, row[name]) for name in ("share", "top", "empty")]
    for told in row["stories"]:
        lists += [("stories", told["empty"])]
        lists += [("stories", weights) for *_, weights in told["statements"] if weights]
    for name, values in lists:
        if len(values) != row["hops"]:
            return f"has a field '{name}' of {len(values)} hops where its model has {row['hops']}"
    if row["lost"] > row["facts"] or row["questions_lost"] > row["questions"]:
        return "has more facts lost than there are"
    return ""
