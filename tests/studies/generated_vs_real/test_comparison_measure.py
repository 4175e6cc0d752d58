"""Measuring: the real side, a task's row, and going on where a run was stopped."""

import functools
import hashlib

import pytest
from data_helpers import real_data

from bench.core import provenance
from bench.core.errors import BenchError
from bench.datasets.babi.babi import TASKS, parse
from bench.datasets.babi.check import Located
from bench.datasets.babi.simulator.release import task_files
from bench.studies.generated_vs_real import measure as module
from bench.studies.generated_vs_real.classifier import tell_apart
from bench.studies.generated_vs_real.measure import (
    File,
    Real,
    Side,
    measure,
    measure_all,
    real_side,
)
from bench.studies.generated_vs_real.store import ROWS

SMALL = {"train": 60, "test": 20}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Files under the release's names, with tasks 1 and 3, whose 10k training file is missing."""
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setattr(module, "tell_apart", functools.partial(tell_apart, lots=2))
    root = tmp_path / "data" / "tasks_1-20_v1-2"
    for name in ("en", "en-10k", "en-valid-10k"):
        (root / name).mkdir(parents=True)
    for task in (1, 3):
        made = task_files(task, train=50, test=25, seed=7, as_released=True)
        for sub in ("en", "en-10k"):
            (root / sub / f"{TASKS[task - 1].stem}_train.txt").write_bytes(made.train)
            (root / sub / f"{TASKS[task - 1].stem}_test.txt").write_bytes(made.test)
    (root / "en-10k" / f"{TASKS[2].stem}_train.txt").unlink()
    more = task_files(3, train=40, test=5, seed=8).train
    first = b"".join(made.train.partition(b"\n1 ")[:1]) + b"\n"  # the first training story again
    (root / "en-valid-10k" / "qa3_valid.txt").write_bytes(more + first)
    return tmp_path / "data"


def test_the_real_side_is_the_10k_files(folder):
    real = real_side(1, folder, allow_unverified=True)
    stem = f"en-10k/{TASKS[0].stem}"
    assert [file.name for file in real.side.files] == [f"{stem}_train.txt", f"{stem}_test.txt"]
    assert real.complete and real.kind == "unverified"
    assert set(real.hashes.values()) == {
        hashlib.sha256(
            (folder / "tasks_1-20_v1-2" / f"{stem}_{split}.txt").read_bytes()
        ).hexdigest()
        for split in ("train", "test")
    }


def test_task_3_is_all_that_is_at_hand_and_no_story_twice(folder):
    real = real_side(3, folder, allow_unverified=True)
    assert not real.complete and len(real.hashes) == 3
    names = [file.name for file in real.side.training]
    assert names == [f"en/{TASKS[2].stem}_train.txt", "en-valid-10k/qa3_valid.txt"]
    assert [len(file.stories) for file in real.side.training] == [10, 8]  # of 9 one is in the first
    row = measure(3, real, **SMALL)
    assert row["real"]["questions"] == 50 + 40 + 25 and row["overlap"]["real"]["test"] == 25


def test_the_real_task_3():
    real = real_side(3, real_data())
    if real.complete:
        pytest.skip("the 10k training file of task 3 is at hand")
    assert sum(len(s.questions) for file in real.side.training for s in file.stories) == 1925
    assert real.kind == "real"


def test_what_is_not_real_is_refused(folder, monkeypatch):
    other = Located("babi-10k", "generated", folder, {})
    monkeypatch.setattr(module.Babi, "find", lambda *a: other)
    with pytest.raises(
        BenchError, match="generated data, and generated stories are to be compared"
    ):
        real_side(1, None)


def test_files_of_another_sum_are_refused_unless_allowed(folder):
    with pytest.raises(BenchError, match="does not match the known SHA-256"):
        real_side(1, folder)


def test_a_task_row(folder):
    said = []
    row = measure(1, real_side(1, folder, allow_unverified=True), **SMALL, seed=3, say=said.append)
    made = task_files(1, **SMALL, seed=3, as_released=True)
    assert row["generator"]["sha256"] == {
        "train": hashlib.sha256(made.train).hexdigest(),
        "test": hashlib.sha256(made.test).hexdigest(),
    }
    assert row["real"]["questions"] == 50 and row["generated"]["questions"] == 5 * 60
    assert row["overlap"]["generated"] == {"test": 20, "repeated": made.shared}
    assert row["reader"]["real"] == {"questions": 75, "right": 75, "exceptions": []}
    assert row["reader"]["generated"]["questions"] == 80
    assert row["classifier"]["questions"] == 75
    assert (
        row["chance"]["stories"] == row["real"]["stories"] and len(row["chance"]["answers"]) == 400
    )
    assert {"jax", "numpy", "scikit-learn", "scipy"} <= row["versions"].keys()
    assert said == ["generating", "counting", "reading", "telling apart"]


