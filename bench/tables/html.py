"""All experiments on one page, ``index.html``: no script, no outside file but the figures."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench.tables.page import Page

_TEMPLATES = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True)
class Apart:
    """A page of its own, which the index links: its file, title and loud lines, as plain text."""

    name: str
    title: str
    notices: tuple[str, ...]


def apart(name: str, markdown: str) -> Apart:
    """What a page of Markdown says at its top."""
    lines = markdown.splitlines()
    loud = [line[4:].removesuffix("**") for line in lines if line.startswith("> **")]
    return Apart(name, _text(lines[0].removeprefix("# ")), tuple(map(_text, loud)))


def _text(markdown: str) -> str:
    """Plain text again of what `bench.tables.markdown.safe` made safe."""
    return html.unescape(re.sub(r"\\(.)", r"\1", markdown))


def index_html(pages: Sequence[Page], others: Sequence[Apart] = ()) -> str:
    """The page; every value is escaped.

    Args:
        others: pages that stand apart, linked.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("index.html").render(pages=pages, apart=others)
