"""Figures of ablations: columns as dots with intervals, or mean error by hops."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

from bench.core.spec import ALL_TASKS, NotYet
from bench.tables import canvas
from bench.tables.ablation import Line, lines
from bench.tables.canvas import FAINT, GRID, INK, OURS, PAPER
from bench.tables.gather import ExperimentResult

_LEGEND = dict(
    loc="upper left", ncols=5, frameon=False, fontsize=9, borderaxespad=0, columnspacing=1.8,
    handletextpad=0.5,
)  # fmt: skip
_CHOSEN = dict(ls="", marker="D", mfc="none", mec=PAPER, mew=1.3)


def columns(result: ExperimentResult) -> Figure:
    """Every column's mean error, and its difference from its baseline with the 95 % interval."""
    found = lines(result)
    below = canvas.head_inches(result)
    top, bottom = below + 0.5, 0.55
    height = min(canvas.MAX_HEIGHT, top + bottom + 0.36 * max(3, len(found)))
    figure = canvas.headed(result, height)
    if not any(line.tasks for line in found):
        return canvas.empty(figure)
    both = any(line.effect for line in found)
    axes = figure.subplots(1, 2 if both else 1, squeeze=False, sharey=True)[0]
    figure.subplots_adjust(0.215, bottom / height, 0.985, 1 - top / height, wspace=0.05)
    _errors(axes[0], found)
    axes[0].set_xlabel(f"mean test error (%){_over(found)}", color=INK)
    if both:
        _effects(axes[1], found)
        axes[1].set_xlabel("less its baseline's (percentage points)", color=INK)
    axes[0].yaxis.set_major_locator(FixedLocator(range(len(found))))
    axes[0].set_yticklabels([line.title for line in found], parse_math=False)
    axes[0].set_ylim(len(found) - 0.4, -0.6)
    for axis in axes:
        _plain(axis, "x")
    handles = [
        Line2D([], [], color=OURS, lw=1.8, marker="o", ms=6,
               label="mean ± sd of restarts; difference and 95 % interval"),
        Line2D([], [], ms=6.5, label="chosen by training error", **_CHOSEN),
        Line2D([], [], ls="", marker="o", color=FAINT, mew=0, ms=4, label="every restart"),
    ]  # fmt: skip
    figure.legend(handles=handles, bbox_to_anchor=(0.006, 1 - below / height), **_LEGEND)
    return figure


def _errors(axis: Axes, found: Sequence[Line]) -> None:
    for place, line in enumerate(found):
        if not line.tasks:
            _absent(axis, place, line.absent)
            continue
        errors = list((line.errors or {}).values())
        axis.plot(errors, [place + 0.22] * len(errors), "o", color=FAINT, ms=3, mew=0, zorder=2)
        if line.mean is not None:
            _interval(
                axis, place, line.mean, (line.mean - (line.sd or 0.0), line.mean + (line.sd or 0.0))
            )
        axis.plot(line.chosen, place, ms=6.5, zorder=4, **_CHOSEN)


def _effects(axis: Axes, found: Sequence[Line]) -> None:
    axis.axvline(0.0, color=INK, lw=0.8, ls=(0, (4, 3)), zorder=1)
    for place, line in enumerate(found):
        told = line.effect
        if told is None:
            continue
        if not told.tasks:
            _absent(axis, place, "not run")
            continue
        if told.mean is not None:
            _interval(axis, place, told.mean, told.limits or (told.mean, told.mean))
        axis.plot(told.chosen, place, ms=6.5, zorder=4, **_CHOSEN)


def _interval(axis: Axes, place: int, middle: float, limits: tuple[float, float]) -> None:
    axis.plot(limits, [place, place], color=OURS, lw=1.8, solid_capstyle="butt", zorder=3)
    axis.plot(middle, place, "o", color=OURS, mec="white", mew=0.6, ms=6.5, zorder=3)