def test_wrong_answers_and_unreadable_stories_are_named_by_line(folder):
    real = real_side(1, folder, allow_unverified=True)
    text = (
        "1 Mary went to the garden.\n2 Where is Mary? \tkitchen\t1\n"
        "1 Mary ate the garden.\n2 Where is Mary? \tgarden\t1\n3 Where is Mary? \tgarden\t1\n"
    )
    bad = File("some/file.txt", parse(text.encode(), "x"))
    side = Side((*real.side.training, bad), real.side.test)
    row = measure(1, Real(side, "real", real.hashes, complete=True), **SMALL)
    exceptions = ["some/file.txt:2", "some/file.txt:4", "some/file.txt:5"]
    assert row["reader"]["real"] == {"questions": 78, "right": 75, "exceptions": exceptions}


def test_a_stopped_run_goes_on_and_stored_tasks_are_left(folder, tmp_path, monkeypatch):
    results, lines = tmp_path / "results", []
    options = {"allow_unverified": True, **SMALL, "say": lines.append}

    def stop(line: str) -> None:
        if line.startswith("task 3"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_all(results, [3, 1], folder, **options | {"say": stop})
    (first,) = ROWS.read(results)
    assert first["task"] == 1
    monkeypatch.setattr("bench.core.provenance.commit", lambda: "another")
    rows = measure_all(results, [3, 1], folder, **options)
    assert rows == ROWS.read(results) and [row["task"] for row in rows] == [1, 3]
    assert rows[0] == first and lines[0] == "task 3 (2 of 2): generating"
    before = ROWS.path(results).read_bytes()
    assert measure_all(results, [1], folder, **options) == [first]
    assert ROWS.path(results).read_bytes() == before


def test_it_stops_between_tasks(folder, tmp_path):
    asked = []
    rows = measure_all(
        tmp_path,
        [1, 3],
        folder,
        allow_unverified=True,
        **SMALL,
        stop=lambda: asked.append(1) or len(asked) > 1,
    )
    assert [row["task"] for row in rows] == [1] and len(asked) == 2


@pytest.mark.parametrize("what", ["seed", "train", "simulator", "file"])
def test_other_inputs_are_measured_anew(folder, tmp_path, monkeypatch, what):
    results = tmp_path / "results"
    options = {"allow_unverified": True, **SMALL}
    (first,) = measure_all(results, [1], folder, **options)
    if what == "seed":
        options["seed"] = 1
    elif what == "train":
        options["train"] = 65
    elif what == "simulator":
        monkeypatch.setattr(module.release, "VERSION", module.release.VERSION + 1)
    else:
        path = folder / "tasks_1-20_v1-2" / "en-10k" / f"{TASKS[0].stem}_test.txt"
        path.write_bytes(task_files(1, train=1, test=25, seed=9).test)
    (second,) = measure_all(results, [1], folder, **options)
    assert second != first and ROWS.read(results) == [second]
    assert (second["generator"] != first["generator"]) == (what != "file")
    assert (second["files"] != first["files"]) == (what == "file")


def test_a_committed_row_is_what_measuring_gives(monkeypatch):
    """One task, which changes with the commit; what chance gives is not drawn again."""
    data = real_data()
    monkeypatch.setattr(module, "tell_apart", functools.partial(tell_apart, lots=0))
    rows = {row["task"]: row for row in ROWS.read(provenance.ROOT / "results" / "paper")}
    task = int(provenance.commit()[:8], 16) % 20 + 1
    old, new = rows[task], measure(task, real_side(task, data))
    for field in old.keys() - {"seconds", "commit", "versions", "classifier", "comparison"}:
        assert old[field] == new[field], field  # (comparison: reading rows has checked it)
    accuracy = old["classifier"]["accuracy"]
    assert new["classifier"]["accuracy"] == pytest.approx(accuracy, abs=0.005)
