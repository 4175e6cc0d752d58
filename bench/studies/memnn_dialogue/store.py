"""The rows of the study: one a pair of saved restarts, with the beginning of the dialogue."""

from __future__ import annotations

from bench.core import rows
from bench.core.kinds import TRUST
from bench.core.rows import Fields, Row
from bench.core.study_rows import StudyRows

VERSION = 1
"""Raised whenever the same models would give another row; rows of a lower version are made anew."""

WORLD, MEMORY = "world", "memory"
"""The network of the simulated world, and that of the large memory."""

COUNTS = ("answered", "right_alone", "right_together")
"""Of a network's questions, beside their number."""

TALLY = rows.object_of(questions=rows.count, **dict.fromkeys(COUNTS, rows.whole))
_scores = rows.object_of(world=rows.number, memory=lambda one: one is None or rows.number(one))
_which = rows.one_of(WORLD, MEMORY)[0]
QUESTION = rows.object_of(
    told=rows.list_of(rows.text), asked=rows.text, of=_which, by=_which,
    answers=rows.object_of(world=rows.text, memory=lambda value: isinstance(value, str)),
    scores=_scores, right=rows.FLAG[0],
)  # fmt: skip

FIELDS: Fields = {
    "id": rows.ID,
    "other": rows.ID,
    "version": rows.COUNT,
    "seed": rows.WHOLE,
    "kind": rows.one_of(*TRUST),
    "models": (rows.object_of(world=rows.text, memory=rows.text), "an object of two labels"),
    "device": rows.TEXT,
    "commit": rows.TEXT,
    "versions": rows.TEXTS,
    "asked": (rows.object_of(world=TALLY, memory=TALLY), "an object of two tallies"),
    "dialogue": (rows.list_of(QUESTION), "a list of questions"),
}
"""``id`` and ``other`` are the restarts of the world's network and of the memory's, ``kind`` the
least trusted of their data's. ``asked``: see `bench.studies.memnn_dialogue.ensemble.tally`. Where
the memory has no statement that a question looks at, its answer is '' and its score null."""


def _wrong(row: Row) -> str:
    for name, tally in row["asked"].items():
        answered, alone, together = (tally[count] for count in COUNTS)
        least = max(0, answered + alone - tally["questions"])
        if not least <= together <= min(answered, alone) <= tally["questions"]:
            return f"has a field 'asked' whose counts of '{name}' do not go together"
    for asked in row["dialogue"]:
        if asked["right"] and asked["of"] != asked["by"]:
            return "has a field 'dialogue' with a right answer of the network that was not meant"
        if asked["scores"][asked["by"]] is None:
            return "has a field 'dialogue' with an answer that has no score"
    return ""


ROWS = StudyRows("memnn_dialogue", FIELDS, ("seed",), "restarts", _wrong, version=VERSION)
"""One of a seed: the latest pair's."""
