"""``python -m bench solve``: reads bAbI files by rules and compares each answer with the file's.

Exit codes: 0 the files say what was read; 1 they do not, somewhere; 74 the output can't be written.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.core.errors import BenchError
from bench.datasets.babi.babi import parse
from bench.datasets.babi.readers.read import READERS, read_story
from bench.datasets.babi.readers.reader import Reading, Unreadable
from bench.examples.stories import Question, Story, with_lines

_TASK_FILE = re.compile(r"qa([1-9]|1[0-9]|20)_.*")


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Declares the command and its options."""
    about = "answer every question of bAbI files from their text alone, by rules, and compare"
    parser = commands.add_parser("solve", help=about, description=about)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file in bAbI format")
    parser.add_argument("--task", metavar="N", help="1 to 20 (default: from the name qaN_...)")
    return parser


def run(options: argparse.Namespace) -> int:
    """Reads the files and prints what was found.

    Raises:
        BenchError: a file is malformed, or is not of its task, or the output can't be written.
    """
    tasks = [_task(file, options.task) for file in options.files]  # told before anything is read
    try:
        try:
            agreed = [_read(file, task) for file, task in zip(options.files, tasks, strict=True)]
        finally:
            sys.stdout.flush()
    except OSError as error:  # every file read has its own error: this is the output
        why = error.strerror or error
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # at its end Python writes the rest, somewhere
        what = f"standard output: cannot be written ({why}); redirect it"
        raise BenchError(what, exit_code=74) from None
    return 0 if all(agreed) else 1


def _task(file: Path, given: str | None) -> int:
    if given is not None:
        if not re.fullmatch("[0-9]{1,2}", given) or int(given) not in READERS:
            raise BenchError(f"--task: '{given}' is not a whole number from 1 to {len(READERS)}")
        return int(given)
    match = _TASK_FILE.fullmatch(file.name)
    if match is None:
        raise BenchError(f"{file}: the name does not say which task it is (qa1_...); give --task N")
    return int(match[1])


def _read(file: Path, task: int) -> bool:
    """Prints the summary of a file and its exceptions; whether there were none."""
    try:
        data = file.read_bytes()
    except OSError as error:
        why = error.strerror or error
        raise BenchError(f"{file}: cannot be read ({why}); give the path of a bAbI file") from None
    questions = answers = supports = 0
    exceptions: list[str] = []
    for first, story in with_lines(parse(data, str(file))):
        readings = _readings(file, task, story, first)
        for question, reading in zip(story.questions, readings, strict=True):
            questions += 1
            same_answer = reading.answer == question.answer
            same_support = reading.allows(question.support)
            answers += same_answer
            supports += same_support
            if not (same_answer and same_support):
                exceptions.append(f"{file}:{question.line}: {_told(story, question, reading)}")
    right = f"{answers} right ({_share(answers, questions)})"
    proved = f"supporting facts of {supports} right ({_share(supports, questions)})"
    print(f"{file}: {questions} questions, {right}, {proved}")
    for line in exceptions:
        print(line)
    return not exceptions


def _readings(file: Path, task: int, story: Story, first: int) -> list[Reading]:
    try:
        return read_story(task, story)
    except Unreadable as error:
        if error.asked:
            asked = (error.words, error.told)
            line = next(q.line for q in story.questions if (q.words, q.seen) == asked)
        else:
            line = first - 1 + story.ids[error.told]
        raise BenchError(f"{file}:{line}: {error}") from None


def _told(story: Story, question: Question, reading: Reading) -> str:
    """What was read and what the file says, where they differ."""
    asked = " ".join(question.words) + "?"
    if reading.answer != question.answer:
        return f"{asked} -> read {reading.answer}, file says {question.answer}"
    read = " or ".join(_identities(story, support) for support in reading.supports) or "none"
    told = _identities(story, question.support)
    return f"{asked} -> read supporting facts {read}, file says {told}"


def _identities(story: Story, support: Sequence[int]) -> str:
    return " ".join(str(story.ids[statement]) for statement in support)


def _share(part: int, whole: int) -> str:
    """A share in percent, rounded down: 100 is printed for all of them alone."""
    return f"{10_000 * part // whole / 100:.2f} %"
