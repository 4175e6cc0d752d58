"""Kinds of data, by how far a number that stands on them can be trusted."""

from __future__ import annotations

from collections.abc import Iterable

REAL, COMPLETED, UNVERIFIED, GENERATED = "real", "completed", "unverified", "generated"

TRUST = (REAL, COMPLETED, UNVERIFIED, GENERATED)
"""The most trusted first. 'real': every file has its known SHA-256. 'completed': real, but for
generated examples in a training set. 'unverified': a file is not what it should be, and the user
allowed it. 'generated': made by one of the suite's own simulators."""

COMPLETION = "completed/"
"""So begins the name, among a run's files, of a training set that generated examples complete."""


def completed(files: Iterable[str]) -> bool:
    """Whether generated examples complete a training set among a run's files."""
    return any(name.startswith(COMPLETION) for name in files)


def least_trusted(kinds: Iterable[str]) -> str:
    """The kind that claims least, '' of none; one that is not known claims nothing."""
    return max(
        kinds,
        key=lambda kind: (TRUST.index(kind) if kind in TRUST else len(TRUST), kind),
        default="",
    )
