"""Where the numbers come from: data, budget, code, devices, time."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping

import pandas as pd

from bench.core import kinds, registry
from bench.core.column import NotYet
from bench.core.provenance import in_words
from bench.core.rows import Row
from bench.tables.cells import NOT_YET
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.numbers import NONE

Facts = tuple[tuple[str, str], ...]
Lines = tuple[tuple[str, ...], ...]


def facts(result: ExperimentResult) -> Facts:
    """What is known of the whole experiment, as (term, text)."""
    profile = result.profile
    budget = f"{profile.name} ({profile.note})"
    names = dict.fromkeys(column.method for column in result.experiment.runnable())
    versions = {name: str(registry.method(name).version) for name in names}
    one = next(iter(versions.values()), NONE)
    several = "; ".join(f"{name} {version}" for name, version in versions.items())
    rows = pd.concat([column.stored for column in result.columns])
    return (
        ("Profile", budget),
        ("Data", _data(result)),
        ("Trainer version", several if len(versions) > 1 else one),
        ("Commits", _several(map(_commit, rows.commit))),
        ("Devices", _several(rows.device)),
        ("Versions", _several(rows.versions)),
    )


def _data(result: ExperimentResult) -> str:
    kind = result.kind or "none at hand"
    if result.completed:
        noun = result.subject.noun
        those = ", ".join(f"{noun} {unit}" for unit in result.completed_units) or "training sets"
        files_kind = kinds.REAL if kind == kinds.COMPLETED else kind
        kind = f"{files_kind}, {those} completed: {result.completion or 'by generated examples'}"
    files = {
        name: sha for column in result.ran for data in column.stored.data for name, sha in data
    }
    told = f"{result.experiment.dataset}, {kind}"
    if not files:
        return told
    made = " or made" if result.completed else ""
    return f"{told}, SHA-256 {short_hash(files)}… over the {len(files)} files read{made}"


def short_hash(files: Mapping[str, str]) -> str:
    """12 hex digits for a set of files: SHA-256 over their names and hashes, in order of names."""
    text = "".join(f"{files[name]}  {name}\n" for name in sorted(files))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def of_models(rows: Iterable[Row]) -> Iterable[tuple[str, str]]:
    """(term, text) of the rows of a study of models (`bench.core.study_of_models`)."""
    told = list(rows)
    yield "Commits of the measurement", _several(row["commit"] for row in told)
    yield "Devices of the measurement", _several(row["device"] for row in told)
    yield "Versions of the measurement", _several(in_words(row["versions"]) for row in told)


HEAD = (
    "Column", "Trainings stored / asked", "Diverged", "Lanes", "Training seconds", "Devices",
    "Commits",
)  # fmt: skip


def of_columns(result: ExperimentResult) -> Lines:
    """A line a column, under `HEAD`."""
    return tuple(_line(column) for column in result.columns)


def _line(column: ColumnResult) -> tuple[str, ...]:
    spec = column.column
    if isinstance(spec, NotYet):
        return (spec.title, NOT_YET, *[NONE] * (len(HEAD) - 2))
    asked = spec.restarts * column.asked
    rows = column.stored.drop_duplicates(["group", "seed"])
    if rows.empty:
        return (spec.title, f"0 / {asked}", *[NONE] * (len(HEAD) - 2))
    # what was asked for, apart from what was stored beyond it
    stored = int((rows.seed < spec.restarts).sum())
    extra = f" + {len(rows) - stored}" if len(rows) > stored else ""
    return (
        spec.title,
        f"{stored} / {asked}{extra}",
        str(int(rows.diverged.sum())),
        _several(rows.lanes),
        f"{math.fsum(rows.seconds):.1f}",
        _several(rows.device),
        _several(map(_commit, rows.commit)),
    )


def _several(values: Iterable) -> str:
    found = sorted(set(values))
    return "; ".join(str(value) for value in found) if found else NONE


def _commit(text: str) -> str:
    """A commit's hash cut to 10 digits; what follows it ('-dirty') stays."""
    return re.sub(r"^([0-9a-f]{10})[0-9a-f]{30}", r"\1", text)
