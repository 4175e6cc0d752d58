"""Tables for scripts: the one writer of CSV, and what a table's CSV has."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from bench.tables.gather import ExperimentResult
from bench.tables.numbers import exact

HEADER = (
    "column", "task", "ours", "paper", "mean", "sd", "restarts", "data",
    "difference", "diverged", "seed", "status", "ours_batches", "low", "high", "verdict",
)  # fmt: skip
"""Of layout 'cells'. The first eight are a contract; more may follow. ``ours`` is what the
column's rule reports, in the metric's unit: the chosen restart's number, its mean over all choices,
or the mean of all where none is chosen. ``mean`` and ``sd`` are over the ``restarts`` stored less
those that ``diverged``, ``data`` is the least trusted kind of data (`bench.core.kinds`),
``difference`` is ours - paper, ``ours_batches`` drops the last partial batch as the released code
does, ``low`` and ``high`` bound the 95 % interval that the paper's number lies in if seeds alone
tell it from ours, ``verdict`` is 'inside', 'better', 'worse' (ours, than seeds explain) or 'too few
restarts'. Summaries follow a column's units. Empty: there is no number."""

ROWS = ("method", "setting", *HEADER[2:8])
"""Of layout 'rows': the same of a method (the paper's first column) and a setting. Of layout 'keys'
the fields are the paper's, each number's again with ``_ours``, then ``restarts`` and ``data``."""


def csv_text(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """CSV with LF line ends; numbers have up to 4 decimals, and what is not there is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(map(_plain, rows))
    return text.getvalue()


def _plain(row: Iterable[Any]) -> list[str]:
    return [exact(v) if v is None or isinstance(v, float) else str(v) for v in row]


def table(result: ExperimentResult) -> str:
    """An experiment's table: every column, run or not."""
    if result.experiment.layout == "keys":
        return _keyed(result)
    head = HEADER if result.experiment.layout == "cells" else ROWS
    lines = [
        (
            column.column.id, key, cell.ours, cell.paper, cell.mean, cell.sd,
            cell.restarts or "", cell.data, cell.difference,
            cell.restarts - cell.finished if cell.restarts else "", cell.seed, cell.status,
            cell.batches, cell.low, cell.high, cell.verdict,
        )[: len(head)]
        for column in result.columns
        for key, cell in column.rows.items()
    ]  # fmt: skip
    return csv_text(head, lines)


def _keyed(result: ExperimentResult) -> str:
    keys = result.keys
    heads = result.printed.heads
    lines = []
    for column in result.columns:
        cells = column.cells
        ran = cells[cells.restarts > 0]
        named = (*column.heads, *[""] * (len(heads) - len(column.heads)))
        stored = int(ran.restarts.min()) if len(ran) else ""
        lines.append((*named, *cells.paper, *cells.ours, stored, column.kind))
    return csv_text((*heads, *keys, *(f"{key}_ours" for key in keys), "restarts", "data"), lines)
