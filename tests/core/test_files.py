"""What a killed process leaves beside a file it was writing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bench.core import provenance
from bench.core.files import write_atomically

WRITE = (
    "import os, sys; from pathlib import Path; from bench.core import files\n"
    "os.fsync = lambda handle: (print(flush=True), sys.stdin.readline())\n"
    "files.write_atomically(Path(sys.argv[1]), 'theirs')\n"
)


def writer(path) -> subprocess.Popen[str]:
    """A process in the middle of writing; it goes on with a line of input."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(provenance.ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "\n"
    return process


def test_the_next_write_removes_what_killed_ones_left_and_nothing_else(tmp_path):
    path = tmp_path / "rows.jsonl"
    others = [".rows.jsonl.tmp", ".rows.jsonl.mine.tmp", ".rows.jsonl2.abcdefgh.tmp", "a.tmp"]
    for name in others:
        (tmp_path / name).write_text("")
    living, *killed = (writer(path) for _ in range(3))
    for process in killed:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert len(list(tmp_path.iterdir())) == len(others) + 3
    write_atomically(path, "ours")
    assert len(list(tmp_path.iterdir())) == len(others) + 2 and path.read_text() == "ours"
    living.communicate("\n")
    assert living.returncode == 0 and path.read_text() == "theirs"
    assert {p.name for p in tmp_path.iterdir()} == {path.name, *others}


def test_processes_that_write_one_file_at_once_do_not_disturb_each_other(tmp_path):
    code = (
        "import sys; from pathlib import Path; from bench.core.files import write_atomically\n"
        "for i in range(200): write_atomically(Path(sys.argv[1]), sys.argv[2] * 1000)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a")]
    environment = {**os.environ, "PYTHONPATH": str(provenance.ROOT)}
    running = [subprocess.Popen([*command, mark], env=environment) for mark in "xyz"]
    assert [process.wait() for process in running] == [0, 0, 0]
    (left,) = tmp_path.iterdir()
    assert left.read_text() in {mark * 1000 for mark in "xyz"}


def test_an_interrupt_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a", "new")
    assert not list(tmp_path.iterdir())
