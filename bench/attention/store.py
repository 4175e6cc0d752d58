"""The stored rows of attention: one a task and restart, the only source of its tables. No JAX."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import json_lines
from bench.errors import BenchError
from bench.spec import ALL_TASKS

Row = dict[str, Any]

VERSION = 1
"""Raised whenever the same model would give other numbers; rows of a lower version are made anew."""

REMEDY = "restore the file from git, or delete it and run experiments/attention.py again"

KINDS = ("real", "unverified", "generated")


def _number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _whole(value: Any) -> bool:
    return type(value) is int and value >= 0


def _count(value: Any) -> bool:
    return _whole(value) and value > 0


def _share(value: Any) -> bool:
    return _number(value) and -1e-6 <= value <= 1 + 1e-6


def _percent(value: Any) -> bool:
    return _number(value) and 0 <= value <= 100


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _shares(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_share, value))


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(_text(v) for v in value.values())


def _statement(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 4:
        return False
    line, text, supporting, weights = value
    return _count(line) and _text(text) and supporting in (0, 1) and (weights == [] or _shares(weights))


def _stories(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(
        isinstance(told, dict)
        and set(told) == set(STORY)
        and all(passes(told[name]) for name, passes in STORY.items())
        for told in value
    )


STORY: dict[str, Callable[[Any], bool]] = {
    "figure": lambda value: value in ("", "2", "4"),
    "story": _whole,
    "question": _whole,
    "line": _count,
    "asked": _text,
    "answer": _text,
    "answered": _text,
    "probability": _share,
    "statements": lambda value: isinstance(value, list) and all(map(_statement, value)),
    "empty": _shares,
}
"""Fields of a story shown: see `bench.attention.shown.tell`."""

FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "id": (lambda v: isinstance(v, str) and re.fullmatch("[0-9a-f]{16}", v) is not None, "16 hex digits"),
    "version": (_count, "a whole number above 0"),
    "dataset": (_text, "a text"),
    "task": (lambda v: type(v) is int and v in ALL_TASKS, "a task's number, 1 to 20"),
    "seed": (_whole, "a whole number"),
    "kind": (lambda v: v in KINDS, f"one of {', '.join(KINDS)}"),
    "model": (_text, "a text"),
    "selection": (lambda v: v in ("released", "paper"), "released or paper"),
    "diverged": (lambda v: v is None, "null"),
    "running_error": (_percent, "a percentage"),
    "running_loss": (lambda v: v is None or _number(v), "a number or null"),
    "train_error": (_percent, "a percentage"),
    "train_loss": (lambda v: v is None or _number(v), "a number or null"),
    "test_error": (_percent, "a percentage"),
    "hops": (_count, "a whole number above 0"),
    "memory": (_count, "a whole number above 0"),
    "questions": (_count, "a whole number above 0"),
    "facts": (_whole, "a whole number"),
    "lost": (_whole, "a whole number"),
    "questions_lost": (_whole, "a whole number"),
    "share": (_shares, "a list of shares"),
    "top": (_shares, "a list of shares"),
    "empty": (_shares, "a list of shares"),
    "even": (_share, "a share"),
    "stories": (_stories, "a list of stories"),
    "device": (_text, "a text"),
    "commit": (_text, "a text"),
    "versions": (_texts, "an object of texts"),
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
    return isinstance(row, dict) and _count(row.get("version")) and row["version"] < VERSION


def _order(row: Row) -> tuple[str, int, int, str]:
    return row["dataset"], row["task"], row["seed"], row["id"]


def _wrong(row: Any) -> str:
    """What is wrong with a row, '' if nothing is."""
    if not isinstance(row, dict):
        return "is not an object"
    odd = sorted(set(row) ^ set(FIELDS))
    if odd:
        return f"has missing or unknown fields ({', '.join(odd)})"
    for name, (passes, expected) in FIELDS.items():
        if not passes(row[name]):
            return f"has a field '{name}' that is not {expected}"
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
