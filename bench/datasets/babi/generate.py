"""``python -m bench generate``: files in the released format, for anyone's code."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from bench.core.arguments import number, numbers
from bench.core.errors import BenchError
from bench.datasets.babi import babi, default, generated, layout

MOST_QUESTIONS = 1_000_000
MOST_SEED = 2**32 - 1


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Declares the command and its options."""
    parser = commands.add_parser(
        "generate", help="write generated bAbI stories in the released format"
    )
    parser.add_argument("folder", metavar="DIR", help="where the files go, below en/ or en-10k/")
    parser.add_argument("--tasks", nargs="+", metavar="N", help="these bAbI tasks only")
    parser.add_argument(
        "--dataset",
        choices=list(default.SIZES),
        default="babi-1k",
        help="which set (default babi-1k)",
    )
    parser.add_argument(
        "--train", metavar="N", help="training questions a task (default the set's)"
    )
    parser.add_argument("--test", metavar="N", help="test questions a task (default 1000)")
    parser.add_argument("--seed", metavar="S", help="other stories (default 0)", default="0")
    parser.add_argument(
        "--as-released", action="store_true", help="keep test questions that occur in training"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace generated files though they were edited since, or have more questions",
    )
    return parser


def run(options: argparse.Namespace) -> int:
    """Writes the files and prints a line a task.

    Raises:
        BenchError: a value is wrong, a file is in the way, or something can't be written.
    """
    folder = _folder(options.folder)
    tasks = tuple(task.number for task in babi.TASKS)
    if options.tasks is not None:
        tasks = numbers("--tasks", options.tasks, 1, len(babi.TASKS))
    train, test = default.SIZES[options.dataset]
    if options.train is not None:
        train = number("--train", options.train, 1, MOST_QUESTIONS)
    if options.test is not None:
        test = number("--test", options.test, 1, MOST_QUESTIONS)
    made = generated.generate(
        folder,
        options.dataset,
        tasks,
        train=train,
        test=test,
        seed=number("--seed", options.seed, 0, MOST_SEED),
        as_released=options.as_released,
        force=options.force,
    )
    names = iter(made)
    for train_name, test_name in zip(names, names, strict=True):
        entry = made[test_name]
        shared = f"{entry.shared} shared with training"
        if entry.shared:
            shared += ", kept" if entry.as_released else ", replaced"
        print(
            f"{made[train_name].questions} training and {entry.questions} test questions, "
            f"{shared}: {train_name}, {test_name}"
        )
    print(f"Generated data, not the bAbI release, in {folder}: --data {folder} uses it")
    return 0


def _folder(text: str) -> Path:
    """The folder named; BenchError if the suite would not find what is written there."""
    if not text:
        raise BenchError("DIR is empty; name a folder")
    folder = Path(text)
    if os.path.lexists(folder / layout.TOP):
        raise BenchError(
            f"{folder}: holds {layout.TOP}, which --data {folder} would use instead of what is "
            "generated; name another folder"
        )
    for place in (folder, *(folder / layout.subfolder(name) for name in default.SIZES)):
        if os.path.lexists(place) and not os.path.isdir(place):
            raise BenchError(f"{place}: is not a folder; name another one, or move it away")
    return folder
