"""Attention on supporting facts: its CSVs, page and figure, from rows alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench.core.profiles import Profile
from bench.core.rows import Row
from bench.studies.attention.chosen import Measured, Tables, by_task, hops_of
from bench.studies.attention.page import attention_page
from bench.studies.attention.plot import attention_png
from bench.tables.csvs import csv_text
from bench.tables.gather import ExperimentResult
from bench.tables.numbers import mean

HEADER = (
    "dataset", "task", "hop", "share", "mean", "sd", "top", "top_mean", "top_sd", "empty", "even",
    "questions", "facts", "lost", "questions_lost", "seed", "restarts", "test_error", "data",
    "memory",
)  # fmt: skip
"""The first six are a contract; more may follow. Shares in %: of the restart selected by training
error, then mean and sample standard deviation over the restarts stored. Rows ``mean`` are over the
tasks there are."""

STORIES_FIRST = ("task", "story", "line", "supporting")
STORIES_LAST = (
    "dataset", "split", "figure", "question", "question_line", "right", "probability",
    "seed", "data",
)  # fmt: skip
"""Of ``attention_stories.csv``, a line a statement; between them a column a hop, ``hop1``,
``hop2``... ``story`` and ``question`` are numbers from 0 in the task's file, lines from 1."""


def attention_files(
    rows: Iterable[Row], profile: Profile, trained: ExperimentResult | None = None
) -> dict[str, bytes]:
    """``attention.csv``, ``.md``, ``.png`` and ``attention_stories.csv``, nothing if nothing was
    measured.

    Args:
        rows: as `bench.studies.attention.store.ROWS` has them.
        trained: for the experiment that names the study.
    """
    tables = by_task(rows)
    if not tables:
        return {}
    return {
        "attention.csv": _csv(tables).encode(),
        "attention_stories.csv": _stories_csv(tables).encode(),
        "attention.md": attention_page(tables, profile, trained).encode(),
        "attention.png": attention_png(tables, profile),
    }


def _csv(tables: Tables) -> str:
    rows = []
    for dataset, tasks in tables.items():
        lines = [
            _cells(measured, hop)
            for measured in tasks.values()
            for hop in range(measured.chosen["hops"])
        ]
        for hop in sorted({line["hop"] for line in lines}):
            those = [line for line in lines if line["hop"] == hop]
            summary = {"dataset": dataset, "task": "mean", "hop": hop}
            for name in ("share", "mean", "top", "top_mean", "empty", "even", "test_error"):
                summary[name] = mean(line[name] for line in those)
            lines.append(summary)
        rows += [[line.get(name) for name in HEADER] for line in lines]
    return csv_text(HEADER, rows)


_AS_STORED = ("dataset", "task", "questions", "facts", "lost", "questions_lost", "seed", "memory")


def _cells(measured: Measured, hop: int) -> dict[str, Any]:
    """One hop of one task, the fields of `HEADER`."""
    share, share_mean, share_sd = measured.spread("share", hop)
    top, top_mean, top_sd = measured.spread("top", hop)
    chosen = measured.chosen
    return {
        "hop": hop + 1,
        "share": share,
        "mean": share_mean,
        "sd": share_sd,
        "top": top,
        "top_mean": top_mean,
        "top_sd": top_sd,
        "empty": 100 * chosen["empty"][hop],
        "even": 100 * chosen["even"],
        "restarts": len(measured.rows),
        "data": chosen["kind"],
        "test_error": float(chosen["test_error"]),
        **{name: chosen[name] for name in _AS_STORED},
    }


def _stories_csv(tables: Tables) -> str:
    """A line a statement: what figures 2 and 4 draw. Weights are empty where it fell out of the
    memory."""
    hops = max(len(hops_of(tasks)) for tasks in tables.values())
    rows: list[list[Any]] = []
    for dataset, tasks in tables.items():
        for task, row in ((task, measured.chosen) for task, measured in tasks.items()):
            for told in row["stories"]:
                after = [
                    dataset,
                    *(told[name] for name in ("split", "figure", "question", "line", "right")),
                ]
                after += [float(told["probability"]), row["seed"], row["kind"]]
                for line, supporting, weights in told["statements"]:
                    cells = [*map(float, weights), *[None] * (hops - len(weights))]
                    rows.append([task, told["story"], line, supporting, *cells, *after])
    head = (*STORIES_FIRST, *(f"hop{hop + 1}" for hop in range(hops)), *STORIES_LAST)
    return csv_text(head, rows)
