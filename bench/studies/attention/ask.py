"""``python -m bench ask MODEL [STORY]``: a saved model answers, and shows where it looked."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.core.errors import BenchError
from bench.studies.attention.story import Told, read_story

BAR = 8
"""Characters of a bar of weight 1."""


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Declares the command and its options."""
    parser = commands.add_parser(
        "ask", help="ask a saved model about a story, and see where it looks"
    )
    parser.add_argument(
        "model", type=Path, metavar="MODEL", help="a file that --save-models wrote (.npz)"
    )
    parser.add_argument(
        "story", nargs="?", default="-", metavar="STORY",
        help="bAbI lines, or sentences, one a line, questions with a '?' (default -: standard input)",
    )  # fmt: skip
    return parser


def run(options: argparse.Namespace) -> int:
    """Prints each question's answer, and the weight of every statement in every hop.

    Raises:
        BenchError: the model or the story can't be read, or do not fit each other.
    """
    from bench.methods.memn2n.saved import load

    saved = load(options.model)
    name, data = _read(options.story)
    told = read_story(data, name, saved.sizes)
    import jax  # after all that can be told without it; one question needs no other device

    jax.config.update("jax_platforms", "cpu")
    from bench.studies.attention.model import attend

    try:
        tasks = saved.run.get("tasks") or [0]
        seen = attend(saved, [(int(tasks[0]), told.stories)])
    except BenchError as error:
        raise BenchError(f"{options.model}: {error}", error.exit_code) from error
    try:
        for line in tables(told, seen):
            print(line)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # at its end Python writes the rest, somewhere
        raise BenchError(
            f"standard output: cannot be written ({error.strerror or error}); redirect it",
            exit_code=74,
        ) from None
    return 0


def tables(told: Told, seen) -> Iterator[str]:
    """The lines printed.

    Args:
        seen: `bench.studies.attention.model.Attended` of the stories' questions.
    """
    number = 0
    for story, lines in zip(told.stories, told.lines, strict=True):
        for question in story.questions:
            if number:
                yield ""
            weights = seen.weights[number]
            hops, slots = weights.shape
            said = ""
            if question.answer:
                said = "  right" if seen.right[number] else f"  wrong: {question.answer}"
            sure = f"{seen.probability[number]:.0%}"
            yield f"{' '.join(question.words)}?  {seen.answers[number]} ({sure}){said}"
            texts = [" ".join(words) for words in story.statements[: question.seen]]
            width = max(len("statement"), *(len(text) for text in texts))
            head = "".join(f"  {f'hop {hop + 1}':{BAR + 5}}" for hop in range(hops))
            yield f"  line    {'statement':{width}}{head}".rstrip()
            for i, text in enumerate(texts):
                at = question.seen - 1 - i
                mark = "*" if i in question.support else " "
                cells = "  fell out of the memory"
                if at < slots:
                    cells = "".join(f"  {_bar(w)}" for w in weights[:, at])
                yield f"  {lines[i]:4d} {mark}  {text:{width}}{cells}".rstrip()
            if question.seen < slots:
                empty = weights[:, question.seen :].sum(axis=1)
                what = f"({slots - question.seen} empty memories)"
                yield f"          {what:{width}}" + "".join(f"  {_bar(w)}" for w in empty).rstrip()
            if question.support:
                yield "  * supporting fact"
            number += 1


def _bar(weight: float) -> str:
    return f"{weight:4.2f} {'#' * round(BAR * float(weight)):{BAR}}"


def _read(story: str) -> tuple[str, bytes]:
    """The story's name for messages, and its bytes."""
    try:
        if story == "-":
            return "standard input", sys.stdin.buffer.read()
        return story, Path(story).read_bytes()
    except OSError as error:
        why = error.strerror or error
        raise BenchError(
            f"{story}: cannot be read ({why}); give the path of a story, or - for standard input"
        ) from None
