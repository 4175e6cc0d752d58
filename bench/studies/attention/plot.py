"""The figure of attention: its share on supporting facts by task and hop, and heat maps of the
stories."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator

from bench.core.profiles import Profile
from bench.core.rows import Row
from bench.datasets.babi.babi import ALL_TASKS
from bench.studies.attention.chosen import Measured, Tables, hops_of
from bench.studies.attention.stories import SHOWN_FROM, kept, unverified
from bench.tables import canvas

ACROSS = 9
"""Heat maps side by side."""

MOST = 10
"""Statements in a heat map: those with the largest weights."""

_FACT, _WRONG = canvas.PAPER, "#b3261e"
_HEAT = colormaps["Blues"]
_DOT: dict[str, Any] = {"ms": 3.4, "mec": "white", "mew": 0.5}
_LEFT, _RIGHT = 0.6, 0.15
_BARS, _CELL, _CAPTION = 2.1, 0.18, 0.68
"""Inches: a panel of bars, a row of a heat map, and the words around one."""


def attention_png(tables: Tables, profile: Profile) -> bytes:
    """The figure as PNG: the same bytes for the same rows and versions of the libraries.

    Bars for every data set; heat maps for one, see `of_heat_maps`.

    Args:
        tables: not empty.
    """
    with canvas.style():
        return canvas.png(_figure(tables, profile))


def of_heat_maps(tables: Tables) -> str:
    """The data set with the most tasks; of two with as many babi-10k, as in the paper's figures."""
    return max(tables, key=lambda name: (len(tables[name]), name == "babi-10k"))


def _figure(tables: Tables, profile: Profile) -> Figure:
    dataset = of_heat_maps(tables)
    stories = _stories(tables[dataset])
    lines = [stories[i : i + ACROSS] for i in range(0, len(stories), ACROSS)]
    heights = [_CAPTION + _CELL * max(len(_cells(told)) for *_, told in line) for line in lines]
    above, between, foot = 0.95, 0.62, 0.05
    height = above + len(tables) * (_BARS + between) + 0.45 + sum(heights) + foot
    figure = Figure(figsize=(canvas.WIDTH, height), dpi=canvas.DPI)
    _head(figure, height, tables, profile)
    top = height - above
    for name, tasks in tables.items():
        wide = canvas.WIDTH - _LEFT - _RIGHT
        _bars(figure.add_axes(_box(_LEFT, top - _BARS, wide, _BARS, height)), name, tasks)
        top -= _BARS + between
    _heat_head(figure, height, top, dataset)
    top -= 0.45
    wide = (canvas.WIDTH - _RIGHT) / ACROSS
    for line, tall in zip(lines, heights, strict=True):
        for place, (task, row, told) in enumerate(line):
            rows = len(_cells(told))
            left, bottom = place * wide + 0.5, top - 0.42 - rows * _CELL
            axis = figure.add_axes(_box(left, bottom, wide - 0.55, rows * _CELL, height))
            _heat(axis, task, row, told)
        top -= tall
    return figure


def _box(
    left: float, bottom: float, width: float, tall: float, height: float
) -> tuple[float, float, float, float]:
    """Inches to fractions of the figure."""
    return left / canvas.WIDTH, bottom / height, width / canvas.WIDTH, tall / height


def _head(figure: Figure, height: float, tables: Tables, profile: Profile) -> None:
    rows = [row for tasks in tables.values() for m in tasks.values() for row in m.rows]
    loud = [f"{profile.name.upper()} profile"] if profile.name != "paper" else []
    loud += [f"{kind.upper()} data" for kind in sorted({row["kind"] for row in rows} - {"real"})]
    bold: dict[str, Any] = {"weight": "bold", "va": "top", "parse_math": False}
    figure.text(
        0.012, 1 - 0.18 / height, "Attention on the labelled supporting facts", fontsize=13, **bold
    )
    if loud:
        words = ", ".join(loud)
        figure.text(0.988, 1 - 0.2 / height, words, fontsize=11, color=_WRONG, ha="right", **bold)
    hops = range(max(len(hops_of(tasks)) for tasks in tables.values()))
    figure.legend(
        handles=[
            *(Patch(color=_shade(hop, len(hops)), label=f"hop {hop + 1}") for hop in hops),
            Line2D([], [], ls="", marker="o", color=canvas.INK, label="every restart", **_DOT),
            Line2D(
                [], [], color=_FACT, lw=1.6, label="the same weight on every statement in memory"
            ),
        ],
        loc="upper left",
        bbox_to_anchor=(0.006, 1 - 0.42 / height),
        ncols=len(hops) + 2,
        frameon=False,
        borderaxespad=0,
        columnspacing=1.6,
        handletextpad=0.5,
    )


