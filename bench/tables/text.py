"""A summary for the terminal."""

from __future__ import annotations

from bench.core.spec import ALL_TASKS, NotYet
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.notices import completion, marked, notices, title
from bench.tables.numbers import NONE, short
from bench.tables.selection import mean

_HEAD = ("column", "tasks", "mean error", "paper", "failed", "paper", "restarts", "data")


def console(result: ExperimentResult) -> str:
    """A line a column: mean test error (%) and failed tasks, ours and the paper's.

    Where only some of the 20 tasks have a number, both mean errors are over these tasks alone.
    """
    lines = [_HEAD, *(_line(column) for column in result.columns)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(_HEAD))]
    text = [title(result), *(f"! {line}" for line in notices(result))]
    for line in lines:
        cells = [
            cell.ljust(width) if name in ("column", "data") else cell.rjust(width)
            for name, cell, width in zip(_HEAD, line, widths, strict=True)
        ]
        text.append("  ".join(cells).rstrip())
    if result.completed:
        text.append(completion(result))
    if any(0 < len(c.tasks) < len(ALL_TASKS) for c in result.columns):
        text.append("Of a column with fewer than 20 tasks, both means are over its tasks alone.")
    return "\n".join(text) + "\n"


def _line(result: ColumnResult) -> tuple[str, ...]:
    spec, cells, tasks = result.column, result.cells, result.tasks
    if isinstance(spec, NotYet) or not result.ran:
        why = "not yet runnable" if isinstance(spec, NotYet) else "not run"
        return (spec.title, NONE, NONE, cells["mean"].paper, NONE, cells["failed"].paper, NONE, why)
    whole = len(tasks) == len(ALL_TASKS)
    on = [cells[str(task)] for task in tasks]
    stored = sorted({len(c.seeds) for c in cells.values() if c.seeds})
    return (
        spec.title,
        f"{len(tasks)}/{len(ALL_TASKS)}",
        marked(short(mean([cell.ours for cell in on])), cells["mean"]),
        cells["mean"].paper if whole else short(_paper_mean([cell.paper for cell in on])),
        marked(short(cells["failed"].ours, whole=True), cells["failed"]),
        cells["failed"].paper if whole else NONE,
        "-".join(str(number) for number in dict.fromkeys((stored[0], stored[-1]))),
        cells["mean"].data,
    )


def _paper_mean(printed: list[str]) -> float | None:
    return mean([float(number) for number in printed]) if all(printed) else None
