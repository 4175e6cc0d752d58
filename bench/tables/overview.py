"""``results/README.md``: of every table of the papers what was reproduced, what not, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.core.column import NotYet
from bench.tables.cells import NOT_RUN
from bench.tables.gather import ExperimentResult
from bench.tables.markdown import joined, safe, table
from bench.tables.notices import title
from bench.tables.numbers import NONE, listed
from bench.tables.verdict import BETTER, INSIDE, TOO_FEW, WORSE

FOLDER = "paper"
MOST_NAMES = 8


def overview(results: Sequence[ExperimentResult], pages: Mapping[str, str]) -> str:
    """The page as Markdown.

    Args:
        pages: of studies, file -> title.
    """
    printed = [one for one in results if one.experiment.printed]
    ours = [one for one in results if not one.experiment.printed and not one.experiment.study]
    blocks = [
        "# What was reproduced",
        "The papers' protocol on real data. What a paper describes and never released is simulated "
        "here; that, generated questions (†) and fewer restarts than the papers' are said on the "
        "page they concern. Written from the [run store](paper/store) by "
        "`python -m bench report`; CI refuses it if it is not what the store gives. A verdict sets "
        "the number a paper prints against the 95 % interval of what its own protocol would report "
        "on other seeds: inside, or ours better or worse than seeds explain.",
        "## Tables of the papers",
        _linked(
            ["table", "columns run whole", "restarts", "numbers inside", "ours better",
             "ours worse", "no interval yet"],
            printed,
        ),
    ]  # fmt: skip
    blocks += _absent(printed)
    if ours:
        head = ["experiment", "columns run whole", "restarts"]
        blocks += ["## Beyond the papers", _linked(head, ours)]
    if pages:
        lines = [f"- [{safe(name)}]({FOLDER}/{file})" for file, name in pages.items()]
        blocks += ["## Measurements that are no trainings", "\n".join(lines)]
    return joined(blocks)


def _linked(head: Sequence[str], results: Sequence[ExperimentResult]) -> str:
    """A line an experiment, its title a link to its page."""
    text = table(head, [_line(one)[: len(head)] for one in results], "lr")
    for one in results:
        name = safe(title(one))
        text = text.replace(f"| {name} |", f"| [{name}]({FOLDER}/{one.experiment.id}.md) |", 1)
    return text


def _line(result: ExperimentResult) -> list[str]:
    columns = [c for c in result.ran if c.whole]
    many = sorted({int(n) for c in result.ran for n in c.cells.restarts if n})
    found = [v for c in result.ran for v in c.cells.verdict if v]
    counts = [str(found.count(v)) if found else NONE for v in (INSIDE, BETTER, WORSE, TOO_FEW)]
    return [
        title(result),
        f"{len(columns)} of {len(result.columns)}",
        " to ".join(str(n) for n in dict.fromkeys((many[0], many[-1]))) if many else NONE,
        *counts,
    ]


def _absent(results: Sequence[ExperimentResult]) -> list[str]:
    """What was not reproduced, a line a table, by the reason."""
    lines = []
    for result in results:
        whys: dict[str, list[str]] = {}
        for column in result.columns:
            if isinstance(column.column, NotYet):
                whys.setdefault(column.column.why, []).append(column.column.title)
            elif not column.ran:
                whys.setdefault(NOT_RUN, []).append(column.column.title)
            elif not column.whole:
                whys.setdefault("run in part", []).append(column.column.title)
        every = len(result.columns)
        told = "; ".join(f"{_those(names, every)} ({why})" for why, names in whys.items())
        if told:
            lines.append(f"- {safe(title(result))}: {safe(told)}")
    return ["## Not reproduced", "\n".join(lines)] if lines else []


def _those(names: Sequence[str], every: int) -> str:
    """Columns by their names, or how many, where they are many."""
    if len(names) == every:
        return "all of it"
    return listed(names) if len(names) <= MOST_NAMES else f"{len(names)} columns"
