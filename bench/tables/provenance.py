"""Where the numbers come from: data, budget, code, devices, time."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping

from bench.core.spec import TRAINER_VERSION, NotYet
from bench.core.store import Row
from bench.datasets.babi import completed
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.numbers import NONE

Facts = tuple[tuple[str, str], ...]
Lines = tuple[tuple[str, ...], ...]


def provenance(result: ExperimentResult) -> tuple[Facts, Lines]:
    """Facts of the whole experiment as (term, text), and a table of its columns, head first."""
    rows = [row for column in result.ran for row in _rows(column)]
    profile = result.profile
    budget = f"{profile.name} ({profile.note})"
    if result.restarts is not None:
        budget += f"; {result.restarts} restarts asked for on the command line"
    files = {name: value for c in result.ran for group, stored in c.groups if stored
             for name, value in group.hashes}  # fmt: skip
    kind = result.kind or "none at hand"
    if result.completed:
        files_kind = "real" if kind == "completed" else kind
        kind = f"{files_kind}, task {completed.TASK} completed: {completed.ABOUT}"
    data = f"{result.experiment.dataset}, {kind}"
    if files:
        made = " or made" if result.completed else ""
        data += f", SHA-256 {short_hash(files)}… over the {len(files)} files read{made}"
    facts = (
        ("Profile", budget),
        ("Data", data),
        ("Trainer version", str(TRAINER_VERSION)),
        ("Commits", _several(_commit(row["commit"]) for row in rows)),
        ("Devices", _several(row["device"] for row in rows)),
        ("Versions", _several(_versions(row["versions"]) for row in rows)),
    )
    return facts, (_HEAD, *(_line(column) for column in result.columns))


def short_hash(files: Mapping[str, str]) -> str:
    """12 hex digits for a set of files: SHA-256 over their names and hashes, in order of names."""
    text = "".join(f"{files[name]}  {name}\n" for name in sorted(files))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


_HEAD = (
    "Column", "Trainings stored / asked", "Diverged", "Lanes", "Training seconds", "Devices", "Commits",
)  # fmt: skip


def _line(column: ColumnResult) -> tuple[str, ...]:
    spec, rows = column.column, _rows(column)
    if isinstance(spec, NotYet):
        return (spec.title, "not yet runnable", *[NONE] * (len(_HEAD) - 2))
    asked = spec.restarts * len(column.groups)
    # what was asked for, apart from what was stored beyond it
    stored = sum(row["seed"] < spec.restarts for row in rows)
    extra = f" + {len(rows) - stored}" if len(rows) > stored else ""
    if not rows:
        return (spec.title, f"0 / {asked}", *[NONE] * (len(_HEAD) - 2))
    return (
        spec.title,
        f"{stored} / {asked}{extra}",
        str(sum(row["diverged"] is not None for row in rows)),
        _several(row["lanes"] for row in rows),
        f"{math.fsum(row['seconds'] for row in rows):.1f}",
        _several(row["device"] for row in rows),
        _several(_commit(row["commit"]) for row in rows),
    )


def _rows(column: ColumnResult) -> list[Row]:
    return [row for _, rows in column.groups for row in rows]


def _several(values: Iterable) -> str:
    found = sorted(set(values))
    return "; ".join(str(value) for value in found) if found else NONE


def _commit(text: str) -> str:
    """A commit's hash cut to 10 digits; what follows it ('-dirty') stays."""
    return re.sub(r"^([0-9a-f]{10})[0-9a-f]{30}", r"\1", text)


def _versions(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {versions[name]}" for name in sorted(versions))
