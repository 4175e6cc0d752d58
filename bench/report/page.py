"""What a report says of an experiment, in words and grids; Markdown and HTML only render it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.report.gather import Cell, ColumnResult, ExperimentResult
from bench.report.interval import LEAST
from bench.report.notices import footnotes, marked, notices, title
from bench.report.numbers import NONE, short, spread, superscript
from bench.report.paper import KEYS
from bench.report.provenance import provenance
from bench.report.verdict import BETTER, INSIDE, TOO_FEW, WORSE
from bench.spec import ALL_TASKS, NotYet


@dataclass(frozen=True)
class Grid:
    """A table: its heading, what its cells are, head and rows. The first ``labels`` columns are
    names, ``summary`` rows at the end are set off."""

    title: str
    text: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labels: int = 2
    summary: int = 0


@dataclass(frozen=True)
class Page:
    """An experiment's page. ``notices`` are loud, ``facts`` are (term, text)."""

    id: str
    title: str
    notices: tuple[str, ...]
    explanation: tuple[str, ...]
    grids: tuple[Grid, ...]
    footnotes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    columns: Grid


def page(result: ExperimentResult) -> Page:
    """The page of an experiment."""
    grids = [
        _grid(
            result,
            "Ours and the paper's" if result.experiment.printed else "Ours",
            "Test error in %: ours"
            + (", and in brackets the number the paper prints." if result.experiment.printed else "."),
            result.columns,
            _beside_paper,
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
    if result.ran and result.experiment.printed:
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
    )


def _grid(
    result: ExperimentResult,
    title: str,
    text: str,
    columns: Sequence[ColumnResult],
    write: Callable[[Cell, bool], str],
) -> Grid:
    marks = _marks(result)
    head = ("", "Task", *(c.column.title + marks.get(c.column.id, "") for c in columns))
    rows = []
    for key in KEYS:
        number = key if key.isdecimal() else ""
        cells = (write(c.cells[key], key == "failed") for c in columns)
        rows.append((number, result.names[key], *cells))
    return Grid(title, text, head, tuple(rows), summary=len(KEYS) - len(ALL_TASKS))


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
