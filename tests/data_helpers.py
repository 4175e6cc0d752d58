"""What the data tests share: the real data if the machine has it, the fixture, small generated
sets."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.core.arguments import Parser, guarded
from bench.core.command import Command
from bench.datasets.babi import default, pin, sums

FIXTURE = Path(__file__).resolve().parent / "fixture"
"""Made-up stories of tasks 1, 6 and 8, 80 training and 40 test questions: unverified data."""
FIXTURE_EN = FIXTURE / "tasks_1-20_v1-2" / "en"

SMALL = {"babi-1k": (50, 10), "babi-10k": (70, 10)}


def small_generated_sets(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """The default generated sets have few questions, and ``folder`` holds the manifest of these."""
    for path in sums.FOLDER.glob("*"):
        if not path.name.startswith("generated"):
            shutil.copy(path, folder)
    patch.setattr(sums, "FOLDER", folder)
    patch.setattr(default, "SIZES", SMALL)
    if not list(folder.glob("generated*")):
        pin.generated_sets()


def command_line(command: Command, arguments: Sequence[str]) -> int:
    """Runs one command as ``python -m bench`` does; returns its exit code."""

    def action() -> int:
        parser = Parser(prog="python -m bench")
        command.add(parser.add_subparsers(dest="command", required=True))
        return command.run(parser.parse_args(arguments))

    return guarded(action)


def real_data() -> Path:
    """The folder BENCH_DATA names; without it the test (or the module, at its top) is skipped."""
    folder = os.environ.get("BENCH_DATA")
    if not folder:
        pytest.skip("needs the real data: set BENCH_DATA", allow_module_level=True)
    return Path(folder)


def real_files() -> list[Path]:
    """The real task files at hand."""
    return sorted((real_data() / "tasks_1-20_v1-2").glob("en*/qa*.txt"))


def count(stories) -> int:
    """Statements and questions of some stories: the lines they were parsed from."""
    return sum(len(story.statements) + len(story.questions) for story in stories)


def assert_names_line(text: str, file: str, lines: int) -> None:
    """The message starts 'file:line: ' with a line that the file has (or its first, if empty)."""
    start = f"{file}:"
    assert text.startswith(start), text
    number, colon, rest = text[len(start) :].partition(": ")
    assert colon and rest and 1 <= int(number) <= max(lines, 1), text
    assert "\n" not in text
