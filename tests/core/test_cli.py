"""The command line: what it refuses, what it exits with, and that it goes on after being killed."""

import csv
import functools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import filelock
import pytest
from data_helpers import FIXTURE

from bench.cli import main, run_experiment
from bench.core import finding, provenance, registry
from bench.core.errors import BenchError
from bench.datasets.babi import generated

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
        (["--only", "table9", "--list"], "no experiment 'table9'"),
        (["--list", "--profile", "huge"], "unknown profile 'huge'"),
        (["--only", ""], "--only: name at least one"),
        (["--only", "table9", "--only", "ablation_hops"], "no experiment 'table9'"),
        (["--only", "generated_vs_real", "--generated"], "generated_vs_real sets real against"),
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
        (["--columns", "pe", "--columns", "pe_sl"], "no column 'pe_sl' (did you mean 'pe_ls'?)"),
        (["--columns", "pe_sl", "--columns", "pe"], "no column 'pe_sl' (did you mean 'pe_ls'?)"),
        (["--columns", ""], "--columns: name at least one"),
        (["--tasks", "21"], "--units (--tasks): '21' is none of 1, 2,"),
        (["--tasks", "1,x"], "--units (--tasks): 'x'"),
        (["--tasks", "21", "--tasks", "1"], "--units (--tasks): '21' is none of 1, 2,"),
        (["--seeds", "x", "--seeds", "1"], "--seeds: 'x'"),
        (["--restarts", "0"], "--restarts: '0'"),
        (["--seeds", "1", "-2"], "-2"),
        (["--seeds", "x"], "--seeds: 'x'"),
        (["--seeds", "10000"], "--seeds: '10000'"),
        (["--seeds", "1", "--restarts", "2"], "--restarts and --seeds: choose one"),
    ],
)
def test_a_script_refuses_what_its_table_has_not(capsys, no_data, arguments, said):
    assert run_experiment(EXPERIMENT, [*arguments, "--offline"]) == 2
    captured = capsys.readouterr()
    assert said in captured.err and captured.err.count("\n") == 1


def test_a_column_that_cannot_be_run_yet_is_refused(capsys, no_data):
    table = registry.experiments()["e2e_table2_lm"]
    assert run_experiment(table, ["--columns", "ptb-scrn-100", "--offline"]) == 2
    said = capsys.readouterr().err
    assert "column 'ptb-scrn-100' of 'e2e_table2_lm' cannot be run yet" in said


@pytest.fixture(scope="module")
def generated_run(tmp_path_factory):
    """A tiny run of the script without real data, on small default sets; results in
    ``folder``/results. What is generated and compiled is shared by the module's runs."""
    shared = tmp_path_factory.mktemp("shared")
    (shared / "manifests").mkdir()
    return functools.partial(_generated, shared)


