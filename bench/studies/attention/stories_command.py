"""``python -m bench stories``: the attention pages' stories with their text, for those who have
it."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.core import provenance, registry
from bench.core.arguments import data_options
from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.studies.attention.store import ROWS
from bench.studies.attention.text import TEXT, text_page


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Declares the command and its options."""
    parser = commands.add_parser(
        "stories", help="the stories of attention.md with their text (never committed)"
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=provenance.ROOT / "results" / "paper",
        metavar="DIR",
        help="whose rows (default results/paper); the page goes to models/ in it",
    )
    data_options(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    """Writes the page.

    Raises:
        BenchError: nothing was measured, or the data is not at hand.
    """
    rows = ROWS.read(options.results)
    if not rows:
        raise BenchError(
            f"{options.results}: no attention was measured there; run experiments/attention.py"
        )
    units: dict[str, dict[str, None]] = {}
    for row in rows:
        units.setdefault(row["dataset"], {})[str(row["task"])] = None
    wish = Wish(
        folder=options.data, allow_generated=True, allow_unverified=options.allow_unverified,
        offline=options.offline,
    )  # fmt: skip
    found = {name: registry.dataset(name).find(list(those), wish) for name, those in units.items()}
    path = options.results / "models" / TEXT  # the part of a results folder that git ignores
    write_atomically(path, text_page(rows, found))
    print(path)
    return 0
