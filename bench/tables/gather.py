"""The store's rows and the printed numbers, put side by side: every cell of every table."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.core.errors import BenchError
from bench.core.profiles import Profile
from bench.core.spec import ALL_TASKS, Experiment, Group, MemN2N, NotYet, expand
from bench.core.store import Row, Store
from bench.tables import paper, selection
from bench.tables.verdict import Limits, limits_of, verdict

FAILS_ABOVE = 5.0 + 1e-6
"""S15: a task fails above 5 %; 50 wrong of 1000 do not, whatever their float quotient."""

TRUST = ("real", "completed", "unverified", "generated")
"""Kinds of data, the most trusted first."""

RUN, PARTIAL, NOT_RUN, NOT_YET = "run", "partial", "not run", "not yet runnable"


@dataclass(frozen=True)
class DataAtHand:
    """A data set whose runs are reported.

    Attributes:
        kind: 'real', 'unverified' or 'generated': of the files.
        hashes: file name -> SHA-256, as `bench.core.spec.expand` takes it.
        about: of generated data, its settings in words.
    """

    kind: str
    hashes: Mapping[str, str]
    about: str = ""

    def has(self, task: int) -> bool:
        """Whether the task's training and test files are there."""
        names = [name for name in self.hashes if f"/qa{task}_" in "/" + name]
        return all(any(name.endswith(f"_{s}.txt") for name in names) for s in ("train", "test"))


@dataclass(frozen=True)
class Cell:
    """One column on one task, or its mean error or failed tasks over all 20.

    Attributes:
        paper: the number as printed, '' if none is.
        status: 'run', 'partial' (fewer restarts or tasks stored than asked for), 'not run' or
            'not yet runnable'.
        seeds: the restarts stored.
        errors: seed -> test error (%), or failed tasks, of the restarts that did not diverge.
        ours: that of the restart `selection.select` chose.
        batches: the same without the last partial batch, as the released code; per-task columns.
        seed: the chosen restart; None where each task chose its own.
        data: the kind of data, empty if not run: 'real', 'completed' (generated stories complete a
            training set, the test set is real), 'unverified' or 'generated'.
        completed: whether generated stories complete a training set of it, whatever its kind.
        limits: (low, high) of the 95 % interval of the paper's number, None if there are too few
            restarts for one (see `bench.tables.interval`).
    """

    paper: str
    status: str
    seeds: frozenset[int] = frozenset()
    errors: Mapping[int, float] = field(default_factory=dict)
    ours: float | None = None
    batches: float | None = None
    seed: int | None = None
    data: str = ""
    completed: bool = False
    limits: Limits | None = None

    @property
    def diverged(self) -> int:
        """Stored restarts that diverged (over all tasks: on at least one)."""
        return len(self.seeds) - len(self.errors)

    @property
    def mean(self) -> float | None:
        return selection.mean([self.errors[seed] for seed in sorted(self.errors)])

    @property
    def sd(self) -> float | None:
        return selection.sd([self.errors[seed] for seed in sorted(self.errors)])

    @property
    def difference(self) -> float | None:
        """Ours - paper, in percentage points (or tasks)."""
        if self.ours is None or not self.paper:
            return None
        return self.ours - float(self.paper)

    @property
    def verdict(self) -> str:
        """See `bench.tables.verdict.verdict`; '' where there is no number of ours."""
        return "" if self.ours is None else verdict(self.paper, self.limits)


@dataclass(frozen=True)
class ColumnResult:
    """A column: its cells by row ('1'..'20', 'mean', 'failed') and the rows they stand on."""

    column: MemN2N | NotYet
    cells: Mapping[str, Cell]
    groups: tuple[tuple[Group, tuple[Row, ...]], ...] = ()

    @property
    def ran(self) -> bool:
        """Whether any restart is stored."""
        return any(rows for _, rows in self.groups)

    @property
    def tasks(self) -> tuple[int, ...]:
        """The tasks that have a number."""
        return tuple(task for task in ALL_TASKS if self.cells[str(task)].ours is not None)


@dataclass(frozen=True)
class ExperimentResult:
    """All that a report says of an experiment."""

    experiment: Experiment
    profile: Profile
    restarts: int | None
    names: Mapping[str, str]
    columns: tuple[ColumnResult, ...]
    kind: str
    without_files: tuple[int, ...]
    about: str = ""

    @property
    def ran(self) -> tuple[ColumnResult, ...]:
        return tuple(column for column in self.columns if column.ran)

    @property
    def completed(self) -> bool:
        """Whether generated stories complete a training set of any cell."""
        return any(column.cells["mean"].completed for column in self.ran)


