"""What a report says of an experiment, in words and grids; Markdown and HTML only render it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.core.column import NotYet
from bench.core.kinds import REAL
from bench.core.method import Rule
from bench.tables import ablation, aside, far, provenance, searches, settings
from bench.tables.cells import Cell
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.grid import Grid
from bench.tables.interval import LEAST
from bench.tables.notices import footnotes, kind_marks, later_marks, marked, notices, title
from bench.tables.numbers import NONE, absent, capital, named, plural, short, spread
from bench.tables.subject import Subject, places
from bench.tables.verdict import BETTER, INSIDE, TOO_FEW, WORSE

Write = Callable[[Cell, int], str]
"""A cell with so many decimals, in words."""


@dataclass(frozen=True)
class Page:
    """An experiment's page. ``notices`` are loud, ``facts`` are (term, text), ``figure`` says what
    the figure shows, '' if there is none, ``files`` have every number."""

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


def page(
    result: ExperimentResult,
    files: Sequence[str],
    figure: bool,
    others: Sequence[ExperimentResult] = (),
) -> Page:
    """The page of an experiment.

    Args:
        files: the names of those that have its exact numbers.
        figure: whether there is one.
        others: what else was run.
    """
    more = [one for one in (far.grid(result, others), aside.grid(result)) if one]
    return Page(
        id=result.experiment.id,
        title=title(result),
        notices=notices(result),
        explanation=(*_explanation(result), *result.experiment.remarks),
        grids=(*grids(result), *more, *settings.grids(result), *searches.grids(result)),
        footnotes=footnotes(result),
        facts=provenance.facts(result),
        columns=Grid("By column", "", provenance.HEAD, provenance.of_columns(result), labels=1),
        figure=_figure(result) if figure else "",
        files=tuple(files),
    )


def grids(result: ExperimentResult) -> list[Grid]:
    """The tables of a page; the first of a printed one is the paper's own, with ours beside."""
    printed, of = result.experiment.printed, result.subject
    measured = "Ours"
    if of.known and result.experiment.layout != "keys":  # there the head names several
        measured = f"{capital(of.metric.title)}{of.unit_of(' in {}')}: ours"
    found = [] if printed else ablation.grids(result)
    found.append(
        table(
            result,
            "Ours and the paper's" if printed else "Ours",
            measured + (", and in brackets the number the paper prints." if printed else "."),
            result.columns,
            _beside_paper,
            noted=True,
        )
    )
    if not result.ran:
        return found
    found.append(
        table(
            result,
            "Spread over restarts",
            "Ours; mean ± sample standard deviation over all stored restarts that did not diverge.",
            result.ran,
            _beside_spread,
        )
    )
    if result.experiment.layout == "keys" and any(_counted(c) for c in result.ran):
        found.append(
            table(
                result,
                "As the released code counts",
                "Ours of the same restarts, over what the released code counts of the texts"
                + (", and in brackets the number the paper prints." if printed else "."),
                [column for column in result.ran if _counted(column)],
                _released,
            )
        )
    if printed and result.experiment.layout != "keys":
        found += [
            table(result, "Differences", _differences(of), result.ran, _difference),
            table(result, "Verdicts", _verdicts(result), result.ran, _with_limits),
        ]
    return found


def table(
    result: ExperimentResult,
    title: str,
    text: str,
    columns: Sequence[ColumnResult],
    write: Write,
    *,
    noted: bool = False,
) -> Grid:
    """A table of the experiment's layout, each cell as ``write`` has it."""
    of, marks, later = result.subject, kind_marks(result), later_marks(result)
    names = [c.column.title + later.get(getattr(c.column, "why", ""), "") for c in columns]
    written = [
        [
            write(cell, places(key, cell.paper, cell.ours, of)) + marks.get(cell.data, "")
            for key, cell in column.rows.items()
        ]
        for column in columns
    ]
    if result.experiment.layout == "cells":
        labels: list[tuple[str, ...]] = [
            (key if key in of.units else "", of.titles.get(key, "")) for key in result.keys
        ]
        if not any(label[1] for label in labels):
            labels = [(key,) for key in result.keys]
        head = (*[""] * (len(labels[0]) - 1), capital(of.noun), *names)
        rows = [(*label, *cells) for label, *cells in zip(labels, *written, strict=True)]
        return Grid(title, text, head, tuple(rows), len(labels[0]), len(of.summaries), noted)
    if result.experiment.layout == "rows":
        first = (result.printed.heads or ("column",))[0]
        head = (_words(first), *(of.titles.get(key) or key for key in result.keys))
        named: list[tuple[str, ...]] = [(name,) for name in names]
    else:
        head = (*map(_words, result.printed.heads), *result.keys)
        named = [_heads(column, len(result.printed.heads), later) for column in columns]
    rows = [(*name, *cells) for name, cells in zip(named, written, strict=True)]
    return Grid(title, text, head, tuple(rows), len(head) - len(result.keys), noted=noted)


def _heads(column: ColumnResult, many: int, later: dict[str, str]) -> tuple[str, ...]:
    """A row's names in layout 'keys', the mark at the first."""
    first, *rest = (*column.heads, *[""] * (many - len(column.heads)))
    return (first + later.get(getattr(column.column, "why", ""), ""), *rest)


def _words(field: str) -> str:
    return capital(field.replace("_", " "))


def _beside_paper(cell: Cell, digits: int) -> str:
    ours = marked(short(cell.ours, places=digits), cell)
    return f"{ours} ({cell.paper})" if cell.paper else ours


