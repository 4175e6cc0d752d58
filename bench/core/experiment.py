"""What an experiment is, as data: columns of methods on data sets, and the table that shows
them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bench.core import fields
from bench.core.column import AnyColumn, Column, NotYet
from bench.core.errors import BenchError
from bench.core.fields import choice, near


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One artifact of a paper, or of ours: a table's columns on a data set.

    Attributes:
        id: the name of its CSV of printed numbers, and of its result files.
        title: what the paper calls it.
        dataset: the data set of columns that name none.
        columns: in the paper's order. In the CSV of printed numbers a column's id is a header
            (layout 'cells'), the first field of a line ('rows'), or a line's fields ``keys``, those
            that are not empty, joined by '-' ('keys').
        units: of its data sets, those that belong to it; all if none are named.
        printed: whether a paper prints this table; one of ours has nothing to compare with.
        layout: 'cells', a row a unit and a column a column, summaries below; 'rows', the same
            turned round; 'keys', a row a column, named by its ``keys``, and its metrics.
        keys: the fields of the printed CSV that name a row of layout 'keys'.
        figure: 'units', every unit's value, a panel a column; 'columns', every column's mean and
            its difference from its baseline; 'hops', mean by number of hops; 'curve', a line a unit
            over the columns, whose ids are numbers; 'epochs', every restart's perplexities epoch by
            epoch; 'none'.
        long: takes hours. The laptop profile runs it only where it is named, smoke on one unit.
        quick: what profiles smaller than the paper's train of it, unless columns are named: columns
            of its own by their ids, under a smaller budget; all that there are if none are given.
        study: the study that measures after the training and whose pages show it.
        remarks: sentences for its page: what explains numbers that are off, and what is not
            explained. Figures of runs belong in tables, not here.
        searches: tables of the searches that chose settings, from the repository's root on.
    """

    id: str
    title: str
    dataset: str
    columns: tuple[AnyColumn, ...]
    units: tuple[str, ...] = ()
    printed: bool = True
    layout: str = choice("cells", "rows", "keys")
    keys: tuple[str, ...] = ()
    figure: str = choice("units", "columns", "hops", "curve", "epochs", "none")
    long: bool = False
    quick: tuple[Column, ...] = ()
    study: str = ""
    remarks: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"experiment '{self.id}'"
        if not re.fullmatch(r"\w[\w-]*", self.id):
            raise BenchError(
                f"{where}: field 'id' must be a file's name: letters, digits, '_' and '-'"
            )
        fields.check(self, where)
        if not self.columns:
            raise BenchError(f"{where}: field 'columns' must name at least one column")
        if (self.layout == "keys") != bool(self.keys):
            raise BenchError(f"{where}: field 'keys' goes with layout='keys', and only with it")
        ids = [column.id for column in self.columns]
        for name in ids:
            if ids.count(name) > 1:
                raise BenchError(f"{where}: column '{name}' is declared twice")
        trained = {column.id: column for column in self.runnable()}
        for column in self.quick:
            if column.id not in trained:
                raise BenchError(
                    f"{where}: field 'quick' has a column '{column.id}'{near(column.id, trained)}, "
                    "which is none that is trained here"
                )
        for column in trained.values():
            self._check_baseline(column, trained, where)

    def _check_baseline(self, column: Column, trained: dict[str, Column], where: str) -> None:
        if not column.against:
            return
        base = trained.get(column.against)
        said = f"{where}: field 'against' of column '{column.id}' names '{column.against}'"
        if base is None or base.id == column.id:
            others = set(trained) - {column.id}
            raise BenchError(
                f"{said}{near(column.against, others)}, "
                "which is no other column that is trained here"
            )
        if self.dataset_of(base) != self.dataset_of(column):
            raise BenchError(f"{said}, which has another data set")

    def dataset_of(self, column: Column) -> str:
        """The name of the data set a column is trained and tested on."""
        return column.dataset or self.dataset

    @property
    def datasets(self) -> tuple[str, ...]:
        """The names of the data sets that its columns are trained on."""
        return tuple(dict.fromkeys(self.dataset_of(c) for c in self.runnable()))

    def runnable(self) -> tuple[Column, ...]:
        """The columns that can be trained."""
        return tuple(c for c in self.columns if not isinstance(c, NotYet))

    def select(self, ids: Iterable[str] | None) -> tuple[Column, ...]:
        """Runnable columns by id, all if None.

        Raises:
            BenchError: an id is unknown or names a column that is not yet runnable.
        """
        if ids is None:
            return self.runnable()
        by_id = {column.id: column for column in self.columns}
        chosen = []
        for name in ids:
            if name not in by_id:
                raise BenchError(
                    f"experiment '{self.id}' has no column '{name}'{near(name, by_id)}; "
                    f"its columns: {', '.join(by_id)}"
                )
            column = by_id[name]
            if isinstance(column, NotYet):
                raise BenchError(f"column '{name}' of '{self.id}' cannot be run yet: {column.why}")
            chosen.append(column)
        return tuple(chosen)