def _generated(
    shared: Path, folder: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys, pytest; from pathlib import Path; sys.path[:0] = ['tests']\n"
        "from data_helpers import small_generated_sets\n"
        "from bench.core import provenance, registry; from bench.cli import run_experiment\n"
        "small_generated_sets(Path(sys.argv[1]), pytest.MonkeyPatch())\n"
        "provenance.ROOT = Path(sys.argv[2])\n"
        "experiment = registry.experiments()['e2e_table1_babi_1k']\n"
        "raise SystemExit(run_experiment(experiment, sys.argv[3:]))\n"
    )
    command = [
        sys.executable, "-c", code, str(shared / "manifests"), str(folder),
        "--columns", "bow", "--restarts", "1",
        *([] if "--tasks" in arguments else ["--tasks", "1"]),
        *arguments,
    ]  # fmt: skip
    return subprocess.run(
        command,
        env=_environment(shared / "cache") | variables,
        cwd=provenance.ROOT,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("profile", ["smoke", None])
def test_without_data_it_runs_generated_stories_and_says_so(generated_run, tmp_path, profile):
    asked = ["--profile", profile] if profile else []
    done = generated_run(tmp_path, "--offline", *asked)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if "real bAbI data" in line]
    assert (
        len(told) == 1
        and "(--offline)" in told[0]
        and "GENERATED" in told[0]
        and "--data" in told[0]
    )
    results = tmp_path / "results" / f"{profile or 'laptop'}-generated"
    title = EXPERIMENT.title + " [GENERATED data]"
    assert title in done.stdout.splitlines()
    assert title in (results / "index.html").read_text()
    with open(results / f"{EXPERIMENT.id}.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["restarts"]]
    assert {(row["column"], row["data"]) for row in rows} == {("bow", "generated")}
    if profile == "smoke":  # made once: nothing is generated or trained again
        again = generated_run(tmp_path, "--generated", *asked)
        assert again.returncode == 0 and "already in" in again.stderr
        assert "real bAbI data" not in again.stderr


def test_generated_data_is_used_on_request_whatever_is_there(generated_run, tmp_path):
    (tmp_path / "real").mkdir()
    asked = ["--profile", "smoke", "--time-limit", "0.001s"]
    variables = {"BENCH_DATA": str(tmp_path / "real")}
    assert "does not hold babi-1k" in generated_run(tmp_path, *asked, **variables).stderr
    done = generated_run(tmp_path, "--generated", *asked, **variables)
    assert done.returncode == 75, done.stderr
    assert "data: babi-1k is generated" in done.stderr and "real bAbI" not in done.stderr


def test_generated_and_data_exclude_each_other(capsys, no_data, tmp_path):
    assert run_experiment(EXPERIMENT, ["--generated", "--data", str(tmp_path)]) == 2
    assert "--generated and --data: choose one" in capsys.readouterr().err


def test_a_cache_that_cannot_be_written_gets_one_line(capsys, no_data, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file" / "cache"))
    for option in ("--generated", "--offline"):
        assert run_experiment(EXPERIMENT, [option, "--tasks", "1"]) == 74
        error = capsys.readouterr().err
        assert error.count("\n") == 1 and error.startswith(f"error: {tmp_path}/file")
        assert "BENCH_CACHE" in error


def test_generate_writes_files_and_says_which(capsys, tmp_path):
    folder = tmp_path / "d"
    arguments = ["generate", str(folder), "--tasks", "4", "1", "--train", "200", "--test", "100"]
    assert main([*arguments, "--seed", "3"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert len(lines) == 3 and str(folder) in lines[-1] and "Generated" in lines[-1]
    listed = json.loads((folder / "GENERATED.json").read_text())["files"]
    for line, stem in zip(
        lines, ("qa1_single-supporting-fact", "qa4_two-arg-relations"), strict=False
    ):
        names = [f"en/{stem}_{split}.txt" for split in ("train", "test")]
        shared = listed[names[1]]["shared"]
        assert line.startswith(
            f"200 training and 100 test questions, {shared} shared with training"
        )
        assert line.endswith(": " + ", ".join(names)) and ("replaced" in line) == bool(shared)
        for name, questions in zip(names, (200, 100), strict=True):
            assert (folder / name).read_bytes().count(b"?") == questions
            assert listed[name]["seed"] == 3
    assert main([*arguments, "--dataset", "babi-10k", "--as-released"]) == 0
    assert len(list(folder.glob("en-10k/qa*"))) == 4
    entries = json.loads((folder / "GENERATED.json").read_text())["files"].values()
    kept = [entry for entry in entries if entry["as_released"] and entry["shared"] > 0]
    assert capsys.readouterr().out.count(" kept: ") == len(kept) / 2


def test_generate_defaults_to_the_released_sizes(monkeypatch, capsys, tmp_path):
    asked = []

    def generate(folder, dataset, tasks, **settings):
        asked.append((folder, dataset, tuple(tasks), settings))
        return {}

    monkeypatch.setattr(generated, "generate", generate)
    for more, dataset, train in (
        ([], "babi-1k", 1000),
        (["--dataset", "babi-10k"], "babi-10k", 10000),
    ):
        assert main(["generate", str(tmp_path), *more]) == 0
        settings = dict(train=train, test=1000, seed=0, as_released=False, force=False)
        assert asked.pop() == (tmp_path, dataset, tuple(range(1, 21)), settings)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "DIR"),
        (["{}", "--tasks", "21"], "--tasks: '21'"),
        (["{}", "--train", "0"], "--train: '0' is not a whole number"),
        (["{}", "--test", "1,2"], "--test: give one number, not '1,2'"),
        (["{}", "--seed", "-1"], "--seed"),
        (["{}", "--dataset", "babi-2k"], "babi-2k"),
        (["{}/file/in"], "file"),
        (["{}"], "is there and not listed in GENERATED.json"),
    ],
)
def test_generate_refuses_in_one_line(capsys, tmp_path, arguments, said):
    (tmp_path / "file").write_text("")
    mine = tmp_path / "en" / "qa7_counting_test.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    assert main(["generate", *(a.format(tmp_path) for a in arguments)]) in (2, 74)
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ") and said in captured.err
    assert captured.err.count("\n") == 1 and captured.out == "" and mine.read_text() == "mine"
    assert [path.name for path in mine.parent.iterdir()] == [mine.name]


def test_list_names_every_column_and_what_cannot_be_run(capsys):
    assert main(["run", "--list"]) == 0
    out = capsys.readouterr().out
    known = registry.experiments()
    for experiment in known.values():
        assert f"{experiment.id}  (" in out
        for column in experiment.columns:
            assert f" {column.id} " in out
    later = [c for e in known.values() for c in e.columns if c not in e.runnable()]
    assert later and out.count("not yet runnable") == len(later)
    assert out.count("laptop runs it if --only names it") == sum(e.long for e in known.values())


def test_list_names_those_that_are_named(capsys):
    assert main(["run", "--list", "--only", "ablation_hops"]) == 0
    out = capsys.readouterr().out
    assert "ablation_hops  (" in out
    for other in ("ablation_tying", "memory_use", "speed"):
        assert f"{other}  (" not in out


def test_verify_downloads_nothing_where_it_is_told_so(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "bench.core.verify.verify_row", lambda known, pick, wish: asked.append(wish) or ""
    )
    assert main(["verify", "--offline"]) == 0 and main(["verify"]) == 0
    assert [wish.offline for wish in asked] == [True, False]
    assert main(["verify", "--allow-unverified"]) == 2


def test_where_another_run_writes_its_own_option_is_named(tmp_path, capsys):
    (tmp_path / "theirs" / "store").mkdir(parents=True)
    with filelock.FileLock(tmp_path / ".run.lock"):
        code = main(["merge", str(tmp_path / "theirs"), "--into", str(tmp_path)])
    assert code == 2 and "choose another --into DIR" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "long"),
    [([], False), (["--only", "ablation_tying"], True), (["--profile", "smoke"], True)],
)
def test_the_laptop_profile_leaves_out_what_takes_hours(monkeypatch, no_data, arguments, long):
    """Unless it is named; what is looked for are the tasks that the profile gives each
    experiment."""
    asked = {}

    def find(wanted, wish):
        asked.update({one.experiment.id: tuple(one.units) for one in wanted})
        raise BenchError("enough")

    monkeypatch.setattr(finding, "find", find)
    assert main(["run", "--offline", *arguments]) == 2
    assert ("e2e_table1_babi_1k" in asked) == ("--only" not in arguments)
    assert ("ablation_tying" in asked) == long
    if "smoke" in arguments:
        assert asked["ablation_tying"] == asked["e2e_table3_babi_10k"] == ("1",)
        assert asked["e2e_table1_babi_1k"] == asked["generated_vs_real"] == ("1", "6", "8")


