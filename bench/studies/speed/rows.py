"""Training speed, ours against a peer's: what is timed, the stored rows, and the tables of them.

No JAX and no PyTorch here; `bench.studies.speed.race` does the timing. A row is one work on one
device: all its repeats, so that a table is a function of the store.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.core import rows as row_files
from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.core.rows import count, map_of, positive, text, wrong_field
from bench.methods.memn2n.spec import MemN2N
from bench.tables.csvs import csv_text
from bench.tables.markdown import joined, safe, table

Row = dict[str, Any]

REMEDY = "restore the file from git, or delete it and run experiments/speed.py again"

WORKS = {
    "babi_task1": "bAbI task 1",
    "babi_task2": "bAbI task 2",
    "babi_task3": "bAbI task 3",
    "babi_joint": "bAbI, 20 tasks jointly",
    "ptb_k6_n100": "Penn Treebank, 6 hops, memory 100",
}
"""The works a row can be of, in the tables' order, by what people call them."""


@dataclass(frozen=True)
class Work:
    """Something to time: training steps of one column.

    Attributes:
        id: a key of `WORKS`.
        dataset: 'babi-1k' or 'babi-10k'.
        tasks: trained on together if the column is joint, else a single one.
    """

    id: str
    dataset: str
    tasks: tuple[int, ...]
    column: MemN2N

    def __post_init__(self) -> None:
        if self.id not in WORKS:
            raise BenchError(f"work '{self.id}' is not known; the works: {', '.join(WORKS)}")
        if len(self.tasks) != 1 and not self.column.joint:
            raise BenchError(f"work '{self.id}': several tasks need a joint column")


def _repeats(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(positive, value))


FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "work": (lambda value: value in tuple(WORKS), f"one of {', '.join(WORKS)}"),
    "device": (
        lambda value: text(value) and value.split()[0] in ("cpu", "gpu"),
        "a text that begins with cpu or gpu",
    ),
    "kind": (
        lambda value: value in ("real", "unverified", "generated"),
        "one of real, unverified, generated",
    ),
    "ours_ms": (positive, "a number above 0"),
    "ours_repeats": (_repeats, "a list of numbers above 0"),
    "ours_steps": (count, "a whole number above 0"),
    "peer": (text, "a text"),
    "peer_ms": (positive, "a number above 0"),
    "peer_repeats": (_repeats, "a list of numbers above 0"),
    "peer_steps": (count, "a whole number above 0"),
    "peer_threads": (count, "a whole number above 0"),
    "ratio": (positive, "a number above 0"),
    "compile_s": (positive, "a number above 0"),
    "restarts": (count, "a whole number above 0"),
    "lanes": (count, "a whole number above 0"),
    "versions": (map_of(text), "an object of texts"),
    "commit": (text, "a text"),
}
"""Fields of a row: a check, and what passes it.

``ours_ms`` and ``peer_ms`` are medians of the ``*_repeats``: ms a step and restart; ``ratio`` is
peer_ms / ours_ms. A repeat has ``ours_steps`` steps of each of ``restarts`` restarts, ``lanes`` to
a program, or ``peer_steps`` steps of one model on ``peer_threads`` threads. ``compile_s`` is what
tracing and compiling took, on all devices. ``kind`` is the data's (`bench.core.dataset.AtHand`).
"""


def make_row(ours_repeats: Sequence[float], peer_repeats: Sequence[float], **others: Any) -> Row:
    """A row from the repeats (ms a step and restart) and the other fields of `FIELDS`.

    Raises:
        BenchError: a field is missing, unknown or wrong.
    """
    ours, peer = ([round(ms, 6) for ms in repeats] for repeats in (ours_repeats, peer_repeats))
    row = {
        **others,
        "ours_repeats": ours,
        "peer_repeats": peer,
        "ours_ms": statistics.median(ours),
        "peer_ms": statistics.median(peer),
    }
    row["ratio"] = row["peer_ms"] / row["ours_ms"]
    wrong = _wrong(row)
    if wrong:
        raise BenchError(f"a measured row {wrong}; measure again")
    return {name: row[name] for name in FIELDS}


