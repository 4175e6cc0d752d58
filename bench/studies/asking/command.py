"""``python -m bench ask MODEL [STORY]``: a saved model answers, and shows where it looked."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.core.errors import BenchError
from bench.core.saved_models import method_of
from bench.studies.asking.asked import Asked, tables
from bench.studies.asking.story import MOST_BYTES as STORY_BYTES
from bench.studies.asking.story import read_story, remembered

MOST_BYTES = 1 << 30
"""Of memory, for what a story and a model take together."""


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Declares the command and its options; returns its parser."""
    parser = commands.add_parser(
        "ask", help="ask a saved model about a story, and see where it looks"
    )
    parser.add_argument(
        "model", type=Path, metavar="MODEL", help="a file that --save-models wrote (.npz)"
    )
    parser.add_argument(
        "story", nargs="?", default="-", metavar="STORY",
        help="bAbI lines, or sentences, one a line, questions with a '?' "
        "(default -: standard input)",
    )  # fmt: skip
    return parser


def run(options: argparse.Namespace) -> int:
    """Prints each question's answer and where the model looked: MemN2N's weight of every statement
    in every hop, or the memory that each of MemNN's hops found.

    Raises:
        BenchError: the model or the story can't be read, or do not fit each other.
    """
    model = _model(options.model)
    name, data = _read(options.story)
    told = read_story(data, name, model.reads)
    stories = [remembered(story, model.slots) for story in told.stories]
    if model.takes(stories) > MOST_BYTES:
        raise BenchError(f"{name}: is too much for this model at once; ask with fewer lines")
    import jax  # after all that can be told without it; one question needs no other device

    jax.config.update("jax_platforms", "cpu")
    for line in tables(told, model.answer(stories), model.slots):
        print(line)
    return 0


def _model(path: Path) -> Asked:
    """The model, by the file's method; one that is not asked is refused as MemN2N's reader says."""
    if method_of(path) == "memnn":
        from bench.studies.asking import memnn

        return memnn.Model(path)
    from bench.studies.asking import memn2n

    return memn2n.Model(path)


def _read(story: str) -> tuple[str, bytes]:
    """The story's name for messages, and its bytes, one more than are allowed at most."""
    try:
        if story == "-":
            if sys.stdin is None:  # closed
                raise BenchError("standard input: is closed; give the path of a story")
            return "standard input", sys.stdin.buffer.read(STORY_BYTES + 1)
        with Path(story).open("rb") as file:
            return story, file.read(STORY_BYTES + 1)
    except OSError as error:
        why = error.strerror or error
        raise BenchError(
            f"{story}: cannot be read ({why}); give the path of a story, or - for standard input"
        ) from None