def _beside_spread(cell: Cell, digits: int) -> str:
    if absent(cell.ours) and absent(cell.mean):
        return NONE
    ours = marked(short(cell.ours, places=digits), cell)
    return f"{ours}; {spread(cell.mean, cell.sd, max(1, digits))}"


def _counted(column: ColumnResult) -> bool:
    """Whether the released code's count is another than ours."""
    return any(not absent(cell.batches) for cell in column.rows.values())


def _released(cell: Cell, digits: int) -> str:
    ours = short(cell.batches, places=max(1, digits))
    return f"{ours} ({cell.paper})" if cell.paper else ours


def _difference(cell: Cell, digits: int) -> str:
    return marked(short(cell.difference, places=digits, sign=True), cell)


def _with_limits(cell: Cell, digits: int) -> str:
    told = marked(cell.verdict or NONE, cell)
    if absent(cell.low) or not cell.verdict:
        return told
    return f"{told} ({short(cell.low, places=digits)} to {short(cell.high, places=digits)})"


def _differences(of: Subject) -> str:
    points = ", in percentage points" if of.metric.unit == "%" else ""
    last = f" (last row: in {plural(of.noun)})" if of.above else ""
    return f"Ours − paper{points}{last}; above 0 is {of.worse} than the paper."


def _verdicts(result: ExperimentResult) -> str:
    """What verdicts mean, and how many there are of each."""
    found = [verdict for column in result.ran for verdict in column.cells.verdict]
    told = [f"{found.count(name)} {name}" for name in (INSIDE, BETTER, WORSE) if name in found]
    told += [f"{found.count(TOO_FEW)} with too few restarts"] * (TOO_FEW in found)
    judged = len(found) - found.count(TOO_FEW) - found.count("")
    luck = ""
    if judged:
        luck = f" Of {judged} verdicts, luck alone would leave about {judged / 20:.0f} not inside."
    return (
        "The paper's number against the 95 % interval, in brackets, of what the paper's own "
        f"protocol would report on other seeds of ours, from at least {LEAST} restarts. Inside: "
        "seeds explain the difference; better or worse: ours are, by more than seeds explain. "
        f"Here: {', '.join(told)}.{luck}"
    )


def _explanation(result: ExperimentResult) -> tuple[str, ...]:
    columns = [c for c in result.columns if not isinstance(c.column, NotYet)]
    if not columns:
        return ("No column of this table can be trained yet: only the paper's numbers are shown.",)
    of, noun = result.subject, result.subject.noun
    picked = [c for c in columns if c.rule and c.rule.fields]
    lines = [f"{capital(result.about)}."] if result.about and result.kind == REAL else []
    lines += [_chosen(picked)] * bool(picked)
    if len(picked) < len(columns):
        which = ", ".join(f"'{c.column.title}'" for c in columns if c not in picked)
        of_these = f"Of {which} no restart is chosen: ours" if picked else "Ours"
        lines.append(f"{of_these} is the mean of all restarts that did not diverge.")
    asked = ""
    if of.questions:
        asked = (
            f"{capital(plural(of.measure))} are over every question of the test file "
            f"({of.questions} a {noun} in the real data). "
        )
    choice = " and its own choice" if picked else ""
    lines.append(
        f"{asked}Each {noun} has its own model{choice}, except in joint columns (one "
        f"for all {plural(noun)})."
    )
    if of.summaries and result.experiment.layout == "cells":
        named = [of.said(s) + of.limit(s) for s in of.summaries]
        told = " and ".join([named[0], *(name[:1].lower() + name[1:] for name in named[1:])])
        lines.append(f"{told} are given where all {len(of.units)} {plural(noun)} have a number.")
    return tuple(lines)


def _chosen(columns: Sequence[ColumnResult]) -> str:
    """Which restart is shown, by each rule that columns have."""
    groups: dict[tuple[Rule, int], list[str]] = {}
    for column in columns:
        if column.rule:
            groups.setdefault((column.rule, column.declared), []).append(column.column.title)
    alone = len(groups) == 1
    told = [
        f"{'Ours' if alone else f'Of {named(titles)} ours'} is, of {many} restarts, the one with "
        f"the lowest {rule.measure} ({rule.about}); ties go {_then(rule)}to the lower seed."
        for (rule, many), titles in groups.items()
    ]
    many = str(next(iter(groups))[1]) if alone else "so many"
    told.append(
        "Where fewer are stored it is the best of these, where more, the mean over all choices of "
        f"{many} among them. The test set plays no part in the choice."
    )
    return " ".join(told)


def _then(rule: Rule) -> str:
    """What equals are told apart by before the seed: after 'training error', where the next field
    is 'train_loss', the training loss."""
    if len(rule.fields) < 2:
        return ""
    first, second = rule.measure.rpartition(" ")[0], rule.fields[1].rpartition("_")[2]
    return f"to the lower {first} {second}, then "


def _figure(result: ExperimentResult) -> str:
    of, noun = result.subject, result.subject.noun
    measured = of.metric.title
    return {
        "units": f"Ours against the paper, {noun} by {noun}"
        if result.experiment.printed
        else f"{capital(measured)} {noun} by {noun}",
        "columns": f"Mean {of.measure} of every column, and its difference from its baseline",
        "hops": f"Mean {of.measure} by number of hops",
        "curve": f"Ours and the paper's over the columns, a line a {noun}",
        "epochs": "Perplexity epoch by epoch, on validation and on training text",
    }[result.experiment.figure]
