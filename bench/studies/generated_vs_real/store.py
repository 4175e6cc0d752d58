"""The rows of the comparison of generated with real stories: one a task.

Whatever a report says comes from here. Neither scikit-learn nor JAX is needed to read them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bench.core import kinds
from bench.core.rows import (
    COUNT,
    FLAG,
    SHA256,
    TEXT,
    TEXTS,
    Check,
    Fields,
    Row,
    count,
    list_of,
    map_of,
    number,
    object_of,
    one_of,
    text,
    whole,
)
from bench.core.study_rows import StudyRows
from bench.datasets.babi.babi import ALL_TASKS
from bench.studies.generated_vs_real.statistics import COUNTS, MEANS, SHARES, WORDS, compare

VERSION = 1
"""Raised whenever the same stories would give other numbers; rows of a lower version are measured
anew."""

LISTED = 100
"""So many exceptions of a reader are kept by line."""


def _share(value: Any) -> bool:
    return number(value) and 0 <= value <= 1


def _several(item: Check) -> Check:
    return lambda value: list_of(item)(value) and len(value) > 1


def _sides(item: Check) -> Check:
    return object_of(real=item, generated=item)


_DESCRIBED = object_of(
    **dict.fromkeys(COUNTS, count),
    **dict.fromkeys(MEANS, object_of(mean=number, max=whole, se=number)),
    **dict.fromkeys(SHARES, map_of(count)),
    **dict.fromkeys(WORDS, list_of(text)),
)

FIELDS: Fields = {
    "task": one_of(*ALL_TASKS),
    "version": COUNT,
    "kind": one_of(kinds.REAL, kinds.UNVERIFIED),
    "complete": FLAG,
    "real": (_DESCRIBED, "the statistics of some stories"),
    "generated": (_DESCRIBED, "the statistics of some stories"),
    "comparison": (lambda value: isinstance(value, dict), "an object"),
    "chance": (
        object_of(stories=count, answers=lambda v: _several(number)(v) and v == sorted(v)),
        "stories and answers (numbers in ascending order)",
    ),
    "overlap": (
        _sides(object_of(test=count, repeated=whole)),
        "of each side test and repeated, two counts",
    ),
    "reader": (
        _sides(object_of(questions=count, right=whole, exceptions=list_of(text))),
        "of each side questions, right and exceptions",
    ),
    "classifier": (
        object_of(accuracy=_share, by_lot=_several(_share), questions=count),
        "accuracy, by_lot (at least two) and questions",
    ),
    "files": (map_of(SHA256), "an object of SHA-256 sums by file"),
    "generator": (
        object_of(
            **dict.fromkeys(("version", "train", "test", "described"), count),
            seed=whole,
            sha256=map_of(SHA256),
        ),
        "version, seed, train, test, described and sha256",
    ),
    "seconds": (object_of(generating=number, whole=number), "generating and whole, two numbers"),
    "commit": TEXT,
    "versions": TEXTS,
}
"""The fields of a row.

``complete``: the real side is the whole training set; otherwise (task 3, whose 10k training file
may not be at hand) it is all that is, test questions too. ``real`` and ``generated``: what
`bench.studies.generated_vs_real.statistics.describe` gives, ``comparison`` what `compare` makes of
them; ``chance`` what `by_chance` says of so many generated stories.
``overlap``: test questions, and how many of them occur word for word in training. ``reader``:
questions of training and test, how many a symbolic reader answers as the file does, and the first
of the others as 'file:line'. ``classifier``:
`bench.studies.generated_vs_real.classifier.TellApart`. ``files``: the real ones read.
``generator``: its version, its settings, the sums of the two files it made; ``described`` training
questions of its are in ``generated``.
"""


def _wrong(row: Row) -> str:
    for side in ("real", "generated"):
        described, read = row[side], row["reader"][side]
        if any(sum(described[name].values()) != described["questions"] for name in SHARES):
            return f"has a field '{side}' whose questions do not add up"
        if len(read["exceptions"]) != min(LISTED, read["questions"] - read["right"]):
            return "has a field 'reader' whose questions do not add up"
    if not _alike(row["comparison"], compare(row["real"], row["generated"])):
        return "has a field 'comparison' that its statistics do not give"
    return ""


def _alike(one: Any, other: Any) -> bool:
    """Equal but for the last digits of numbers, which depend on the machine's mathematics."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if number(one) and number(other):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
    return type(one) is type(other) and one == other


ROWS = StudyRows("generated_vs_real", FIELDS, ("task",), "task", _wrong, version=VERSION)
