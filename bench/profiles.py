"""Budgets: what `smoke`, `laptop` and `paper` make of a spec, in one place.

Only `paper` keeps the papers' protocol; tables of the other two say so in their titles.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from bench.errors import BenchError
from bench.spec import ALL_TASKS, Experiment, MemN2N


@dataclass(frozen=True)
class Profile:
    """A budget.

    Attributes:
        epochs: cap on epochs, linear start's apart; None keeps the spec's.
        restarts: cap on restarts; None keeps the spec's.
        tasks: the bAbI tasks that are run.
        long: those of experiments that take hours (`Experiment.long`); None if these run by name alone,
            and then on ``tasks``.
        joint: whether columns trained jointly on all tasks are run by default.
        compared: training questions generated for a comparison with real data.
        note: what a table's title says of it.
    """

    name: str
    epochs: int | None
    restarts: int | None
    tasks: tuple[int, ...]
    long: tuple[int, ...] | None
    joint: bool
    compared: int
    note: str

    def runs(self, experiment: Experiment) -> bool:
        """Whether the experiment is run where none is named."""
        return self.long is not None or not experiment.long

    def tasks_of(self, experiment: Experiment) -> tuple[int, ...]:
        """The tasks that an experiment is run on, in order."""
        those = self.long if experiment.long and self.long is not None else self.tasks
        return tuple(task for task in experiment.tasks if task in those)

    def with_tasks(self, tasks: Iterable[int]) -> Profile:
        """This budget, for a report that shows these tasks too."""

        def more(those: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(sorted({*those, *tasks}))

        tasks = tuple(tasks)
        long = None if self.long is None else more(self.long)
        return dataclasses.replace(self, tasks=more(self.tasks), long=long)

    def apply(self, column: MemN2N, restarts: int | None = None) -> MemN2N:
        """The column under this budget; ``restarts`` from the command line wins."""
        changes: dict[str, int] = {}
        if self.epochs is not None:
            changes["epochs"] = min(column.epochs, self.epochs)
            if column.linear_start:
                changes["linear_start_epochs"] = min(column.linear_start_epochs, self.epochs)
        if self.restarts is not None:
            changes["restarts"] = min(column.restarts, self.restarts)
        if restarts is not None:
            changes["restarts"] = restarts
        return dataclasses.replace(column, **changes)


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "smoke", epochs=2, restarts=2, tasks=(1, 6, 8), long=(1,), joint=True, compared=1_000,
            note="a check that the suite runs, not a reproduction",
        ),
        Profile(
            "laptop", epochs=None, restarts=5, tasks=ALL_TASKS, long=None, joint=False, compared=10_000,
            note="fewer restarts than the paper, not a reproduction",
        ),
        Profile(
            "paper", epochs=None, restarts=None, tasks=ALL_TASKS, long=ALL_TASKS, joint=True, compared=10_000,
            note="the paper's protocol",
        ),
    )
}  # fmt: skip


def profile(name: str) -> Profile:
    """A profile by name.

    Raises:
        BenchError: there is none of that name.
    """
    if name not in PROFILES:
        raise BenchError(f"unknown profile '{name}'; choose one of {', '.join(PROFILES)}")
    return PROFILES[name]
