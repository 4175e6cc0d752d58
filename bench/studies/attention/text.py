"""The stories of the attention page with their text: for people who have the data, never
committed."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from bench.core import kinds
from bench.core.dataset import Found
from bench.core.rows import Row
from bench.examples.stories import Story
from bench.studies.attention.chosen import by_task
from bench.studies.attention.shares import questions_of
from bench.studies.attention.shown import find, lines_of
from bench.studies.attention.stories import EXPLAINED, Words, story_tables
from bench.tables.markdown import joined

TEXT = "attention_stories.md"


def text_page(rows: Sequence[Row], found: Mapping[str, Found]) -> str:
    """The page as Markdown, of the rows that stand on this data.

    Args:
        found: data set -> its files; rows whose data differs are left out, since their lines are of
            other files.

    Raises:
        BenchError: a file of the data has changed or can't be read.
    """
    there = by_task(row for row in rows if row["kind"] == _kind(row, found))
    stories = functools.cache(lambda name, task, split: found[name].read(str(task), split))

    def words(row: Row, told: dict[str, Any]) -> Words:
        return words_of(stories(row["dataset"], row["task"], told["split"]), told["question"])

    licence = "the bAbI tasks v1.2, CC BY 3.0"
    known = {"real": licence, "completed": licence, "generated": "this suite's simulator"}
    used = {row["kind"] for row in rows}
    sources = {known.get(kind, "files that are not the released ones") for kind in used}
    blocks = [
        "# Attention, story by story",
        f"Text: {'; '.join(sorted(sources))}. Written from the stored rows "
        "and the data at hand; not for the repository, which holds no data.",
        EXPLAINED,
        *story_tables(there, words),
    ]
    return joined(blocks)


def _kind(row: Row, found: Mapping[str, Found]) -> str:
    """The kind of this data's rows of a task: stories of another kind are of other files."""
    at_hand = found[row["dataset"]].at_hand
    completed = kinds.completed(at_hand.files[str(row["task"])])
    return kinds.COMPLETED if completed and at_hand.kind == kinds.REAL else at_hand.kind


def words_of(stories: Sequence[Story], index: int) -> Words:
    """What the lines before a question say, and the question, the ``index``-th of all from 0."""
    story, _, first = find(stories, index)
    question = questions_of(stories)[index]
    statements = zip(lines_of(story, first), story.statements, strict=True)
    return Words(
        {line: " ".join(words) for line, words in list(statements)[: question.seen]},
        " ".join(question.words) + "?",
        question.answer,
    )
