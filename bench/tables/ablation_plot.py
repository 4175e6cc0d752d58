"""Figures of ablations: columns as dots with intervals, or means by hops."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

from bench.core.column import NotYet
from bench.tables import canvas
from bench.tables.ablation import Line, chosen_by, lines
from bench.tables.canvas import FAINT, INK, OURS, PAPER
from bench.tables.cells import NOT_RUN
from bench.tables.gather import ExperimentResult
from bench.tables.numbers import absent, plural

LABEL = 36
"""Letters of a column's title in a line beside its row: as many as the margin holds."""

_CHOSEN: dict[str, Any] = dict(ls="", marker="D", mfc="none", mec=PAPER, mew=1.3)


def columns(result: ExperimentResult) -> Figure:
    """Every column's mean, and its difference from its baseline with the 95 % interval."""
    found = lines(result)
    below = canvas.head_inches(result)
    top, bottom = below + 0.5, 0.55
    height = min(canvas.MAX_HEIGHT, top + bottom + 0.36 * max(3, len(found)))
    figure = canvas.headed(result, height)
    both = any(line.effect for line in found)
    axes = figure.subplots(1, 2 if both else 1, squeeze=False, sharey=True)[0]
    figure.subplots_adjust(0.215, bottom / height, 0.985, 1 - top / height, wspace=0.05)
    _errors(axes[0], found)
    axes[0].set_xlabel(_measured(result, found), color=INK)
    if both:
        _effects(axes[1], found)
        points = " (percentage points)" if result.subject.metric.unit == "%" else ""
        axes[1].set_xlabel(f"less its baseline's{points}", color=INK)
    axes[0].yaxis.set_major_locator(FixedLocator(range(len(found))))
    titles = [textwrap.fill(line.title, LABEL) for line in found]
    axes[0].set_yticklabels(titles, parse_math=False)
    axes[0].set_ylim(len(found) - 0.4, -0.6)
    for axis in axes:
        canvas.plain(axis, "x")
    handles = [
        Line2D([], [], color=OURS, lw=1.8, marker="o", ms=6,
               label="mean ± sd of restarts; difference and 95 % interval"),
        *_chosen(result, **_CHOSEN),
        Line2D([], [], ls="", marker="o", color=FAINT, mew=0, ms=4, label="every restart"),
    ]  # fmt: skip
    canvas.legend(figure, result, handles, 5)
    return figure


def _chosen(result: ExperimentResult, **style: Any) -> list[Line2D]:
    """The legend's line of the chosen restarts, where some are."""
    picked = chosen_by(result)
    return [Line2D([], [], ms=6.5, label=f"chosen by {picked}", **style)] if picked else []


def _errors(axis: Axes, found: Sequence[Line]) -> None:
    for place, line in enumerate(found):
        if not line.units:
            _absent(axis, place, line.result.absent)
            continue
        values = line.values.to_list()
        axis.plot(values, [place + 0.22] * len(values), "o", color=FAINT, ms=3, mew=0, zorder=2)
        if values:
            _interval(axis, place, line.mean, _within_sd(line))
        if not absent(line.chosen):
            axis.plot(line.chosen, place, ms=6.5, zorder=4, **_CHOSEN)


def _effects(axis: Axes, found: Sequence[Line]) -> None:
    axis.axvline(0.0, color=INK, lw=0.8, ls=(0, (4, 3)), zorder=1)
    for place, line in enumerate(found):
        told = line.effect
        if told is None:
            continue
        if not told.units:
            _absent(axis, place, NOT_RUN if line.units else line.result.absent)
            continue
        if told.mean is not None:
            _interval(axis, place, told.mean, told.limits or (told.mean, told.mean))
        if not absent(told.chosen):
            axis.plot(told.chosen, place, ms=6.5, zorder=4, **_CHOSEN)


def _interval(axis: Axes, place: int, middle: float, limits: tuple[float, float]) -> None:
    axis.plot(limits, [place, place], color=OURS, lw=1.8, solid_capstyle="butt", zorder=3)
    axis.plot(middle, place, "o", color=OURS, mec="white", mew=0.6, ms=6.5, zorder=3)


