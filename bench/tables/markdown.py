"""A page as Markdown, for people and for the repository's web view."""

from __future__ import annotations

import re

from bench.tables.page import Grid, Page


def markdown(page: Page) -> str:
    """The page as GitHub-flavoured Markdown; text from data cannot become markup."""
    blocks = [f"# {safe(page.title)}"]
    blocks += [f"> **{safe(line)}**" for line in page.notices]
    blocks.append("\n".join(safe(line) for line in page.explanation))
    blocks.append(f"![{safe(page.figure)}]({page.id}.png)")
    blocks.append(
        "Every number, exactly: " + ", ".join(f"[{safe(name)}]({name})" for name in page.files)
    )
    for grid in page.grids:
        blocks += _grid(grid)
        if grid.noted and page.footnotes:
            blocks.append("  \n".join(safe(line) for line in page.footnotes))
    blocks.append("## Provenance")
    blocks.append("\n".join(f"- {safe(term)}: {safe(text)}" for term, text in page.facts))
    blocks += _grid(page.columns, level=3)
    return "\n\n".join(blocks) + "\n"


def _grid(grid: Grid, level: int = 2) -> list[str]:
    aligned = [":--" if number < grid.labels else "--:" for number in range(len(grid.head))]
    lines = [_line(grid.head), "|" + "|".join(aligned) + "|"]
    for number, row in enumerate(grid.rows):
        cells = [safe(cell) for cell in row]
        if number >= len(grid.rows) - grid.summary:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
        lines.append("| " + " | ".join(cells) + " |")
    text = [safe(grid.text)] if grid.text else []
    return [f"{'#' * level} {safe(grid.title)}", *text, "\n".join(lines)]


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(safe(cell) for cell in cells) + " |"


def safe(text: str) -> str:
    """No markup from plain text: escapes what Markdown or its inline HTML would take up."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_|\[\]~])", r"\\\1", text)
