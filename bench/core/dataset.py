"""What a data set owes the spine. One is added as a folder of `bench.datasets`.

The folder's package has ``DATASETS``, a sequence of objects that are a `DataSet` each, and may have
``COMMANDS`` (`bench.core.command.Command`). Nothing else need know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

Hashes = Mapping[str, str]
"""File -> SHA-256 in hex. Names are paths below the data set's folder, the same everywhere."""


@dataclass(frozen=True)
class Metric:
    """What is measured of a unit.

    Attributes:
        name: as in a row's field, 'test_error' say.
        title: for people.
        unit: '%', or '' of a number without one.
        better: 'lower' or 'higher'.
        least, most: no value lies beyond; most None where there is no limit.
        complement: the metric that methods measure for it (`bench.core.method.Method.metrics`),
            where this one is ``most`` less that: accuracy is what an error leaves of 100 %.
    """

    name: str
    title: str
    unit: str
    better: str
    least: float = 0.0
    most: float | None = None
    complement: str = ""

    @property
    def measured(self) -> str:
        """The metric that methods measure for it."""
        return self.complement or self.name

    def of(self, value: float) -> float:
        """What it is where methods measured ``value``."""
        return (self.most or 0.0) - value if self.complement else value


@dataclass(frozen=True)
class Summary:
    """A row below a table's units: a figure of all of them.

    Attributes:
        key: its name in CSVs.
        title: its name for people.
        figure: 'mean' over the units, or 'above': how many have a metric above ``limit``.
        limit: of 'above'.
    """

    key: str
    title: str
    figure: str
    limit: float = 0.0


@dataclass(frozen=True)
class AtHand:
    """What there is of a data set, by file hashes alone: a report needs no more.

    Attributes:
        kind: one of `bench.core.kinds.TRUST`, of the files.
        files: unit -> the files that a run on it reads; units without are not at hand.
        about: where it is from, in words, if that needs words: settings of generated data, say.
        completion: what was completed by generated examples, in words; '' if nothing was.
    """

    kind: str
    files: Mapping[str, Hashes]
    about: str = ""
    completion: str = ""

    def has(self, unit: str) -> bool:
        """Whether a run on the unit has its files."""
        return bool(self.files.get(unit))


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the user says of where data may come from.

    Attributes:
        folder: ``--data``; it is the user's word: what it names must hold the data.
        generated: use generated data whatever is there.
        allow_generated: generated data may serve where no other can be had.
        allow_unverified: files may differ from their known SHA-256.
        offline: download nothing.
        say: told, a line at a time, what else is used and why.
    """

    folder: Path | None = None
    generated: bool = False
    allow_generated: bool = False
    allow_unverified: bool = False
    offline: bool = False
    say: Callable[[str], None] = field(default=lambda line: None)


class Found(Protocol):
    """A data set at hand, its files checked."""

    @property
    def root(self) -> Path:
        """Where it is, for people."""

    @property
    def at_hand(self) -> AtHand:
        """Kind and hashes of the units looked for."""

    def read(self, unit: str, split: str) -> Any:
        """The examples of a unit, of the type that `DataSet.reads` names; checked once more.

        Args:
            split: 'train' or 'test', or another that the data set has.

        Raises:
            BenchError: a file is not at hand, has changed since it was checked, or is malformed.
        """


class DataSet(Protocol):
    """A data set: its units, how to find or make its files, and what is measured of it.

    Attributes:
        name: as experiments and commands name it.
        reads: the type of its examples, one of `bench.examples`.
        units: what is trained and tested apart, in the tables' order.
        titles: unit -> its name for people, '' where the unit says it all.
        noun: what a unit is, 'bAbI task' say; sentences take its last word, and set an 's' behind.
        few: the units of a quick check; the first of them where one must do.
        metric: what tables show of a unit.
        summaries: the rows below them.
        questions: test questions of a unit, for the binomial error of intervals; 0 if the metric
            is no share of questions.
        compares: whether it sets real against generated data, and makes no sense without real.
        own: whether the suite itself makes its real files: that they are there says nothing of
            others.
    """

    name: str
    reads: type
    units: Sequence[str]
    titles: Mapping[str, str]
    noun: str
    few: Sequence[str]
    metric: Metric
    summaries: Sequence[Summary]
    questions: int
    compares: bool
    own: bool

    def label(self, units: Sequence[str]) -> str:
        """The units in a word, for labels and file names."""

    def find(self, units: Iterable[str], wish: Wish) -> Found:
        """Finds, downloads or makes the files of these units, and checks them.

        Raises:
            BenchError: they can't be had, or are not what they should be.
        """

    def known(self) -> AtHand:
        """All units at their best, from the suite's own manifests: nothing is looked for."""

    def whole(self, found: Found) -> AtHand:
        """What ``found`` stands for, with the known hashes of units that were not looked for."""
