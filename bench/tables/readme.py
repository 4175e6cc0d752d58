"""The README's numbers: a block between two marks, rewritten from the store and never by hand."""

from __future__ import annotations

from collections.abc import Sequence

from bench.core.errors import BenchError
from bench.studies.speed.rows import WORKS, Row
from bench.tables.gather import RUN, ColumnResult, ExperimentResult
from bench.tables.notices import completion, marked, notices, title
from bench.tables.numbers import NONE, short, spread

BEGIN = "<!-- numbers: written by `python -m bench report` -->"
END = "<!-- end of numbers -->"


def with_numbers(readme: str, results: Sequence[ExperimentResult], speed: Sequence[Row]) -> str:
    """The README with its block replaced.

    Raises:
        BenchError: the marks are missing.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise BenchError(f"README.md: the marks '{BEGIN}' and '{END}' are missing; put them back")
    return before + begin + "\n" + _block(results, speed) + end + after


def _block(results: Sequence[ExperimentResult], speed: Sequence[Row]) -> str:
    parts = [_table(r) for r in results if r.ran and r.experiment.printed]
    ablations = [
        r for r in results if r.ran and not r.experiment.printed and r.experiment.table == "cells"
    ]
    if ablations:
        parts.append(_ablations(ablations))
    if speed:
        parts.append(_speed(speed))
    return "\n".join(parts or ["Nothing has been run yet.\n"])


def _table(result: ExperimentResult) -> str:
    lines = [f"**{title(result)}** ([whole table](results/paper/{result.experiment.id}.md))", ""]
    lines += [f"> {notice}\n" for notice in notices(result)]
    lines += [
        "| column | mean error (%), ours | paper | mean ± sd of restarts | failed tasks, ours | paper | restarts |",
        "|:--|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [_line(column) for column in result.ran]
    lines += ["", completion(result)] if result.completed else []
    idle = [c.column.title for c in result.columns if not c.ran]
    if idle:
        lines += ["", f"Not run yet: {', '.join(idle)}."]
    return "\n".join(lines) + "\n"


def _ablations(results: Sequence[ExperimentResult]) -> str:
    """A line each: what they show is in their pages."""
    lines = ["**Not printed by the papers** (mean errors, effects with intervals, figures)", ""]
    for result in results:
        whole = sum(column.cells["mean"].status == RUN for column in result.columns)
        name = f"[{title(result)}](results/paper/{result.experiment.id}.md)"
        lines.append(f"- {name}: {whole} of {len(result.columns)} columns run")
    return "\n".join(lines) + "\n"


def _line(result: ColumnResult) -> str:
    error, failed = result.cells["mean"], result.cells["failed"]
    cells = (
        result.column.title,
        marked(short(error.ours), error),
        error.paper,
        NONE if error.mean is None else spread(error.mean, error.sd),
        marked(short(failed.ours, whole=True), failed),
        failed.paper,
        str(len(error.seeds)),
    )
    return "| " + " | ".join(cells) + " |"


def _speed(rows: Sequence[Row]) -> str:
    lines = [
        "**Speed** ([whole table](results/paper/speed.md)): ms a training step and restart, "
        "against the same model in eager PyTorch (an embedding a matrix, and 'tuned' by "
        "stacking the matrices) on the same machine, both sides with what they do best on its cores",
        "",
        "| work | device | ours | peer | peer's | ratio |",
        "|:--|:--|--:|:--|--:|--:|",
    ]
    for row in rows:
        ours, peer = f"{row['ours_ms']:.2f}", f"{row['peer_ms']:.1f}"
        cells = (WORKS[row["work"]], row["device"], ours, row["peer"], peer, f"{row['ratio']:.1f}×")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