def gather(
    store: Store,
    experiment: Experiment,
    profile: Profile,
    data: Mapping[str, DataAtHand],
    *,
    restarts: int | None = None,
    folder: Path = paper.FOLDER,
) -> ExperimentResult:
    """Reads the restarts of an experiment and the paper's numbers.

    Args:
        data: data set -> what is at hand of it; tasks without files count as not run.
        restarts: asked for on the command line; None leaves it to the profile.

    Raises:
        BenchError: a file of the store or of the paper's numbers is damaged.
    """
    nothing = DataAtHand("", {})
    printed = paper.printed(experiment, folder)
    asked = profile.tasks_of(experiment)
    missing: set[int] = set()
    columns = []
    for column in experiment.columns:
        numbers = printed.cells[column.id]
        if isinstance(column, NotYet):
            cells = {key: Cell(number, NOT_YET) for key, number in numbers.items()}
            columns.append(ColumnResult(column, cells))
            continue
        dataset = experiment.dataset_of(column)
        at_hand = data.get(dataset, nothing)
        tasks = [task for task in asked if at_hand.has(task)]
        missing |= set(asked) - set(tasks)
        applied = profile.apply(column, restarts)
        groups = expand(applied, dataset, tasks, at_hand.hashes) if tasks else ()
        stored = tuple((group, tuple(store.rows(group))) for group in groups)
        cells = _cells(numbers, stored, store, at_hand.kind)
        # the paper chose from as many restarts as are declared, whatever was asked for here
        limits = limits_of(stored, column.restarts)
        cells = {key: replace(cell, limits=limits.get(key)) for key, cell in cells.items()}
        columns.append(ColumnResult(applied, cells, stored))
    result = tuple(columns)
    kinds = [column.cells["mean"].data for column in result if column.ran]
    kind = least_trusted(kinds or [data.get(name, nothing).kind for name in experiment.datasets])
    without = tuple(sorted(missing))
    about = "; ".join(
        dict.fromkeys(data[n].about for n in experiment.datasets if n in data and data[n].about)
    )
    return ExperimentResult(
        experiment, profile, restarts, printed.names, result, kind, without, about
    )


def least_trusted(kinds: list[str]) -> str:
    """The kind that claims least; one that is not known claims nothing."""
    return max(
        kinds,
        key=lambda kind: (TRUST.index(kind) if kind in TRUST else len(TRUST), kind),
        default="",
    )


def _cells(
    numbers: Mapping[str, str],
    groups: tuple[tuple[Group, tuple[Row, ...]], ...],
    store: Store,
    kind: str,
) -> dict[str, Cell]:
    cells = {key: Cell(number, NOT_RUN) for key, number in numbers.items()}
    for group, rows in groups:
        chosen = selection.select(rows, group.column.restarts, group.column.selection)
        seeds = frozenset(row["seed"] for row in rows)
        status = RUN if seeds >= set(range(group.column.restarts)) else PARTIAL
        for task in group.tasks if rows else ():
            error = functools.partial(_error, task=task, path=store.path(group))
            cells[str(task)] = Cell(
                paper=numbers[str(task)],
                status=status,
                seeds=seeds,
                errors={row["seed"]: error(row) for row in selection.finished(rows)},
                ours=error(chosen) if chosen else None,
                batches=chosen["test_error_batches"] if chosen and not group.column.joint else None,
                seed=chosen["seed"] if chosen else None,
                data=least_trusted([kind, *(row["kind"] for row in rows)]),
                completed=group.completed,
            )
    tasks = [cells[str(task)] for task in ALL_TASKS]
    joint = any(group.column.joint for group, _ in groups)
    for key, figure in (("mean", selection.mean), ("failed", failed)):
        cells[key] = _over_tasks(numbers[key], tasks, figure, joint)
    return cells


def failed(errors: list[float]) -> float:
    """How many of these errors (%) are above 5 %."""
    return float(sum(error > FAILS_ABOVE for error in errors))


def _over_tasks(
    number: str, tasks: list[Cell], figure: Callable[[list[float]], float | None], joint: bool
) -> Cell:
    """Mean or count over the tasks, and its spread over the seeds that every task has."""
    ran = [cell for cell in tasks if cell.status != NOT_RUN]
    if not ran:
        return Cell(number, NOT_RUN)

    def over(values: list[float | None]) -> float | None:
        return None if None in values else figure(values)

    seeds = frozenset.intersection(*(cell.seeds for cell in tasks))
    good = [seed for seed in sorted(seeds) if all(seed in cell.errors for cell in tasks)]
    whole = len(ran) == len(tasks) and all(cell.status == RUN for cell in tasks)
    return Cell(
        paper=number,
        status=RUN if whole else PARTIAL,
        seeds=seeds,
        errors={seed: figure([cell.errors[seed] for cell in tasks]) for seed in good},
        ours=over([cell.ours for cell in tasks]),
        batches=over([cell.batches for cell in tasks]),
        seed=tasks[0].seed if joint else None,
        data=least_trusted([cell.data for cell in ran]),
        completed=any(cell.completed for cell in ran),
    )


def _error(row: Row, task: int, path: Path) -> float:
    value = row["test_errors"].get(str(task))
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise BenchError(
            f"{path}: field 'test_errors' of seed {row['seed']} has no number for task {task}; "
            "restore the file from git, or delete it to train again"
        )
    return float(value)