BUSY = 1.5
"""Repeats of one side that differ by more than this factor are no measurement."""


def busy(row: Row) -> bool:
    """Whether something else took the machine's time, as far as the repeats can tell."""
    return any(max(row[n]) > BUSY * min(row[n]) for n in ("ours_repeats", "peer_repeats"))


def store_path(results: Path) -> Path:
    """Where the rows of a results folder are."""
    return results / "store" / "speed.jsonl"


def read_rows(results: Path) -> list[Row]:
    """The stored rows, none if nothing was timed.

    Raises:
        BenchError: the file can't be read, or a line of it is not a row.
    """
    return row_files.read(
        store_path(results), _wrong, _key, of="work, device and peer", remedy=REMEDY
    )


def save_row(results: Path, row: Row) -> None:
    """Stores a row in place of the one of the same work, device and peer, if there is one.

    Raises:
        BenchError: the rows there are damaged, or the file can't be written.
    """
    rows = {_key(old): old for old in read_rows(results)}
    rows[_key(row)] = row
    row_files.write(store_path(results), _sorted(rows))


def speed_files(results: Path) -> dict[str, bytes]:
    """What the store gives: ``speed.csv`` and ``speed.md`` by name, nothing if nothing was timed.

    Raises:
        BenchError: the store is damaged.
    """
    rows = _sorted({_key(row): row for row in read_rows(results)})
    if not rows:
        return {}
    return {"speed.csv": _csv(rows).encode(), "speed.md": _markdown(rows).encode()}


def speed_tables(results: Path) -> list[Path]:
    """Writes `speed_files` and returns their paths.

    Raises:
        BenchError: the store is damaged, or a file can't be written.
    """
    paths = []
    for name, content in speed_files(results).items():
        write_atomically(results / name, content)
        paths.append(results / name)
    return paths


HEADER = (
    "work", "device", "ours_ms", "peer", "peer_ms", "ratio",
    "restarts", "lanes", "ours_min", "ours_max", "peer_min", "peer_max", "commit",
)  # fmt: skip
"""The first six are a contract; more may follow."""


