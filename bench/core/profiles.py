"""Budgets: what `smoke`, `laptop` and `paper` make of an experiment, in one place.

Only `paper` keeps the papers' protocol; tables of the other two say so in their titles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.core import registry
from bench.core.column import AnyColumn, Column
from bench.core.errors import BenchError
from bench.core.experiment import Experiment

ALL, FEW, ONE = "all", "few", "one"


@dataclass(frozen=True)
class Profile:
    """A budget.

    Attributes:
        epochs: cap on epochs (of each phase of a training); None keeps the spec's.
        restarts: cap on restarts; None keeps the spec's.
        units: 'all' of a data set, or the 'few' of a quick check.
        long: those of experiments that take hours: 'all', the 'one' that checks each data set, or
            '' where these run only if they are named, and then on ``units``.
        joint: whether columns trained jointly on all units are run by default.
        quick: whether experiments are run on a smaller budget where they declare one
            (`bench.core.experiment.Experiment.quick`).
        note: what a table's title says of it.
    """

    name: str
    epochs: int | None
    restarts: int | None
    units: str
    long: str
    joint: bool
    quick: bool
    note: str

    def runs(self, experiment: Experiment) -> bool:
        """Whether the experiment is run where none is named."""
        return bool(experiment.runnable()) and bool(
            self.long or not experiment.long or (self.quick and experiment.quick)
        )

    def columns(self, experiment: Experiment) -> tuple[AnyColumn, ...]:
        """An experiment's columns, those of a smaller budget in their places."""
        quick = {column.id: column for column in experiment.quick if self.quick}
        return tuple(quick.get(column.id, column) for column in experiment.columns)

    def chosen(
        self, experiment: Experiment, ids: Iterable[str] | None = None
    ) -> tuple[Column, ...]:
        """The columns that are run.

        Args:
            ids: those asked for; None leaves it to the profile: joint columns where the budget
                allows them, and of an experiment with quick columns only these.

        Raises:
            BenchError: an id is unknown or names a column that is not yet runnable.
        """
        wanted = {column.id for column in experiment.select(ids)}
        found = [c for c in self.columns(experiment) if c.id in wanted and isinstance(c, Column)]
        if ids is None and self.quick and experiment.quick:
            found = [column for column in found if column in experiment.quick]
        return tuple(c for c in found if ids is not None or self.joint or not c.joint)

    def units_of(self, experiment: Experiment) -> tuple[str, ...]:
        """The units that an experiment is run on, in order: of its own those of a quick check of
        each data set, where none is, the first."""
        which = self.long if experiment.long and self.long else self.units
        every = registry.units_of(experiment)
        if which == ALL:
            return every
        kept: set[str] = set()
        for name in experiment.datasets:
            own, few = registry.own(name, every), registry.dataset(name).few
            some = [unit for unit in own if unit in few] or own[:1]
            kept.update(some[:1] if which == ONE else some)
        return tuple(unit for unit in every if unit in kept)

    def apply(self, column: Column, restarts: int | None = None) -> Column:
        """The column under this budget; ``restarts`` from the command line wins."""
        if self.epochs is not None:
            column = column.capped(self.epochs)
        if restarts is None:
            restarts = min(column.restarts, self.restarts or column.restarts)
        return column.with_restarts(restarts)


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "smoke", epochs=2, restarts=2, units=FEW, long=ONE, joint=True,
            quick=True, note="a check that the suite runs, not a reproduction",
        ),
        Profile(
            "laptop", epochs=None, restarts=5, units=ALL, long="", joint=False,
            quick=True, note="fewer restarts than the paper, not a reproduction",
        ),
        Profile(
            "paper", epochs=None, restarts=None, units=ALL, long=ALL, joint=True,
            quick=False, note="the paper's protocol",
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