def _absent(axis: Axes, place: int, why: str) -> None:
    # at the left edge, wherever the numbers lie
    across = axis.get_yaxis_transform()
    axis.text(0.01, place, why, transform=across, va="center", color="#8a94a0", fontsize=8.5)


def hops(result: ExperimentResult) -> Figure:
    """Mean ± sd of the restarts by number of hops: a line for models a unit, one for joint ones."""
    found = [line for line in lines(result) if not isinstance(line.result.column, NotYet)]
    below = canvas.head_inches(result)
    top, bottom, height = below + 0.5, 0.55, 5.2
    figure = canvas.headed(result, height)
    axis = figure.subplots()
    figure.subplots_adjust(0.055, bottom / height, 0.985, 1 - top / height)
    handles = []
    names = {False: f"a model a {result.subject.noun}", True: "one model for all"}
    for joint, (color, aside) in _SERIES.items():
        name = names[joint]
        those = [line for line in found if line.result.spec.joint == joint]
        those.sort(key=lambda line: _hops(line))
        if those:
            _series(axis, [line for line in those if line.units], color, aside)
            idle = ", ".join(str(_hops(line)) for line in those if not line.units)
            label = f"{name}, mean ± sd" + (f" (not run: {idle} hops)" if idle else "")
            handles.append(Line2D([], [], color=color, lw=1.8, marker="o", ms=6, label=label))
    handles += [
        *_chosen(result, ls="", marker="D", mfc="none", mec=INK, mew=1.3),
        Line2D([], [], ls="", marker="o", color=INK, alpha=0.35, mew=0, ms=4,
               label="every restart"),
    ]  # fmt: skip
    axis.set_xlabel("hops", color=INK)
    axis.set_ylabel(_measured(result, found), color=INK)
    axis.xaxis.set_major_locator(FixedLocator(sorted({_hops(line) for line in found})))
    axis.margins(y=0.12)
    every = [_hops(line) for line in found]
    axis.set_xlim(min(every) - 0.4, max(every) + 0.4)
    canvas.plain(axis, "y")
    canvas.legend(figure, result, handles, 5)
    return figure


_SERIES = {False: (OURS, -0.04), True: (PAPER, 0.04)}
"""Joint or not: its colour, and how far aside it stands so that intervals don't overlap."""


def _series(axis: Axes, those: Sequence[Line], color: str, aside: float) -> None:
    places = [_hops(line) + aside for line in those]
    told = [(place, line) for place, line in zip(places, those, strict=True) if len(line.values)]
    axis.plot(
        [place for place, _ in told], [line.mean for _, line in told], color=color, lw=1.4, zorder=2
    )
    for place, line in told:
        axis.plot([place, place], _within_sd(line), color=color, lw=2.2, zorder=3)
        axis.plot(place, line.mean, "o", color=color, mec="white", mew=0.6, ms=7, zorder=4)
        values = line.values.to_list()
        beside = [place + 2 * aside] * len(values)
        axis.plot(beside, values, "o", color=color, alpha=0.35, ms=3, mew=0, zorder=2)
    for place, line in zip(places, those, strict=True):
        if absent(line.chosen):
            continue
        axis.plot(place, line.chosen, "D", mfc="none", mec=color, mew=1.3, ms=6.5, zorder=5)


def _hops(line: Line) -> int:
    """The column's setting that this figure is of."""
    column: Any = line.result.column
    return column.hops


def _within_sd(line: Line) -> tuple[float, float]:
    sd = 0.0 if absent(line.sd) else line.sd
    return line.mean - sd, line.mean + sd


def _measured(result: ExperimentResult, found: Sequence[Line]) -> str:
    """The axis of means, and what they are over, where that is not every unit."""
    of = result.subject
    label = f"mean {of.metric.title}{of.unit_of(' ({})')}"
    counts = sorted({len(line.units) for line in found if line.units})
    if counts == [len(of.units)]:
        return label
    least, most = counts[0], counts[-1]
    many = str(most) if least == most else f"{least} to {most}"
    return f"{label}, over {many} of {len(of.units)} {plural(of.noun)}"
