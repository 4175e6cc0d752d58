"""The stored rows of attention: one a task and restart, the only source of its tables. No JAX.

Rows are committed, and the data's text must not be: a row holds numbers, ids and names of known
forms alone, and one that holds anything else is refused, when it is read and before it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.core import rows as row_files
from bench.core.errors import BenchError
from bench.core.rows import count, number, whole, wrong_field
from bench.datasets.babi.babi import ALL_TASKS
from bench.datasets.babi.layout import DATASETS
from bench.studies.attention.shown import FIGURES, SPLIT

Row = dict[str, Any]

VERSION = 2
"""Raised whenever the same model would give another row; rows of a lower version are made anew. 1
held the stories' text."""

REMEDY = "restore the file from git, or delete it and run experiments/attention.py again"

KINDS = ("real", "completed", "unverified", "generated")
"""Of the data a row stands on. completed: real training questions completed by generated ones, and
the real test file."""


def _share(value: Any) -> bool:
    return number(value) and -1e-6 <= value <= 1 + 1e-6


def _percent(value: Any) -> bool:
    return number(value) and 0 <= value <= 100


def _shares(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_share, value))


def _statement(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 3:
        return False
    line, supporting, weights = value
    return count(line) and _flag(supporting) and (weights == [] or _shares(weights))


def _flag(value: Any) -> bool:
    return type(value) is int and value in (0, 1)


def _stories(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(told, dict)
            and set(told) == set(STORY)
            and all(passes(told[name]) for name, passes in STORY.items())
            for told in value
        )
    )


def _form(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


_ID = (_form("[0-9a-f]{16}"), "16 hex digits")


def _versions(value: Any) -> bool:
    name, version = _form("[a-z][a-z0-9_-]*"), _form("[0-9][0-9A-Za-z.+-]*")
    return (
        isinstance(value, dict)
        and bool(value)
        and all(name(n) and version(v) for n, v in value.items())
    )


STORY: dict[str, Callable[[Any], bool]] = {
    "figure": lambda value: value in ("", *(place.figure for place in FIGURES.values())),
    "split": lambda value: value == SPLIT,
    "story": whole,
    "question": whole,
    "line": count,
    "right": _flag,
    "probability": _share,
    "statements": lambda value: isinstance(value, list) and all(map(_statement, value)),
    "empty": _shares,
}
"""Fields of a story shown: see `bench.studies.attention.shown.tell`."""

FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "id": _ID,
    "group": _ID,
    "version": (count, "a whole number above 0"),
    "dataset": (lambda v: isinstance(v, str) and v in DATASETS, f"one of {', '.join(DATASETS)}"),
    "task": (lambda v: type(v) is int and v in ALL_TASKS, "a task's number, 1 to 20"),
    "seed": (whole, "a whole number"),
    "kind": (lambda v: isinstance(v, str) and v in KINDS, f"one of {', '.join(KINDS)}"),
    "model": (_form("[a-z0-9-]+_qa[0-9]{2}_memn2n-[a-z0-9-]+"), "a group's label"),
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
    "device": (_form("(cpu|gpu) [ -~]{1,99}"), "'cpu' or 'gpu' and its name"),
    "commit": (_form(r"[0-9a-f]{7,40}(\+changes)?|unknown"), "a commit"),
    "versions": (_versions, "an object of libraries and their versions"),
}
"""Fields of a row: a check, and what passes it.

``id`` is the restart's run id (`bench.core.runs.Group.run_id`), ``group`` and ``model`` are its
group's id and
label: all rows of a data set and task are of one group. Training and
test errors are in %, as the model's own training and this measurement found them; ``memory`` is M.
From ``questions`` to ``even``: `bench.studies.attention.shares.Shares`. ``stories``: `STORY`.
"""


def store_path(results: Path) -> Path:
    """Where the rows of a results folder are."""
    return results / "store" / "attention.jsonl"


def read_rows(results: Path) -> list[Row]:
    """The stored rows by data set, task and seed. Rows of a lower version don't count.

    Raises:
        BenchError: the file can't be read, a line of it is not a row, or a task has rows of two
            groups.
    """
    rows = row_files.read(
        store_path(results),
        _wrong,
        lambda row: row["id"],
        of="restart",
        remedy=REMEDY,
        outdated=_outdated,
    )
    groups: dict[tuple[str, int], str] = {}
    for row in rows:
        if groups.setdefault((row["dataset"], row["task"]), row["group"]) != row["group"]:
            what = (
                f"task {row['task']} of {row['dataset']} has restarts of two trainings or data sets"
            )
            raise BenchError(f"{store_path(results)}: {what}; {REMEDY}")
    return sorted(rows, key=_order)


def save_row(results: Path, row: Row) -> None:
    """Stores a row in place of the one of the same restart.

    Rows of its data set and task that are of another group go: restarts trained on other data, or
    by another trainer, make no spread together.

    Raises:
        BenchError: the row or those there are damaged, or the file can't be written.
    """
    wrong = _wrong(row)
    if wrong:
        raise BenchError(f"a row of task {row.get('task')} {wrong}; measure again")
    rows = {old["id"]: old for old in read_rows(results) if not _superseded(old, row)}
    rows[row["id"]] = {name: row[name] for name in FIELDS}
    row_files.write(store_path(results), sorted(rows.values(), key=_order))


def _superseded(old: Row, new: Row) -> bool:
    same = all(old[name] == new[name] for name in ("dataset", "task"))
    return same and old["group"] != new["group"]


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
    if not row["model"].startswith(f"{row['dataset']}_qa{row['task']:02d}_"):
        return f"has a field 'model' that is not of task {row['task']} of {row['dataset']}"
    return ""
