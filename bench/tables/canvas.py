"""What all figures share: their looks, their head, and the PNG that is the same bytes every
time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from bench.tables.gather import ExperimentResult
from bench.tables.notices import headline, title

DPI = 100
WIDTH = 12.0
MAX_HEIGHT = 16.0
"""Inches: at most 1200 by 1600 pixels."""

OURS, PAPER, FAINT, GRID, INK = "#1f5fa8", "#d1490c", "#8fb3d9", "#e3e7ec", "#4a5460"

_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": "#8a94a0",
    "axes.linewidth": 0.8,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "xtick.color": INK,
    "ytick.color": INK,
}


def style() -> AbstractContextManager[None]:
    """The context that a figure is made and drawn in: a user's matplotlibrc must not show."""
    defaults = {k: v for k, v in matplotlib.rcParamsDefault.items() if not k.startswith("backend")}
    settings: Any = defaults | _STYLE
    return matplotlib.rc_context(settings)


def png(figure: Figure) -> bytes:
    """The figure as PNG: the same bytes for the same numbers and versions of the libraries."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    # a palette is plenty for this, and takes a third of the bytes; no metadata is written
    out = io.BytesIO()
    image.quantize(128, dither=Image.Dither.NONE).save(out, format="PNG", optimize=True)
    return out.getvalue()


def head_inches(result: ExperimentResult) -> float:
    """From the figure's upper edge to where its legend begins."""
    return 0.66 if headline(result) else 0.45


def headed(result: ExperimentResult, height: float) -> Figure:
    """An empty figure with the experiment's title, and what keeps it from being a reproduction.

    Args:
        height: inches; no more than `MAX_HEIGHT` are taken.
    """
    height = min(MAX_HEIGHT, height)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    bold: dict[str, Any] = {"weight": "bold", "va": "top", "parse_math": False}
    figure.text(0.012, 1 - 0.18 / height, title(result), fontsize=13, **bold)
    loud = headline(result)
    if loud:
        figure.text(0.012, 1 - 0.45 / height, loud, fontsize=11, color="#b3261e", **bold)
    return figure


def legend(figure: Figure, result: ExperimentResult, handles: Sequence[Line2D], most: int) -> None:
    """The legend below the head, at most so many entries a line."""
    top = 1 - head_inches(result) / figure.get_figheight()
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.006, top),
        ncols=most,
        frameon=False,
        fontsize=9,
        borderaxespad=0,
        columnspacing=1.8,
        handletextpad=0.5,
    )


def plain(axis: Axes, along: Literal["x", "y"]) -> None:
    """An axis with a faint grid and no frame."""
    axis.tick_params(length=0)
    axis.grid(axis=along, color=GRID, lw=0.8)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
