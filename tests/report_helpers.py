"""A made-up store for the tests of the report: valid rows whose numbers the test chooses."""

from __future__ import annotations

import random
from pathlib import Path

from bench.datasets.babi.locate import known_hashes

from bench.core.column import NotYet
from bench.core.experiment import Experiment
from bench.core.profiles import Profile, profile
from bench.core.runs import Group, expand
from bench.core.store import Row, Store
from bench.datasets.babi.babi import ALL_TASKS
from bench.methods.memn2n.spec import memn2n
from bench.tables.build import DataAtHand

HASHES = known_hashes("babi-1k", ALL_TASKS)
REAL = {"babi-1k": DataAtHand("real", HASHES)}
GENERATED = {"babi-1k": DataAtHand("generated", dict.fromkeys(HASHES, "0" * 64))}

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


def row(group: Group, seed: int, errors: dict[int, float], **changes: object) -> Row:
    """A row of the group with these test errors (%) by task."""
    error = sum(errors.values()) / len(errors)
    return {
        "id": group.run_id(seed),
        "seed": seed,
        "lanes": 3,
        "epochs": 100,
        "diverged": None,
        "running_loss": 0.5,
        "running_error": 1.0,
        "train_loss": 0.5,
        "train_error": 1.0,
        "valid_loss": 0.5,
        "valid_error": 1.0,
        "valid_error_batches": 1.0,
        "test_loss": 0.5,
        "test_error": error,
        "test_error_batches": error + 0.25,
        "test_errors": {str(task): value for task, value in errors.items()},
        "curves": {},
        "seconds": 1.5,
        "kind": "real",
        "device": "cpu",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "versions": {"jax": "0.0", "numpy": "0.0"},
        **changes,
    }


def groups(column: str, name: str = "paper", data: dict = REAL, tasks=None) -> tuple[Group, ...]:
    """The groups of a column of `EXPERIMENT` under a profile."""
    budget: Profile = profile(name)
    spec = budget.apply(next(c for c in EXPERIMENT.columns if c.id == column))
    return expand(spec, "babi-1k", tasks or budget.tasks, data["babi-1k"].hashes)


def fill(
    folder: Path, name: str = "paper", data: dict = REAL, seeds=range(3), columns=None
) -> Store:
    """A store under ``folder`` with every column but the last, errors made up from a fixed seed."""
    numbers = random.Random(1)
    store = Store(folder / "store")
    for column in columns or ("bow", "pe", "3hop_pe_ls_joint"):
        for group in groups(column, name, data):
            rows = []
            for seed in seeds:
                errors = {task: round(numbers.uniform(0, 12), 1) for task in group.tasks}
                found = {f: numbers.uniform(0, 9) for f in ("running_error", "train_error")}
                rows.append(row(group, seed, errors, kind=data["babi-1k"].kind, **found))
            store.add(group, rows)
    return store
