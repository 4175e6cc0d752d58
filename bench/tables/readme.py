"""The README's numbers: a block between two marks, rewritten from the store and never by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.core.errors import BenchError
from bench.tables.cells import NOT_RUN, NOT_YET
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.markdown import bare, joined, safe, table
from bench.tables.notices import completion, marked, notices, title
from bench.tables.numbers import NONE, named, short, spread
from bench.tables.page import grids
from bench.tables.subject import Subject, places

BEGIN = "<!-- numbers: written by `python -m bench report` -->"
END = "<!-- end of numbers -->"
FOLDER = "results/paper"


def with_numbers(
    readme: str,
    results: Sequence[ExperimentResult],
    others: Sequence[str],
    pages: Mapping[str, str] | None = None,
) -> str:
    """The README with its block replaced.

    Args:
        others: what studies put there, a text each.
        pages: the studies' own pages, linked: file -> title.

    Raises:
        BenchError: the marks are missing.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BenchError(f"README.md: the marks '{BEGIN}' and '{END}' are missing; put them back")
    shown = [r for r in results if not r.experiment.study]
    printed = [r for r in shown if r.experiment.printed]
    blocks = [block for r in printed if r.ran for block in _table(r)]
    blocks += _ours([r for r in shown if r.ran and not r.experiment.printed])
    blocks += [text for text in others if text]
    if pages:
        links = "\n".join(f"- [{safe(t)}]({FOLDER}/{name})" for name, t in pages.items())
        blocks += ["**Looked at and measured beside the tables**", links]
    blocks = blocks or ["Nothing has been run yet."]
    blocks += [_folded(r) for r in printed if not r.ran]
    return before + begin + "\n" + joined(blocks) + end + after


def _link(result: ExperimentResult, text: str) -> str:
    return f"[{text}]({FOLDER}/{result.experiment.id}.md)"


def _table(result: ExperimentResult) -> list[str]:
    of = result.subject
    blocks = [f"**{title(result)}** ({_link(result, 'whole table')})"]
    blocks += [f"> {notice}" for notice in notices(result)]
    if result.subject.summaries and result.experiment.layout == "cells":
        blocks.append(_summaries(result))
    else:
        blocks.append(bare(grids(result)[0]))
    blocks += [completion(result)] if result.completed else []
    by_summary = of.summaries and result.experiment.layout == "cells"
    some = [c.column.title for c in result.ran if by_summary and not _summed(c, of)]
    if some:
        blocks.append(f"Run in part: {named(some)}.")
    idle = [c.column.title for c in result.columns if not c.ran]
    if idle:
        blocks.append(f"Not run yet: {named(idle)}.")
    return blocks


def _summaries(result: ExperimentResult) -> str:
    """A line a column: its summaries, ours and the paper's."""
    of = result.subject
    head = ["column"]
    for summary in of.summaries:
        mean = summary.figure == "mean"
        name = of.said(summary).lower() + (of.unit_of(" ({})") if mean else "")
        head += [f"{name}, ours", "paper", *["mean ± sd of restarts"] * mean]
    rows = [_line(column, of) for column in result.ran if _summed(column, of)]
    return table([*head, "restarts"], rows, "lr")


def _summed(column: ColumnResult, of: Subject) -> bool:
    """Whether a column has enough of its units for a summary."""
    return any(column.has(summary.key) for summary in of.summaries)


def _line(column: ColumnResult, of: Subject) -> list[str]:
    cells = [column.column.title]
    for summary in of.summaries:
        cell = column.rows[summary.key]
        digits = places(summary.key, cell.paper, cell.ours, of)
        ours = marked(short(cell.ours, places=digits), cell)
        cells += [ours, cell.paper]
        if summary.figure == "mean":
            cells.append(NONE if not cell.finished else spread(cell.mean, cell.sd))
    return [*cells, str(column.rows[of.summaries[0].key].restarts)]


def _ours(results: Sequence[ExperimentResult]) -> list[str]:
    """A line each of what no paper prints: what they show is in their pages."""
    if not results:
        return []
    lines = []
    for result in results:
        whole = sum(column.whole for column in result.columns)
        done = f"{whole} of {len(result.columns)} columns run whole"
        if rest := len(result.ran) - whole:
            done += f", {rest} in part or with fewer restarts"
        lines.append(f"- {_link(result, title(result))}: {done}")
    head = "**Not printed by the papers** (mean errors, effects with intervals, figures)"
    return [head, "\n".join(lines)]


def _folded(result: ExperimentResult) -> str:
    """A printed table that nothing is stored of: the paper's numbers, folded away."""
    state = NOT_RUN if result.runnable else NOT_YET
    summary = f"<summary>{safe(title(result))}: <b>{state}</b>, the paper's numbers</summary>"
    link = _link(result, "whole table")
    return joined([f"<details>{summary}", link, bare(grids(result)[0]), "</details>"]).rstrip()
