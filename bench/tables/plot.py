"""The figure of an experiment; here ours against the paper, unit by unit, a panel a column."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

from bench.tables import ablation_plot, canvas, curve_plot, training_plot
from bench.tables.ablation import chosen_by
from bench.tables.canvas import FAINT, INK, OURS, PAPER
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.notices import marked
from bench.tables.numbers import DAGGER, short
from bench.tables.subject import Subject, places

LEGEND = 5
"""Entries of the legend in a line, at most."""

_TICKS = [0, 1, 5, 10, 20, 40, 60, 80, 100]


def png(result: ExperimentResult) -> bytes | None:
    """The figure that the experiment asks for, see `bench.core.experiment.Experiment.figure`; None
    if it asks for none, or nothing was run."""
    kinds = {
        "units": units,
        "columns": ablation_plot.columns,
        "hops": ablation_plot.hops,
        "curve": curve_plot.curve,
        "epochs": training_plot.epochs,
    }
    draw = kinds.get(result.experiment.figure)
    by_unit = result.experiment.layout != "keys"
    if draw is None or (by_unit and not any(column.units for column in result.ran)):
        return None
    with canvas.style():
        figure = draw(result)
        return canvas.png(figure) if figure else None


def units(result: ExperimentResult) -> Figure:
    """Every unit's number, the paper's and every restart's, a panel a column."""
    panels = [column for column in result.ran if column.units]
    across = min(2, len(panels))
    down = math.ceil(len(panels) / across)
    handles = _legend(result)
    lines = math.ceil(len(handles) / LEGEND)
    top = canvas.head_inches(result) + 0.42 + 0.22 * lines
    height = min(canvas.MAX_HEIGHT, top + 0.45 + down * 2.75)
    figure = canvas.headed(result, height)
    grid = figure.subplots(down, across, squeeze=False, sharey=True)
    bottom = 0.5 / height
    figure.subplots_adjust(0.055, bottom, 0.988, 1 - top / height, wspace=0.06, hspace=0.36)
    axes = list(grid.flat)
    for axis, column in zip(axes, panels, strict=False):
        _panel(axis, column, result.subject)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    of = result.subject
    root = ", root scale" if _rooted(of) else ""
    for row in grid:
        row[0].set_ylabel(f"{of.metric.title}{of.unit_of(' ({})')}{root}", color=INK)
    for place in range(across):
        last = [row[place] for row in grid if row[place].get_visible()]
        last[-1].set_xlabel(of.axis, color=INK)
    canvas.legend(figure, result, handles, math.ceil(len(handles) / lines))
    return figure


def _rooted(of: Subject) -> bool:
    """Whether the axis is a root: most errors in % are below 20, and 0 is kept, unlike by a
    logarithm."""
    return of.metric.better == "lower" and of.metric.most == 100.0


def _panel(axis: Axes, column: ColumnResult, of: Subject) -> None:
    shown = column.units if len(column.units) < len(of.units) else of.units
    for place, unit in enumerate(shown):
        cell = column.rows[unit]
        values = column.values[unit].dropna().to_list()
        # spread sideways by seed, so that equal values stay apart
        half = 0.3 * len(shown) / len(of.units)
        wide = [place + 0.75 * half * (2 * (i + 0.5) / len(values) - 1) for i in range(len(values))]
        axis.plot(wide, values, "o", color=FAINT, ms=2.6, mew=0, zorder=2)
        axis.plot([place - half, place + half], [cell.mean] * 2, color=FAINT, lw=1.6, zorder=2)
        if cell.paper:
            axis.plot(
                place, float(cell.paper), "D", mfc="none", mec=PAPER, mew=1.4, ms=7.5, zorder=4
            )
        axis.plot(place, cell.ours, "o", color=OURS, mec="white", mew=0.5, ms=5.6, zorder=3)
    if of.above:
        axis.axhline(of.above.limit, color=INK, lw=0.8, ls=(0, (4, 3)), zorder=1)
    axis.set_xlim(-0.6, len(shown) - 0.4)
    axis.xaxis.set_major_locator(FixedLocator(range(len(shown))))
    axis.set_xticklabels([marked(unit, column.rows[unit]) for unit in shown])
    if _rooted(of):
        axis.set_yscale("function", functions=(_root, _square))
        axis.set_ylim(-0.25, 108)
        axis.set_yticks(_TICKS, [str(tick) for tick in _TICKS])
    canvas.plain(axis, "y")
    axis.set_title(_title(column, of), loc="left", pad=6, parse_math=False)


def _root(value: np.ndarray) -> np.ndarray:
    """The signed root: the axis begins a little below 0."""
    return np.sign(value) * np.sqrt(np.abs(value))


def _square(root: np.ndarray) -> np.ndarray:
    return np.sign(root) * np.square(root)


def _title(column: ColumnResult, of: Subject) -> str:
    if len(column.units) < len(of.units) or not of.summaries:
        many = f"{len(column.units)} of {len(of.units)} {of.noun}s"
        return f"{column.column.title} · {many}"
    told = [column.column.title]
    for place, summary in enumerate(of.summaries):
        cell = column.rows[summary.key]
        digits = places(summary.key, cell.paper, cell.ours, of)
        ours = marked(short(cell.ours, places=digits), cell)
        paper = f" ({'' if place else 'paper '}{cell.paper})" if cell.paper else ""
        told.append(f"{of.in_short(summary)} {ours}{paper}")
    return " · ".join(told)


def _legend(result: ExperimentResult) -> list[Line2D]:
    of, picked = result.subject, chosen_by(result)
    handles = [
        Line2D([], [], ls="", marker="o", color=OURS, mec="white", mew=0.5, ms=6.5,
               label=f"ours (lowest {picked})" if picked else "ours (mean)"),
        Line2D([], [], ls="", marker="D", mfc="none", mec=PAPER, mew=1.4, ms=7.5, label="paper"),
        Line2D([], [], ls="", marker="o", color=FAINT, mew=0, ms=4, label="every restart"),
        Line2D([], [], color=FAINT, lw=1.8, label="their mean"),
    ]  # fmt: skip
    if of.above:
        label = f"{of.above.limit:g}{of.unit_of(' {}')}: {of.in_short(of.above)} above"
        handles.append(Line2D([], [], color=INK, lw=0.8, ls=(0, (4, 3)), label=label))
    if result.completed:
        what = f"{DAGGER} training set completed by generated stories"
        handles.append(Line2D([], [], ls="", label=what))
    return handles
