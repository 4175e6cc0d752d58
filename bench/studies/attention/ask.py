"""``python -m bench ask MODEL [STORY]``: a saved model answers, and shows where it looked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.core.errors import BenchError
from bench.examples.encode import Sizes
from bench.examples.stories import Story
from bench.studies.attention.story import MOST_BYTES as STORY_BYTES
from bench.studies.attention.story import Told, read_story, remembered

BAR = 8
"""Characters of a bar of weight 1."""
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
    """Prints each question's answer, and the weight of every statement in every hop.

    Raises:
        BenchError: the model or the story can't be read, or do not fit each other.
    """
    from bench.methods.memn2n.saved import check_numbers, load, spec_of

    saved = load(options.model)
    try:
        check_numbers(saved)
    except BenchError as error:
        raise BenchError(f"{options.model}: {error}") from error
    name, data = _read(options.story)
    told = read_story(data, name, saved.sizes)
    stories = [remembered(story, saved.sizes.memory_slots) for story in told.stories]
    if _bytes(stories, saved.sizes, spec_of(saved).hops) > MOST_BYTES:
        raise BenchError(f"{name}: is too much for this model at once; ask with fewer lines")
    import jax  # after all that can be told without it; one question needs no other device

    jax.config.update("jax_platforms", "cpu")
    from bench.studies.attention.model import attend

    seen = attend(saved, [(0, stories)])
    for line in tables(told, seen):
        print(line)
    return 0


def tables(told: Told, seen) -> Iterator[str]:
    """The lines printed: a question's memory, and how many statements are no longer in it.

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
            first = max(0, question.seen - slots)
            texts = [" ".join(words) for words in story.statements[first : question.seen]]
            width = max(len("statement"), *(len(text) for text in texts))
            head = "".join(f"  {f'hop {hop + 1}':{BAR + 5}}" for hop in range(hops))
            yield f"  line    {'statement':{width}}{head}".rstrip()
            if first:
                yield f"          {_fallen(first, sum(i < first for i in question.support))}"
            for i, text in enumerate(texts, start=first):
                mark = "*" if i in question.support else " "
                cells = "".join(f"  {_bar(w)}" for w in weights[:, question.seen - 1 - i])
                yield f"  {lines[i]:4d} {mark}  {text:{width}}{cells}".rstrip()
            if question.seen < slots:
                empty = weights[:, question.seen :].sum(axis=1)
                what = f"({slots - question.seen} empty memories)"
                yield f"          {what:{width}}" + "".join(f"  {_bar(w)}" for w in empty).rstrip()
            if question.support:
                yield "  * supporting fact"
            number += 1


def _fallen(statements: int, facts: int) -> str:
    """The line of the statements that are no longer in the memory."""
    those = f"{statements} earlier statement{'s' * (statements > 1)}"
    among = f", {facts} of them supporting," if facts else ""
    return f"{those}{among} fell out of the memory"


def _bar(weight: float) -> str:
    return f"{weight:4.2f} {'#' * round(BAR * float(weight)):{BAR}}"


def _bytes(stories: Sequence[Story], sizes: Sizes, hops: int) -> int:
    """What asking takes, about: bags of the sentences, memories of a chunk, and weights."""
    statements = len({words for story in stories for words in story.statements})
    questions = [question.words for story in stories for question in story.questions]
    words, slots = len(sizes.vocabulary), sizes.memory_slots
    bags = 72 * words * (statements + len(set(questions)))
    memories = 400 * slots * min(statements, 2 * words)
    return bags + memories + 8 * hops * slots * len(questions)


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
