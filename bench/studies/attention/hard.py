"""Hard attention beside soft: the supporting facts that the hops of a supervised MemNN found, and
those that the hops of MemN2N looked at most."""

from __future__ import annotations

from bench.methods.memnn.row import FACT_FOUND, FACTS
from bench.methods.memnn.spec import NAME
from bench.studies.attention.chosen import Measured, Tables, hops_of
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.markdown import table
from bench.tables.numbers import NONE, mean, short

TITLE = "## Hard attention, told the facts, beside soft, not told"

_TEXT = """\
MemNN is told the supporting facts in training, and each of its hops finds one memory: of the \
questions that have a first, second, third fact, how many found it in that hop. MemN2N is told \
answers alone: of all questions, in how many the largest weight of a hop lies on a supporting \
fact, whichever. Both in %, means over all restarts that did not diverge, on the whole test files. \
Hops of the two need not look for the same fact: MemNN's go from the question to the answer in \
the order of the labels, MemN2N's as training left them. MemNN must find each fact in that \
fact's hop, so that where all statements are facts (task 17) MemN2N can't miss, and MemNN can. \
MemNN's numbers are from the rows of its columns of Tables 1 and 3, whose restarts differ in the \
order of their n-grams."""


def blocks(tables: Tables, trained: ExperimentResult | None) -> list[str]:
    """The section, nothing if no MemNN was trained on these tasks."""
    found = []
    for column in trained.ran if trained else ():
        if trained and column.spec.method == NAME:
            dataset = trained.experiment.dataset_of(column.spec)
            found += _section(dataset, column, tables.get(dataset, {}))
    return [TITLE, _TEXT, *found] if found else []


def _section(dataset: str, column: ColumnResult, tasks: dict[int, Measured]) -> list[str]:
    both = {task: those for task, those in tasks.items() if str(task) in set(column.stored.unit)}
    if not both:
        return []
    hops = hops_of(both)
    head = ["task", "restarts of MemNN", *(f"MemNN, fact {fact + 1}" for fact in range(FACTS))]
    head += [f"MemN2N, hop {hop + 1}" for hop in hops]
    lines = []
    for task, measured in both.items():
        hard = [_found(column, str(task), fact) for fact in range(FACTS)]
        soft = [
            short(measured.spread("top", hop)[1]) if hop < measured.chosen["hops"] else NONE
            for hop in hops
        ]
        mine = column.stored[(column.stored.unit == str(task)) & ~column.stored.diverged]
        lines.append((str(task), str(mine.seed.nunique()), *hard, *soft))
    return [f"{dataset}: {column.column.title}", table(head, lines, "r")]


def _found(column: ColumnResult, unit: str, fact: int) -> str:
    those = column.stored[(column.stored.unit == unit) & ~column.stored.diverged]
    values = those.value[those.metric == FACT_FOUND.format(fact + 1)]
    return short(mean(values)) if len(values) else NONE
