"""The store's frame and the printed numbers, joined: every cell of every table."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from bench.core import registry
from bench.core.column import AnyColumn, Column, NotYet
from bench.core.dataset import AtHand
from bench.core.experiment import Experiment
from bench.core.kinds import completed, least_trusted
from bench.core.method import Rule
from bench.core.profiles import Profile
from bench.tables import cells, frame, printed
from bench.tables.cells import NOT_RUN, NOT_YET, RUN, Cell
from bench.tables.models import Model, models
from bench.tables.printed import Printed
from bench.tables.subject import Subject, subject
from bench.tables.verdict import limits_of


@dataclass(frozen=True, eq=False)
class ColumnResult:
    """A column: the rows of the frame that it stands on, and its cells.

    Attributes:
        column: under the profile's budget.
        declared: how many restarts the paper's protocol chooses from, whatever was asked for here.
        rule: of selection.
        stored: the column's rows, of all metrics and asides.
        metric: the name of the table's.
        cells: by key, with the fields of `bench.tables.cells.Cell`.
        asked: how many models were asked for.
        heads: the fields that name it in a table of layout 'keys'.
    """

    column: AnyColumn
    cells: pd.DataFrame
    stored: pd.DataFrame
    metric: str = ""
    declared: int = 0
    rule: Rule | None = None
    asked: int = 0
    heads: tuple[str, ...] = ()

    @property
    def spec(self) -> Column:
        """The column, of one that can be trained."""
        assert isinstance(self.column, Column)
        return self.column

    @cached_property
    def rows(self) -> dict[str, Cell]:
        """The cells by key."""
        return {cell.key: cell for cell in cells.rows(self.cells)}

    @property
    def ran(self) -> bool:
        """Whether any restart is stored."""
        return not self.stored.empty

    @property
    def whole(self) -> bool:
        """Whether every cell stands on as many restarts as the protocol asks for."""
        return bool((self.cells.status == RUN).all())

    @property
    def picks(self) -> bool:
        """Whether one of its restarts is chosen; else their mean is reported."""
        return bool(self.rule and self.rule.fields)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The column's rows, of the table's metric."""
        return self.stored[self.stored.metric == self.metric]

    @cached_property
    def models(self) -> list[Model]:
        """What was trained together, as arrays; of a column that ran."""
        assert self.rule is not None
        return models(self.runs, self.rule)

    @cached_property
    def values(self) -> pd.DataFrame:
        """Numbers of the restarts that did not diverge, seeds × units; NaN where none is stored."""
        good = self.runs[~self.runs.diverged]
        return good.pivot(index="seed", columns="unit", values="value")

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The units that have a number."""
        there = set(self.runs.unit)
        return tuple(key for key in self.cells.index if key in there and self.has(key))

    @property
    def kind(self) -> str:
        """The least trusted kind of data of its numbers."""
        return least_trusted(kind for kind in self.cells.data if kind)

    def has(self, key: str) -> bool:
        """Whether a cell has a number of ours."""
        return bool(pd.notna(self.cells.ours[key]))

    @property
    def absent(self) -> str:
        """Why there is no number."""
        if isinstance(self.column, NotYet):
            return NOT_YET
        return "all diverged" if len(self.runs) and self.runs.diverged.all() else NOT_RUN


@dataclass(frozen=True, eq=False)
class ExperimentResult:
    """All that a report says of an experiment.

    Attributes:
        keys: the rows of its table (of layout 'keys', the metrics).
        kind: the least trusted kind of data of its numbers.
        without_files: units whose files are not at hand, 'text of text8' where there are several
            data sets.
        about: settings of generated data, in words.
        completion: what was completed by generated examples, in words.
        completed_units: the units that this concerns.
    """

    experiment: Experiment
    profile: Profile
    subject: Subject
    printed: Printed
    keys: tuple[str, ...]
    columns: tuple[ColumnResult, ...]
    kind: str = ""
    without_files: tuple[str, ...] = ()
    about: str = ""
    completion: str = ""
    completed_units: tuple[str, ...] = ()

    @property
    def ran(self) -> tuple[ColumnResult, ...]:
        return tuple(column for column in self.columns if column.ran)

    @property
    def runnable(self) -> bool:
        return bool(self.experiment.runnable())

    @property
    def completed(self) -> bool:
        """Whether generated examples complete a training set of any cell."""
        return any(column.cells.completed.any() for column in self.columns)


def gather(
    stored: pd.DataFrame, experiment: Experiment, profile: Profile, located: Mapping[str, AtHand]
) -> ExperimentResult:
    """An experiment's numbers beside the paper's.

    Args:
        stored: as `bench.tables.frame.read` and `at_hand` give it.
        located: data set -> what is at hand of it; of others, all that is known counts as at hand.

    Raises:
        BenchError: the file of the paper's numbers is damaged.
    """
    theirs = printed.read(experiment)
    keyed = experiment.layout == "keys"
    of = subject(experiment, () if keyed else theirs.keys, theirs.names)
    keys = of.units if experiment.layout == "rows" else of.keys
    if keyed:
        keys = theirs.keys or _metrics(experiment)
    files = {n: located.get(n) or registry.dataset(n).known() for n in experiment.datasets}
    asked = profile.units_of(experiment)
    columns = []
    for declared in profile.columns(experiment):
        numbers = theirs.of(declared.id, keys)
        heads = theirs.fields.get(declared.id, (declared.id,))
        if isinstance(declared, NotYet):
            nothing = stored.iloc[:0]
            columns.append(
                ColumnResult(declared, cells.none(numbers, NOT_YET), nothing, heads=heads)
            )
            continue
        name = experiment.dataset_of(declared)
        column, rule = profile.apply(declared), _rule(declared)
        mine = frame.of_column(stored, column, name)
        if not keyed:
            mine = mine[mine.unit.isin(of.units)]
        result = ColumnResult(
            column=column,
            cells=cells.none(numbers, NOT_RUN),
            stored=mine,
            metric=of.metric.name,
            declared=declared.restarts,
            rule=rule,
            asked=1 if column.joint else len(set(asked) | set(mine.unit)),
            heads=heads,
        )
        if result.ran:
            kind = files[name].kind
            found = (
                _keyed(result, numbers, kind, name) if keyed else _cells(result, numbers, kind, of)
            )
            result = dataclasses.replace(result, cells=found)
        columns.append(result)
    found_kinds = [column.kind for column in columns if column.ran]
    return ExperimentResult(
        experiment=experiment,
        profile=profile,
        subject=of,
        printed=theirs,
        keys=tuple(keys),
        columns=tuple(columns),
        kind=least_trusted(found_kinds or [one.kind for one in files.values() if one.files]),
        without_files=tuple(
            f"{unit} of {name}" if len(files) > 1 else unit
            for name, one in files.items()
            for unit in asked
            if not one.has(unit)
        ),
        about="; ".join(dict.fromkeys(one.about for one in files.values() if one.about)),
        completion="; ".join(dict.fromkeys(o.completion for o in files.values() if o.completion)),
        completed_units=tuple(
            dict.fromkeys(u for o in files.values() for u, f in o.files.items() if completed(f))
        ),
    )


def _metrics(experiment: Experiment) -> tuple[str, ...]:
    """What is measured, where no paper says what is printed."""
    used = [registry.method(column.method).metrics for column in experiment.runnable()]
    return tuple(dict.fromkeys(name for metrics in used for name in metrics))


def _rule(column: Column) -> Rule:
    rules = registry.method(column.method).rules
    return rules[column.selection or next(iter(rules))]


def _cells(result: ColumnResult, numbers: pd.Series, kind: str, of: Subject) -> pd.DataFrame:
    """Of layouts 'cells' and 'rows': a cell a unit and summary."""
    assert result.rule is not None
    runs, k, rule, joint = result.runs, result.declared, result.rule, result.spec.joint
    units = cells.of(runs, "unit", k, rule, kind, asked=result.spec.restarts)
    figures = [cells.over(units, runs, of.units, s, k, rule, joint=joint) for s in of.summaries]
    limits = limits_of(result.models, k, of)
    return cells.beside(pd.concat([units, *figures]), numbers, limits, of.metric.better)


def _keyed(result: ColumnResult, numbers: pd.Series, kind: str, name: str) -> pd.DataFrame:
    """Of layout 'keys': a cell a metric, of the unit that one of its keys names, or the first."""
    assert result.rule is not None
    units = registry.dataset(name).units
    unit = next((unit for unit in units if unit in result.heads), units[0])
    metrics = registry.method(result.spec.method).metrics
    stored = result.stored[(result.stored.unit == unit) & result.stored.metric.isin(metrics)]
    asked = result.spec.restarts
    found = cells.of(stored, "metric", result.declared, result.rule, kind, asked=asked)
    return cells.beside(found, numbers, {}, "")
