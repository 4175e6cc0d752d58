"""A table as people see it, before it is Markdown or HTML."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """A table: its heading, what its cells are, head and rows. The first ``labels`` columns are
    names, ``summary`` rows at the end are set off; the page's footnotes stand below the one that is
    ``noted``."""

    title: str
    text: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labels: int = 2
    summary: int = 0
    noted: bool = False
