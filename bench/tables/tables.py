"""The tidy table: one row a column and task, for scripts.

Its field ``data`` is 'real' or 'generated', 'unverified' where files were used whose SHA-256 is not
the known one, and 'completed' where generated stories complete the training set and the test set is
real; over several tasks, what claims least.
"""

from __future__ import annotations

import csv
import io

from bench.tables.gather import Cell, ExperimentResult
from bench.tables.numbers import exact
from bench.tables.paper import KEYS

HEADER = (
    "column", "task", "ours", "paper", "mean", "sd", "restarts", "data",
    "difference", "diverged", "seed", "status", "ours_batches", "low", "high", "verdict",
)  # fmt: skip
"""Errors in %. The first eight are a contract; more may follow. ``ours`` is the chosen restart's
test error, ``mean`` and ``sd`` are over the ``restarts`` stored less those that ``diverged``,
``difference`` is ours - paper, ``ours_batches`` drops the last partial batch of 32 as the released
code does, ``low`` and ``high`` bound the 95 % interval that the paper's number lies in if seeds
alone tell it from ours, ``verdict`` is 'inside', 'better', 'worse' (ours, than seeds explain) or
'too few restarts'. Rows ``mean`` and ``failed`` follow a column's 20 tasks. Empty: there is no
number."""


def csv_text(result: ExperimentResult) -> str:
    """The table as CSV: every column of the experiment, run or not, with LF line ends."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for column in result.columns:
        for key in KEYS:
            writer.writerow(_fields(column.column.id, key, column.cells[key]))
    return text.getvalue()


def _fields(column: str, key: str, cell: Cell) -> list[str]:
    stored = len(cell.seeds)
    low, high = cell.limits or (None, None)
    return [
        column,
        key,
        exact(cell.ours),
        cell.paper,
        exact(cell.mean),
        exact(cell.sd),
        str(stored) if stored else "",
        cell.data,
        exact(cell.difference),
        str(cell.diverged) if stored else "",
        "" if cell.seed is None else str(cell.seed),
        cell.status,
        exact(cell.batches),
        exact(low),
        exact(high),
        cell.verdict,
    ]
