"""The stored rows of attention: one a task and restart, the only source of its tables. No JAX.

Rows are committed, and the data's text must not be: a row holds numbers, ids and names of known
forms alone, and one that holds anything else is refused, when it is read and before it is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.core import rows
from bench.core.errors import BenchError
from bench.core.kinds import TRUST
from bench.core.rows import Check, Field, Fields, Row
from bench.core.study_rows import StudyRows
from bench.datasets.babi.babi import ALL_TASKS
from bench.datasets.babi.layout import DATASETS
from bench.studies.attention.shown import FIGURES, SPLIT

VERSION = 2
"""Raised whenever the same model would give another row; rows of a lower version are made anew. 1
held the stories' text."""


def _share(value: Any) -> bool:
    return rows.number(value) and -1e-6 <= value <= 1 + 1e-6


def _some(item: Check) -> Check:
    return lambda value: bool(value) and rows.list_of(item)(value)


def _statement(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 3:
        return False
    line, supporting, weights = value
    return rows.count(line) and _flag(supporting) and rows.list_of(_share)(weights)


def _versions(value: Any) -> bool:
    name, version = rows.form("[a-z][a-z0-9_-]*"), rows.form("[0-9][0-9A-Za-z.+-]*")
    known = isinstance(value, dict) and bool(value)
    return known and all(name(n) and version(v) for n, v in value.items())


_flag, _ = rows.one_of(0, 1)

STORY: dict[str, Check] = {
    "figure": rows.one_of("", *(place.figure for place in FIGURES.values()))[0],
    "split": rows.one_of(SPLIT)[0],
    "story": rows.whole,
    "question": rows.whole,
    "line": rows.count,
    "right": _flag,
    "probability": _share,
    "statements": rows.list_of(_statement),
    "empty": _some(_share),
}
"""Fields of a story shown: see `bench.studies.attention.shown.tell`."""

_LOSS: Field = (lambda value: value is None or rows.number(value), "a number or null")
_SHARES: Field = (_some(_share), "a list of shares")

FIELDS: Fields = {
    "id": rows.ID,
    "group": rows.ID,
    "version": rows.COUNT,
    "dataset": rows.one_of(*DATASETS),
    "task": rows.one_of(*ALL_TASKS),
    "seed": rows.WHOLE,
    "kind": rows.one_of(*TRUST),
    "model": (rows.form("[a-z0-9-]+_qa[0-9]{2}_memn2n-[a-z0-9-]+"), "a group's label"),
    "selection": rows.one_of("released", "paper"),
    "diverged": (lambda value: value is None, "null"),
    "running_error": rows.PERCENT,
    "running_loss": _LOSS,
    "train_error": rows.PERCENT,
    "train_loss": _LOSS,
    "test_error": rows.PERCENT,
    "hops": rows.COUNT,
    "memory": rows.COUNT,
    "questions": rows.COUNT,
    "facts": rows.WHOLE,
    "lost": rows.WHOLE,
    "questions_lost": rows.WHOLE,
    "share": _SHARES,
    "top": _SHARES,
    "empty": _SHARES,
    "even": (_share, "a share"),
    "stories": (_some(rows.object_of(**STORY)), "a list of stories"),
    "device": (rows.form("(cpu|gpu) [ -~]{1,99}"), "'cpu' or 'gpu' and its name"),
    "commit": (rows.form(r"[0-9a-f]{7,40}(\+changes)?|unknown"), "a commit"),
    "versions": (_versions, "an object of libraries and their versions"),
}
"""The fields of a row.

``id`` is the restart's run id (`bench.core.runs.Group.run_id`), ``group`` and ``model`` are its
group's id and label: all rows of a data set and task are of one group. Training and test errors are
in %, as the model's own training and this measurement found them; ``memory`` is M.
From ``questions`` to ``even``: `bench.studies.attention.shares.Shares`. ``stories``: `STORY`.
"""


def _wrong(row: Row) -> str:
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


def _place(row: Row) -> tuple[str, int]:
    return row["dataset"], row["task"]


def _order(row: Row) -> tuple:
    return *_place(row), row["seed"], row["id"]


class _Rows(StudyRows):
    """A task's rows are of one group: restarts trained on other data, or by another trainer, make
    no spread together."""

    def read(self, results: Path) -> list[Row]:
        found = super().read(results)
        groups: dict[tuple[str, int], str] = {}
        for row in found:
            if groups.setdefault(_place(row), row["group"]) != row["group"]:
                which = f"task {row['task']} of {row['dataset']}"
                what = f"{which} has restarts of two trainings or data sets"
                raise BenchError(f"{self.path(results)}: {what}; {self.remedy}")
        return found

    def replaces(self, new: Row, old: Row) -> bool:
        """Rows of another group go too."""
        other = _place(new) == _place(old) and new["group"] != old["group"]
        return other or super().replaces(new, old)


ROWS = _Rows("attention", FIELDS, ("id",), "restart", _wrong, _order, VERSION)
