"""Training speed, ours against a peer's: what is timed, and the stored rows.

No JAX and no PyTorch here; `bench.studies.speed.race` does the timing. A row is one work on one
device: all its repeats, so that a table is a function of the store.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.core import kinds
from bench.core.errors import BenchError
from bench.core.rows import (
    COUNT,
    POSITIVE,
    TEXT,
    TEXTS,
    Fields,
    Row,
    list_of,
    one_of,
    positive,
    text,
)
from bench.core.study_rows import StudyRows
from bench.methods.memn2n.spec import MemN2N
from bench.methods.memn2n_lm.spec import MemN2NLM

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
        dataset: its name.
        units: of it: trained on together if the column is joint, else a single one.
    """

    id: str
    dataset: str
    units: tuple[str, ...]
    column: MemN2N | MemN2NLM

    def __post_init__(self) -> None:
        if self.id not in WORKS:
            raise BenchError(f"work '{self.id}' is not known; the works: {', '.join(WORKS)}")
        if len(self.units) != 1 and not self.column.joint:
            raise BenchError(f"work '{self.id}': several units need a joint column")


_REPEATS = (lambda value: bool(value) and list_of(positive)(value), "a list of numbers above 0")

FIELDS: Fields = {
    "work": one_of(*WORKS),
    "device": (
        lambda value: text(value) and value.split()[0] in ("cpu", "gpu"),
        "a text that begins with cpu or gpu",
    ),
    "kind": one_of(kinds.REAL, kinds.UNVERIFIED, kinds.GENERATED),
    "ours_ms": POSITIVE,
    "ours_repeats": _REPEATS,
    "ours_steps": COUNT,
    "peer": TEXT,
    "peer_ms": POSITIVE,
    "peer_repeats": _REPEATS,
    "peer_steps": COUNT,
    "peer_threads": COUNT,
    "ratio": POSITIVE,
    "compile_s": POSITIVE,
    "restarts": COUNT,
    "lanes": COUNT,
    "versions": TEXTS,
    "commit": TEXT,
}
"""The fields of a row.

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
    row = {**others, "ours_repeats": ours, "peer_repeats": peer}
    row |= _derived(row)
    wrong = ROWS.why_not(row)
    if wrong:
        raise BenchError(f"a measured row {wrong}; measure again")
    return {name: row[name] for name in FIELDS}


def _derived(row: Row) -> dict[str, float]:
    ours, peer = (statistics.median(row[f"{side}_repeats"]) for side in ("ours", "peer"))
    return {"ours_ms": ours, "peer_ms": peer, "ratio": peer / ours}


def _wrong(row: Row) -> str:
    if len(row["ours_repeats"]) != len(row["peer_repeats"]):
        return "has more repeats of one side than of the other"
    for name, value in _derived(row).items():
        if not math.isclose(row[name], value, rel_tol=1e-6):
            return f"has a field '{name}' that its repeats do not give ({value:.6g})"
    return ""


def _order(row: Row) -> tuple:
    return list(WORKS).index(row["work"]), row["device"], row["peer"]


ROWS = StudyRows(
    "speed", FIELDS, ("work", "device", "peer"), "work, device and peer", _wrong, _order
)

BUSY = 1.5
"""Repeats of one side that differ by more than this factor are no measurement."""


def busy(row: Row) -> bool:
    """Whether something else took the machine's time, as far as the repeats can tell."""
    return any(max(row[n]) > BUSY * min(row[n]) for n in ("ours_repeats", "peer_repeats"))