def _absent(axis: Axes, place: int, why: str) -> None:
    # at the left edge, wherever the numbers lie
    across = axis.get_yaxis_transform()
    axis.text(0.01, place, why, transform=across, va="center", color="#8a94a0", fontsize=8.5)


def hops(result: ExperimentResult) -> Figure:
    """Mean error ± sd of the restarts by number of hops: a line for models a task, one for joint
    ones."""
    found = [line for line in lines(result) if not isinstance(line.result.column, NotYet)]
    below = canvas.head_inches(result)
    top, bottom, height = below + 0.5, 0.55, 5.2
    figure = canvas.headed(result, height)
    if not any(line.tasks for line in found):
        return canvas.empty(figure)
    axis = figure.subplots()
    figure.subplots_adjust(0.055, bottom / height, 0.985, 1 - top / height)
    handles = []
    for joint, (name, color, aside) in _SERIES.items():
        those = [line for line in found if line.result.column.joint == joint]
        those.sort(key=lambda line: line.result.column.hops)
        if those:
            _series(axis, [line for line in those if line.tasks], color, aside)
            idle = ", ".join(str(line.result.column.hops) for line in those if not line.tasks)
            label = f"{name}, mean ± sd" + (f" (not run: {idle} hops)" if idle else "")
            handles.append(Line2D([], [], color=color, lw=1.8, marker="o", ms=6, label=label))
    handles += [
        Line2D([], [], ls="", marker="D", mfc="none", mec=INK, mew=1.3, ms=6,
               label="chosen by training error"),
        Line2D([], [], ls="", marker="o", color=INK, alpha=0.35, mew=0, ms=4, label="every restart"),
    ]  # fmt: skip
    axis.set_xlabel("hops", color=INK)
    axis.set_ylabel(f"mean test error (%){_over(found)}", color=INK)
    axis.xaxis.set_major_locator(FixedLocator(sorted({line.result.column.hops for line in found})))
    axis.margins(y=0.12)
    every = [line.result.column.hops for line in found]
    axis.set_xlim(min(every) - 0.4, max(every) + 0.4)
    _plain(axis, "y")
    figure.legend(handles=handles, bbox_to_anchor=(0.006, 1 - below / height), **_LEGEND)
    return figure


_SERIES = {False: ("a model a task", OURS, -0.04), True: ("one model for all", PAPER, 0.04)}
"""Joint or not: its name, its colour, and how far aside it stands so that intervals don't
overlap."""


def _series(axis: Axes, those: Sequence[Line], color: str, aside: float) -> None:
    places = [line.result.column.hops + aside for line in those]
    told = [
        (place, line) for place, line in zip(places, those, strict=True) if line.mean is not None
    ]
    axis.plot(
        [place for place, _ in told], [line.mean for _, line in told], color=color, lw=1.4, zorder=2
    )
    for place, line in told:
        sd = line.sd or 0.0
        axis.plot([place, place], [line.mean - sd, line.mean + sd], color=color, lw=2.2, zorder=3)
        axis.plot(place, line.mean, "o", color=color, mec="white", mew=0.6, ms=7, zorder=4)
        errors = list((line.errors or {}).values())
        beside = [place + 2 * aside] * len(errors)
        axis.plot(beside, errors, "o", color=color, alpha=0.35, ms=3, mew=0, zorder=2)
    for place, line in zip(places, those, strict=True):
        axis.plot(place, line.chosen, "D", mfc="none", mec=color, mew=1.3, ms=6.5, zorder=5)


def _over(found: Sequence[Line]) -> str:
    """What a mean is over, where that is not every task."""
    counts = sorted({len(line.tasks) for line in found if line.tasks})
    if counts == [len(ALL_TASKS)]:
        return ""
    least, most = counts[0], counts[-1]
    many = str(most) if least == most else f"{least} to {most}"
    return f", over {many} of {len(ALL_TASKS)} tasks"


def _plain(axis: Axes, along: str) -> None:
    axis.tick_params(length=0)
    axis.grid(axis=along, color=GRID, lw=0.8)
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
