"""All experiments on one page, ``index.html``: no script, no outside file but the figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench.report.page import Page

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def index_html(pages: Sequence[Page]) -> str:
    """The page; every value is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("index.html").render(pages=pages)
