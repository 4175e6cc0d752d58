"""The one writer of Markdown: text from data cannot become markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bench.tables.page import Grid, Page

_ALIGNED = {"l": ":--", "r": "--:", "c": ":-:"}


class Bold(str):
    """A cell that stands out."""


def safe(text: str) -> str:
    """No markup from plain text: escapes what Markdown or its inline HTML would take up."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_|\[\]~])", r"\\\1", text)


def table(head: Sequence[str], rows: Iterable[Iterable[str]], aligned: str) -> str:
    """A table; its text is escaped.

    Args:
        aligned: 'l', 'r' or 'c' a column; the last one's is the rest's.
    """
    aligned += aligned[-1] * (len(head) - len(aligned))
    lines = [_line(head), "|" + "|".join(_ALIGNED[side] for side in aligned) + "|"]
    return "\n".join([*lines, *map(_line, rows)])


def _line(cells: Iterable[str]) -> str:
    written = (f"**{safe(c)}**" if isinstance(c, Bold) and c else safe(c) for c in cells)
    return "| " + " | ".join(written) + " |"


def links(names: Iterable[str]) -> str:
    """Files, each a link to itself."""
    return ", ".join(f"[{safe(name)}]({name})" for name in names)


def loud(lines: Iterable[str]) -> list[str]:
    """A page's loud lines, a block each."""
    return [f"> **{safe(line)}**" for line in lines]


def facts(told: Iterable[tuple[str, str]]) -> str:
    """A list of (term, text)."""
    return "\n".join(f"- {safe(term)}: {safe(text)}" for term, text in told)


def joined(blocks: Iterable[str]) -> str:
    """A page of blocks, an empty line between two."""
    return "\n\n".join(blocks) + "\n"


def markdown(page: Page) -> str:
    """A page as GitHub-flavoured Markdown."""
    blocks = [f"# {safe(page.title)}", *loud(page.notices)]
    blocks.append("\n".join(safe(line) for line in page.explanation))
    if page.figure:
        blocks.append(f"![{safe(page.figure)}]({page.id}.png)")
    blocks.append("Every number, exactly: " + links(page.files))
    for one in page.grids:
        blocks += grid(one)
        if one.noted and page.footnotes:
            blocks.append("  \n".join(safe(line) for line in page.footnotes))
    blocks += ["## Provenance", facts(page.facts), *grid(page.columns, level=3)]
    return joined(blocks)


def grid(one: Grid, level: int = 2) -> list[str]:
    """A table with its heading and what is said of it."""
    text = [safe(one.text)] if one.text else []
    return [f"{'#' * level} {safe(one.title)}", *text, bare(one)]


def bare(one: Grid) -> str:
    """A grid's table alone."""
    first = len(one.rows) - one.summary
    rows = [[Bold(c) for c in row] if n >= first else row for n, row in enumerate(one.rows)]
    return table(one.head, rows, "l" * one.labels + "r")
