"""The command line: what it refuses, what it exits with, and that it goes on after being killed."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import provenance, registry
from bench.cli import main, run_experiment

EXPERIMENT = registry.experiments()["e2e_table1_babi_1k"]
SCRIPT = registry.FOLDER / "e2e_table1_babi_1k.py"


@pytest.fixture
def no_data(monkeypatch, tmp_path):
    """A machine without data and network."""
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--frobnicate"], "--frobnicate"),
        (["--profile", "huge"], "unknown profile 'huge'"),
        (["--only", "table9"], "no experiment 'table9'"),
        (["--time-limit", "soon"], "'soon' is not a time"),
        (["--time-limit", "0s"], "'0s' is not a time"),
        (["--data", "no/such/folder"], "no/such/folder"),
    ],
)
def test_bad_arguments_get_one_line_and_exit_2(capsys, no_data, arguments, said):
    assert main(["run", "--offline", *arguments]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1 and captured.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--columns", "pe_sl"], "no column 'pe_sl' (did you mean 'pe_ls'?)"),
        (["--columns", "lstm"], "column 'lstm' of 'e2e_table1_babi_1k' cannot be run yet"),
        (["--tasks", "21"], "--tasks: '21' is not a whole number from 1 to 20"),
        (["--tasks", "1,x"], "--tasks: 'x'"),
        (["--restarts", "0"], "--restarts: '0'"),
    ],
)
def test_a_script_refuses_what_its_table_has_not(capsys, no_data, arguments, said):
    assert run_experiment(EXPERIMENT, [*arguments, "--offline"]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.count("\n") == 1


def test_without_data_or_network_it_says_what_to_do(capsys, no_data):
    assert main(["run", "--offline", "--profile", "laptop"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "--data" in error and "babi" in error.lower()


def test_without_data_and_profile_it_runs_the_fixture_and_says_so(no_data, tmp_path):
    command = [
        sys.executable, str(SCRIPT), "--offline", "--columns", "bow", "--tasks", "1",
        "--restarts", "1", "--results", str(tmp_path / "r"),
    ]  # fmt: skip
    done = subprocess.run(command, env=_environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "smoke profile on made-up stories" in done.stderr and "--data" in done.stderr
    assert "SMOKE profile, not a reproduction" in done.stdout and "FIXTURE" in done.stdout


def test_list_names_every_column_and_what_cannot_be_run(capsys):
    assert main(["run", "--list"]) == 0
    out = capsys.readouterr().out
    for column in EXPERIMENT.columns:
        assert f" {column.id} " in out
    assert out.count("not yet runnable") == len(EXPERIMENT.columns) - len(EXPERIMENT.runnable())


def test_an_unwritable_results_folder_is_named(capsys, no_data, tmp_path):
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "results"
    arguments = ["--profile", "smoke", "--offline", "--columns", "bow", "--results", str(folder)]
    assert run_experiment(EXPERIMENT, arguments) == 2
    assert str(folder) in capsys.readouterr().err


def _command(results: Path, *more: str) -> list[str]:
    return [
        sys.executable, str(SCRIPT), "--profile", "smoke", "--offline", "--columns", "bow", "pe_ls_rn",
        "--tasks", "1", "6", "--results", str(results), *more,
    ]  # fmt: skip


def _environment(cache: Path) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if k != "BENCH_DATA"}
    return inherited | {"BENCH_CACHE": str(cache), "PYTHONPATH": str(provenance.ROOT)}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[Path, Path]:
    """A finished small run on the fixture: its results and the cache it used."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = subprocess.run(
        _command(folder / "results"), env=_environment(folder / "cache"), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "FIXTURE" in done.stdout and "not a reproduction" in done.stdout
    return folder / "results", folder / "cache"


def _table(results: Path) -> bytes:
    return (results / "e2e_table1_babi_1k.csv").read_bytes()


def test_a_run_fills_its_cells_and_keeps_the_others(undisturbed):
    results, _ = undisturbed
    with open(results / "e2e_table1_babi_1k.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["column"] for row in rows} == {column.id for column in EXPERIMENT.columns}
    run = {(row["column"], row["task"]) for row in rows if row["ours"]}
    assert run == {(c, t) for c in ("bow", "pe_ls_rn") for t in ("1", "6")}
    assert {row["data"] for row in rows if row["ours"]} == {"fixture"}


def test_a_second_run_trains_nothing(undisturbed):
    results, cache = undisturbed
    before = _table(results)
    again = subprocess.run(
        _command(results), env=_environment(cache), capture_output=True, text=True, check=True
    )
    assert "4 of 4 groups are already" in again.stderr and "training" not in again.stderr
    assert _table(results) == before


@pytest.mark.parametrize("seconds", [3.0, 6.0])
def test_killed_and_started_again_it_ends_with_the_same_table(undisturbed, tmp_path, seconds):
    expected, cache = undisturbed
    command, environment = _command(tmp_path / "results"), _environment(cache)
    killed = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    time.sleep(seconds)
    killed.kill()
    killed.communicate()
    subprocess.run(command, env=environment, capture_output=True, check=True)
    assert _table(tmp_path / "results") == _table(expected)


def test_the_time_limit_stops_with_its_own_exit_code_and_the_run_goes_on(undisturbed, tmp_path):
    expected, cache = undisturbed
    command, environment = _command(tmp_path / "results"), _environment(cache)
    stopped = subprocess.run(
        [*command, "--time-limit", "0.1s"], env=environment, capture_output=True, text=True
    )
    assert stopped.returncode == 75
    assert "time limit reached" in stopped.stderr and "run the same command again" in stopped.stderr
    subprocess.run(command, env=environment, capture_output=True, check=True)
    assert _table(tmp_path / "results") == _table(expected)


def test_an_interrupt_stops_cleanly(undisturbed, tmp_path):
    _, cache = undisturbed
    process = subprocess.Popen(
        _command(tmp_path / "results"), env=_environment(cache), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("training"):
            break
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "interrupted" in error and "Traceback" not in error
