"""The default generated sets in the cache."""

import hashlib

import pytest
from data_helpers import SMALL
from generated_helpers import TRAIN, V, assert_as_listed, refusal

from bench.core.errors import BenchError
from bench.datasets.babi import babi, default, generated, layout, sums
from bench.datasets.babi.dataset import Babi
from bench.datasets.babi.simulator import release


def test_the_default_set_is_made_once_and_only_the_tasks_needed(small, tmp_path):
    found = default.make("babi-1k", [8, 1])
    root = tmp_path / "cache" / f"generated-v{V}"
    assert (found.kind, found.root, found.top) == ("generated", root, root.name)
    assert set(found.hashes) == {
        f"generated-v{V}/en/{babi.TASKS[t - 1].stem}_{s}.txt"
        for t in (1, 8)
        for s in ("train", "test")
    }
    assert found.hashes == default.pinned("babi-1k", [1, 8])
    assert found.path(1, "train") == root / TRAIN and not found.has(2, "train")
    assert sum(len(story.questions) for story in found.read("8", "test")) == SMALL["babi-1k"][1]
    assert small == [(t, dict(train=50, test=10, seed=0, as_released=False)) for t in (1, 8)]
    again = default.make("babi-1k", [1, 2])
    assert [task for task, _ in small] == [1, 8, 2]
    whole = Babi("babi-1k").whole(again)
    assert whole.files == layout.units(default.pinned("babi-1k", range(1, 21)))
    assert whole.about == again.about == default.about("babi-1k") and len(whole.files) == 20


def test_as_released_and_ten_thousand_are_sets_of_their_own(small, tmp_path):
    found = default.make("babi-10k", [3], as_released=True)
    assert found.top == f"generated-v{V}-as-released" == found.root.name
    assert list(found.hashes) == [
        f"{found.top}/en-10k/qa3_three-supporting-facts_{s}.txt" for s in ("train", "test")
    ]
    assert small == [(3, dict(train=70, test=10, seed=0, as_released=True))]
    assert sum(len(story.questions) for story in found.read("3", "train")) == 70  # complete
    with pytest.raises(BenchError, match="no split 'valid'"):
        found.has(3, "valid")
    known = default.pinned("babi-10k", [3], as_released=True)
    assert found.hashes == known
    assert Babi("babi-10k").whole(found).files.items() > {"3": known}.items()
    assert not set(known) & set(default.pinned("babi-10k", [3]))


@pytest.mark.parametrize("damage", ["changed", "deleted", "record", "no record", "other version"])
def test_a_damaged_cache_is_mended(small, tmp_path, damage):
    found = default.make("babi-1k", [1, 8])
    file, listed = found.path(1, "train"), found.root / "GENERATED.json"
    good = file.read_bytes()
    file.write_bytes(b"1 Eve ran.\n")
    if damage == "deleted":
        file.unlink()
    elif damage == "record":
        listed.write_text("{")
    elif damage == "no record":
        listed.unlink()
    elif damage == "other version":
        listed.write_text(listed.read_text().replace(f'"simulator": {V}', '"simulator": 99'))
    again = default.make("babi-1k", [1, 8])
    assert again == found and file.read_bytes() == good
    assert [task for task, _ in small] == [1, 8, 1]
    if "record" not in damage and "version" not in damage:
        assert len(assert_as_listed(found.root).files) == 4


def test_a_whole_cache_need_not_be_writable(small, tmp_path, monkeypatch):
    found = default.make("babi-1k", [1])

    def refuse(folder):
        raise AssertionError("nothing is to be written")

    monkeypatch.setattr(generated, "make_folder", refuse)
    assert default.make("babi-1k", [1]) == found


def test_other_bytes_than_the_pinned_are_one_clear_error(small, tmp_path, monkeypatch):
    monkeypatch.setattr(
        release, "task_files", lambda task, **_: release.TaskFiles(b"1 A b.\n", b"1 A b.\n", 0)
    )
    text = refusal(default.make, "babi-1k", [1])
    assert text.startswith(f"{TRAIN}: the simulator gives other bytes here") and "report" in text
    assert not list((tmp_path / "cache").rglob("qa*"))


def test_a_cache_that_cannot_be_written_is_named(small, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file" / "cache"))
    text = refusal(default.make, "babi-1k", [1])
    assert text.startswith(f"{tmp_path}/file") and "cannot be written (Not a directory)" in text
    assert "BENCH_CACHE" in text and small == []


def test_a_manifest_that_lacks_a_file_is_named(small, monkeypatch):
    monkeypatch.setattr(sums, "load", lambda name: {})
    text = refusal(default.pinned, "babi-1k", [1])
    assert (
        f"generated_v{V}.sha256: generated-v{V}/{TRAIN} is missing" in text and "babi.pin" in text
    )


def test_the_manifest_has_every_default_set():
    known = sums.load(sums.generated(V))
    names = [
        name
        for as_released in (False, True)
        for dataset in default.SIZES
        for name in layout.names(
            dataset, range(1, 21), layout.generated_top(V, as_released=as_released)
        )
    ]
    assert sorted(names) == list(known) and len(names) == 160


@pytest.mark.parametrize(
    ("dataset", "task"), [("babi-10k", 1), *(("babi-1k", task) for task in range(1, 21))]
)
def test_the_simulator_gives_what_the_manifest_says(dataset, task):
    train = {"babi-1k": 1000, "babi-10k": 10_000}[dataset]
    for as_released in (False, True):
        made = release.task_files(task, train=train, test=1000, as_released=as_released)
        digests = [hashlib.sha256(part).hexdigest() for part in (made.train, made.test)]
        known = default.pinned(dataset, [task], as_released=as_released)
        assert digests == list(known.values()), (
            "other bytes: raise release.VERSION, write a manifest"
        )
