"""The symbolic readers on the released files, and that they share no code with the simulator."""

import ast
from pathlib import Path

import pytest
from data_helpers import real_data

from bench.datasets.babi import babi
from bench.datasets.babi.readers.read import READERS, read_story

BABI = Path(__file__).parents[3] / "bench/datasets/babi"


def imported(folder):
    """Every module that the files of a folder import, relative ones refused."""
    found = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: relative import"
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
    assert found, folder
    return found


def test_readers_and_writers_share_no_code():
    """A reader has the words of a story alone; the parser, which both use, brings in no more but
    the splitting into lines."""
    allowed = ("bench.datasets.babi.readers", "bench.core.errors.", "bench.examples.stories.")
    ours = {name for name in imported(BABI / "readers") if name.startswith("bench")}
    assert ours and all(name.startswith(allowed) for name in ours), ours
    writers = imported(BABI / "simulator")
    assert not {name for name in writers if "readers" in name or "babi.babi" in name}
    parser = ast.parse((BABI / "babi.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(parser) if isinstance(node, ast.ImportFrom)}
    ours = {module for module in modules if module.startswith("bench")}
    assert ours == {"bench.core.errors", "bench.datasets.lines", "bench.examples.stories"}


# The rest needs the real files.


def is_known_ambiguity(story, question, reading):
    """'What did X give to Y' where X gave Y the file's answer, and later the one that was read."""
    giver, receiver = question.words[2], question.words[-1]
    gifts = [words[-3] for words in story.statements[: question.seen]
             if words[-2] == "to" and (words[0], words[-1]) == (giver, receiver)]  # fmt: skip
    return (
        question.words == ("what", "did", giver, "give", "to", receiver)
        and question.answer in gifts[:-1]
        and reading.answer == gifts[-1] != question.answer
    )


def assert_reads_all(task, data, name):
    stories = babi.parse(data, name)
    for story in stories:
        for question, reading in zip(story.questions, read_story(task, story), strict=True):
            agreed = reading.answer == question.answer and reading.allows(question.support)
            if not agreed:
                assert task == 5, f"{name}:{question.line}: {reading}"
                assert is_known_ambiguity(story, question, reading), f"{name}:{question.line}"
            if task != 18:
                assert len(reading.supports) == 1
    return sum(len(story.questions) for story in stories)


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("task", READERS)
def test_real_1k(task, split):
    file = real_data() / f"tasks_1-20_v1-2/en/{babi.TASKS[task - 1].stem}_{split}.txt"
    assert assert_reads_all(task, file.read_bytes(), str(file)) == 1000


@pytest.mark.parametrize("task", READERS)
def test_real_10k_last_tenth(task):
    file = real_data() / f"tasks_1-20_v1-2/en-10k/{babi.TASKS[task - 1].stem}_train.txt"
    if task == 3 and not file.exists():  # a piece of it goes round by itself
        file = real_data() / "tasks_1-20_v1-2/en-valid-10k/qa3_valid.txt"
        start, data = 0, file.read_bytes()
    else:
        data = file.read_bytes()
        start = data.index(b"\n1 ", len(data) * 9 // 10) + 1
    assert 800 < assert_reads_all(task, data[start:], str(file)) < 1200
