"""Standard output and error that are full, closed, unread or in a plain encoding."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.core import progress, provenance

LONG = "import sys; print('x' * 100_000); sys.stderr.write('remark\\n')"
pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


def command(
    action: str, redirect: str = "", **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """A command that runs ``action``, a line of Python, redirected by a shell."""
    code = f"from bench.core.arguments import guarded\ndef run():\n    {action}\n    return 3\n"
    code += "raise SystemExit(guarded(run))"
    return subprocess.run(
        ["bash", "-c", f'"$0" -c "$1" {redirect}; exit ${{PIPESTATUS[0]}}', sys.executable, code],
        env={**os.environ, "PYTHONPATH": str(provenance.ROOT), **variables},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("action", [LONG, "print('short')", "import argparse; p = "
                         "argparse.ArgumentParser(); p.parse_args(['--help'])"])  # fmt: skip
@pytest.mark.parametrize("redirect", [">/dev/full", ">&-", "1</dev/null"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_cannot_be_written_is_one_line(action, redirect, unbuffered):
    done = command(action, redirect, PYTHONUNBUFFERED=unbuffered)
    last = done.stderr.decode().removeprefix("remark\n")
    assert done.returncode == 74
    assert last.startswith("error: standard output: cannot be written (") and last.count("\n") == 1


def test_a_closed_output_is_told_before_any_work(tmp_path):
    done = command(f"open({str(tmp_path / 'worked')!r}, 'w')", ">&-")
    assert done.returncode == 74 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("action", [LONG, "print('short'); import time; time.sleep(0.5)"])
def test_a_reader_that_has_enough_ends_it_quietly(action):
    done = command(f"import time; time.sleep(0.2); {action}", "| true")
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("redirect", ["2>/dev/full", "2>&-", "2</dev/null", "0<&- 2>&-"])
def test_remarks_that_nobody_can_read_end_nothing(redirect):
    done = command(
        "import sys; [sys.stderr.write('x' * 999 + chr(10)) for _ in range(99)]; "
        "print('done'); print('remark', file=sys.stderr)",
        redirect,
    )
    assert (done.returncode, done.stdout) == (3, b"done\n")


def test_no_file_takes_the_place_of_a_closed_stream(tmp_path):
    action = (
        f"import os; f = open({str(tmp_path / 'rows')!r}, 'w'); os.write(2, b'a warning'); "
        "print(f.fileno())"
    )
    done = command(action, "0<&- 2>&-")
    assert int(done.stdout) > 2 and (tmp_path / "rows").read_bytes() == b""


def test_an_error_keeps_its_code_where_its_line_cannot_be_written():
    action = "from bench.core.errors import BenchError; raise BenchError('wrong', 5)"
    assert command(action).stderr == b"error: wrong\n"
    assert command(action, "2>/dev/full").returncode == 5
    assert command(action, "2>&-").returncode == 5


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "a–b − 3 × 4 ± é ● ⁻ ░ \udcff".encode(errors="surrogateescape")),
        ("latin-1", b"a-b - 3 \xd7 4 \xb1 \xe9 * - ? \xff"),
        ("ascii", b"a-b - 3 x 4 +- e * - ? \xff"),
        ("ascii:strict", b"a-b - 3 x 4 +- e * - ? \xff"),
    ],
)
def test_characters_that_the_encoding_lacks_are_written_as_others(encoding, expected):
    text = ascii("a–b − 3 × 4 ± é ● ⁻ ░ \udcff")
    done = command(f"import sys; print({text}); print({text}, file=sys.stderr)",
                   PYTHONIOENCODING=encoding)  # fmt: skip
    assert done.returncode == 3 and done.stdout == done.stderr == expected + b"\n"


def test_progress_is_a_line_each_where_there_is_no_terminal():
    action = (
        "from bench.core import progress; progress.QUIET_SECONDS = 0; p = progress.Progress(); "
        "p.start(10, 2); p.advance(5); p.job_done(); p.show(); p.show(); p.advance(5); "
        "p.job_done(); p.close()"
    )
    lines = command(action).stderr.decode().split("\n")
    assert [line.split("%")[0].strip() for line in lines] == ["0", "50", "100", ""]
    assert all("\r" not in line and line == line.strip() for line in lines)
    assert "1 of 2 groups" in lines[1] and "2 of 2 groups" in lines[2]


def test_work_done_before_says_nothing_of_the_pace(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    bar = progress.Progress()
    bar.start(100.0, 1)
    monkeypatch.setattr(bar._bar, "_time", lambda: now[0])
    bar._bar.start_t = now[0]
    bar.advance(50.0, before=True)
    bar.advance(10.0, note="epoch 7 of about 10")
    now[0] += 20.0
    bar._draw()
    shown = str(bar._bar)  # 40 are left, at 10 in 20 s
    assert shown.startswith(" 60%") and "00:20 elapsed, 01:20 left" in shown
    assert shown.endswith("0 of 1 groups; epoch 7 of about 10")
    bar.close()
