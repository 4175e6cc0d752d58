"""The figure of trainings: perplexity epoch by epoch, on validation and training text, a colour a
column."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator, ScalarFormatter

from bench.tables import canvas
from bench.tables.canvas import INK
from bench.tables.gather import ColumnResult, ExperimentResult

LEAST, MOST = 40.0, 400.0
"""Perplexities that are shown: those of the first epoch alone are higher."""

_TICKS = (50, 60, 80, 100, 120, 140, 170, 200, 250, 300, 400)


def epochs(result: ExperimentResult) -> Figure | None:
    """Every stored restart, and the paper's validation perplexity behind its last epoch; None if
    there is no curve."""
    shown = [(column, found) for column in result.ran if (found := _curves(column))]
    if not shown:
        return None
    lines = math.ceil((len(shown) + 3) / 3)
    top, bottom, height = canvas.head_inches(result) + 0.2 * lines + 0.15, 0.55, 6.0
    figure = canvas.headed(result, height)
    axis = figure.subplots()
    figure.subplots_adjust(0.055, bottom / height, 0.985, 1 - top / height)
    handles = []
    for place, (column, curves) in enumerate(shown):
        color = colormaps["tab20"]((2 * place + place // 10) % 20)
        for curve in curves:
            axis.plot(*_line(curve["valid_cost"]), color=color, lw=1.4)
            axis.plot(*_line(curve["train_cost"]), color=color, lw=0.9, ls=(0, (4, 2)))
        paper = column.cells.paper.get("valid_ppl")
        if paper:
            last = max(len(curve["valid_cost"]) for curve in curves) + 1
            axis.plot(last, float(paper), "D", mfc="none", mec=color, mew=1.4, ms=6)
        handles.append(Line2D([], [], color=color, lw=1.8, label=column.column.title))
    handles += [
        Line2D([], [], color=INK, lw=1.4, label="validation, every restart"),
        Line2D([], [], color=INK, lw=0.9, ls=(0, (4, 2)), label="training"),
        Line2D([], [], ls="", marker="D", mfc="none", mec=INK, mew=1.4, ms=6,
               label="paper, validation"),
    ]  # fmt: skip
    axis.set_yscale("log")
    axis.set_ylim(LEAST, MOST)
    axis.yaxis.set_major_locator(FixedLocator(_TICKS))
    axis.yaxis.set_major_formatter(ScalarFormatter())
    axis.yaxis.set_minor_locator(NullLocator())
    axis.set_xlabel("epoch", color=INK)
    axis.set_ylabel("perplexity, log scale", color=INK)
    canvas.plain(axis, "y")
    canvas.legend(figure, result, handles, 3)
    return figure


def _curves(column: ColumnResult) -> list[dict[str, Sequence[float | None]]]:
    """A curve (`bench.train.costs.curves`) a restart that did not diverge."""
    restarts = column.stored.drop_duplicates(["group", "seed"])
    return [curve for curve in restarts[~restarts.diverged].curves if curve]


def _line(costs: Sequence[float | None]) -> tuple[list[int], list[float]]:
    """(epochs, perplexities)."""
    told = [(epoch, cost) for epoch, cost in enumerate(costs, 1) if cost is not None]
    return [epoch for epoch, _ in told], [math.exp(cost) for _, cost in told]
