"""Finding and checking data sets: the search order, what is refused, and by which words."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from data_helpers import FIXTURE, FIXTURE_EN, SMALL, count, real_data

from bench.core.cache import cache_dir
from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.datasets import fetch, manifest, sources
from bench.datasets.babi import babi, layout, sums
from bench.datasets.babi.dataset import Babi, known_hashes

TOP = layout.TOP
ONE = f"{TOP}/en/qa1_single-supporting-fact_train.txt"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No data in any of the usual places, and a network that always fails, counting the calls."""
    asked = []

    def no_network(release, cache, needed):
        asked.append(list(needed))
        raise BenchError("could not download: no network in this test")

    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sources, "REPO_DATA", tmp_path / "repo")
    monkeypatch.setattr(fetch, "fetch", no_network)
    return asked


@pytest.fixture
def known(monkeypatch):
    """The manifest knows the fixture's files by the real names: it can stand for real data."""
    hashes = {f"{TOP}/en/{path.name}": manifest.sha256(path) for path in FIXTURE_EN.glob("*.txt")}
    monkeypatch.setattr(sums, "load", lambda name: dict(hashes))
    return hashes


def put(folder: Path) -> Path:
    """A copy of the fixture below ``folder``; returns ``folder``."""
    shutil.copytree(FIXTURE_EN, folder / TOP / "en")
    return folder


def find(folder=None, dataset="babi-1k", tasks=(1, 6, 8), **wish):
    return Babi(dataset).find(map(str, tasks), Wish(folder=folder, **wish))


