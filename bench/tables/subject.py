"""What an experiment's numbers are of: rows, metric and words, from its data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.core import registry
from bench.core.dataset import Metric, Summary
from bench.core.experiment import Experiment
from bench.tables.interval import Scale
from bench.tables.numbers import count_places, decimals

PLAIN = Metric("", "number", "", "lower")
"""Of a data set that is not written yet."""


@dataclass(frozen=True)
class Subject:
    """A data set as tables see it.

    Attributes:
        units: the table's, in order.
        titles: unit or summary -> its name for people.
        noun: what a unit is, in one word.
        axis: the same at an axis.
        measure: what the metric is in one word, 'error' say.
        known: whether there is such a data set.
    """

    units: tuple[str, ...]
    titles: Mapping[str, str]
    metric: Metric = PLAIN
    summaries: Sequence[Summary] = ()
    questions: int = 0
    axis: str = "row"
    known: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Units, then summaries."""
        return (*self.units, *(summary.key for summary in self.summaries))

    @property
    def noun(self) -> str:
        return self.axis.split()[-1]

    @property
    def measure(self) -> str:
        return self.metric.title.split()[-1]

    @property
    def scale(self) -> Scale:
        """How numbers of a unit are told apart."""
        return Scale(self.questions, self.metric.least, self.metric.most)

    @property
    def worse(self) -> str:
        """How a number of ours above the paper's is called."""
        return "worse" if self.metric.better == "lower" else "better"

    @property
    def above(self) -> Summary | None:
        """The first summary that counts units above a limit."""
        return next((s for s in self.summaries if s.figure == "above"), None)

    def unit_of(self, form: str) -> str:
        """A form with the metric's sign in the place of {}, '' if it has none."""
        return form.format(self.metric.unit) if self.metric.unit else ""

    def said(self, summary: Summary) -> str:
        """A summary's name without what stands in brackets: 'Mean error', 'Failed tasks'."""
        return summary.title.partition(" (")[0]

    def limit(self, summary: Summary) -> str:
        """Of a count what is counted, ' (error above 5 %)'."""
        if summary.figure == "mean":
            return ""
        return f" ({self.measure} above {summary.limit:g}{self.unit_of(' {}')})"

    def in_short(self, summary: Summary) -> str:
        """The same in small letters: 'mean error', or of a count one word, 'failed'."""
        name = self.said(summary).lower()
        return name if summary.figure == "mean" else name.split()[0]


def places(key: str, printed: str, ours: float, subject: Subject) -> int:
    """How many decimals a row's numbers have for people: as printed, else one; of counts none, but
    where ours is a mean of counts."""
    if any(s.key == key and s.figure == "above" for s in subject.summaries):
        return count_places(ours)
    return decimals(printed) if printed else 1


def subject(experiment: Experiment, rows: Sequence[str], names: Mapping[str, str]) -> Subject:
    """What an experiment is of.

    Args:
        rows: of its printed table, units and summaries, in its order; none if none is printed.
        names: row -> its printed name; the data set's titles stand for those that have none.
    """
    data = registry.datasets().get(experiment.dataset)
    if data is None:
        axis = "setting" if experiment.layout == "rows" else "row"
        return Subject(
            tuple(rows), {row: names.get(row) or row.replace("_", " ") for row in rows}, axis=axis
        )
    units = registry.units_of(experiment) or tuple(data.units)
    titles = {**data.titles, **{summary.key: summary.title for summary in data.summaries}}
    return Subject(
        units=units,
        titles={**titles, **{row: name for row, name in names.items() if name}},
        metric=data.metric,
        summaries=tuple(data.summaries),
        questions=data.questions,
        axis=data.noun,
        known=True,
    )
