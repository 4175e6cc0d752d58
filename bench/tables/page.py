"""What a report says of an experiment, in words and grids; Markdown and HTML only render it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.core.spec import ALL_TASKS, NotYet
from bench.tables import ablation
from bench.tables.gather import Cell, ColumnResult, ExperimentResult
from bench.tables.interval import LEAST
from bench.tables.notices import footnotes, kind_marks, marked, notices, title
from bench.tables.numbers import NONE, short, spread, superscript
from bench.tables.paper import KEYS
from bench.tables.provenance import provenance
from bench.tables.tables import csv_text
from bench.tables.verdict import BETTER, INSIDE, TOO_FEW, WORSE


@dataclass(frozen=True)
class Grid:
    """A table: its heading, what its cells are, head and rows. The first ``labels`` columns are
    names, ``summary`` rows at the end are set off; the page's footnotes stand below the one that is
    ``noted``."""

    title: str
    text: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labels: int = 2
    summary: int = 0
    noted: bool = False


@dataclass(frozen=True)
class Page:
    """An experiment's page. ``notices`` are loud, ``facts`` are (term, text), ``figure`` says what
    the figure shows, ``files`` have every number."""

    id: str
    title: str
    notices: tuple[str, ...]
    explanation: tuple[str, ...]
    grids: tuple[Grid, ...]
    footnotes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    columns: Grid
    figure: str
    files: tuple[str, ...]


_FIGURES = {
    "tasks": "Test error task by task",
    "columns": "Mean error of every column, and its difference from its baseline",
    "hops": "Mean error by number of hops",
}


def page(result: ExperimentResult) -> Page:
    """The page of an experiment."""
    printed, figure = result.experiment.printed, result.experiment.figure
    grids = [] if printed else _ablation(result)
    grids += [
        _grid(
            result,
            "Ours and the paper's" if printed else "Ours",
            "Test error in %: ours"
            + (", and in brackets the number the paper prints." if printed else "."),
            result.columns,
            _beside_paper,
            noted=True,
        )
    ]
    if result.ran:
        grids += [
            _grid(
                result,
                "Spread over restarts",
                "Ours; mean ± sample standard deviation over all stored restarts that did not diverge.",
                result.ran,
                _beside_spread,
            ),
        ]
    if result.ran and printed:
        grids += [
            _grid(
                result,
                "Differences",
                "Ours − paper, in percentage points (last row: in tasks); above 0 is worse than the paper.",
                result.ran,
                lambda cell, whole: marked(short(cell.difference, whole=whole, sign=True), cell),
            ),
            _grid(result, "Verdicts", _verdicts(result), result.ran, _with_limits),
        ]
    facts, columns = provenance(result)
    return Page(
        id=result.experiment.id,
        title=title(result),
        notices=notices(result),
        explanation=_explanation(result),
        grids=tuple(grids),
        footnotes=footnotes(result),
        facts=facts,
        columns=Grid("By column", "", columns[0], tuple(columns[1:]), labels=1),
        figure="Ours against the paper, task by task"
        if printed and figure == "tasks"
        else _FIGURES[figure],
        files=tuple(csv_files(result)),
    )


def csv_files(result: ExperimentResult) -> dict[str, Callable[[ExperimentResult], str]]:
    """The files that have its exact numbers, each with what writes it."""
    name = result.experiment.id
    columns = {} if result.experiment.printed else {f"{name}_columns.csv": ablation.columns_csv}
    return {f"{name}.csv": csv_text} | columns


def _ablation(result: ExperimentResult) -> list[Grid]:
    """What an ablation has before its table of tasks."""
    found = ablation.lines(result)
    head, rows = ablation.columns_grid(found, kind_marks(result))
    grids = [Grid("Columns", ablation.COLUMNS_TEXT, head, rows, labels=1)]
    head, rows = ablation.effects_grid(found)
    if rows:
        grids.append(Grid("Effects", ablation.effects_text(found), head, rows))
    return grids


def _grid(
    result: ExperimentResult,
    title: str,
    text: str,
    columns: Sequence[ColumnResult],
    write: Callable[[Cell, bool], str],
    *,
    noted: bool = False,
) -> Grid:
    marks, kinds = _marks(result), kind_marks(result)
    head = ("", "Task", *(c.column.title + marks.get(c.column.id, "") for c in columns))
    rows = []
    for key in KEYS:
        number = key if key.isdecimal() else ""
        cells = (c.cells[key] for c in columns)
        written = (write(cell, key == "failed") + kinds.get(cell.data, "") for cell in cells)
        rows.append((number, result.names[key], *written))
    return Grid(title, text, head, tuple(rows), summary=len(KEYS) - len(ALL_TASKS), noted=noted)


def _marks(result: ExperimentResult) -> dict[str, str]:
    later = [c.column.id for c in result.columns if isinstance(c.column, NotYet)]
    return {name: superscript(number) for number, name in enumerate(later, start=1)}


def _beside_paper(cell: Cell, whole: bool) -> str:
    ours = marked(short(cell.ours, whole=whole), cell)
    return f"{ours} ({cell.paper})" if cell.paper else ours


def _beside_spread(cell: Cell, whole: bool) -> str:
    if cell.ours is None and cell.mean is None:
        return NONE
    return f"{marked(short(cell.ours, whole=whole), cell)}; {spread(cell.mean, cell.sd)}"


def _with_limits(cell: Cell, whole: bool) -> str:
    told = marked(cell.verdict or NONE, cell)
    if cell.limits is None or not cell.verdict:
        return told
    low, high = (short(limit, whole=whole) for limit in cell.limits)
    return f"{told} ({low} to {high})"


def _verdicts(result: ExperimentResult) -> str:
    """What verdicts mean, and how many there are of each."""
    found = [c.cells[key].verdict for c in result.ran for key in KEYS]
    told = [f"{found.count(name)} {name}" for name in (INSIDE, BETTER, WORSE) if name in found]
    told += [f"{found.count(TOO_FEW)} with too few restarts"] * (TOO_FEW in found)
    judged = len(found) - found.count(TOO_FEW) - found.count("")
    luck = ""
    if judged:
        luck = f" Of {judged} verdicts, luck alone would leave about {judged / 20:.0f} not inside."
    return (
        "The paper's number against the 95 % interval, in brackets, of what the paper's own protocol would "
        f"report on other seeds of ours, from at least {LEAST} restarts. Inside: seeds explain the "
        "difference; better or worse: ours are, by more than seeds explain. "
        f"Here: {', '.join(told)}.{luck}"
    )


_RULES = {
    "released": "its last epoch's running training error, as in the authors' released code",
    "paper": "the final model's training error, as the paper's text has it",
}


def _explanation(result: ExperimentResult) -> tuple[str, ...]:
    columns = [c.column for c in result.columns if not isinstance(c.column, NotYet)]
    rules = sorted({column.selection for column in columns})
    asked = sorted({column.restarts for column in columns})
    if not columns:
        return ("No column of this table can be trained yet: only the paper's numbers are shown.",)
    what = "; or ".join(_RULES[rule] for rule in rules)
    many = " or ".join(str(number) for number in asked)
    each = "Each task has its own model and its own choice, except in joint columns (one for all tasks)."
    return (
        f"Ours is one restart of {many}: the one with the lowest training error ({what}); ties go to "
        "the lower training loss, then to the lower seed. The test set plays no part in the choice.",
        "Errors are over every question of the test file (1000 a task in the real data). " + each,
        "Mean error and failed tasks (error above 5 %) are given where all 20 tasks have a number.",
    )