def refusal(*args, **options) -> str:
    with pytest.raises(BenchError) as caught:
        find(*args, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("inside", ["", TOP])
def test_data_dir_may_be_the_folder_or_its_parent(known, tmp_path, inside):
    found = find(put(tmp_path / "d") / inside)
    assert (found.kind, found.dataset, found.root) == ("real", "babi-1k", tmp_path / "d" / TOP)
    assert found.hashes == known == known_hashes("babi-1k", [8, 6, 1])
    assert found.path(1, "train") == tmp_path / "d" / ONE
    assert sum(len(story.questions) for story in found.read("8", "test")) == 40


def test_only_the_tasks_asked_for_are_needed(known, tmp_path):
    found = find(put(tmp_path / "d"), tasks=[6])
    assert list(found.hashes) == [
        f"{TOP}/en/qa6_yes-no-questions_{s}.txt" for s in ("train", "test")
    ]
    assert found.has(6, "train") and not found.has(1, "train")
    with pytest.raises(BenchError, match=r"qa1_.*: task 1 was not among the tasks looked for"):
        found.path(1, "train")


def test_search_order(known, tmp_path, monkeypatch, nowhere):
    cache, repo, env, given = (put(tmp_path / name) for name in ("cache", "repo", "env", "given"))
    monkeypatch.setenv("BENCH_DATA", str(env))
    assert find(given).root == given / TOP
    assert find().root == env / TOP
    monkeypatch.setenv("BENCH_DATA", "")
    assert find().root == repo / TOP
    shutil.rmtree(repo)
    assert find().root == cache / TOP
    assert nowhere == []


@pytest.mark.parametrize("where", ["--data", "BENCH_DATA"])
def test_a_named_folder_must_hold_the_data(known, tmp_path, monkeypatch, nowhere, where):
    put(tmp_path / "cache")  # would do, but the user named another

    def refused(folder):
        if where == "--data":
            return refusal(folder, allow_generated=True)
        monkeypatch.setenv("BENCH_DATA", str(folder))
        return refusal(allow_generated=True)

    absent, empty = tmp_path / "absent", tmp_path / "empty"
    empty.mkdir()
    assert refused(absent).startswith(f"{absent}: {where} does not name a folder")
    text = refused(empty)
    assert text.startswith(f"{empty}: {where} names") and "babi-1k" in text and f"{TOP}/en/" in text
    (empty / "file").touch()
    assert "does not name a folder" in refused(empty / "file")
    assert "does not name a folder" in refused(tmp_path / ("x" * 5000))
    assert nowhere == []


def test_missing_files_are_named_and_counted(known, tmp_path):
    folder = put(tmp_path / "d")
    (folder / ONE).unlink()
    (folder / TOP / "en/qa8_lists-sets_test.txt").unlink()
    text = refusal(folder, allow_unverified=True)
    assert text.startswith(f"{folder / ONE}: missing (2 of the 6 files needed of babi-1k")
    assert find(folder, tasks=[6]).kind == "real"


def test_a_file_that_does_not_match_is_refused_or_marked(known, tmp_path):
    folder = put(tmp_path / "d")
    (folder / ONE).write_bytes(b"1 Eve ran.\n2 Who ran?\tEve\t1\n")
    text = refusal(folder)
    assert text.startswith(
        f"{folder / ONE}: does not match the known SHA-256 (expected {known[ONE][:8]}…"
    )
    assert "--allow-unverified" in text
    found = find(folder, allow_unverified=True)
    assert found.kind == "unverified" and found.hashes[ONE] == manifest.sha256(folder / ONE)
    assert count(found.read("1", "train")) == 2
    assert find(folder, tasks=[6], allow_unverified=True).kind == "real"


def test_a_file_changed_after_the_check_is_refused(known, tmp_path):
    folder = put(tmp_path / "d")
    found = find(folder)
    (folder / ONE).write_bytes(b"1 Eve ran.\n2 Who ran?\tEve\t1\n")
    with pytest.raises(BenchError, match="changed since it was checked"):
        found.read("1", "train")
    (folder / ONE).unlink()
    with pytest.raises(BenchError, match=r"qa1.*cannot be read \(No such file"):
        found.read("1", "train")


def test_download_fills_the_cache(known, tmp_path, monkeypatch):
    calls = []

    def fetched(release, cache, needed):
        calls.append(sorted(needed))
        shutil.rmtree(cache / TOP, ignore_errors=True)
        put(cache)
        return cache / TOP

    monkeypatch.setattr(fetch, "fetch", fetched)
    assert find().root == tmp_path / "cache" / TOP
    assert calls == [sorted(known)]
    assert find().kind == "real" and len(calls) == 1
    (tmp_path / "cache" / ONE).write_bytes(b"damage")
    text = refusal(offline=True)
    assert str(tmp_path / "cache" / ONE) in text and "does not match" in text
    assert find().kind == "real" and len(calls) == 2  # mended


def test_nothing_found_says_what_to_do(tmp_path, nowhere):
    text = refusal()
    assert "no network in this test" in text and len(nowhere) == 1
    for part in ("babi-1k", str(tmp_path / "repo"), str(tmp_path / "cache"), "--data DIR"):
        assert part in text
    nowhere.clear()
    text = refusal(offline=True)
    assert all(url in text for url in layout.URLS) and "--data DIR" in text and nowhere == []


def test_generated_data_comes_last_and_only_where_allowed(small, tmp_path, nowhere):
    assert "--data DIR" in refusal()
    told = []
    found = find(allow_generated=True, say=told.append)
    assert (found.kind, found.root.parent) == ("generated", tmp_path / "cache") and len(
        nowhere
    ) == 2
    assert found == find(generated=True)
    assert sum(len(story.questions) for story in found.read("1", "train")) == SMALL["babi-1k"][0]
    assert not set(found.hashes) & set(known_hashes("babi-1k", [1, 6, 8]))
    (line,) = told
    assert line.startswith(
        "no real bAbI data here and none could be downloaded (could not download: "
    )
    assert "no network in this test" in line and "GENERATED" in line and "--data DIR" in line
    assert "\n" not in line
    find(allow_generated=True, offline=True, say=told.append)
    assert "(--offline)" in told[1] and len(nowhere) == 2


def test_why_there_is_no_real_data_is_told_in_short(small, monkeypatch):
    def unreachable(release, cache, needed):
        raise BenchError(
            f"could not download {TOP}: http://a.b/c.gz: HTTP status 404; https://d/e: no answer. "
            "Check the network, or fetch it"
        )

    monkeypatch.setattr(fetch, "fetch", unreachable)
    told = []
    find(allow_generated=True, say=told.append)
    assert "none could be downloaded (a.b: HTTP status 404; d: no answer): generated" in told[0]


def test_real_data_goes_before_generated(known, tmp_path, monkeypatch):
    """Each place in turn has the real data, and ``allow_generated`` changes nothing."""
    for place in ("cache", "repo", "env", "given"):
        put(tmp_path / place)
        if place == "env":
            monkeypatch.setenv("BENCH_DATA", str(tmp_path / "env"))
        given = tmp_path / place if place == "given" else None
        found = find(given, allow_generated=True)
        assert (found.kind, found.root) == ("real", tmp_path / place / TOP)


def test_nothing_is_said_before_generating_is_sure_to_begin(small, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file" / "cache"))
    told = []
    text = refusal(allow_generated=True, say=told.append)
    assert text.startswith(f"{tmp_path}/file") and "BENCH_CACHE" in text and told == []


def test_a_damaged_cache_of_real_data_is_what_is_told(small, tmp_path):
    put(tmp_path / "cache")
    told = []
    found = find(allow_generated=True, offline=True, say=told.append)
    assert found.kind == "generated" and f"({tmp_path / 'cache' / TOP}/en/qa1" in told[0]
    assert "does not match the known SHA-256" in told[0] and "fetch it again" not in told[0]


def test_the_fixture_is_not_the_real_thing():
    known = known_hashes("babi-1k", [1, 6, 8])
    sums = {f"{TOP}/en/{path.name}": manifest.sha256(path) for path in FIXTURE_EN.glob("*.txt")}
    assert set(sums) == set(known) and not set(sums.values()) & set(known.values())
    assert "does not match the known SHA-256" in refusal(FIXTURE)
    assert find(FIXTURE, allow_unverified=True).kind == "unverified"


def test_wrong_names_are_told():
    assert "'babi-2k' is not known; choose one of babi-1k, babi-10k" in refusal(dataset="babi-2k")
    assert "there is no task 21" in refusal(tasks=[21])
    assert "there is no task 0" in refusal(tasks=[0, 1])
    assert "no task of babi-1k" in refusal(tasks=[])
    found = find(FIXTURE, allow_unverified=True)
    with pytest.raises(BenchError, match="task 1 of babi-1k has no split 'valid'"):
        found.path(1, "valid")


def test_cache_folder(monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", "some/where")
    assert cache_dir() == Path("some/where")
    monkeypatch.delenv("BENCH_CACHE")
    assert "memory-networks-bench" in str(cache_dir())


def test_known_hashes_need_no_files():
    tasks = range(1, 21)
    assert len(known_hashes("babi-1k", tasks)) == 40
    ten = known_hashes("babi-10k", tasks)
    assert (
        len(ten) == 43
    )  # instead of task 3's training set, what completes it: see test_completed.py
    assert f"{TOP}/en-10k/qa3_three-supporting-facts_train.txt" not in ten
    assert f"{TOP}/en-valid-10k/qa3_valid.txt" in ten


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("xyz  a/b.txt", "expected 64 hex digits"),
        ("", "expected 64 hex digits"),
        (f"{'0' * 64} a/b.txt", "two blanks"),
        (f"{'0' * 64}  ../b.txt", "a relative path"),
        (f"{'0' * 64}  /b.txt", "a relative path"),
        (f"{'1' * 64}  good.txt", "listed twice"),
    ],
)
def test_a_malformed_manifest_is_named_with_its_line(tmp_path, line, what):
    (tmp_path / "m.sha256").write_text(f"{'0' * 64}  good.txt\n{line}\n")
    with pytest.raises(BenchError, match=r"m\.sha256:2: .*" + what):
        manifest.load(tmp_path / "m.sha256")


def test_an_unreadable_manifest_is_named(tmp_path):
    with pytest.raises(
        BenchError, match=r"none\.sha256: the manifest cannot be read \(No such file"
    ):
        manifest.load(tmp_path / "none.sha256")
    (tmp_path / "bad.sha256").write_bytes(b"\xff")
    with pytest.raises(BenchError, match=r"bad\.sha256: the manifest cannot be read"):
        manifest.load(tmp_path / "bad.sha256")


def test_ten_thousand_with_task_three_incomplete(tmp_path, monkeypatch):
    """Made-up files in the 10k layout: the training set of task 3 may be missing, not others."""
    train, valid, test = (
        f"{TOP}/en-10k/qa3_three-supporting-facts_train.txt",
        f"{TOP}/en-valid-10k/qa3_valid.txt",
        f"{TOP}/en-10k/qa3_three-supporting-facts_test.txt",
    )
    text = b"1 Eve ran.\n2 Who ran?\tEve\t1\n"
    for name in (valid, test):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text)
    hashes = dict.fromkeys((valid, test), manifest.sha256(tmp_path / test))
    monkeypatch.setattr(sums, "load", lambda name: dict(hashes))

    found = find(tmp_path, "babi-10k", [3])
    assert found.kind == "real" and found.hashes == hashes
    assert count(found.read("3", "valid")) == 2 and not found.has(3, "train")
    with pytest.raises(BenchError, match=r"qa3_three-supporting-facts_train\.txt: not at hand"):
        found.read("3", "train")

    (tmp_path / train).write_bytes(text)
    found = find(tmp_path, "babi-10k", [3])
    assert found.kind == "real" and not found.has(3, "train")
    with pytest.raises(
        BenchError, match=r"train\.txt: its SHA-256 is not known.*--allow-unverified"
    ):
        found.path(3, "train")
    found = find(tmp_path, "babi-10k", [3], allow_unverified=True)
    assert found.kind == "unverified" and count(found.read("3", "train")) == 2

    (tmp_path / valid).unlink()  # an extra, not needed
    assert find(tmp_path, "babi-10k", [3]).hashes.keys() == {test}
    (tmp_path / test).unlink()
    assert "qa3_three-supporting-facts_test.txt: missing (1 of the 1" in refusal(
        tmp_path, "babi-10k", [3]
    )


def test_importing_it_is_light():
    code = (
        "import sys, bench.datasets.babi; "
        "heavy = ('jax', 'numpy', 'pandas', 'sklearn', 'requests', 'pooch', 'bench.tables'); "
        "assert not sys.modules.keys() & set(heavy), heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


@pytest.mark.parametrize(("dataset", "files"), [("babi-1k", 40), ("babi-10k", 43)])
def test_real_data_is_real(real, dataset, files):
    found = find(real, dataset, range(1, 21))
    assert found.kind == "real" and len(found.hashes) == files
    assert found.hashes == known_hashes(dataset, range(1, 21))
    for task in babi.TASKS:
        assert found.has(task.number, "test")
        assert found.has(task.number, "train")
    assert sum(len(story.questions) for story in found.read("20", "test")) == 1000


@pytest.fixture(scope="module")
def real():
    """Asked for before BENCH_DATA is cleared: a module's fixtures come before a function's."""
    return real_data()
