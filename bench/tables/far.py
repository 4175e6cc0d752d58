"""Numbers far from the paper's, and what the stored restarts and the ablations say of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.core import registry
from bench.core.column import NotYet
from bench.tables.cells import Cell
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.grid import Grid
from bench.tables.numbers import NONE, absent, capital, short, spread
from bench.tables.verdict import BETTER, WORSE, half_unit

FAR = 0.1
"""Of the metric's range: 10 points of a percentage."""

_TEXT = (
    "Every number that seeds do not explain, or that is {far:g}{unit} or more from the paper's. "
    "Reached by: how many of the restarts are as far as the paper's number, or farther. Nearest "
    "setting: of the ablations' columns that are set against this one, the one whose mean over its "
    "restarts is nearest to the paper's number, if it is nearer than this column's own mean."
)


def grid(result: ExperimentResult, others: Sequence[ExperimentResult]) -> Grid | None:
    """The table, None if there is no such number.

    Args:
        others: what else was run: the ablations among it.
    """
    of = result.subject
    if (
        not result.experiment.printed
        or result.experiment.layout == "keys"
        or of.metric.most is None
    ):
        return None
    far = FAR * (of.metric.most - of.metric.least)
    rows = [
        _row(result, column, unit, cell, others)
        for column in result.ran
        for unit, cell in column.rows.items()
        if unit in of.units and _is_far(cell, far)
    ]
    if not rows:
        return None
    head = (
        "Column", capital(of.noun), "Ours", "Paper", "95 % interval", "Restarts, least to most",
        "Reached by", "Nearest setting",
    )  # fmt: skip
    unit = " percentage points" if of.metric.unit == "%" else of.unit_of(" {}")
    text = _TEXT.format(far=far, unit=unit)
    return Grid("Far from the paper", text, head, tuple(rows))


def _is_far(cell: Cell, far: float) -> bool:
    return cell.verdict in (BETTER, WORSE) or abs(cell.difference) >= far


def _row(
    result: ExperimentResult,
    column: ColumnResult,
    unit: str,
    cell: Cell,
    others: Sequence[ExperimentResult],
) -> tuple[str, ...]:
    runs = column.runs
    values = runs[(runs.unit == unit) & ~runs.diverged].value
    paper, half = float(cell.paper), half_unit(cell.paper)
    higher = paper > cell.ours
    reached = int((values >= paper - half).sum() if higher else (values <= paper + half).sum())
    limits = NONE if absent(cell.low) else f"{short(cell.low)} to {short(cell.high)}"
    title = result.subject.titles.get(unit, "")
    return (
        column.column.title,
        f"{unit} {title}".strip() if unit.isdigit() else title or unit,
        short(cell.ours),
        cell.paper,
        limits,
        f"{short(values.min())} to {short(values.max())}",
        f"{reached} of {len(values)}",
        _nearest(result, column, unit, paper, cell.mean, others),
    )


def _nearest(
    result: ExperimentResult,
    column: ColumnResult,
    unit: str,
    paper: float,
    own: float,
    others: Sequence[ExperimentResult],
) -> str:
    best, told = abs(own - paper), NONE
    for other in others:
        for one in _against(other, result, column):
            cell = one.rows.get(unit)
            if cell is not None and not absent(cell.mean) and abs(cell.mean - paper) < best:
                best = abs(cell.mean - paper)
                told = f"{one.column.title}: {spread(cell.mean, cell.sd, 1)}"
    return told


def _against(
    other: ExperimentResult, result: ExperimentResult, column: ColumnResult
) -> Iterator[ColumnResult]:
    """Columns of another experiment that are set against this one's model on the same data."""
    by_id = {one.column.id: one for one in other.columns}
    dataset = result.experiment.dataset_of(column.spec)
    for one in other.ran:
        base = by_id.get(one.spec.against)
        if base is None or isinstance(base.column, NotYet):
            continue
        same = base.spec.canonical() == column.spec.canonical()
        where = other.experiment.dataset_of(one.spec)
        if same and registry.dataset(where) is registry.dataset(dataset):
            yield one
