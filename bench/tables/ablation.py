"""What no paper prints, in lines: a column each, with its mean and what sets it apart from its
baseline."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from bench.core.column import NotYet
from bench.core.kinds import least_trusted
from bench.tables.cells import PARTIAL, chosen_figure
from bench.tables.csvs import csv_text
from bench.tables.effect import Effect, Span, effect
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.grid import Grid
from bench.tables.interval import LEAST
from bench.tables.notices import kind_marks
from bench.tables.numbers import NONE, capital, count, mean, plural, short, spread

HEADER = (
    "column", "mean", "sd", "selected", "failed", "restarts", "tasks", "data", "against", "effect",
    "low", "high", "effect_selected", "low_selected", "high_selected", "status",
)  # fmt: skip
"""Errors in %, over the ``tasks`` that have a number: ``mean`` and ``sd`` over the ``restarts``
that all of them have and that did not diverge, ``selected`` of the restarts chosen by the rule of
selection, ``failed`` of these, or of all where none is chosen. ``effect`` is the difference from
the column named in ``against`` in percentage points, with its 95 % interval
(`bench.tables.effect`). Empty: there is no number."""


@dataclass(frozen=True)
class Line:
    """A column in short.

    Attributes:
        units: those that have a number; the rest is over these.
        values: by seed, the mean over the units, of restarts that diverged on none of them.
        chosen: mean of the restarts that the rule of selection chose, NaN where it chooses none.
        failed: how many units of these are above the limit of a summary that counts them; where
            no restart is chosen, or one of many choices, the mean of that.
        effect: None if there is no baseline.
        against: the baseline's title.
    """

    result: ColumnResult
    units: tuple[str, ...] = ()
    values: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    chosen: float = math.nan
    failed: float | None = None
    effect: Effect | None = None
    against: str = ""

    @property
    def title(self) -> str:
        return self.result.column.title

    @property
    def mean(self) -> float:
        return mean(self.values)

    @property
    def sd(self) -> float:
        return float(self.values.std())

    @property
    def data(self) -> str:
        """The kind of data that its units stand on, the least trusted."""
        return least_trusted(self.result.cells.data[list(self.units)])


@functools.lru_cache(maxsize=4)
def lines(result: ExperimentResult) -> tuple[Line, ...]:
    """A line a column, run or not, in order."""
    by_id = {column.column.id: column for column in result.columns}
    found = []
    for column in result.columns:
        if isinstance(column.column, NotYet):
            found.append(Line(column))
            continue
        base = by_id.get(column.column.against)
        told = effect(column, base, column.declared) if base else None
        against = base.column.title if base else ""
        where = list(column.units)
        if not where:
            found.append(Line(column, effect=told, against=against))
            continue
        values = column.values[where].dropna().agg(mean, axis=1)
        ours = mean(column.cells.ours[where]) if column.picks else math.nan
        above = result.subject.above
        failed = None
        if above and column.rule:
            told_of = column.runs, where, column.declared, column.rule
            failed = chosen_figure(above, *told_of)["ours"]
        found.append(Line(column, column.units, values, ours, failed, told, against))
    return tuple(found)


def grids(result: ExperimentResult) -> list[Grid]:
    """The table of columns, and that of effects if a column has a baseline."""
    found = lines(result)
    tables = [_columns(result, found)]
    if any(line.effect for line in found):
        tables.append(_effects(result, found))
    return tables


def chosen_by(result: ExperimentResult) -> str:
    """What restarts are chosen by, in two words; '' where none is chosen."""
    rules = [column.rule for column in result.columns if column.rule and column.rule.fields]
    return " or ".join(dict.fromkeys(rule.measure for rule in rules))


def _columns(result: ExperimentResult, found: Sequence[Line]) -> Grid:
    of, marks = result.subject, kind_marks(result)
    nouns, above = plural(of.noun), of.above
    text = (
        f"{capital(of.metric.title)}{of.unit_of(' in {}')} over the {nouns} a column has: mean ± "
        f"sample standard deviation over restarts of their mean {of.measure}"
    )
    picked = chosen_by(result)
    if picked:
        text += f"; that of the restarts chosen by {picked}"
    if above:
        text += f", and how many {nouns} fail{of.limit(above)}"
    failing = [of.said(above)] if above else []
    chosen = ["Chosen restarts"] * bool(picked)
    head = ("Column", f"Mean {of.measure}", *chosen, *failing, "Restarts", capital(nouns))
    rows = []
    for line in found:
        if not line.units:
            rows.append((line.title, line.result.absent, *[NONE] * (len(head) - 2)))
            continue
        rows.append((
            line.title,
            spread(line.mean, line.sd) + marks.get(line.data, ""),
            *[short(line.chosen)] * bool(picked),
            *([count(line.failed)] if above else []),
            _restarts(line),
            _share(result, line.units),
        ))  # fmt: skip
    return Grid("Columns", text + ".", head, tuple(rows), labels=1)


def _restarts(line: Line) -> str:
    """How many the numbers are of, and how many are in none."""
    runs = line.result.runs
    lost = runs[runs.unit.isin(line.units) & runs.diverged].seed.nunique()
    return f"{len(line.values)} ({lost} more diverged)" if lost else str(len(line.values))


def _effects(result: ExperimentResult, found: Sequence[Line]) -> Grid:
    of = result.subject
    judged = [line for line in found if line.effect and line.effect.limits]
    luck = f" Of {len(judged)} intervals, luck alone leaves about {len(judged) / 20:.1f} beside 0."
    points = ", in percentage points" if of.metric.unit == "%" else ""
    verb = "errs more" if of.measure == "error" else f"has more {of.measure}"
    text = (
        f"A column's {of.measure} less its baseline's{points}: above 0 it {verb}. On the mean "
        f"{of.measure}, of all restarts, with the 95 % interval that seeds leave open "
        "(bench/tables/effect.py has the method)."
    )
    picked = bool(chosen_by(result))
    if picked:
        text += (
            " On the chosen restarts, the paper's own statistic; from "
            f"{LEAST} restarts on, of the mean over all choices, with its interval."
        )
    text += luck if judged else ""
    span = "95 % interval"
    chosen = ("On the chosen restarts", span) if picked else ()
    head = (
        "Column", "Against", f"On the mean {of.measure}", span, *chosen, capital(plural(of.noun)),
    )  # fmt: skip
    rows = []
    for line in found:
        told = line.effect
        if told is None:
            continue
        if not told.units:
            why = "not run" if line.units else line.result.absent
            rows.append((line.title, line.against, why, *[NONE] * (len(head) - 3)))
            continue
        rows.append((
            line.title,
            line.against,
            "same restarts" if told.same else short(told.mean, sign=True),
            _span(told.limits),
            *((short(told.chosen, sign=True), _span(told.chosen_limits)) if picked else ()),
            _share(result, told.units),
        ))  # fmt: skip
    return Grid("Effects", text, head, tuple(rows))


def columns_csv(result: ExperimentResult) -> str:
    """The same for scripts, see `HEADER`."""
    rows = []
    for line in lines(result):
        spec, told = line.result.column, line.effect or Effect()
        rows.append((
            spec.id, line.mean, line.sd, line.chosen, line.failed,
            len(line.values) if line.units else "", len(line.units) or "", line.data,
            "" if isinstance(spec, NotYet) else spec.against,
            told.mean, *(told.limits or (None, None)),
            told.chosen, *(told.chosen_limits or (None, None)), _status(line.result),
        ))  # fmt: skip
    return csv_text(HEADER, rows)


def _status(column: ColumnResult) -> str:
    """'run' if every cell is, 'partial' if some are."""
    found = set(column.cells.status)
    return found.pop() if len(found) == 1 else PARTIAL


def _share(result: ExperimentResult, units: Sequence[str]) -> str:
    return f"{len(units)} of {len(result.subject.units)}"


def _span(limits: Span | None) -> str:
    if limits is None:
        return NONE
    low, high = (short(limit, sign=True) for limit in limits)
    return f"{low} to {high}"
