"""Figure 4 of W14 from rows: a page with the dialogue, and a CSV of the counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.core.profiles import Profile
from bench.core.rows import Row
from bench.studies.memnn_dialogue.store import COUNTS, MEMORY, WORLD
from bench.tables import provenance
from bench.tables.csvs import csv_text
from bench.tables.markdown import facts, joined, links, loud, table
from bench.tables.notices import data_mark, of_profile
from bench.tables.numbers import NONE, short

NAME = "memnn_dialogue"

HEADER = ("seed", "of", "questions", *COUNTS, "data")
"""A line a network: questions meant for it, how many of them it answers, how many it has right
alone, and how many are right when both answer."""

_READING = """\
Two networks are given every question, one that was trained on the simulated world and knows what \
has been told, one that was trained on a large memory; of their answers the one of the higher \
score is said, of equals the first network's. The paper shows one dialogue, without numbers, and \
calls some of its answers nonsensical. Here a test story of the world has a judged question to the \
memory behind each of its own, as long as there are any; its beginning is shown, which nobody \
chose. The two were trained apart, so that nothing makes their scores comparable. The second looks \
at statements that share a word with the question, but for common words; where there are none it \
has no answer. A statement is shown part by part, the words of a part in no order. One that nobody \
judged counts as wrong."""

_TITLES = {WORLD: "the simulated world", MEMORY: "the large memory"}


def pages(rows: Sequence[Row], profile: Profile) -> dict[str, bytes]:
    """``memnn_dialogue.csv`` and ``.md``; nothing if nothing was measured."""
    if not rows:
        return {}
    return {f"{NAME}.csv": _csv(rows).encode(), f"{NAME}.md": _page(rows, profile).encode()}


def _csv(rows: Sequence[Row]) -> str:
    lines = [
        (row["seed"], name, tally["questions"], *(tally[one] for one in COUNTS), row["kind"])
        for row in rows
        for name, tally in row["asked"].items()
    ]
    return csv_text(HEADER, lines)


def _page(rows: Sequence[Row], profile: Profile) -> str:
    kinds = sorted({row["kind"] for row in rows} - {"real"})
    blocks = ["# A dialogue answered by two networks" + "".join(map(data_mark, kinds))]
    blocks += [*loud(of_profile(profile)), _READING]
    for row in rows:
        models = [(_TITLES[name], row["models"][name]) for name in (WORLD, MEMORY)]
        blocks += [f"## Seed {row['seed']}", facts(models), _counts(row)]
        blocks += ["### The dialogue's beginning", _dialogue(row["dialogue"])]
    blocks.append("The counts: " + links((f"{NAME}.csv",)))
    blocks += ["## Provenance", facts(provenance.of_models(rows))]
    return joined(blocks)


def _counts(row: Row) -> str:
    lines = []
    for name, tally in row["asked"].items():
        shares = (short(100 * tally[one] / tally["questions"]) for one in COUNTS)
        lines.append((_TITLES[name], str(tally["questions"]), *shares))
    head = (
        "questions about", "asked", "answered by its network (%)", "right, it alone (%)",
        "right, both together (%)",
    )  # fmt: skip
    return table(head, lines, "lrrrr")


def _dialogue(questions: Sequence[dict[str, Any]]) -> str:
    lines = []
    for asked in questions:
        lines += [(text, "", "", "") for text in asked["told"]]
        scores = (_score(asked["scores"][name]) for name in (WORLD, MEMORY))
        answer = asked["answers"][asked["by"]]
        verdict = "right" if asked["right"] else "WRONG"
        lines.append(
            (f"{asked['asked']}?", f"{answer}: {verdict}", asked["by"], " / ".join(scores))
        )
    return table(("told and asked", "answer", "by", "scores: world / memory"), lines, "lllr")


def _score(score: float | None) -> str:
    return NONE if score is None else f"{score:.3g}"
