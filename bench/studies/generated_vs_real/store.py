"""The rows of the comparison of generated with real stories: one a task, a line of JSON each.

Whatever a report says comes from here. Neither scikit-learn nor JAX is needed to read them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.core import rows as row_files
from bench.core.errors import BenchError
from bench.core.rows import count, list_of, map_of, number, text, whole, wrong_field
from bench.datasets.babi.babi import ALL_TASKS
from bench.studies.generated_vs_real.statistics import COUNTS, MEANS, SHARES, WORDS, compare

Row = dict[str, Any]

VERSION = 1
"""Raised whenever the same stories would give other numbers; rows of a lower version are measured
anew."""

LISTED = 100
"""So many exceptions of a reader are kept by line."""

REMEDY = "restore the file from git, or delete it and run experiments/generated_vs_real.py again"


def _share(value: Any) -> bool:
    return number(value) and 0 <= value <= 1


def _sha256(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _object(**items: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, dict)
        and set(value) == set(items)
        and all(passes(value[name]) for name, passes in items.items())
    )


def _sides(item: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return _object(real=item, generated=item)


_DESCRIBED = _object(
    **dict.fromkeys(COUNTS, count),
    **dict.fromkeys(MEANS, _object(mean=number, max=whole, se=number)),
    **dict.fromkeys(SHARES, map_of(count)),
    **dict.fromkeys(WORDS, list_of(text)),
)

FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "task": (lambda value: type(value) is int and value in ALL_TASKS, "a task's number, 1 to 20"),
    "version": (count, "a whole number above 0"),
    "kind": (lambda value: value in ("real", "unverified"), "real or unverified"),
    "complete": (lambda value: type(value) is bool, "true or false"),
    "real": (_DESCRIBED, "the statistics of some stories"),
    "generated": (_DESCRIBED, "the statistics of some stories"),
    "comparison": (lambda value: isinstance(value, dict), "an object"),
    "chance": (
        _object(
            stories=count, answers=lambda v: list_of(number)(v) and v == sorted(v) and len(v) > 1
        ),
        "stories and answers (numbers in ascending order)",
    ),
    "overlap": (
        _sides(_object(test=count, repeated=whole)),
        "of each side test and repeated, two counts",
    ),
    "reader": (
        _sides(_object(questions=count, right=whole, exceptions=list_of(text))),
        "of each side questions, right and exceptions",
    ),
    "classifier": (
        _object(
            accuracy=_share, by_lot=lambda v: list_of(_share)(v) and len(v) > 1, questions=count
        ),
        "accuracy, by_lot (at least two) and questions",
    ),
    "files": (map_of(_sha256), "an object of SHA-256 sums by file"),
    "generator": (
        _object(
            version=count,
            seed=whole,
            train=count,
            test=count,
            described=count,
            sha256=map_of(_sha256),
        ),
        "version, seed, train, test, described and sha256",
    ),
    "seconds": (_object(generating=number, whole=number), "generating and whole, two numbers"),
    "commit": (text, "a text"),
    "versions": (map_of(text), "an object of texts"),
}
"""Fields of a row: a check, and what passes it.

``complete``: the real side is the whole training set; otherwise (task 3, whose 10k training file
may not be at hand) it is all that is, test questions too. ``real`` and ``generated``: what
`bench.studies.generated_vs_real.statistics.describe` gives, ``comparison`` what `compare` makes of
them; ``chance`` what `by_chance` says of so many generated stories.
``overlap``: test questions, and how many of them occur word for word in training. ``reader``:
questions of training and test, how many a symbolic reader answers as the file does, and the first
of the others as 'file:line'. ``classifier``:
`bench.studies.generated_vs_real.classifier.TellApart`. ``files``: the real ones read.
``generator``: its version, its settings, the sums of the two files it made; ``described`` training
questions of its are in ``generated``.
"""


def store_path(results: Path) -> Path:
    """Where the rows of a results folder are."""
    return results / "store" / "generated_vs_real.jsonl"


def read_rows(results: Path) -> list[Row]:
    """The stored rows by task, none if nothing was compared. Rows of a lower version don't count.

    Raises:
        BenchError: the file can't be read, or a line of it is not a row.
    """
    rows = row_files.read(
        store_path(results),
        _wrong,
        lambda row: row["task"],
        of="task",
        remedy=REMEDY,
        outdated=lambda row: (
            isinstance(row, dict) and count(row.get("version")) and row["version"] < VERSION
        ),
    )
    return sorted(rows, key=lambda row: row["task"])


def save_row(results: Path, row: Row) -> None:
    """Stores a row in place of the one of the same task, if there is one.

    Raises:
        BenchError: the row or those there are damaged, or the file can't be written.
    """
    wrong = _wrong(row)
    if wrong:
        raise BenchError(f"a row of task {row.get('task')} {wrong}; measure again")
    rows = {old["task"]: old for old in read_rows(results)}
    rows[row["task"]] = {name: row[name] for name in FIELDS}
    row_files.write(store_path(results), [rows[task] for task in sorted(rows)])


def _wrong(row: Any) -> str:
    """What is wrong with a row, '' if nothing is."""
    wrong = wrong_field(row, FIELDS)
    if wrong:
        return wrong
    if row["version"] > VERSION:
        return f"has a field 'version' of a later suite ({row['version']}, this one's is {VERSION})"
    for side in ("real", "generated"):
        described, read = row[side], row["reader"][side]
        if any(sum(described[name].values()) != described["questions"] for name in SHARES):
            return f"has a field '{side}' whose questions do not add up"
        if len(read["exceptions"]) != min(LISTED, read["questions"] - read["right"]):
            return "has a field 'reader' whose questions do not add up"
    if not _alike(row["comparison"], compare(row["real"], row["generated"])):
        return "has a field 'comparison' that its statistics do not give"
    return ""


def _alike(one: Any, other: Any) -> bool:
    """Equal but for the last digits of numbers, which depend on the machine's mathematics."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if number(one) and number(other):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
    return type(one) is type(other) and one == other
