"""The figure of an experiment: ours against the paper, task by task, a panel a column."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

from bench.core.spec import ALL_TASKS
from bench.tables import ablation_plot, canvas
from bench.tables.canvas import FAINT, GRID, INK, OURS, PAPER
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.notices import marked
from bench.tables.numbers import DAGGER, short

_TICKS = [0, 1, 5, 10, 20, 40, 60, 80, 100]


def png(result: ExperimentResult) -> bytes:
    """The figure that the experiment asks for, see `bench.core.spec.Experiment.figure`."""
    kinds = {"tasks": _figure, "columns": ablation_plot.columns, "hops": ablation_plot.hops}
    with canvas.style():
        return canvas.png(kinds[result.experiment.figure](result))


def _figure(result: ExperimentResult) -> Figure:
    panels = [column for column in result.ran if column.tasks]
    across = min(2, max(1, len(panels)))
    down = max(1, math.ceil(len(panels) / across))
    below = canvas.head_inches(result)
    top = below + 0.64
    height = min(canvas.MAX_HEIGHT, top + 0.45 + down * 2.75)
    figure = canvas.headed(result, height)
    if not panels:
        return canvas.empty(figure)
    grid = figure.subplots(down, across, squeeze=False, sharey=True)
    bottom = 0.5 / height
    figure.subplots_adjust(0.055, bottom, 0.988, 1 - top / height, wspace=0.06, hspace=0.36)
    axes = list(grid.flat)
    for axis, column in zip(axes, panels, strict=False):
        _panel(axis, column)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    for row in grid:
        row[0].set_ylabel("test error (%), root scale", color=INK)
    for column in range(across):
        last = [row[column] for row in grid if row[column].get_visible()]
        last[-1].set_xlabel("bAbI task", color=INK)
    handles = _legend(result.completed)
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.006, 1 - below / height),
        ncols=len(handles),
        frameon=False,
        fontsize=9,
        borderaxespad=0,
        columnspacing=1.8,
        handletextpad=0.5,
    )
    return figure


def _panel(axis: Axes, column: ColumnResult) -> None:
    tasks = column.tasks if len(column.tasks) < len(ALL_TASKS) else ALL_TASKS
    for place, task in enumerate(tasks):
        cell = column.cells[str(task)]
        errors = [cell.errors[seed] for seed in sorted(cell.errors)]
        # spread sideways by seed, so that equal errors stay apart
        half = 0.3 * len(tasks) / len(ALL_TASKS)
        wide = [place + 0.75 * half * (2 * (i + 0.5) / len(errors) - 1) for i in range(len(errors))]
        axis.plot(wide, errors, "o", color=FAINT, ms=2.6, mew=0, zorder=2)
        axis.plot([place - half, place + half], [cell.mean] * 2, color=FAINT, lw=1.6, zorder=2)
        if cell.paper:
            axis.plot(
                place, float(cell.paper), "D", mfc="none", mec=PAPER, mew=1.4, ms=7.5, zorder=4
            )
        axis.plot(place, cell.ours, "o", color=OURS, mec="white", mew=0.5, ms=5.6, zorder=3)
    axis.axhline(5, color=INK, lw=0.8, ls=(0, (4, 3)), zorder=1)
    axis.set_xlim(-0.6, len(tasks) - 0.4)
    axis.xaxis.set_major_locator(FixedLocator(range(len(tasks))))
    axis.set_xticklabels([marked(str(task), column.cells[str(task)]) for task in tasks])
    # most errors are below 20 %: a square root spreads them out, and keeps 0, unlike a logarithm
    axis.set_yscale("function", functions=(_root, _square))
    axis.set_ylim(-0.25, 108)
    axis.set_yticks(_TICKS, [str(tick) for tick in _TICKS])
    axis.tick_params(length=0)
    axis.grid(axis="y", color=GRID, lw=0.8)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    axis.set_title(_title(column), loc="left", pad=6, parse_math=False)


def _root(error: np.ndarray) -> np.ndarray:
    """The signed root: the axis begins a little below 0."""
    return np.sign(error) * np.sqrt(np.abs(error))


def _square(root: np.ndarray) -> np.ndarray:
    return np.sign(root) * np.square(root)


def _title(column: ColumnResult) -> str:
    mean, failed = column.cells["mean"], column.cells["failed"]
    if mean.ours is None:
        return f"{column.column.title} · {len(column.tasks)} of {len(ALL_TASKS)} tasks"
    of_paper = (f" (paper {mean.paper})", f" ({failed.paper})") if mean.paper else ("", "")
    return (
        f"{column.column.title} · mean error {marked(short(mean.ours), mean)}{of_paper[0]}"
        f" · failed {marked(short(failed.ours, whole=True), failed)}{of_paper[1]}"
    )


def _legend(completed: bool) -> list[Line2D]:
    handles = [
        Line2D([], [], ls="", marker="o", color=OURS, mec="white", mew=0.5, ms=6.5,
               label="ours (lowest training error)"),
        Line2D([], [], ls="", marker="D", mfc="none", mec=PAPER, mew=1.4, ms=7.5, label="paper"),
        Line2D([], [], ls="", marker="o", color=FAINT, mew=0, ms=4, label="every restart"),
        Line2D([], [], color=FAINT, lw=1.8, label="their mean"),
        Line2D([], [], color=INK, lw=0.8, ls=(0, (4, 3)), label="5 %: failed above"),
    ]  # fmt: skip
    if completed:
        what = f"{DAGGER} training set completed by generated stories"
        handles.append(Line2D([], [], ls="", label=what))
    return handles
