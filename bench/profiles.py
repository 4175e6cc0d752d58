"""Budgets: what `smoke`, `laptop` and `paper` make of a spec, in one place.

Only `paper` keeps the papers' protocol; tables of the other two say so in their titles.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from bench.errors import BenchError
from bench.spec import ALL_TASKS, MemN2N


@dataclass(frozen=True)
class Profile:
    """A budget.

    Attributes:
        epochs: cap on epochs, linear start's apart; None keeps the spec's.
        restarts: cap on restarts; None keeps the spec's.
        tasks: the bAbI tasks that are run.
        joint: whether columns trained jointly on all tasks are run by default.
        compared: training questions generated for a comparison with real data.
        note: what a table's title says of it.
    """

    name: str
    epochs: int | None
    restarts: int | None
    tasks: tuple[int, ...]
    joint: bool
    compared: int
    note: str

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
        Profile("smoke", 2, 2, (1, 6, 8), True, 1_000, "a check that the suite runs, not a reproduction"),
        Profile("laptop", None, 3, ALL_TASKS, False, 10_000, "fewer restarts than the paper, not a reproduction"),
        Profile("paper", None, None, ALL_TASKS, True, 10_000, "the paper's protocol"),
    )
}


def profile(name: str) -> Profile:
    """A profile by name.

    Raises:
        BenchError: there is none of that name.
    """
    if name not in PROFILES:
        raise BenchError(f"unknown profile '{name}'; choose one of {', '.join(PROFILES)}")
    return PROFILES[name]
