"""Figure 3 of S15 from rows: a page, a CSV, and the figure as PNG and PDF."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from bench.core.profiles import Profile
from bench.core.rows import Row
from bench.tables import canvas, provenance
from bench.tables.csvs import csv_text
from bench.tables.markdown import facts, joined, links, loud, table
from bench.tables.notices import data_mark, of_profile
from bench.tables.numbers import listed, short

NAME = "memory_use"
NEAREST = 5

_READING = """\
A language model looks in each of its hops at the words before the one that it predicts. Shown is \
the mean of that attention over all words of the test text, a row a hop, the latest word at the \
right; as in the paper's Figure 3 each row is scaled to its own maximum. The paper shows the \
figure without numbers: some hops look at the latest words only, others everywhere. A \
restart that is shown here need not be the one that Table 2 reports."""


def pages(rows: Sequence[Row], profile: Profile, asked: Mapping[str, str]) -> dict[str, bytes]:
    """``memory_use.csv``, ``.md``, ``.png`` and ``.pdf``; nothing if nothing was measured.

    Args:
        asked: the columns that should be, title -> data set.
    """
    if not rows:
        return {}
    with canvas.style():
        figure = _figure(rows)
        png, pdf = canvas.png(figure), _pdf(figure)
    return {
        f"{NAME}.csv": _csv(rows).encode(),
        f"{NAME}.md": _page(rows, profile, asked).encode(),
        f"{NAME}.png": png,
        f"{NAME}.pdf": pdf,
    }


def _csv(rows: Sequence[Row]) -> str:
    """A line a restart, hop and word back."""
    lines = [
        (row["dataset"], row["model"], row["seed"], hop, back, f"{mean:.6f}",
         mean / max(means), row["kind"])
        for row in rows
        for hop, means in enumerate(row["means"], start=1)
        for back, mean in enumerate(means, start=1)
    ]  # fmt: skip
    head = ("dataset", "model", "seed", "hop", "back", "mean", "scaled", "data")
    return csv_text(head, lines)


def _page(rows: Sequence[Row], profile: Profile, asked: Mapping[str, str]) -> str:
    kinds = sorted({row["kind"] for row in rows} - {"real"})
    measured = {row["dataset"] for row in rows}
    lacking = [title for title, dataset in asked.items() if dataset not in measured]
    missing = [f"NOT MEASURED: {listed(lacking)}."] if lacking else []
    blocks = ["# Which words of the memory each hop looks at" + "".join(map(data_mark, kinds))]
    blocks += [
        *loud([*of_profile(profile), *missing]),
        _READING,
        f"![Mean attention by hop and word]({NAME}.png)",
    ]
    for row in rows:
        blocks.append(f"## {row['model']}, seed {row['seed']}")
        blocks.append(
            f"Test perplexity {short(row['test_ppl'])} over {row['words']} words. Share of the "
            f"attention in %: on the latest {NEAREST} words, and on the one looked at most."
        )
        lines = [
            (
                str(hop),
                short(100 * sum(means[:NEAREST])),
                short(100 * max(means)),
                str(1 + int(np.argmax(means))),
            )
            for hop, means in enumerate(row["means"], start=1)
        ]
        head = ("Hop", f"latest {NEAREST}", "most on one word", "so many words back")
        blocks.append(table(head, lines, "r"))
    blocks.append("Every number: " + links((f"{NAME}.csv", f"{NAME}.pdf")))
    blocks += ["## Provenance", facts(provenance.of_models(rows))]
    return joined(blocks)


def _figure(rows: Sequence[Row]) -> Figure:
    heights = [0.55 + 0.22 * len(row["means"]) for row in rows]
    figure = Figure(figsize=(canvas.WIDTH, 0.3 + sum(heights)), dpi=canvas.DPI)
    axes = figure.subplots(len(rows), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axis, row in zip(axes, rows, strict=True):
        means = np.array(row["means"])
        scaled = means / means.max(axis=1, keepdims=True)
        axis.imshow(scaled[:, ::-1], aspect="auto", cmap="gray", vmin=0, vmax=1)
        axis.set_title(f"{row['model']}, seed {row['seed']}", loc="left", parse_math=False)
        axis.set_yticks(range(len(means)), [f"hop {hop + 1}" for hop in range(len(means))])
        memory = means.shape[1]
        ticks = [0, memory // 2, memory - 1]
        axis.set_xticks(ticks, [f"{memory - tick} back" for tick in ticks])
        axis.tick_params(length=0)
    figure.subplots_adjust(left=0.06, right=0.985, top=0.9, bottom=0.12, hspace=0.6)
    return figure


def _pdf(figure: Figure) -> bytes:
    """The figure as PDF, without the date that would make it other bytes every time."""
    out = io.BytesIO()
    FigureCanvasPdf(figure).print_pdf(out, metadata={"CreationDate": None})
    return out.getvalue()
