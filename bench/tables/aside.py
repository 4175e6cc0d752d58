"""What methods measure beside the metric of a table: the supporting facts found, say."""

from __future__ import annotations

from bench.core import registry
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.grid import Grid
from bench.tables.numbers import NONE, capital, mean, spread

_TEXT = (
    "What else was measured of these restarts on the test files, where there is such to measure; "
    "mean ± sample standard deviation over all stored restarts that did not diverge."
)
DIGITS = 2


def grid(result: ExperimentResult) -> Grid | None:
    """A row a column and unit, None where nothing else was measured."""
    methods = dict.fromkeys(c.spec.method for c in result.ran)
    every = [title for name in methods for title in registry.method(name).asides]
    titles = [t for t in every if any((c.stored.metric == t).any() for c in result.ran)]
    if not titles:
        return None
    of = result.subject
    rows = [
        (column.column.title, *_unit(result, unit), *_figures(column, unit, titles))
        for column in result.ran
        for unit in of.units
        if ((column.stored.unit == unit) & column.stored.metric.isin(titles)).any()
    ]
    head = ("Column", capital(of.noun), *map(capital, titles))
    return Grid(f"Beside the {of.measure}", _TEXT, head, tuple(rows), labels=2)


def _unit(result: ExperimentResult, unit: str) -> tuple[str]:
    title = result.subject.titles.get(unit, "")
    return (f"{unit} {title}".strip() if unit.isdigit() else title or unit,)


def _figures(column: ColumnResult, unit: str, titles: list[str]) -> list[str]:
    those = column.stored[(column.stored.unit == unit) & ~column.stored.diverged]
    found = []
    for title in titles:
        values = those.value[those.metric == title]
        found.append(spread(mean(values), values.std(), DIGITS) if len(values) else NONE)
    return found
