"""What a method owes the spine. One is added as a folder of `bench.methods`.

The folder's package has ``METHOD``, an object that is a `Method`. Importing it imports no JAX: that
comes with `Method.trainer`, once there is something to train.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from bench.core.column import Column
from bench.core.rows import Fields, Row


@dataclass(frozen=True)
class Rule:
    """How one of several restarts is picked. The test set plays no part in it.

    Attributes:
        fields: of its row, compared in this order; the least is the best, and one that is not
            finite comes last. Ties go to the lower seed. None at all: no restart is picked, and
            what is reported is their mean.
        split: what they are measured on: 'train' or 'valid'.
        about: in words, 'the final model's training error' say.
        measure: the first field in two words, 'training error' say.
    """

    fields: tuple[str, ...]
    split: str
    about: str
    measure: str


@dataclass(frozen=True)
class Work:
    """What a restart takes: for the progress bar, and for how many share a program.

    Attributes:
        seconds: predicted, of one restart; only the proportions matter.
        lane_bytes: what one restart reads at every step, roughly.
    """

    seconds: float
    lane_bytes: int


Tick = Callable[[float, str], None]
"""Told the share of a training that is done, what a checkpoint held included, and where it stands
in a few words, '' where the share says it all."""


def unwatched(share: float, note: str) -> None:
    """The `Tick` of a training that nobody watches."""


@dataclass(frozen=True)
class Outcome:
    """A finished restart.

    Attributes:
        row: the method's fields of its row.
        seconds: its share of its program's training time.
        lanes: how many restarts shared the program.
        params: parameter name -> array, what a saved model holds.
    """

    seed: int
    row: Row
    seconds: float
    lanes: int
    params: Mapping[str, Any]


class Trainer(Protocol):
    """Trains restarts of one column on prepared examples; programs are compiled once."""

    def train(
        self,
        seeds: Sequence[int],
        *,
        saved: Sequence[Path] = (),
        stop: Callable[[], bool] = lambda: False,
        tick: Tick = unwatched,
    ) -> list[Outcome] | None:
        """Trains a restart a seed.

        Args:
            saved: checkpoint files, an equal share of the restarts each: resumed from if they are
                there; the caller removes them once the outcomes are stored.
            stop: asked every few seconds; if true, the work is saved and None returned.
            tick: told, after each block, of how far the training is.

        Raises:
            BenchError: a checkpoint can't be written.
        """


@runtime_checkable
class Beginner(Protocol):
    """A trainer whose training takes hours, and that can train its beginning alone."""

    def begin(self, seeds: Sequence[int]) -> list[float]:
        """What `Method.early` gives of each seed's row, from a training that ends there."""


class Method(Protocol):
    """A method: its spec, its version, its rows, and how it is trained.

    Attributes:
        name: its folder.
        version: raised by hand whenever the same spec on the same data would train to other
            numbers. Rows of an earlier version are then no longer taken for it; no other method's.
        rounding: raised by hand where the same sums are taken in another order, which changes last
            digits alone, as another processor does: rows of before still count.
        spec: its columns' dataclass.
        reads: the type of examples it reads, one of `bench.examples`.
        splits: those it reads of every unit, 'train' and 'test' at least.
        fields: of its rows, beside the spine's. One of them is ``diverged``: null, or where its
            loss was no longer finite; restarts that diverged are in no number.
        metrics: metric (`bench.core.dataset.Metric.measured`) -> the field that maps a unit to it.
        asides: what else pages show of a restart of one unit: title -> its number from a row, None
            where it has none.
        rules: rules of selection by name (`Column.selection`); the first is the default.
    """

    name: str
    version: int
    rounding: int
    spec: type[Column]
    reads: type
    splits: Sequence[str]
    fields: Fields
    metrics: Mapping[str, str]
    asides: Mapping[str, Callable[[Row], float | None]]
    rules: Mapping[str, Rule]

    def early(self, row: Row) -> float:
        """A loss of a row from early in its training, where machines differ least."""

    def needs(self, column: Column) -> tuple:
        """What `prepare` looks at of a column: columns that are alike in it share their arrays."""

    def prepare(self, column: Column, parts: Mapping[str, Mapping[str, Any]]) -> Any:
        """Examples as arrays.

        Args:
            parts: unit -> split -> examples.

        Raises:
            BenchError: there are too few, say.
        """

    def work(self, column: Column, prepared: Any) -> Work:
        """What a restart takes."""

    def trainer(self, column: Column, prepared: Any, devices: Sequence, stream: int) -> Trainer:
        """A trainer.

        Args:
            devices: JAX devices, one, or several over which restarts are sharded.
            stream: 32 bits of the group's identity: restarts of different groups draw different
                numbers.
        """

    def place(self, saved: Path, seeds: Sequence[int]) -> Hashable:
        """How far a checkpoint of these seeds is, None if there is none that can be resumed.

        Restarts are trained together only if they are equally far.
        """

    def save_model(self, path: Path, run: Row, outcome: Outcome, prepared: Any) -> None:
        """Writes a restart's parameters with all that using them needs.

        Args:
            run: what was trained: the group's canonical text and the seed.

        Raises:
            BenchError: the file can't be written.
        """
