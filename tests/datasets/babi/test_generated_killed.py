"""Generated sets: what happens when their making is ended, or done twice at once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from data_helpers import small_generated_sets
from generated_helpers import assert_as_listed, main, make, refusal

from bench.datasets.babi import generated, record, sums
from bench.datasets.writing import locked

ROOT = Path(__file__).resolve().parents[3]


class Killed(BaseException):
    pass


@pytest.mark.parametrize(
    ("before", "writes"), [("nothing", 9), ("other settings", 8), ("the same", 0)]
)
def test_ended_at_any_write_the_record_holds_and_the_same_command_goes_on(
    tmp_path, monkeypatch, before, writes
):
    """Files are written whole or not at all: the moments to be killed at lie between two writes."""
    whole = tmp_path / "whole"
    make(whole)
    expected = {p.relative_to(whole): p.read_bytes() for p in whole.rglob("*") if p.is_file()}
    real = record.write_atomically
    for allowed in range(writes + 1):
        folder, done = tmp_path / f"after {allowed}", []
        if before != "nothing":
            make(folder, seed=int(before == "other settings"))

        def write(path, content, folder=folder, done=done, allowed=allowed):
            if len(done) == allowed:
                raise Killed
            done.append(path)
            real(path, content)
            assert_as_listed(folder)

        with monkeypatch.context() as patch:
            patch.setattr(generated, "write_atomically", write)
            patch.setattr(record, "write_atomically", write)
            if allowed < writes:
                with pytest.raises(Killed):
                    make(folder)
            else:
                make(folder)
        assert len(done) == allowed
        assert_as_listed(folder)
        make(folder)
        assert {
            p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()
        } == expected


def test_killed_for_real(tmp_path):
    arguments = ["generate", str(tmp_path / "d"), "--tasks", "1", "3", "2", "--train", "3000"]
    child = subprocess.Popen([sys.executable, "-m", "bench", *arguments], cwd=ROOT)
    waited = time.monotonic() + 60
    while not list(tmp_path.glob("d/en/qa1*train.txt")) and time.monotonic() < waited:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert len(assert_as_listed(tmp_path / "d").files) < 6
    (tmp_path / "d/en" / ".qa1_single-supporting-fact_train.txt.abc.tmp").touch()  # half-written
    assert main(arguments) == 0
    assert len(assert_as_listed(tmp_path / "d").files) == 6
    assert not list(tmp_path.rglob("*.tmp"))


def test_two_at_once_generate_once(manifests, monkeypatch, tmp_path):
    small_generated_sets(manifests, monkeypatch)
    (tmp_path / "calls").touch()
    code = (
        "import sys, pytest; from pathlib import Path; sys.path[:0] = ['tests']\n"
        "from data_helpers import small_generated_sets\n"
        "from bench.datasets.babi import default\n"
        "from bench.datasets.babi.simulator import release\n"
        "folder = Path(sys.argv[1]); real = release.task_files\n"
        "def counted(task, **settings):\n"
        "    with open(folder / 'calls', 'a') as file: file.write(f'{task}\\n')\n"
        "    return real(task, **settings)\n"
        "small_generated_sets(Path(sys.argv[2]), pytest.MonkeyPatch())\n"
        "release.task_files = counted\n"
        "print(len(default.make('babi-1k', range(1, 21)).hashes))\n"
    )
    environment = {**os.environ, "BENCH_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, str(tmp_path), str(sums.FOLDER)]
    children = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [child.communicate()[0].strip() for child in children] == ["40", "40"]
    assert sorted(map(int, (tmp_path / "calls").read_text().split())) == list(range(1, 21))


def test_a_lock_never_released_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(generated, "_LOCK_WAIT", 0.05)
    with locked(tmp_path / generated._LOCK, "generating", 1):
        assert "another process has been generating" in refusal(make, tmp_path)
