"""The stories of the attention page with their text: for people who have the data, never
committed."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from bench.core.spec import Group
from bench.datasets.babi.locate import Located
from bench.examples.stories import Story
from bench.studies.attention.chosen import by_task
from bench.studies.attention.shares import questions_of
from bench.studies.attention.shown import find, lines_of
from bench.studies.attention.store import Row
from bench.studies.attention.stories import EXPLAINED, Words, story_tables

TEXT = "attention_stories.md"


def text_page(rows: Sequence[Row], groups: Sequence[Group], data: Located) -> str:
    """The page as Markdown, of the rows that stand on this data.

    Args:
        groups: of the data; rows of others are left out, since their lines are of other files.

    Raises:
        BenchError: a file of the data has changed or can't be read.
    """
    known = {group.id for group in groups}
    there = by_task(row for row in rows if row["group"] in known)
    stories = functools.cache(lambda task, split: data.stories(task, split))

    def words(row: Row, told: dict[str, Any]) -> Words:
        return words_of(stories(row["task"], told["split"]), told["question"])

    licence = "the bAbI tasks v1.2, CC BY 3.0"
    known_kinds = {"real": licence, "completed": licence, "generated": "this suite's simulator"}
    source = known_kinds.get(data.kind, "files that are not the released ones")
    blocks = [
        "# Attention, story by story",
        f"Text: {source}. Written from the stored rows "
        "and the data at hand; not for the repository, which holds no data.",
        EXPLAINED,
        *story_tables(there, words),
    ]
    return "\n\n".join(blocks) + "\n"


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
