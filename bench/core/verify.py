"""Trains a committed restart again and compares it with its row: the store can't be made up.

On the same processor with the same library versions and the method's sums in the same order
(`bench.core.method.Method.rounding`) the row must come out the same to the last digit; on one core,
as the rows of the paper profile are trained. Elsewhere sums may round differently and training is
chaotic, so the start of the curve must be alike, and the end within the spread of the restarts.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from bench.core import devices, provenance, registry, trail
from bench.core.cache import cache_dir
from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.core.experiment import Experiment
from bench.core.method import Beginner, Trainer
from bench.core.plan import Job, prepare
from bench.core.profiles import PROFILES
from bench.core.rows import Row
from bench.core.runner import chunks, row
from bench.core.runs import Group, expand
from bench.core.store import Store

EARLY_LOSS = {True: 0.02, False: 0.06}
"""Elsewhere, on the same kind of device (CPU, GPU) or on another: relative difference allowed in
what `bench.core.method.Beginner.begin` gives. Of six rows of an NVIDIA H200 begun again on an AMD
EPYC (25/17) the farthest, six hops deep, was 0.032 off; those of two and four hops agreed to six
digits."""

CURVE_LOSS = 0.5
"""Elsewhere: the same in `bench.core.method.Method.early` of a whole training, some epochs into it.
Of five rows of an Intel Xeon (6/207) the farthest was 0.34 off on an AMD EPYC (25/1)."""

CHEAP_SECONDS = 20.0
"""Predicted; a restart of more is not picked."""


def verify_row(experiments: Sequence[Experiment], pick: str, wish: Wish) -> str:
    """Picks a committed restart that is cheap to train, of such a machine if there is one,
    trains its chunk, and says how it compares.

    Args:
        pick: any text with hex digits, a commit's hash say: decides which restart.

    Raises:
        BenchError: the row differs, there is none, or its data is not at hand.
    """
    store = Store(provenance.ROOT / "results" / "paper" / "store")
    stored = _rows(experiments, store)
    if not stored:
        raise BenchError(f"{store.folder}: holds no restart that can be trained again")
    with devices.one_core():
        device = devices.configure(cache_dir() / "xla")[0]
        for group, wanted in _in_turn(stored, pick, device):
            found = registry.dataset(group.dataset).find(group.units, wish)
            job = Job(group, prepare(group, found), wanted["kind"], (wanted["seed"],))
            if job.work.seconds <= CHEAP_SECONDS:
                return _again(job, wanted, store, device)
            trainer = _trainer(job, device)
            if isinstance(trainer, Beginner):
                return _begun(job, trainer, wanted, store, device)
    raise BenchError(f"{store.folder}: holds no restart that is cheap to train again")


def _in_turn(
    stored: Sequence[tuple[Group, Row]], pick: str, device: Any
) -> Iterator[tuple[Group, Row]]:
    """From the one picked on; those trained on such a machine come first, as they must agree to
    the last digit."""
    digits = int("".join(c for c in pick if c in "0123456789abcdef") or "0", 16)
    for same in (True, False):
        found = [(g, row) for g, row in stored if (_where(row) == _here(g, device)) == same]
        yield from (found[(digits + step) % len(found)] for step in range(len(found)))


def _trainer(job: Job, device: Any) -> Trainer:
    column = job.group.column
    return registry.method(column.method).trainer(column, job.prepared, [device], job.group.stream)


def _begun(job: Job, trainer: Beginner, wanted: Row, store: Store, device: Any) -> str:
    """Trains the beginning again, of a restart that takes hours."""
    group = job.group
    (chunk,) = chunks(job, [device])
    now = dict(zip(chunk, trainer.begin(chunk), strict=True))[wanted["seed"]]
    before = registry.method(group.column.method).early(wanted)
    same_machine = _where(wanted) == _here(group, device)
    same_kind = wanted["device"].split()[0] == devices.describe(device).split()[0]
    slack = 0.0 if same_machine else EARLY_LOSS[same_kind] * abs(before)
    name = f"{group.label}, seed {wanted['seed']}"
    if not abs(now - before) <= slack:
        raise BenchError(
            f"{store.path(group)}: {name} begun again differs: first training loss {before} -> "
            f"{now}", 1
        )  # fmt: skip
    how = "to the last digit" if same_machine else "within the tolerance across machines"
    return f"{name}: begun again, its first loss agrees {how}"


def _again(job: Job, wanted: Row, store: Store, device: Any) -> str:
    group = job.group
    method = registry.method(group.column.method)
    (chunk,) = chunks(job, [device])
    outcomes = _trainer(job, device).train(chunk)
    assert outcomes is not None
    (outcome,) = (one for one in outcomes if one.seed == wanted["seed"])
    again = row(group, outcome, job.kind, [trail.here(devices.describe(device), method.rounding)])
    name = f"{group.label}, seed {wanted['seed']}"
    same_machine = _where(again) == _where(wanted)
    exact = sorted(method.fields)
    problems = (
        [f"{k} {wanted.get(k)} -> {again.get(k)}" for k in exact if again.get(k) != wanted.get(k)]
        if same_machine
        else _close(group, again, wanted, store.rows(group))
    )
    if problems:
        raise BenchError(
            f"{store.path(group)}: {name} trained again differs: {'; '.join(problems)}", 1
        )
    how = "to the last digit" if same_machine else "within the tolerance across machines"
    return f"{name}: trained again, the row agrees {how}"


def _rows(experiments: Sequence[Experiment], store: Store) -> list[tuple[Group, Row]]:
    """Restarts that did not diverge, of models of single units."""
    found = []
    for experiment in experiments:
        for column in experiment.runnable():
            if column.joint:
                continue
            dataset = experiment.dataset_of(column)
            at_hand = registry.dataset(dataset).known()
            units = [u for u in registry.units_of(experiment) if at_hand.has(u)]
            if not units:
                continue  # nothing is known of its files
            for group in expand(PROFILES["paper"].apply(column), dataset, units, at_hand):
                found += [(group, r) for r in store.rows(group) if r["diverged"] is None]
    return found


def _where(row: Row) -> tuple[str, int, dict[str, str]]:
    """What must be the same for the same bits: the device, the method's order of sums, and the
    numerical libraries."""
    libraries = {k: v for k, v in row["versions"].items() if k != "python"}
    return row["device"], row.get("rounding", 1), libraries


def _here(group: Group, device: Any) -> tuple[str, int, dict[str, str]]:
    rounding = registry.method(group.column.method).rounding
    versions = provenance.versions()
    return _where({"device": devices.describe(device), "rounding": rounding, "versions": versions})


def _close(group: Group, again: Row, wanted: Row, rows: Sequence[Row]) -> list[str]:
    problems = []
    method = registry.method(group.column.method)
    before, now = method.early(wanted), method.early(again)
    if not abs(now - before) <= CURVE_LOSS * abs(before):
        problems.append(f"early training loss {before} -> {now}")
    metric = registry.dataset(group.dataset).metric
    field = method.metrics[metric.measured]
    good = [one for one in rows if one["diverged"] is None]
    for unit in group.units:
        spread = statistics.stdev(r[field][unit] for r in good) if len(good) > 1 else 0.0
        one, other = metric.of(wanted[field][unit]), metric.of(again[field][unit])
        slack = max(0.05 * (metric.most or abs(one)), 4.0 * spread)
        if not math.isclose(one, other, rel_tol=0.0, abs_tol=slack):
            problems.append(f"{metric.title} of {unit} {one} -> {other}")
    return problems
