"""The figure of a learning curve: a line a unit, over columns whose ids are numbers."""

from __future__ import annotations

import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from bench.tables import canvas
from bench.tables.canvas import INK
from bench.tables.gather import ExperimentResult


def curve(result: ExperimentResult) -> Figure:
    """Ours with ± sd of the restarts, the paper's hollow and dashed, by the columns' numbers."""
    of = result.subject
    columns = sorted(result.columns, key=lambda column: float(column.column.id))
    sizes = [float(column.column.id) for column in columns]
    top, bottom, height = canvas.head_inches(result) + 0.75, 0.55, 5.2
    figure = canvas.headed(result, height)
    axis = figure.subplots()
    figure.subplots_adjust(0.055, bottom / height, 0.985, 1 - top / height)
    handles = []
    for place, key in enumerate(result.keys):
        color = colormaps["tab10"](place % 10)
        cells = pd.DataFrame([column.cells.loc[key] for column in columns], index=sizes)
        paper = pd.to_numeric(cells.paper)
        axis.plot(sizes, paper, "D--", color=color, mfc="none", lw=1.1, ms=6.5, alpha=0.8)
        axis.errorbar(sizes, cells.ours, cells.sd.fillna(0.0), fmt="o-", color=color, lw=1.6, ms=5)
        handles.append(Line2D([], [], color=color, lw=1.8, label=of.titles.get(key) or key))
    handles.append(Line2D([], [], color=INK, marker="o", lw=1.6, ms=5, label="ours, ± sd"))
    if any(column.cells.paper.any() for column in columns):
        hollow = Line2D([], [], color=INK, ls="--", marker="D", mfc="none", ms=6.5, label="paper")
        handles.append(hollow)
    axis.set_xscale("log")
    axis.xaxis.set_major_locator(FixedLocator(sizes))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xticklabels([column.column.title for column in columns])
    axis.set_xlabel("".join(result.printed.heads[:1]).replace("_", " "), color=INK)
    axis.set_ylabel(f"{of.metric.title}{of.unit_of(' ({})')}", color=INK)
    canvas.plain(axis, "y")
    canvas.legend(figure, result, handles, 5)
    return figure
