"""A column of a table: a method with its settings, on a data set."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from bench.core import fields
from bench.core.fields import label


@dataclass(frozen=True, kw_only=True)
class Column:
    """What every method's spec has; a method subclasses it with settings of its own.

    Attributes:
        id: its name in commands, CSVs and the printed table.
        title: its name for people.
        dataset: what it is trained and tested on, if not the experiment's data set.
        restarts: how many the paper's protocol trains, seeds 0..N-1; one of them is reported.
        selection: which of the method's rules picks that one (`bench.core.method.Method.rules`).
        against: in an ablation, the id of the column that this one is compared with.
        joint: one model of all units, in place of one a unit.
    """

    id: str = label()
    title: str = label()
    dataset: str = label(default="")
    restarts: int = label(default=10)
    selection: str = label(default="")
    against: str = label(default="")
    joint: bool = False

    method: ClassVar[str]
    """The folder of `bench.methods` that trains it."""

    def __post_init__(self) -> None:
        fields.check(self, self.where)
        fields.positive(self, self.where, "restarts")

    @property
    def where(self) -> str:
        """How messages name it."""
        return f"column '{self.id}'"

    @property
    def marks(self) -> tuple[str, ...]:
        """Its settings in short words, for labels and file names."""
        raise TypeError(f"{type(self).__name__} has no marks")

    def capped(self, epochs: int) -> Column:
        """The column under a budget of so many epochs (of each phase of its training)."""
        raise TypeError(f"{type(self).__name__} cannot be capped")

    def with_restarts(self, restarts: int) -> Column:
        """The column with another number of restarts."""
        return dataclasses.replace(self, restarts=restarts)

    def canonical(self) -> dict[str, Any]:
        """The fields that decide a run, as plain JSON values."""
        return fields.canonical(self)


@dataclass(frozen=True, kw_only=True)
class NotYet:
    """A column of the paper's table that the suite cannot train yet; listed, never dropped."""

    id: str
    title: str
    why: str


AnyColumn = Column | NotYet
