"""An ablation in lines: a column each, with its mean error and what sets it apart from its
baseline."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.core.spec import ALL_TASKS, NotYet
from bench.tables import selection
from bench.tables.effect import Effect, Span, effect
from bench.tables.gather import ColumnResult, ExperimentResult, failed, least_trusted
from bench.tables.interval import LEAST
from bench.tables.numbers import NONE, exact, short, spread

HEADER = (
    "column", "mean", "sd", "selected", "failed", "restarts", "tasks", "data", "against", "effect", "low",
    "high", "effect_selected", "low_selected", "high_selected", "status",
)  # fmt: skip
"""Errors in %, over the ``tasks`` that have a number: ``mean`` and ``sd`` over the ``restarts``
that all of them have and that did not diverge, ``selected`` and ``failed`` of the restarts chosen
by training error. ``effect`` is the difference from the column named in ``against`` in percentage
points, with its 95 % interval (`bench.tables.effect`). Empty: there is no number."""

Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


@dataclass(frozen=True)
class Line:
    """A column in short; errors in %.

    Attributes:
        tasks: those that have a number; the rest is over these.
        errors: seed -> mean error over the tasks, of restarts that diverged on none of them.
        chosen: mean error of the restarts chosen by training error.
        failed: tasks that these fail.
        effect: None if there is no baseline.
    """

    result: ColumnResult
    title: str
    tasks: tuple[int, ...] = ()
    errors: Mapping[int, float] | None = None
    chosen: float | None = None
    failed: int | None = None
    effect: Effect | None = None
    against: str = ""

    @property
    def mean(self) -> float | None:
        return selection.mean(list((self.errors or {}).values()))

    @property
    def sd(self) -> float | None:
        return selection.sd(list((self.errors or {}).values()))

    @property
    def data(self) -> str:
        """The kind of data that its tasks stand on, the least trusted."""
        return least_trusted([self.result.cells[str(task)].data for task in self.tasks])

    @property
    def absent(self) -> str:
        """Why there is no number."""
        return "not yet runnable" if isinstance(self.result.column, NotYet) else "not run"


def lines(result: ExperimentResult) -> tuple[Line, ...]:
    """A line a column, run or not, in order."""
    by_id = {column.column.id: column for column in result.columns}
    declared = {column.id: column.restarts for column in result.experiment.runnable()}
    found = []
    for column in result.columns:
        spec, tasks = column.column, column.tasks
        if isinstance(spec, NotYet):
            found.append(Line(column, spec.title))
            continue
        cells = [column.cells[str(task)] for task in tasks]
        seeds = frozenset.intersection(*(frozenset(cell.errors) for cell in cells)) if cells else ()
        base = by_id.get(spec.against)
        found.append(Line(
            column,
            spec.title,
            tasks,
            {seed: sum(cell.errors[seed] for cell in cells) / len(cells) for seed in sorted(seeds)},
            selection.mean([cell.ours for cell in cells]),
            int(failed([cell.ours for cell in cells])) if cells else None,
            effect(column, base, declared[spec.id]) if base else None,
            base.column.title if base else "",
        ))  # fmt: skip
    return tuple(found)


COLUMNS_TEXT = (
    "Test error in % over the tasks a column has: mean ± sample standard deviation over restarts of their "
    "mean error; that of the restarts chosen by training error, and how many tasks these fail (error above "
    "5 %)."
)


def columns_grid(found: Sequence[Line], marks: Mapping[str, str]) -> Table:
    """Head and rows of the table of columns.

    Args:
        marks: kind of data -> the mark of a number that stands on it.
    """
    head = ("Column", "Mean error", "Chosen restarts", "Failed tasks", "Restarts", "Tasks")
    rows = []
    for line in found:
        if line.chosen is None:
            rows.append((line.title, line.absent, *[NONE] * (len(head) - 2)))
            continue
        many = str(len(line.errors or ()))
        mean = spread(line.mean, line.sd) + marks.get(line.data, "")
        rows.append((line.title, mean, short(line.chosen), str(line.failed), many, _of(line.tasks)))
    return head, tuple(rows)


def effects_text(found: Sequence[Line]) -> str:
    """What the table of effects shows."""
    judged = [line for line in found if line.effect and line.effect.limits]
    luck = f" Of {len(judged)} intervals, luck alone leaves about {len(judged) / 20:.1f} beside 0."
    return (
        "A column's error less its baseline's, in percentage points: above 0 it errs more. On the mean "
        "error, of all restarts, with the 95 % interval that seeds leave open (bench/report/effect.py has the "
        "method). On the chosen restarts, the paper's own statistic; "
        f"from {LEAST} restarts on, of the mean over all choices, with its interval."
    ) + (luck if judged else "")


def effects_grid(found: Sequence[Line]) -> Table:
    """Head and rows of the table of effects, no rows if no column has a baseline."""
    head = (
        "Column", "Against", "On the mean error", "95 % interval", "On the chosen restarts", "95 % interval",
        "Tasks",
    )  # fmt: skip
    rows = []
    for line in found:
        told = line.effect
        if told is None:
            continue
        if not told.tasks:
            rows.append((line.title, line.against, "not run", *[NONE] * (len(head) - 3)))
            continue
        mean = "same restarts" if told.same else short(told.mean, sign=True)
        chosen = (short(told.chosen, sign=True), _span(told.chosen_limits))
        rows.append((line.title, line.against, mean, _span(told.limits), *chosen, _of(told.tasks)))
    return head, tuple(rows)


def columns_csv(result: ExperimentResult) -> str:
    """The same for scripts, see `HEADER`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for line in lines(result):
        spec = line.result.column
        told = line.effect or Effect()
        many = str(len(line.errors or ())) if line.tasks else ""
        status = line.result.cells["mean"].status
        writer.writerow([
            spec.id, exact(line.mean), exact(line.sd), exact(line.chosen),
            "" if line.failed is None else str(line.failed), many, str(len(line.tasks) or ""),
            line.data, "" if isinstance(spec, NotYet) else spec.against,
            exact(told.mean), *map(exact, told.limits or (None, None)),
            exact(told.chosen), *map(exact, told.chosen_limits or (None, None)), status,
        ])  # fmt: skip
    return text.getvalue()


def _of(tasks: Sequence[int]) -> str:
    return f"{len(tasks)} of {len(ALL_TASKS)}"


def _span(limits: Span | None) -> str:
    if limits is None:
        return NONE
    low, high = (short(limit, sign=True) for limit in limits)
    return f"{low} to {high}"