def _csv(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        ours, peer = row["ours_repeats"], row["peer_repeats"]
        numbers = {
            "ours_ms": statistics.median(ours),
            "peer_ms": statistics.median(peer),
            "ratio": statistics.median(peer) / statistics.median(ours),
            "ours_min": min(ours),
            "ours_max": max(ours),
            "peer_min": min(peer),
            "peer_max": max(peer),
        }
        lines.append([f"{numbers[n]:.5g}" if n in numbers else row[n] for n in HEADER])
    return csv_text(HEADER, lines)


def _markdown(rows: Sequence[Row]) -> str:
    generated = sorted({row["work"] for row in rows if row["kind"] == "generated"})
    mark = " [GENERATED data]" if generated else ""
    blocks = [f"# Speed: a training step, ours against eager PyTorch{mark}"]
    if generated:
        blocks.append(f"> **Timed on generated data: {', '.join(generated)}.**")
    fewest = min(len(row["ours_repeats"]) for row in rows)
    if fewest < 5:
        blocks.append(f"> **As few as {fewest} repeats: a check that it runs, not a measurement.**")
    for row in rows:
        if busy(row):
            blocks.append(
                f"> **{row['work']} on {safe(row['device'])}: repeats differ by more than "
                f"{BUSY - 1:.0%}. The machine was busy; time it again.**"
            )
    blocks.append(
        "Milliseconds a step and restart, batch of 32, float32; medians of interleaved repeats "
        "(least to most) on the same machine and data. Ours trains all restarts at once, with "
        "running errors and the validation after each epoch; PyTorch trains one model, steps "
        "alone. The peer 'pytorch-eager' looks words up in an embedding a matrix, as public "
        "PyTorch versions do; '-tuned' takes rows of one stacked parameter, the least CPU time "
        "found on one thread."
    )
    head = ("work", "device", "ours, ms", "peer", "peer, ms", "ratio", "repeats")
    lines = []
    for row in rows:
        ours, peer = row["ours_repeats"], row["peer_repeats"]
        ratio = statistics.median(peer) / statistics.median(ours)
        cells = (WORKS[row["work"]], row["device"], _spread(ours), row["peer"], _spread(peer))
        lines.append((*cells, f"{ratio:.1f}", str(len(ours))))
    blocks.append(table(head, lines, "llrlr"))
    blocks.append("Every number: [speed.csv](speed.csv)")
    blocks.append("## Provenance")
    heads = ("work", "device", "peer", "restarts", "to a program", "steps a repeat, ours", "its",
            "its threads", "compiling, s", "data", "commit", "versions")  # fmt: skip
    told = []
    for row in rows:
        versions = ", ".join(f"{name} {v}" for name, v in sorted(row["versions"].items()))
        counts = [str(row[n]) for n in _COUNTS]
        names = (WORKS[row["work"]], row["device"], row["peer"])
        counts.append(f"{row['compile_s']:.1f}")
        told.append((*names, *counts, row["kind"], row["commit"], versions))
    blocks.append(table(heads, told, "lllrrrrrrl"))
    return joined(blocks)


def speed_summary(results: Path) -> str:
    """What the README says of the stored rows, '' if nothing was timed.

    Raises:
        BenchError: the store is damaged.
    """
    rows = [
        (
            WORKS[row["work"]], row["device"], f"{row['ours_ms']:.2f}", row["peer"],
            f"{row['peer_ms']:.1f}", f"{row['ratio']:.1f}×",
        )
        for row in read_rows(results)
    ]  # fmt: skip
    if not rows:
        return ""
    text = (
        "**Speed** ([whole table](results/paper/speed.md)): ms a training step and restart, "
        "against the same model in eager PyTorch (an embedding a matrix, and 'tuned' by "
        "stacking the matrices) on the same machine, both sides with what they do best on its cores"
    )
    head = ("work", "device", "ours", "peer", "peer's", "ratio")
    return f"{text}\n\n{table(head, rows, 'llrlr')}"


_COUNTS = ("restarts", "lanes", "ours_steps", "peer_steps", "peer_threads")


def _spread(repeats: Sequence[float]) -> str:
    middle, low, high = (
        f"{ms:.3g}" for ms in (statistics.median(repeats), min(repeats), max(repeats))
    )
    return f"{middle} ({low} to {high})"


def _key(row: Row) -> tuple[str, str, str]:
    """What there is one row of."""
    return row["work"], row["device"], row["peer"]


def _sorted(rows: Mapping[tuple[str, str, str], Row]) -> list[Row]:
    """By work in the order of `WORKS`, then by device and peer."""
    order = {name: place for place, name in enumerate(WORKS)}
    return [rows[key] for key in sorted(rows, key=lambda key: (order[key[0]], *key[1:]))]


def _wrong(row: Any) -> str:
    """What is wrong with a row, '' if nothing is."""
    wrong = wrong_field(row, FIELDS)
    if wrong:
        return wrong
    if len(row["ours_repeats"]) != len(row["peer_repeats"]):
        return "has more repeats of one side than of the other"
    derived = {
        "ours_ms": statistics.median(row["ours_repeats"]),
        "peer_ms": statistics.median(row["peer_repeats"]),
        "ratio": row["peer_ms"] / row["ours_ms"],
    }
    for name, value in derived.items():
        if not math.isclose(row[name], value, rel_tol=1e-6):
            return f"has a field '{name}' that its repeats do not give ({value:.6g})"
    return ""
