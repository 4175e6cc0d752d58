"""The rows of the study: one a saved restart, numbers alone."""

from __future__ import annotations

from typing import Any

from bench.core import rows, study_of_models
from bench.core.rows import Fields, Row
from bench.core.study_rows import StudyRows

VERSION = 1
"""Raised whenever the same model would give another row; rows of a lower version are made anew."""


def _means(value: Any) -> bool:
    share = rows.list_of(lambda one: rows.number(one) and 0 <= one <= 1)
    return isinstance(value, list) and bool(value) and all(bool(v) and share(v) for v in value)


FIELDS: Fields = {
    **study_of_models.FIELDS,
    "words": rows.COUNT,
    "test_ppl": (lambda value: rows.number(value) and value >= 1, "a number from 1"),
    "means": (_means, "a list of lists of shares"),
}
"""``means`` has for every hop the mean attention on each word of the memory over the ``words`` of
the test text, the latest word first."""


def _wrong(row: Row) -> str:
    lengths = {len(hop) for hop in row["means"]}
    if len(lengths) > 1:
        return "has a field 'means' whose hops have memories of different lengths"
    if any(sum(hop) > 1.001 for hop in row["means"]):
        return "has a field 'means' with a hop of more than all attention"
    return ""


ROWS = StudyRows("memory_use", FIELDS, ("id",), "restart", _wrong, version=VERSION)
