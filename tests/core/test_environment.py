"""Set-up on a copy of its scripts, with installers that install nothing: no network is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.core.provenance import ROOT

UV = """#!{python} -I
import os, pathlib, signal, sys, time, venv
root, arguments = pathlib.Path({root!r}), sys.argv[1:]
with open(root / "calls", "a") as calls:
    calls.write(" ".join(arguments) + "\\n")
if arguments[0] == "venv":
    venv.create(arguments[-1], with_pip=False)
else:
    time.sleep(float(os.environ.get("SLEEP", 0)))
    if "KILL" in os.environ:
        os.kill(os.getppid(), signal.SIGKILL)
    if "FAIL" in os.environ:
        sys.exit("no such version")
    (site,) = pathlib.Path(os.environ["VIRTUAL_ENV"]).glob("lib/*/site-packages")
    (site / "lately.py").write_text("")
"""
MAIN = """import sys
print(sys.prefix, *sys.argv[1:], flush=True)
if "wait" in sys.argv:
    sys.stdin.readline()
    import lately
    print(lately.__file__, sys.executable)
"""
PYPROJECT = '[project]\n[project.optional-dependencies]\nfast = ["x"]\nslow = ["y"]\n'


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A checkout whose set-up finds a uv that makes empty environments and writes its calls."""
    root = tmp_path / "check out"
    (root / "bench" / "core").mkdir(parents=True)
    for name in ("run_all.sh", "bench/core/environment.sh", "bench/core/environment.py",
                 "bench/core/in_use.py"):  # fmt: skip
        shutil.copy(ROOT / name, root / name)
    (root / "bench" / "__main__.py").write_text(MAIN)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "requirements.lock").write_text("a==1 \\\n    --hash=sha256:00\nb==2 ; x < '3' \\\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "dirname"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    (tools / "uv").write_text(UV.format(python=sys.executable, root=str(root)))
    (tools / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("PYTHON", sys.executable)
    for name in ("PYTHONPATH", "BENCH_EXTRAS"):
        monkeypatch.delenv(name, raising=False)
    return root


def start(root: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [root / "run_all.sh", *arguments],
        env={**os.environ, **variables}, stdin=pipe, stdout=pipe, stderr=pipe, text=True,
    )  # fmt: skip


def run(root: Path, **variables: str) -> tuple[int, str, str]:
    process = start(root, **variables)
    out, error = process.communicate(timeout=60)
    return process.returncode, out, error


def made(root: Path) -> set[Path]:
    return {path for path in (root / ".venvs").iterdir() if path.is_dir()}


def calls(root: Path) -> list[str]:
    return (root / "calls").read_text().splitlines()


def refused(root: Path, **variables: str) -> str:
    code, out, error = run(root, **variables)
    assert (code, out) == (2, "")
    return error


def test_it_is_made_once_and_run_in_its_own_folder(copy):
    code, out, error = run(copy)
    (folder,) = made(copy)
    assert (code, out) == (0, f"{folder} run\n") and error.count("\n") == 1
    assert (copy / ".venv").is_symlink() and (copy / ".venv").resolve() == folder
    assert [call.split()[0] for call in calls(copy)] == ["venv", "pip", "pip"]
    assert "--require-hashes -r requirements.lock" in calls(copy)[1]
    assert run(copy) == (0, out, "") and len(calls(copy)) == 3
    (copy / "requirements.lock").write_text("a==2\n")
    assert run(copy)[1] != out and len(calls(copy)) == 6


def test_of_two_at_once_one_waits_for_the_other(copy):
    running = [start(copy, SLEEP="0.5") for _ in range(2)]
    told = [process.communicate(timeout=60) for process in running]
    (folder,) = made(copy)
    assert [out for out, _ in told] == [f"{folder} run\n"] * 2
    assert sum("waiting for another set-up" in error for _, error in told) == 1
    assert len(calls(copy)) == 3


def test_a_running_process_keeps_its_environment_whatever_is_made_beside(copy):
    assert run(copy)[0] == 0
    (first,) = made(copy)
    by_script = start(copy, "wait")
    directly = subprocess.Popen(
        [copy / ".venv" / "bin" / "python", "-m", "bench", "wait"],
        cwd=copy, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for process in (by_script, directly):
        assert process.stdout is not None
        assert process.stdout.readline().startswith(str(first))
    for chosen in ("fast", "slow", "slow, fast"):
        code, out, _ = run(copy, BENCH_EXTRAS=chosen)
        assert code == 0 and first in made(copy) and not out.startswith(str(first))
    assert len(made(copy)) == 3, "of those nobody uses only the last but one is kept"
    for process in (by_script, directly):
        lately, python = process.communicate("\n", timeout=60)[0].split("\n")[0].rsplit(" /", 1)
        assert lately.startswith(f"{first}/") and f"/{python}" == f"{first}/bin/python"
        assert process.returncode == 0
    before = len(calls(copy))
    assert run(copy)[1].startswith(str(first)) and len(calls(copy)) == before
    (copy / "requirements.lock").write_text("a==2\n")
    for chosen in ("fast", "slow"):
        assert run(copy, BENCH_EXTRAS=chosen)[0] == 0
    assert first not in made(copy) and len(made(copy)) == 2


def test_extras_are_installed_at_the_locks_versions_in_any_order(copy):
    assert run(copy, BENCH_EXTRAS="slow fast")[0] == 0
    (folder,) = made(copy)
    assert calls(copy)[-1].endswith(f"-c {folder}/constraints.txt -e .[fast,slow]")
    assert (folder / "constraints.txt").read_text() == "a==1\nb==2 ; x < '3'\n"
    assert run(copy, BENCH_EXTRAS="fast,slow")[2] == ""


def test_an_unknown_extra_is_refused_before_anything_is_made(copy):
    error = refused(copy, BENCH_EXTRAS="fast,fats")
    assert error == "error: BENCH_EXTRAS: no extra 'fats'; there are fast, slow\n"
    assert not (copy / ".venvs").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no such program"),
        ("exit 0", "it does not run as Python"),
        ("exit 127", "it does not run as Python"),
        ("echo 3.10", "it is Python 3.10, and 3.11 to 3.13 is needed"),
        ("echo 3.14", "it is Python 3.14, and 3.11 to 3.13 is needed"),
    ],
)
def test_a_python_that_will_not_do_is_refused_by_name(copy, tmp_path, text, said):
    python = tmp_path / "tools" / "python3.99"
    if text is not None:
        python.write_text(f"#!/bin/sh\n{text}\n")
        python.chmod(0o755)
    for given in (str(python), python.name):
        assert refused(copy, PYTHON=given) == f"error: PYTHON={given}: {said}\n"


def test_without_a_choice_the_first_python_that_will_do_is_taken(copy, tmp_path):
    for name, version in (("python3", "3.10"), ("python3.13", "3.14")):
        (tmp_path / "tools" / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / "tools" / name).chmod(0o755)
    assert "no Python 3.11 to 3.13 found" in refused(copy, PYTHON="")
    (tmp_path / "tools" / "python3.11").symlink_to(sys.executable)
    assert run(copy, PYTHON="")[0] == 0


def test_what_failed_is_told_and_the_environment_there_stays(copy):
    assert run(copy)[0] == 0
    (first,) = made(copy)
    error = refused(copy, BENCH_EXTRAS="fast", FAIL="1")
    (second,) = made(copy) - {first}
    assert "no such version\n" in error
    last = error.splitlines()[-1]
    assert last.startswith("error: installing requirements.lock failed; the log is .venvs/")
    assert (copy / last.rpartition(" ")[2]).read_text() == "no such version\n"
    assert (copy / ".venv").resolve() == first and run(copy)[2] == ""
    code, out, _ = run(copy, BENCH_EXTRAS="fast")
    assert (code, out) == (0, f"{second} run\n") and made(copy) == {first, second}


def test_a_killed_set_up_is_begun_anew(copy):
    code, _, _ = run(copy, KILL="1")
    assert code == 137 and not (copy / ".venv").exists()
    code, _, error = run(copy)
    assert code == 0 and "waiting" not in error and (copy / ".venv").exists()


def test_a_folder_in_the_links_place_is_put_aside(copy):
    (copy / ".venv").mkdir()
    (copy / ".venv" / "kept").write_text("")
    assert run(copy)[0] == 0 and (copy / ".venv").is_symlink()
    assert len(list((copy / ".venvs").glob("*/kept"))) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_remarks_that_nobody_can_read_change_nothing(copy):
    for redirect in ("2>/dev/full", "2>&-"):
        (copy / "requirements.lock").write_text(redirect)
        done = subprocess.run(
            ["bash", "-c", f'"$0" {redirect}', copy / "run_all.sh"], capture_output=True, text=True
        )
        assert done.returncode == 0 and done.stdout == f"{(copy / '.venv').resolve()} run\n"


@pytest.mark.parametrize("has_pip", [True, False])
def test_without_uv_and_ensurepip_the_pythons_own_pip_installs(copy, tmp_path, has_pip):
    (tmp_path / "tools" / "uv").unlink()
    modules = tmp_path / "modules"
    pip = f"open({str(copy / 'calls')!r}, 'a').write(' '.join(sys.argv[1:]) + chr(10))"
    as_debians = (
        "if '--without-pip' not in sys.argv: sys.exit(1)\n"
        f"sys.path.remove({str(modules)!r}); del sys.modules['venv']\n"
        "import venv; venv.main(sys.argv[1:])"
    )
    sources = {"venv": as_debians, "pip": pip if has_pip else "sys.exit(1)"}
    for name, source in sources.items():
        (modules / name).mkdir(parents=True)
        (modules / name / "__init__.py").write_text("")
        (modules / name / "__main__.py").write_text(f"import sys\n{source}\n")
    code, _, error = run(copy, PYTHONPATH=str(modules))
    if not has_pip:
        assert code == 2 and "has neither pip nor ensurepip" in error.splitlines()[-1]
        return
    (folder,) = made(copy)
    assert code == 0, error
    installs = [call for call in calls(copy) if "install" in call.split()]
    assert len(installs) == 2
    assert all(f"--python {folder}/bin/python install" in call for call in installs)
