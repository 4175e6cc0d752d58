"""The numbers the papers print, read from ``experiments/paper`` and kept as printed.

One reader for three layouts (`bench.core.experiment.Experiment.layout`): whatever the file looks
like, out comes a frame with a row a number.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from bench.core import registry
from bench.core.errors import BenchError
from bench.core.experiment import Experiment

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "paper"


@dataclass(frozen=True)
class Printed:
    """A printed table.

    Attributes:
        numbers: the fields ``column``, ``key`` (unit, summary or, of layout 'keys', metric) and
            ``paper``, the number as printed, '' where none is.
        keys: the keys there are, in the file's order.
        names: key -> its name in the paper.
        heads: what the fields that name a row are called.
        fields: column -> its fields of these names.
    """

    numbers: pd.DataFrame
    keys: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    heads: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, column: str, keys: Sequence[str]) -> pd.Series:
        """A column's numbers by key, '' where none is printed."""
        mine = self.numbers[self.numbers.column == column]
        return mine.set_index("key").paper.reindex(list(keys)).fillna("").astype(str)


@dataclass(frozen=True)
class _Number:
    """A number at its place: the line and the field that it is in."""

    line: int
    field: str
    column: str
    key: str
    text: str


def read(experiment: Experiment) -> Printed:
    """The paper's table of an experiment, every column of it checked; empty for one of ours.

    Raises:
        BenchError: the file is missing or malformed; the text names the line and the field.
    """
    if not experiment.printed:
        nothing = pd.DataFrame(columns=["column", "key", "paper"], dtype=str)
        return Printed(nothing, heads=experiment.keys)
    path = FOLDER / f"{experiment.id}.csv"
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BenchError(f"{path}: cannot be read ({error}); restore the file from git") from error
    table = _Table(path, experiment, lines[0] if lines else [])
    numbers = [
        number for place, line in enumerate(lines[1:], 2) for number in table.read(place, line)
    ]
    table.whole(len(lines), numbers)
    columns = [column.id for column in experiment.columns]
    found = pd.DataFrame(
        [(n.column, n.key, n.text) for n in numbers if n.column in columns],
        columns=["column", "key", "paper"],
    )
    keys = tuple(dict.fromkeys(number.key for number in numbers))
    return Printed(found, keys, table.names, table.heads, table.fields)


class _Table:
    """A file being read: what its head says of every line."""

    def __init__(self, path: Path, experiment: Experiment, head: Sequence[str]):
        self.path, self.experiment, self.head = path, experiment, head
        self.names: dict[str, str] = {}
        self.fields: dict[str, tuple[str, ...]] = {}
        self.columns = [column.id for column in experiment.columns]
        data = registry.datasets().get(experiment.dataset)
        self.units = set(experiment.units or (data.units if data else ()))
        summaries = data.summaries if data else ()
        self.rows = self.units | {s.key for s in summaries} if data else set()
        self.counts = {s.key for s in summaries if s.figure == "above"}
        layout = experiment.layout
        self.heads = experiment.keys if layout == "keys" else tuple(head[: 1 + (layout == "cells")])
        wanted = [*self.heads, *(self.columns if layout == "cells" else head)]
        for name in wanted or [""]:
            if head.count(name) != 1:
                raise self.wrong(1, name, "must be there once")
        if layout == "rows" and self.units:
            for name in head[1:]:
                if name not in self.units:
                    raise self.wrong(1, name, "is no unit of the data set")
        self._seen: set[str] = set()

    def read(self, line: int, values: Sequence[str]) -> Iterator[_Number]:
        """The numbers of a line."""
        head = self.head
        if len(values) != len(head):
            last = head[min(len(values), len(head) - 1)]
            raise self.wrong(line, last, "is missing or one too many")
        row = dict(zip(head, values, strict=True))
        named = tuple(row[name] for name in self.heads)
        key = named[0] if self.experiment.layout == "cells" else "-".join(filter(None, named))
        unknown = self.experiment.layout == "cells" and self.rows and key not in self.rows
        if key in self._seen or not key or unknown:
            raise self.wrong(line, self.heads[0], f"is unknown or there twice ({key!r})")
        self._seen.add(key)
        if self.experiment.layout == "cells":
            self.names[key] = named[1]
            numbers = [_Number(line, name, name, key, row[name]) for name in self.columns]
        else:
            self.fields[key] = named
            others = [name for name in head if name not in self.heads]
            numbers = [_Number(line, name, key, name, row[name]) for name in others]
        for number in numbers:
            if not self._is_number(number):
                raise self.wrong(line, number.field, f"is not a number ({number.text!r})")
            yield number

    def whole(self, last: int, numbers: Sequence[_Number]) -> None:
        """Refuses a file that lacks a row."""
        wanted = self.rows if self.experiment.layout == "cells" else self.columns
        for key in sorted(wanted):
            if key not in self._seen:
                raise self.wrong(last, self.heads[0], f"has no row {key!r}")

    def _is_number(self, number: _Number) -> bool:
        if not number.text:
            return self.experiment.layout == "keys"
        try:
            value = int(number.text) if number.key in self.counts else float(number.text)
        except ValueError:
            return False
        return math.isfinite(value) and value >= 0

    def wrong(self, line: int, name: str, what: str) -> BenchError:
        return BenchError(f"{self.path}:{line}: field '{name}' {what}; restore the file from git")