def _bars(axis: Axes, dataset: str, tasks: dict[int, Measured]) -> None:
    hops = hops_of(tasks)
    group = 0.8 * min(1.0, (2 + len(tasks)) / len(ALL_TASKS))  # few tasks make no giant bars
    wide = group / len(hops)
    for place, measured in enumerate(tasks.values()):
        row = measured.chosen
        for hop in range(row["hops"]):
            at = place + (hop - (len(hops) - 1) / 2) * wide
            colour = _shade(hop, len(hops))
            axis.bar(at, 100 * row["share"][hop], 0.92 * wide, color=colour, zorder=2)
            shares = [100 * other["share"][hop] for other in measured.rows]
            axis.plot([at] * len(shares), shares, "o", color=canvas.INK, zorder=4, **_DOT)
        ends = [place - 0.54 * group, place + 0.54 * group]
        axis.plot(ends, [100 * row["even"]] * 2, color=_FACT, lw=1.6, zorder=3)
    axis.set_xlim(-0.6, len(tasks) - 0.4)
    axis.set_ylim(0, 100)
    axis.xaxis.set_major_locator(FixedLocator(range(len(tasks))))
    marks = ["" if m.chosen["kind"] == "real" else "*" for m in tasks.values()]
    mixed = len(set(marks)) > 1
    shown = marks if mixed else [""] * len(marks)  # where no task is real the title says so
    axis.set_xticklabels([f"{task}{mark}" for task, mark in zip(tasks, shown, strict=True)])
    note = "  (*: not real data throughout)" if mixed else ""
    axis.set_xlabel(f"bAbI task{note}", color=canvas.INK)
    axis.set_ylabel("share (%)", color=canvas.INK)
    axis.set_title(
        f"{dataset}: share on supporting facts, mean over the test questions;"
        " bars: the restart with the lowest training error",
        loc="left", pad=5, parse_math=False,
    )  # fmt: skip
    canvas.plain(axis, "y")


def _shade(hop: int, hops: int) -> str:
    """Lighter to darker, hop by hop."""
    return to_hex(_HEAT(0.35 + 0.55 * hop / max(1, hops - 1)))


def _stories(tasks: dict[int, Measured]) -> list[tuple[int, Row, dict[str, Any]]]:
    """(task, row, story): the figures' in their order, then the first of each task."""
    all_of_them = [
        (task, m.chosen, told) for task, m in tasks.items() for told in m.chosen["stories"]
    ]
    figures = [found for found in all_of_them if found[2]["figure"]]
    return [
        *sorted(figures, key=lambda found: (found[2]["figure"], found[0])),
        *(found for found in all_of_them if not found[2]["figure"]),
    ]


def _heat_head(figure: Figure, height: float, top: float, dataset: str) -> None:
    words: dict[str, Any] = {"va": "top", "parse_math": False}
    figure.text(
        0.012, top / height, f"{dataset}: attention of that restart on single stories, hop by hop",
        weight="bold", fontsize=10, **words,
    )  # fmt: skip
    note = (
        f"rows: statements by their line in the test file, the {MOST} with the largest weights of "
        f"at least {SHOWN_FROM} and the supporting facts (●, orange); fig.: in a figure of the "
        "paper (?: unverified)"
    )
    figure.text(0.012, (top - 0.19) / height, note, fontsize=8, color=canvas.INK, **words)


def _cells(told: dict[str, Any]) -> list[tuple[str, bool, Sequence[float]]]:
    """A heat map's rows: (label, whether it is a supporting fact, weights by hop)."""
    rows = kept(told)
    if len(rows) > MOST:
        ranked = sorted(rows, key=lambda s: (-s[1], -max(s[2], default=0.0), s[0]))
        rows = sorted(ranked[:MOST])
    cells = [(f"{'● ' if s[1] else ''}{s[0]}", bool(s[1]), s[2]) for s in rows]
    if max(told["empty"]) >= SHOWN_FROM:
        cells.append(("empty", False, told["empty"]))
    return cells or [("none", False, [])]


def _heat(axis: Axes, task: int, row: Row, told: dict[str, Any]) -> None:
    cells, hops = _cells(told), row["hops"]
    weights = np.array([list(w) or [math.nan] * hops for *_, w in cells], float)
    axis.imshow(np.ma.masked_invalid(weights), cmap=_HEAT, vmin=0, vmax=1.15, aspect="auto")
    for y, by_hop in enumerate(weights):
        if np.isnan(by_hop).all():
            axis.text(
                (hops - 1) / 2, y, "lost", ha="center", va="center", fontsize=6.5, color=canvas.INK
            )
            continue
        for x, weight in enumerate(by_hop):
            ink = "white" if weight > 0.55 else canvas.INK
            if weight >= 0.005:
                axis.text(x, y, f"{weight:.2f}", ha="center", va="center", fontsize=6.5, color=ink)
    axis.set_xticks(range(hops), [str(hop + 1) for hop in range(hops)])
    axis.set_yticks(range(len(cells)), [label for label, *_ in cells])
    axis.tick_params(length=0, labelsize=7, pad=2)
    for label, (_, fact, _) in zip(axis.get_yticklabels(), cells, strict=True):
        label.set_color(_FACT if fact else canvas.INK)
    for at in range(1, hops):
        axis.axvline(at - 0.5, color="white", lw=0.8)
    for at in range(1, len(cells)):
        axis.axhline(at - 0.5, color="white", lw=0.8)
    figure = (
        f" fig. {told['figure']}{'?' if unverified(task, told) else ''}" if told["figure"] else ""
    )
    said = f"{'right' if told['right'] else 'wrong'} {100 * told['probability']:.0f} %"
    axis.text(
        -0.32, 1, said, transform=axis.transAxes, fontsize=7, va="bottom", ha="left",
        parse_math=False, color=canvas.INK if told["right"] else _WRONG,
    )  # fmt: skip
    axis.annotate(
        f"task {task}{figure}", (-0.32, 1), (0, 9),
        xycoords="axes fraction", textcoords="offset points",
        fontsize=8, weight="bold", va="bottom", ha="left", parse_math=False,
    )  # fmt: skip