def test_an_unwritable_results_folder_is_named(capsys, no_data, tmp_path):
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "results"
    arguments = ["--profile", "smoke", "--offline", "--columns", "bow", "--results", str(folder)]
    assert run_experiment(EXPERIMENT, arguments) == 2
    assert str(folder) in capsys.readouterr().err


def _command(results: Path, *more: str) -> list[str]:
    return [
        sys.executable, str(SCRIPT), "--profile", "smoke",
        "--data", str(FIXTURE), "--allow-unverified",
        "--columns", "bow", "pe_ls_rn", "--tasks", "1", "6", "--results", str(results), *more,
    ]  # fmt: skip


def _environment(cache: Path) -> dict[str, str]:
    """Of a process with this cache, whose programs are compiled in a moment, to slower code."""
    ours = {"BENCH_CACHE": str(cache), "PYTHONPATH": str(provenance.ROOT)}
    inherited = {k: v for k, v in os.environ.items() if k != "BENCH_DATA"}
    return inherited | ours | {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}


def _until_it_trains(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    assert any(line.startswith("training") for line in process.stderr)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[Path, Path]:
    """A finished small run on the fixture: its results and the cache it used."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = subprocess.run(
        _command(folder / "results"),
        env=_environment(folder / "cache"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "[UNVERIFIED data]" in done.stdout and "not a reproduction" in done.stdout
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
    assert {row["data"] for row in rows if row["ours"]} == {"unverified"}


def test_a_second_run_trains_nothing(undisturbed):
    results, cache = undisturbed
    before = _table(results)
    again = subprocess.run(
        _command(results), env=_environment(cache), capture_output=True, text=True, check=True
    )
    assert "4 of 4 groups are already" in again.stderr and "training" not in again.stderr
    assert _table(results) == before


def test_stopped_interrupted_and_killed_it_goes_on_and_ends_with_the_same_table(
    undisturbed, tmp_path
):
    expected, cache = undisturbed
    command, environment = _command(tmp_path / "results"), _environment(cache)
    stopped = subprocess.run(
        [*command, "--time-limit", "0.1s"], env=environment, capture_output=True, text=True
    )
    assert stopped.returncode == 75
    assert "time limit reached" in stopped.stderr and "run the same command again" in stopped.stderr

    longer = _command(tmp_path / "longer", "--restarts", "100")
    interrupted = subprocess.Popen(longer, env=environment, stderr=subprocess.PIPE, text=True)
    _until_it_trains(interrupted)
    interrupted.send_signal(signal.SIGINT)
    _, error = interrupted.communicate(timeout=120)
    assert interrupted.returncode == 130
    assert "interrupted" in error and "Traceback" not in error

    for folder, seconds in (("results", 0.0), ("later", 1.5)):
        again = _command(tmp_path / folder)
        killed = subprocess.Popen(again, env=environment, stderr=subprocess.PIPE, text=True)
        _until_it_trains(killed)
        time.sleep(seconds)
        killed.kill()
        killed.communicate()
        subprocess.run(again, env=environment, capture_output=True, check=True)
        assert _table(tmp_path / folder) == _table(expected)


def test_a_stop_does_not_wait_for_the_compiler(undisturbed, tmp_path):
    """Here the compiler takes two minutes, and a signal comes as it begins."""
    code = (
        "import os, signal, sys, time; from bench.cli import run_experiment\n"
        "from bench.core import registry, runner; from bench.methods.memn2n import METHOD\n"
        "once = iter([True])\n"  # a second signal would end it at once, and every core compiles
        "class Compiling:\n"
        "    def train(self, seeds, **others):\n"
        "        next(once, False) and os.kill(os.getpid(), signal.SIGTERM); time.sleep(120)\n"
        "METHOD.trainer = lambda *arguments: Compiling(); runner.GRACE = 0.5\n"
        "run_experiment(registry.experiments()['e2e_table1_babi_1k'], sys.argv[1:])\n"
    )
    _, cache = undisturbed
    script = str(SCRIPT)
    command = _command(tmp_path / "results")
    command[command.index(script) : command.index(script) + 1] = ["-c", code]
    begun = time.monotonic()
    done = subprocess.run(command, env=_environment(cache), capture_output=True, text=True)
    assert done.returncode == 143 and time.monotonic() - begun < 110
    assert "terminated; what was finished is kept" in done.stderr
    assert (tmp_path / "results" / "index.html").exists()


def test_tasks_that_a_profile_has_not_are_reported_too(generated_run, tmp_path):
    done = generated_run(tmp_path, "--tasks", "4", "--profile", "smoke", "--generated")
    assert done.returncode == 0, done.stderr
    table = tmp_path / "results" / "smoke-generated" / f"{EXPERIMENT.id}.csv"
    rows = {
        row["task"]: row
        for row in csv.DictReader(table.read_text().splitlines())
        if row["column"] == "bow"
    }
    assert rows["4"]["ours"] and rows["4"]["status"] == "run" and rows["1"]["status"] == "not run"
