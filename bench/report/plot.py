"""The figure of an experiment: ours against the paper, task by task, a panel a column."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator
from PIL import Image

from bench.report.gather import ColumnResult, ExperimentResult
from bench.report.notices import headline, marked, title
from bench.report.numbers import DAGGER, short
from bench.spec import ALL_TASKS

DPI = 100
WIDTH = 12.0
MAX_HEIGHT = 16.0
"""Inches: at most 1200 by 1600 pixels."""

_OURS, _PAPER, _FAINT, _GRID = "#1f5fa8", "#d1490c", "#8fb3d9", "#e3e7ec"

_TICKS = [0, 1, 5, 10, 20, 40, 60, 80, 100]

_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": "#8a94a0",
    "axes.linewidth": 0.8,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "xtick.color": "#4a5460",
    "ytick.color": "#4a5460",
}


def png(result: ExperimentResult) -> bytes:
    """The figure as PNG: the same bytes for the same numbers and versions of the libraries."""
    return painted(lambda: _figure(result))


def painted(draw: Callable[[], Figure]) -> bytes:
    """What ``draw`` makes in the reports' style, as PNG without metadata, of at most 128 colours."""
    defaults = {k: v for k, v in matplotlib.rcParamsDefault.items() if not k.startswith("backend")}
    with matplotlib.rc_context(defaults | _STYLE):  # a user's matplotlibrc must not show
        canvas = FigureCanvasAgg(draw())
        canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    # a palette is plenty for this, and takes a third of the bytes; no metadata is written
    out = io.BytesIO()
    image.quantize(128, dither=Image.Dither.NONE).save(out, format="PNG", optimize=True)
    return out.getvalue()


def _figure(result: ExperimentResult) -> Figure:
    panels = [column for column in result.ran if column.tasks]
    across = min(2, max(1, len(panels)))
    down = max(1, math.ceil(len(panels) / across))
    loud = headline(result)
    below = 0.66 if loud else 0.45  # inches to the legend
    top = below + 0.64
    height = min(MAX_HEIGHT, top + 0.45 + down * 2.75)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    bold = {"weight": "bold", "va": "top", "parse_math": False}
    figure.text(0.012, 1 - 0.18 / height, title(result), fontsize=13, **bold)
    if loud:
        figure.text(0.012, 1 - 0.45 / height, loud, fontsize=11, color="#b3261e", **bold)
    if not panels:
        figure.text(0.5, 0.4, "No runs are stored: nothing to show yet.", fontsize=12, ha="center")
        return figure
    grid = figure.subplots(down, across, squeeze=False, sharey=True)
    bottom = 0.5 / height
    figure.subplots_adjust(0.055, bottom, 0.988, 1 - top / height, wspace=0.06, hspace=0.36)
    axes = list(grid.flat)
    for axis, column in zip(axes, panels, strict=False):
        _panel(axis, column)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    for row in grid:
        row[0].set_ylabel("test error (%), root scale", color="#4a5460")
    for column in range(across):
        last = [row[column] for row in grid if row[column].get_visible()]
        last[-1].set_xlabel("bAbI task", color="#4a5460")
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
        axis.plot(wide, errors, "o", color=_FAINT, ms=2.6, mew=0, zorder=2)
        axis.plot([place - half, place + half], [cell.mean] * 2, color=_FAINT, lw=1.6, zorder=2)
        if cell.paper:
            axis.plot(place, float(cell.paper), "D", mfc="none", mec=_PAPER, mew=1.4, ms=7.5, zorder=4)
        axis.plot(place, cell.ours, "o", color=_OURS, mec="white", mew=0.5, ms=5.6, zorder=3)
    axis.axhline(5, color="#4a5460", lw=0.8, ls=(0, (4, 3)), zorder=1)
    axis.set_xlim(-0.6, len(tasks) - 0.4)
    axis.xaxis.set_major_locator(FixedLocator(range(len(tasks))))
    axis.set_xticklabels([marked(str(task), column.cells[str(task)]) for task in tasks])
    # most errors are below 20 %: a square root spreads them out, and keeps 0, unlike a logarithm
    axis.set_yscale("function", functions=(_root, _square))
    axis.set_ylim(-0.25, 108)
    axis.set_yticks(_TICKS, [str(tick) for tick in _TICKS])
    axis.tick_params(length=0)
    axis.grid(axis="y", color=_GRID, lw=0.8)
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
        Line2D([], [], ls="", marker="o", color=_OURS, mec="white", mew=0.5, ms=6.5,
               label="ours (lowest training error)"),
        Line2D([], [], ls="", marker="D", mfc="none", mec=_PAPER, mew=1.4, ms=7.5, label="paper"),
        Line2D([], [], ls="", marker="o", color=_FAINT, mew=0, ms=4, label="every restart"),
        Line2D([], [], color=_FAINT, lw=1.8, label="their mean"),
        Line2D([], [], color="#4a5460", lw=0.8, ls=(0, (4, 3)), label="5 %: failed above"),
    ]  # fmt: skip
    if completed:
        what = f"{DAGGER} training set completed by generated stories"
        handles.append(Line2D([], [], ls="", label=what))
    return handles
