"""A summary for the terminal."""

from __future__ import annotations

import math

import pandas as pd

from bench.core.column import NotYet
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.notices import completion, marked, notices, title
from bench.tables.numbers import NONE, mean, plural, short
from bench.tables.subject import places


def console(result: ExperimentResult) -> str:
    """A line a column: ours and the paper's summaries (of layout 'keys', its metrics).

    Where only some units have a number, both means are over these alone.
    """
    of, keyed = result.subject, result.experiment.layout == "keys"
    shown = {key: key for key in result.keys} if keyed else {}
    shown |= {s.key: of.in_short(s) for s in of.summaries if s.key in result.keys}
    pairs = [text for name in shown.values() for text in (name, "paper")]
    head = ("column", *([] if keyed else [plural(of.noun)]), *pairs, "restarts", "data")
    lines = [head, *(_line(column, result, list(shown)) for column in result.columns)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    text = [title(result), *(f"! {line}" for line in notices(result))]
    for line in lines:
        cells = [
            cell.ljust(width) if name in ("column", "data") else cell.rjust(width)
            for name, cell, width in zip(head, line, widths, strict=True)
        ]
        text.append("  ".join(cells).rstrip())
    if result.completed:
        text.append(completion(result))
    many = len(of.units)
    if shown and not keyed and any(0 < len(c.units) < many for c in result.columns):
        nouns = plural(of.noun)
        text.append(
            f"Of a column with fewer than {many} {nouns}, both means are over its {nouns} alone."
        )
    return "\n".join(text) + "\n"


def _line(column: ColumnResult, result: ExperimentResult, shown: list[str]) -> tuple[str, ...]:
    spec, cells, of = column.column, column.cells, result.subject
    keyed = result.experiment.layout == "keys"
    if isinstance(spec, NotYet) or not column.ran:
        pairs = [text for key in shown for text in (NONE, cells.paper[key] or NONE)]
        return (spec.title, *([] if keyed else [NONE]), *pairs, NONE, column.absent)
    where = list(column.units)
    told = []
    figures = {summary.key: summary.figure for summary in of.summaries}
    for key in shown:
        cell = column.rows[key]
        ours, paper = cell.ours, cell.paper
        if not keyed and len(where) < len(of.units):
            ours = mean(cells.ours[where]) if figures[key] == "mean" else math.nan
            printed = pd.to_numeric(cells.paper[where])
            paper = short(mean(printed)) if figures[key] == "mean" else NONE
        told += [marked(short(ours, places=places(key, cell.paper, ours, of)), cell), paper]
    stored = sorted({int(many) for many in cells.restarts if many})
    return (
        spec.title,
        *([] if keyed else [f"{len(where)}/{len(of.units)}"]),
        *told,
        "-".join(str(number) for number in dict.fromkeys((stored[0], stored[-1]))),
        column.kind,
    )
