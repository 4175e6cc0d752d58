"""Figures 2 and 3 of W14 from rows: a page, and a CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.core.profiles import Profile
from bench.core.rows import Row
from bench.tables import provenance
from bench.tables.csvs import csv_text
from bench.tables.markdown import facts, joined, links, loud, table
from bench.tables.notices import data_mark, of_profile
from bench.tables.numbers import short

NAME = "memnn_stories"

HEADER = (
    "dataset", "model", "seed", "story", "question", "seen", "asked", "answer", "said", "right",
    "facts", "found", "data",
)  # fmt: skip
"""Lines of a story are counted from 1, several joined by a blank."""

_READING = """\
The paper's Figure 2 has test stories of the simulated world with the answers of a network that \
speaks, and its Figure 3 a story of names that the network had never read. Shown are the first \
test stories of ours, which nobody chose, as far as questions are asked after 17 statements at \
most (over the whole test set up to 80 are in memory). Those of unseen names are beginnings of one \
simulated story, each told with other names. A model answers without the supporting facts; what \
its hops found stands behind its answer, by line, and those that are supporting facts in their \
order are marked by a *. Our models read statements where the paper's Figure 2 has running text."""


def pages(rows: Sequence[Row], profile: Profile) -> dict[str, bytes]:
    """``memnn_stories.csv`` and ``.md``; nothing if nothing was measured."""
    if not rows:
        return {}
    return {f"{NAME}.csv": _csv(rows).encode(), f"{NAME}.md": _page(rows, profile).encode()}


def _csv(rows: Sequence[Row]) -> str:
    """A line a model and question."""
    lines = [
        (
            row["dataset"], row["model"], row["seed"], story, question, asked["seen"],
            asked["asked"], asked["answer"], asked["said"], int(asked["right"]),
            _lines(asked["facts"]), _lines(asked["found"]), row["kind"],
        )
        for row in rows
        for story, told in enumerate(row["stories"], start=1)
        for question, asked in enumerate(told["questions"], start=1)
    ]  # fmt: skip
    return csv_text(HEADER, lines)


def _lines(statements: Sequence[int]) -> str:
    return " ".join(str(at + 1) for at in statements)


def _page(rows: Sequence[Row], profile: Profile) -> str:
    kinds = sorted({row["kind"] for row in rows} - {"real"})
    blocks = ["# Test stories, answers, and the memories found" + "".join(map(data_mark, kinds))]
    blocks += [*loud(of_profile(profile)), _READING]
    for dataset in dict.fromkeys(row["dataset"] for row in rows):
        those = [row for row in rows if row["dataset"] == dataset]
        blocks += [f"## {dataset}", facts(map(_model, those))]
        for number in range(len(those[0]["stories"])):
            blocks += _story(those, number)
    blocks.append("Every answer: " + links((f"{NAME}.csv",)))
    blocks += ["## Provenance", facts(provenance.of_models(rows))]
    return joined(blocks)


def _model(row: Row) -> tuple[str, str]:
    """A model, and how it does on the whole test set."""
    right = f"{short(100 - row['test_error'])} % of the test set right"
    return f"{row['title']}, seed {row['seed']}", f"{right} ({row['model']})"


def _story(rows: Sequence[Row], number: int) -> list[str]:
    """The statements, and under them the questions with every model's answers."""
    told = rows[0]["stories"][number]
    lines = [(str(at), text) for at, text in enumerate(told["statements"], start=1)]
    asked = []
    for at, question in enumerate(told["questions"]):
        own = [row["stories"][number]["questions"][at] for row in rows]
        asked.append((
            str(question["seen"]), f"{question['asked']}?", question["answer"], *map(_answer, own)
        ))  # fmt: skip
    head = ("after", "question", "one right answer", *(row["title"] for row in rows))
    return [
        f"### Story {number + 1}", table(("line", "statement"), lines, "rl"),
        table(head, asked, "rl"),
    ]  # fmt: skip


def _answer(asked: dict[str, Any]) -> str:
    """What was said, whether it is right, and the lines found."""
    at = [
        f"{place + 1}{'*' * (asked['facts'][hop : hop + 1] == [place])}"
        for hop, place in enumerate(asked["found"])
    ]
    verdict = "right" if asked["right"] else "WRONG"
    return f"{asked['said'] or '(nothing)'}: {verdict} ({', '.join(at) or 'no memory'})"
