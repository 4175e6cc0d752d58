"""Generated beside real stories: ``generated_vs_real.csv`` and ``.md``, from stored rows alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.core.kinds import GENERATED
from bench.core.rows import Row
from bench.datasets.babi.babi import ALL_TASKS
from bench.studies.generated_vs_real.page import (
    NAME,
    SIDES,
    TRAINED,
    Trained,
    by_chance,
    mean_sd,
    percents,
    restarts,
    right,
    written,
)  # fmt: skip
from bench.studies.generated_vs_real.statistics import MEANS
from bench.tables.csvs import csv_text
from bench.tables.gather import ExperimentResult


def comparison_files(
    rows: Iterable[Row],
    trained: Trained,
    *,
    facts: Sequence[tuple[str, str]] = (),
    notices: Sequence[str] = (),
) -> dict[str, bytes]:
    """The two files by name, nothing if nothing was measured or trained.

    Args:
        rows: as `bench.studies.generated_vs_real.store.read_rows` gives them.
        trained: a task without restarts counts as not run.
        facts: the trainings' provenance as (term, text), for the page.
        notices: what keeps the trainings from being the papers' protocol, a line each.

    Raises:
        ValueError: ``trained`` has a key that `TRAINED` has not.
    """
    odd = sorted(set(trained) - set(TRAINED))
    if odd:
        raise ValueError(f"trained: {', '.join(odd)} is none of {', '.join(TRAINED)}")
    by_task = {row["task"]: row for row in rows}
    errors = {key: {t: list(e) for t, e in trained.get(key, {}).items() if e} for key in TRAINED}
    if not by_task and not any(errors.values()):
        return {}
    stored = [by_task[task] for task in sorted(by_task)]
    return {
        f"{NAME}.csv": _csv(by_task, errors).encode(),
        f"{NAME}.md": written(stored, errors, facts, notices).encode(),
    }


def trained_errors(result: ExperimentResult) -> dict[str, dict[int, list[float]]]:
    """The restarts' errors of an experiment whose columns are `TRAINED`'s; of real stories
    throughout none of those that were generated in their stead."""
    return {
        column.column.id: {
            int(str(unit)): values.dropna().to_list()
            for unit, values in column.values.items()
            if column.column.id != "real_on_real" or column.rows[str(unit)].data != GENERATED
        }
        for column in result.columns
    }


_PERCENT = ("classifier", "classifier_by_lot", "reader_real", "reader_generated")

HEADER = (
    "task", *TRAINED, "restarts",
    *(f"{key}_{what}" for key in TRAINED for what in ("mean", "sd")),
    "data", "complete", *_PERCENT[:2], "classifier_by_lot_sd", "classifier_questions",
    *_PERCENT[2:],
    *(f"{name}_{side}" for name in ("exceptions", "repeated", "test") for side in SIDES),
    *(f"{name}_{side}" for name in ("stories", "questions", "statements") for side in SIDES),
    *(
        f"{n}_{what}"
        for n in MEANS
        for what in (*SIDES, "relative", "z", "max_real", "max_generated")
    ),
    "answers_points", "answers_of", "answers_points_by_chance", "support_points", "support_of",
    *(f"{name}_{side}" for name in ("answers", "words") for side in SIDES),
    *(f"{name}_only_{side}" for name in ("answers", "words") for side in SIDES),
    "generator_version", "seed", "generating_seconds", "commit",
)  # fmt: skip
"""The first five are a contract; more may follow.

Median test errors in % over ``restarts`` (the fewest of the three), trained on the first and tested
on the second; then means and sample standard deviations. ``classifier``, ``classifier_by_lot`` and
``reader_*`` are in % of questions, ``relative`` is (generated - real) / real in %, ``z`` that
difference in standard errors, ``*_points`` in percentage points (``by_chance``: what 95 % of sets
drawn from the generated stories, as many as the real ones, stay within). Rows ``mean`` (of medians
and of %) and ``failed`` (medians above 5 %) follow the 20 tasks. Empty: not run, or not of every
task.
"""


def _csv(rows: Mapping[int, Row], errors: Trained) -> str:
    table = [_cells(task, rows.get(task), errors) for task in ALL_TASKS]
    mean: dict[str, Any] = {"task": "mean"}
    for name in (*TRAINED, *_PERCENT):
        values = [cells[name] for cells in table if cells.get(name) is not None]
        mean[name] = statistics.fmean(values) if len(values) == len(ALL_TASKS) else None
    failed: dict[str, Any] = {"task": "failed"}
    for name in TRAINED:
        values = [cells[name] for cells in table if cells[name] is not None]
        failed[name] = sum(v > 5 for v in values) if len(values) == len(ALL_TASKS) else None
    lines = ([cells.get(name) for name in HEADER] for cells in (*table, mean, failed))
    return csv_text(HEADER, lines)


def _cells(task: int, row: Row | None, errors: Trained) -> dict[str, Any]:
    """A task's fields of `HEADER`, those that there are."""
    cells: dict[str, Any] = {"task": str(task), "restarts": restarts(task, errors)}
    for key in TRAINED:
        values = errors[key].get(task, ())
        cells[key] = statistics.median(values) if values else None
        cells[f"{key}_mean"], cells[f"{key}_sd"] = mean_sd(values)
    if row is None:
        return cells
    told, differs = row["classifier"], row["comparison"]
    cells |= {
        "data": row["kind"],
        "complete": "yes" if row["complete"] else "no",
        "classifier": 100 * told["accuracy"],
        "classifier_questions": told["questions"],
        "generator_version": row["generator"]["version"],
        "seed": row["generator"]["seed"],
        "generating_seconds": row["seconds"]["generating"],
        "commit": row["commit"],
    }
    cells["classifier_by_lot"], cells["classifier_by_lot_sd"] = mean_sd(percents(told["by_lot"]))
    for side in SIDES:
        seen, read, overlap = row[side], row["reader"][side], row["overlap"][side]
        cells[f"reader_{side}"] = right(read)
        cells[f"exceptions_{side}"] = read["questions"] - read["right"]
        cells[f"repeated_{side}"], cells[f"test_{side}"] = overlap["repeated"], overlap["test"]
        cells |= {f"{name}_{side}": seen[name] for name in ("stories", "questions", "statements")}
        for name in ("answers", "words"):
            cells[f"{name}_{side}"] = len(seen[name])
            cells[f"{name}_only_{side}"] = " ".join(differs[f"{name}_only"][side])
        for name in MEANS:
            cells[f"{name}_{side}"] = float(seen[name]["mean"])
            cells[f"{name}_max_{side}"] = seen[name]["max"]
    for name in MEANS:
        cells[f"{name}_relative"] = 100 * differs[name]["relative"]
        cells[f"{name}_z"] = differs[name]["z"]
    for name in ("answers", "support"):
        cells[f"{name}_points"], cells[f"{name}_of"] = differs[name]["points"], differs[name]["of"]
    cells["answers_points_by_chance"] = by_chance(row)
    return cells
