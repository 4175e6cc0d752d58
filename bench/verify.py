"""Trains a committed restart again and compares it with its row: the store can't be made up.

On the same processor with the same library versions the row must come out the same to the last
digit. Elsewhere sums may round differently and training is chaotic, so the start of the curve must
agree closely and the end within the spread of the restarts.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from bench import devices, provenance
from bench.data.cross import known_data, locate_any
from bench.data.locate import cache_dir
from bench.errors import BenchError
from bench.plan import encode_for
from bench.profiles import PROFILES
from bench.rows import row
from bench.spec import ALL_TASKS, Experiment, Group, expand
from bench.store import Row, Store
from bench.train.loop import Trainer

EXACT = (
    "epochs", "diverged", "running_loss", "running_error", "train_loss", "train_error", "valid_loss",
    "valid_error", "valid_error_batches", "test_loss", "test_error", "test_error_batches",
    "test_errors", "curves",
)  # fmt: skip
EARLY_LOSS = 0.02
"""Elsewhere: relative difference allowed in the first training loss of the curve."""


def verify_row(experiments: Sequence[Experiment], pick: str, data_dir: Path | None) -> str:
    """Picks a committed restart that is cheap to train, trains its chunk, and says how it compares.

    Args:
        pick: any text with hex digits, a commit's hash say: decides which restart.

    Raises:
        BenchError: the row differs, there is none, or its data is not at hand.
    """
    store = Store(provenance.ROOT / "results" / "paper" / "store")
    rows = _cheap_rows(experiments, store)
    if not rows:
        raise BenchError(f"{store.folder}: holds no restart that is cheap to train again")
    digits = "".join(c for c in pick if c in "0123456789abcdef")
    group, wanted = rows[int(digits or "0", 16) % len(rows)]
    column, tasks = group.column, group.tasks
    data = locate_any(group.dataset, tasks, data_dir=data_dir)
    encoded = encode_for(column, tasks, data)
    device = devices.configure(cache_dir() / "xla")[0]
    # The restarts that it shared its program with.
    first = wanted["seed"] - wanted["seed"] % devices.CPU_LANES
    seeds = list(range(first, first + wanted["lanes"]))
    outcomes = Trainer(column, encoded, device, stream=group.stream).train(seeds)
    assert outcomes is not None
    again = row(group, outcomes[wanted["seed"] - first], encoded, data.kind, device)
    name = f"{group.label}, seed {wanted['seed']}"
    same_machine = _where(again) == _where(wanted)
    problems = _exact(again, wanted) if same_machine else _close(again, wanted, store.rows(group))
    if problems:
        raise BenchError(f"{store.path(group)}: {name} trained again differs: {'; '.join(problems)}", 1)
    how = "to the last digit" if same_machine else "within the tolerance across machines"
    return f"{name}: trained again, the row agrees {how} (test error {again['test_error']} %)"


def _cheap_rows(experiments: Sequence[Experiment], store: Store) -> list[tuple[Group, Row]]:
    found = []
    for experiment in experiments:
        for column in experiment.runnable():
            dataset = experiment.dataset_of(column)
            if column.joint or not dataset.startswith("babi-1k"):
                continue
            _, hashes = known_data(dataset, ALL_TASKS)
            applied = PROFILES["paper"].apply(column)
            for group in expand(applied, dataset, experiment.tasks, hashes):
                whole = [r for r in store.rows(group) if r["lanes"] == devices.CPU_LANES]
                found += [(group, r) for r in whole if r["diverged"] is None]
    return found


def _where(row: Row) -> tuple[str, dict[str, str]]:
    """What must be the same for the same bits: the device and the numerical libraries."""
    return row["device"], {k: v for k, v in row["versions"].items() if k != "python"}


def _exact(again: Row, wanted: Row) -> list[str]:
    return [f"{k} {wanted[k]} -> {again[k]}" for k in EXACT if again[k] != wanted[k]]


def _close(again: Row, wanted: Row, group: Sequence[Row]) -> list[str]:
    problems = []
    before, now = wanted["curves"]["train_loss"][0], again["curves"]["train_loss"][0]
    if now is None or abs(now - before) > EARLY_LOSS * abs(before):
        problems.append(f"first training loss {before} -> {now}")
    errors = [r["test_error"] for r in group]
    spread = statistics.stdev(errors) if len(errors) > 1 else 0.0
    if abs(again["test_error"] - wanted["test_error"]) > max(5.0, 4.0 * spread):
        problems.append(f"test error {wanted['test_error']} -> {again['test_error']}")
    return problems
