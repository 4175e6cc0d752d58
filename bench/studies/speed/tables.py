"""``speed.csv``, ``speed.md`` and what the README says of speed, from the stored rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.core.kinds import GENERATED
from bench.core.provenance import in_words
from bench.core.rows import Row
from bench.studies.speed.rows import BUSY, ROWS, WORKS, busy
from bench.tables.csvs import csv_text
from bench.tables.markdown import joined, safe, table

HEADER = (
    "work", "device", "ours_ms", "peer", "peer_ms", "ratio",
    "restarts", "lanes", "ours_min", "ours_max", "peer_min", "peer_max", "commit",
)  # fmt: skip
"""The first six are a contract; more may follow."""


def speed_files(results: Path) -> dict[str, bytes]:
    """What the store gives: ``speed.csv`` and ``speed.md`` by name, nothing if nothing was timed.

    Raises:
        BenchError: the store is damaged.
    """
    rows = ROWS.read(results)
    if not rows:
        return {}
    return {"speed.csv": _csv(rows).encode(), "speed.md": _page(rows).encode()}


def speed_summary(results: Path) -> str:
    """What the README says of the stored rows, '' if nothing was timed.

    Raises:
        BenchError: the store is damaged.
    """
    rows = ROWS.read(results)
    if not rows:
        return ""
    text = (
        "**Speed** ([whole table](results/paper/speed.md)): ms a training step and restart, "
        "against the same model in eager PyTorch (an embedding a matrix, and 'tuned' by "
        "stacking the matrices) on the same machine: ours as restarts side by side on all of its "
        "cores, the peer a model on one thread or on all, whichever is faster"
    )
    head = ("work", "device", "ours", "peer", "peer's", "ratio")
    lines = [
        (
            WORKS[row["work"]], row["device"], f"{row['ours_ms']:.2f}", row["peer"],
            f"{row['peer_ms']:.1f}", f"{row['ratio']:.1f}×",
        )
        for row in rows
    ]  # fmt: skip
    return "\n\n".join([text, *_warnings(rows), table(head, lines, "llrlr")])


def _warnings(rows: Sequence[Row]) -> list[str]:
    """Loud lines: what keeps rows from being a measurement on the paper's data."""
    lines = []
    generated = sorted({row["work"] for row in rows if row["kind"] == GENERATED})
    if generated:
        lines.append(f"Timed on generated data: {', '.join(generated)}.")
    fewest = min(len(row["ours_repeats"]) for row in rows)
    if fewest < 5:
        lines.append(f"As few as {fewest} repeats: a check that it runs, not a measurement.")
    lines += [
        f"{row['work']} on {safe(row['device'])}: repeats differ by more than {BUSY - 1:.0%}. "
        "The machine was busy; time it again."
        for row in rows
        if busy(row)
    ]
    return [f"> **{line}**" for line in lines]


def _csv(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        numbers = {name: row[name] for name in ("ours_ms", "peer_ms", "ratio")}
        for side in ("ours", "peer"):
            repeats = row[f"{side}_repeats"]
            numbers |= {f"{side}_min": min(repeats), f"{side}_max": max(repeats)}
        lines.append([f"{numbers[n]:.5g}" if n in numbers else row[n] for n in HEADER])
    return csv_text(HEADER, lines)


def _page(rows: Sequence[Row]) -> str:
    mark = " [GENERATED data]" if any(row["kind"] == GENERATED for row in rows) else ""
    text = (
        "Milliseconds a step and restart, batch of 32 (language model: 128), float32; medians of "
        "interleaved repeats "
        "(least to most) on the same machine and data. Ours trains all restarts at once, with "
        "running errors and the validation after each epoch; PyTorch trains one model, steps "
        "alone. The peer 'pytorch-eager' looks words up in an embedding a matrix, as public "
        "PyTorch versions do; '-tuned' takes rows of one stacked parameter, the least CPU time "
        "found on one thread."
    )
    head = ("work", "device", "ours, ms", "peer", "peer, ms", "ratio", "repeats")
    lines = [
        (
            WORKS[row["work"]], row["device"], _spread(row, "ours"), row["peer"],
            _spread(row, "peer"), f"{row['ratio']:.1f}", str(len(row["ours_repeats"])),
        )
        for row in rows
    ]  # fmt: skip
    told_head = (
        "work", "device", "peer", "restarts", "to a program", "steps a repeat, ours", "its",
        "its threads", "compiling, s", "data", "commit", "versions",
    )  # fmt: skip
    counts = ("restarts", "lanes", "ours_steps", "peer_steps", "peer_threads")
    told = [
        (
            WORKS[row["work"]], row["device"], row["peer"], *(str(row[n]) for n in counts),
            f"{row['compile_s']:.1f}", row["kind"], row["commit"], in_words(row["versions"]),
        )
        for row in rows
    ]  # fmt: skip
    return joined([
        f"# Speed: a training step, ours against eager PyTorch{mark}",
        *_warnings(rows),
        text,
        table(head, lines, "llrlr"),
        "Every number: [speed.csv](speed.csv)",
        "## Provenance",
        table(told_head, told, "lllrrrrrrl"),
    ])  # fmt: skip


def _spread(row: Row, side: str) -> str:
    repeats = row[f"{side}_repeats"]
    return f"{row[f'{side}_ms']:.3g} ({min(repeats):.3g} to {max(repeats):.3g})"
