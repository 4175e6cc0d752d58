"""The stories of the attention page, a table each: line by line, and with the data at hand word by
word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.core.rows import Row
from bench.datasets.babi.babi import TASKS
from bench.datasets.babi.layout import DATASETS
from bench.studies.attention.chosen import Tables
from bench.studies.attention.shown import FIGURES
from bench.tables.markdown import safe, table

SHOWN_FROM = 0.05
"""Left out are statements that are no supporting fact and have less weight than this in every
hop."""

EXPLAINED = (
    f"● marks the labelled supporting facts. Statements with a weight below {SHOWN_FROM} in every "
    "hop are left out unless labelled; 'lost': no longer in the memory when the question was "
    "asked. A percentage after right or wrong is the probability the model gave its answer."
)


@dataclass(frozen=True)
class Words:
    """What a story's lines say.

    Attributes:
        statements: line of the file -> the statement.
        question: with its '?'.
        answer: the right one.
    """

    statements: Mapping[int, str]
    question: str
    answer: str


def story_tables(tables: Tables, words: Callable[[Row, dict[str, Any]], Words | None]) -> list[str]:
    """Markdown blocks, a heading, a line and a table a story.

    Args:
        words: of a row's story; None leaves the text out.
    """
    blocks = []
    for dataset, tasks in tables.items():
        for task, measured in tasks.items():
            for told in measured.chosen["stories"]:
                blocks += _story(dataset, task, measured.chosen, told, words(measured.chosen, told))
    return blocks


def source(dataset: str, task: int, split: str) -> str:
    """The file of a task below its data's top folder."""
    return f"{DATASETS[dataset]}/{TASKS[task - 1].stem}_{split}.txt"


def unverified(task: int, told: dict[str, Any]) -> bool:
    """Whether a story is a figure's by its noted index alone."""
    return bool(told["figure"]) and not (task in FIGURES and FIGURES[task].confirmed)


def kept(told: dict[str, Any]) -> list[list[Any]]:
    """The statements that are shown: (line, 1 if it is a supporting fact, weights by hop)."""
    return [s for s in told["statements"] if s[1] or max(s[2], default=0.0) >= SHOWN_FROM]


def _story(
    dataset: str, task: int, row: Row, told: dict[str, Any], words: Words | None
) -> list[str]:
    title = f"### {dataset}, task {task}: {TASKS[task - 1].name}"
    if told["figure"]:
        title += f", figure {told['figure']}" + (" (unverified)" if unverified(task, told) else "")
    said = ("right" if told["right"] else "wrong") + f" ({100 * told['probability']:.0f} %)"
    where = f"Line {told['line']} of `{source(dataset, task, told['split'])}`"
    where += f" (story {told['story']}, question {told['question']}, from 0)"
    asked = f"*{safe(words.question)}* The answer is **{safe(words.answer)}**. " if words else ""
    return [title, f"{asked}{where}. Answered {said}.", _table(row, told, words)]


def _table(row: Row, told: dict[str, Any], words: Words | None) -> str:
    hops = range(row["hops"])
    statement = ["statement"] if words else []
    head = ["line", *statement, "fact", *(f"hop {hop + 1}" for hop in hops)]
    lines = []
    there = kept(told)
    for line, supporting, weights in there:
        cells = [f"{w:.2f}" for w in weights] or ["lost"] * len(hops)
        text = [words.statements[line]] if words else []
        lines.append([str(line), *text, "●" if supporting else "", *cells])
    blank = [""] * len(statement)
    if max(told["empty"]) >= SHOWN_FROM:
        lines.append(["(empty slots)", *blank, "", *(f"{w:.2f}" for w in told["empty"])])
    left_out = len(told["statements"]) - len(there)
    if left_out:
        lines.append([f"({left_out} more)", *blank, *[""] * (1 + len(hops))])
    return table(head, lines, "r" + "l" * len(statement) + "cr")
