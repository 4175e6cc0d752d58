"""A made-up store for the tests of the report: valid rows whose numbers the test chooses."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import store_helpers

from bench.core import registry
from bench.core.column import NotYet
from bench.core.dataset import AtHand
from bench.core.experiment import Experiment
from bench.core.profiles import Profile, profile
from bench.core.rows import Row
from bench.core.runs import Group, expand
from bench.core.store import Store
from bench.methods.memn2n.spec import memn2n
from bench.tables import report
from bench.tables.gather import ColumnResult, ExperimentResult

PAPER, SMOKE = profile("paper"), profile("smoke")
TASKS = tuple(str(task) for task in range(1, 21))
KNOWN = registry.dataset("babi-1k").known()
REAL = {"babi-1k": KNOWN}
GENERATED = {
    "babi-1k": AtHand(
        "generated", {unit: dict.fromkeys(files, "0" * 64) for unit, files in KNOWN.files.items()}
    )
}

EXPERIMENT = Experiment(
    id="e2e_table1_babi_1k",
    title="Table 1 <b>&</b> | more",
    dataset="babi-1k",
    columns=(
        NotYet(id="memnn", title="MemNN", why="not <i>written</i> yet"),
        memn2n(id="bow", title="BoW", encoding="bow", restarts=3),
        memn2n(id="pe", title="PE <script>", restarts=3, selection="paper"),
        memn2n(id="3hop_pe_ls_joint", title="3 hops joint", joint=True, restarts=3),
        memn2n(id="pe_ls_rn_joint", title="RN joint", joint=True, time_noise=0.1, restarts=3),
    ),
)
"""Its last column is never run by `fill`."""


def row(group: Group, seed: int, errors: Mapping[Any, float], **changes: object) -> Row:
    """A row of the group with these test errors (%) by task."""
    error = sum(errors.values()) / len(errors)
    mine: dict[str, Any] = {
        "lanes": 3,
        "running_error": 1.0,
        "train_error": 1.0,
        "test_error": error,
        "test_error_batches": min(error + 0.25, 100.0),
        "test_errors": {str(task): value for task, value in errors.items()},
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "versions": {"jax": "0.0", "numpy": "0.0"},
    }
    return store_helpers.row(group, seed, **mine | changes)


def groups(
    column: str,
    budget: Profile = PAPER,
    data: Mapping[str, AtHand] = REAL,
    units: Iterable[str] | None = None,
    of: Experiment = EXPERIMENT,
) -> tuple[Group, ...]:
    """The groups of a column under a profile."""
    (declared,) = of.select([column])
    name = of.dataset_of(declared)
    wanted = budget.units_of(of) if units is None else units
    return expand(budget.apply(declared), name, wanted, data[name])


def fill(
    folder: Path,
    budget: Profile = PAPER,
    data: Mapping[str, AtHand] = REAL,
    seeds: Iterable[int] = range(3),
    columns: Iterable[str] = ("bow", "pe", "3hop_pe_ls_joint"),
) -> Store:
    """A store under ``folder`` with every column but the last, errors made up from a fixed seed."""
    numbers = random.Random(1)
    store = Store(folder / "store")
    for column in columns:
        for group in groups(column, budget, data):
            rows = []
            for seed in seeds:
                errors = {unit: round(numbers.uniform(0, 12), 1) for unit in group.units}
                found = {f: numbers.uniform(0, 9) for f in ("running_error", "train_error")}
                rows.append(row(group, seed, errors, kind=data["babi-1k"].kind, **found))
            store.add(group, rows)
    return store


def gathered(
    folder: Path,
    data: Mapping[str, AtHand] = REAL,
    budget: Profile = PAPER,
    of: Experiment = EXPERIMENT,
) -> report.Report:
    """The report of a folder with one experiment."""
    return report.gather(folder, [of], budget, data)


def result(folder: Path, *arguments: Any, **options: Any) -> ExperimentResult:
    """That experiment's result."""
    return gathered(folder, *arguments, **options).experiments[0]


def columns(folder: Path, *arguments: Any, **options: Any) -> dict[str, ColumnResult]:
    """Its columns by id."""
    return {c.column.id: c for c in result(folder, *arguments, **options).columns}


def table(folder: Path, *arguments: Any, **options: Any) -> dict[tuple[str, ...], dict[str, str]]:
    """The lines of its CSV by their first two fields."""
    made = gathered(folder, *arguments, **options)
    text = made.files()[f"{made.experiments[0].experiment.id}.csv"].decode()
    lines = csv.DictReader(text.splitlines())
    return {tuple(list(line.values())[:2]): line for line in lines}
