"""The rows of the study: one a saved restart, with the stories it was asked. These are the
simulator's own, so that their words may be kept."""

from __future__ import annotations

from bench.core import rows, study_of_models
from bench.core.rows import Fields, Row
from bench.core.study_rows import StudyRows

VERSION = 1
"""Raised whenever the same model would give another row; rows of a lower version are made anew."""

QUESTION = rows.object_of(
    asked=rows.text, seen=rows.count, answer=rows.text, said=lambda value: isinstance(value, str),
    right=rows.FLAG[0], facts=rows.list_of(rows.whole), found=rows.list_of(rows.whole),
)  # fmt: skip
STORY = rows.object_of(statements=rows.list_of(rows.text), questions=rows.list_of(QUESTION))

FIELDS: Fields = {
    **study_of_models.FIELDS,
    "title": rows.TEXT,
    "test_error": rows.PERCENT,
    "stories": (rows.list_of(STORY), "a list of stories with questions"),
}
"""``test_error`` is over the whole test set; ``stories``: see
`bench.studies.memnn_stories.shown.tell`."""


def _wrong(row: Row) -> str:
    for story in row["stories"]:
        for asked in story["questions"]:
            if asked["seen"] > len(story["statements"]):
                return "has a field 'stories' with a question behind the last statement"
            if any(at >= asked["seen"] for at in (*asked["facts"], *asked["found"])):
                return "has a field 'stories' with a memory that was not told yet"
    return ""


ROWS = StudyRows("memnn_stories", FIELDS, ("id",), "restart", _wrong, version=VERSION)
