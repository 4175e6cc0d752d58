"""What the data tests share: the real data if the machine has it, and bAbI text from stories."""

import os
from pathlib import Path

import pytest

from bench.data import locate

FIXTURE_EN = locate.FIXTURE / "tasks_1-20_v1-2" / "en"


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
