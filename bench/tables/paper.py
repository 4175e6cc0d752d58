"""The numbers the papers print, read from ``experiments/paper`` and kept as printed."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from bench.core.errors import BenchError
from bench.core.spec import ALL_TASKS, Experiment
from bench.datasets.babi.babi import TASKS

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "paper"

KEYS = (*(str(task) for task in ALL_TASKS), "mean", "failed")
"""The rows of a bAbI table: the tasks, the mean error (%), the tasks that fail (error above 5
%)."""


@dataclass(frozen=True)
class Printed:
    """A printed bAbI table.

    Attributes:
        names: row ('1'..'20', 'mean', 'failed') -> its name in the paper.
        cells: column id -> row -> the number as printed (errors in %), '' where none is.
    """

    names: dict[str, str]
    cells: dict[str, dict[str, str]]


def printed(experiment: Experiment, folder: Path = FOLDER) -> Printed:
    """The paper's table of an experiment, every column of it checked; empty for one of ours.

    Raises:
        BenchError: the file is missing or malformed; the text names the line and the field.
    """
    if not experiment.printed:
        names = {str(task.number): task.name for task in TASKS}
        names |= {"mean": "Mean error (%)", "failed": "Failed tasks (err. > 5%)"}
        return Printed(names, {c.id: dict.fromkeys(KEYS, "") for c in experiment.columns})
    path = folder / f"{experiment.id}.csv"
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BenchError(f"{path}: cannot be read ({error}); restore the file from git") from error
    head = lines[0] if lines else []
    columns = [column.id for column in experiment.columns]
    for name in ("task", "name", *columns):
        if head.count(name) != 1:
            raise _malformed(path, 1, name, "must be there once")
    names: dict[str, str] = {}
    cells: dict[str, dict[str, str]] = {column: {} for column in columns}
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(head):
            raise _malformed(
                path, number, head[min(len(line), len(head) - 1)], "is missing or one too many"
            )
        row = dict(zip(head, line, strict=True))
        key = row["task"]
        if key not in KEYS or key in names:
            raise _malformed(path, number, "task", f"is unknown or there twice ({key!r})")
        names[key] = row["name"]
        for column in columns:
            if not _is_number(row[column], whole=key == "failed"):
                raise _malformed(path, number, column, f"is not a number ({row[column]!r})")
            cells[column][key] = row[column]
    for key in KEYS:
        if key not in names:
            raise _malformed(path, len(lines), "task", f"has no row {key!r}")
    return Printed(names, cells)


def _is_number(text: str, whole: bool) -> bool:
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        return False
    return math.isfinite(value) and value >= 0


def _malformed(path: Path, line: int, field: str, what: str) -> BenchError:
    return BenchError(f"{path}:{line}: field '{field}' {what}; restore the file from git")
