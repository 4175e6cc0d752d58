"""Generated sets: what is written, in which order, by whom, and what happens when that is ended."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from data_helpers import SMALL, command_line, count, small_generated_sets

from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.datasets import manifest, sources
from bench.datasets.babi import babi, default, generate, generated, layout, record, sums
from bench.datasets.babi.dataset import Babi
from bench.datasets.babi.simulator import release
from bench.datasets.writing import locked

ROOT = Path(__file__).resolve().parents[3]
TRAIN, TEST = "en/qa1_single-supporting-fact_train.txt", "en/qa1_single-supporting-fact_test.txt"
V = release.VERSION


@pytest.fixture(scope="module")
def manifests(tmp_path_factory):
    return tmp_path_factory.mktemp("manifests")


@pytest.fixture
def small(manifests, monkeypatch, tmp_path):
    """Small default sets, and no other data; counts the simulator's calls."""
    small_generated_sets(manifests, monkeypatch)
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sources, "REPO_DATA", tmp_path / "repo")
    calls, real = [], release.task_files

    def counted(task, **settings):
        calls.append((task, settings))
        return real(task, **settings)

    monkeypatch.setattr(release, "task_files", counted)
    return calls


def make(folder, tasks=(1, 8), dataset="babi-1k", train=20, test=10, **options):
    return generated.generate(folder, dataset, tasks, train=train, test=test, **options)


def main(arguments) -> int:
    return command_line(generate, arguments)


def refusal(action, *args, **options) -> str:
    with pytest.raises(BenchError) as caught:
        action(*args, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def assert_as_listed(folder: Path) -> record.Record:
    """Every file listed is there with its SHA-256; every other is one that was being written."""
    found = record.read(folder) or record.Record(V, {}, {})
    for name, entry in found.files.items():
        assert manifest.sha256(folder / name) == entry.sha256, name
    there = {f"{path.parent.name}/{path.name}" for path in folder.glob("en*/*.txt")}
    assert there <= found.files.keys() | found.writing.keys()
    return found


def test_files_are_the_simulators_and_the_record_says_what_they_are(tmp_path):
    made = make(tmp_path, as_released=True, seed=7)
    for task in (1, 8):
        drawn = release.task_files(task, train=20, test=10, seed=7, as_released=True)
        for split, content in (("train", drawn.train), ("test", drawn.test)):
            name = f"en/{babi.TASKS[task - 1].stem}_{split}.txt"
            assert (tmp_path / name).read_bytes() == content
            assert count(babi.parse(content, name)) == content.count(b"\n")
            assert made[name] == record.Entry(
                hashlib.sha256(content).hexdigest(),
                {"train": 20, "test": 10}[split],
                7,
                True,
                drawn.shared,
            )
    found = assert_as_listed(tmp_path)
    assert found == record.Record(V, made, {})
    text = (tmp_path / "GENERATED.json").read_text()
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"
    assert "NOT THE bAbI RELEASE" in (tmp_path / "README.txt").read_text()


def test_sets_are_added_to_the_record_and_what_is_there_is_not_made_again(small, tmp_path):
    make(tmp_path, [1])
    first = (tmp_path / "GENERATED.json").read_bytes()
    make(tmp_path, [1])
    assert len(small) == 1 and (tmp_path / "GENERATED.json").read_bytes() == first
    make(tmp_path, [1, 2])
    make(tmp_path, [2], "babi-10k", train=30)
    assert [task for task, _ in small] == [1, 2, 2]
    listed = assert_as_listed(tmp_path)
    assert {name.partition("_")[0] for name in listed.files} == {"en/qa1", "en/qa2", "en-10k/qa2"}
    make(tmp_path, [1], train=30)  # other settings: made anew
    assert len(small) == 4 and assert_as_listed(tmp_path).files[TRAIN].questions == 30
    (tmp_path / TEST).unlink()
    (tmp_path / TRAIN).write_bytes(b"damage")
    make(tmp_path, [1], train=30, force=True)
    assert len(small) == 5
    assert_as_listed(tmp_path)


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_file_of_its_own_that_was_edited_is_not_overwritten(tmp_path, small):
    make(tmp_path, [1, 8])
    (tmp_path / TEST).write_bytes((tmp_path / TEST).read_bytes() + b"my own")
    before = files(tmp_path)
    for options in ({"seed": 1}, {"train": 30}, {}):
        text = refusal(make, tmp_path, [8, 1], **options)
        assert text.startswith(f"{tmp_path / TEST}: was edited since it was generated")
        assert "another folder" in text and "--force" in text
    assert files(tmp_path) == before and len(small) == 2  # task 8 was not begun either
    make(tmp_path, [8], seed=1)
    make(tmp_path, [1], force=True)
    assert b"my own" not in (tmp_path / TEST).read_bytes()
    assert_as_listed(tmp_path)


def test_a_larger_set_is_not_overwritten_by_a_smaller(tmp_path, small, capsys):
    arguments = ["generate", str(tmp_path), "--tasks", "8", "1", "--train", "20", "--test"]
    assert main([*arguments, "10"]) == 0
    before = files(tmp_path)
    for fewer in (["9"], ["12", "--train", "19", "--seed", "3"]):
        capsys.readouterr()
        assert main([*arguments, *fewer]) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1 and "another folder" in told and "--force" in told
        assert (
            f"{tmp_path}/en/qa1_single-supporting-fact_t" in told and "are to be generated" in told
        )
    assert files(tmp_path) == before and len(small) == 2
    assert main([*arguments, "9", "--force"]) == 0
    assert assert_as_listed(tmp_path).files[TEST].questions == 9
    assert main([*arguments, "12"]) == 0  # a larger one takes no --force


def test_what_others_wrote_is_not_overwritten_by_force_either(tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / TEST).write_text("mine")
    assert "not listed in GENERATED.json" in refusal(make, tmp_path, force=True)
    assert (tmp_path / TEST).read_text() == "mine"


def test_files_of_others_are_not_overwritten(tmp_path, small):
    (tmp_path / "en").mkdir()
    (tmp_path / TEST).write_text("mine")
    text = refusal(make, tmp_path)
    assert text.startswith(f"{tmp_path / TEST}: ") and "not listed in GENERATED.json" in text
    assert (tmp_path / TEST).read_text() == "mine" and small == []
    assert [path.name for path in (tmp_path / "en").iterdir()] == [Path(TEST).name]
    (tmp_path / "README.txt").write_text("my notes")
    make(tmp_path, [8])
    assert (tmp_path / "README.txt").read_text() == "my notes"


def test_a_folder_of_another_simulator_is_left_alone(tmp_path):
    make(tmp_path)
    path = tmp_path / "GENERATED.json"
    path.write_text(path.read_text().replace(f'"simulator": {V}', f'"simulator": {V + 1}'))
    text = refusal(make, tmp_path, seed=1)
    assert f"of version {V + 1} of the simulator" in text and str(path) in text


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{", "[", "is not JSON"),
        ('"simulator": ', '"simulator": "x', "is not JSON"),
        (f'"simulator": {V}', '"simulator": "1"', "field 'simulator'"),
        ('"files"', '"fils"', "has not the fields files, simulator, writing"),
        ('"seed": 0', '"seed": -1', f"file '{TEST}': 'seed'"),
        ('"as_released": false', '"as_released": 0', f"file '{TEST}': 'as_released'"),
        ('"sha256": "', '"sha256": "x', f"file '{TEST}': 'sha256'"),
        ('"questions": 10', '"asked": 10', f"file '{TEST}': has not the fields"),
    ],
)
def test_a_malformed_record_is_named_with_its_field(tmp_path, old, new, says):
    make(tmp_path, [1])
    path = tmp_path / "GENERATED.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    for action in (lambda: record.read(tmp_path), lambda: make(tmp_path, [2])):
        told = refusal(action)
        assert told.startswith(f"{path}: ") and says in told


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


# The default sets in the cache.


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


# A user's own folder.


def own(folder: Path, *arguments: str) -> Path:
    assert main(["generate", str(folder), "--train", "20", "--test", "10", *arguments]) == 0
    return folder


def find(folder, tasks=(1, 2), allow_generated=True, **wish):
    wish = Wish(folder=folder, allow_generated=allow_generated, **wish)
    return Babi("babi-1k").find(map(str, tasks), wish)


@pytest.mark.parametrize("below", ["", layout.TOP])
def test_an_own_folder_is_generated_data(small, tmp_path, below):
    root = own(tmp_path / below, "--tasks", "1,2", "--seed", "5")
    found = find(tmp_path)
    assert (found.kind, found.root) == ("generated", root)
    assert found.hashes == {
        f"generated-v{V}/{name}": entry.sha256 for name, entry in record.read(root).files.items()
    }
    assert sum(len(story.questions) for story in found.read("2", "train")) == 20
    whole = Babi("babi-1k").whole(found)  # of other tasks nothing is known
    assert whole == found.at_hand and whole.files == layout.units(found.hashes)


def test_an_own_folder_does_not_serve_where_real_data_is_needed(small, tmp_path):
    own(tmp_path, "--tasks", "1")
    text = refusal(find, tmp_path, [1], allow_generated=False)
    assert text.startswith(f"{tmp_path}: holds generated data") and layout.TOP in text


def test_a_changed_file_of_an_own_folder_is_refused_by_name(small, tmp_path):
    own(tmp_path, "--tasks", "1", "2")
    (tmp_path / TRAIN).write_bytes(b"1 Eve ran.\n2 Who ran?\tEve\t1\n")
    text = refusal(find, tmp_path)
    assert text.startswith(f"{tmp_path / TRAIN}: does not match the SHA-256 in GENERATED.json")
    assert "--allow-unverified" in text
    assert find(tmp_path, tasks=[2]).kind == "generated"
    found = find(tmp_path, allow_unverified=True)
    assert found.kind == "unverified" and count(found.read("1", "train")) == 2
    (tmp_path / TEST).unlink()
    text = refusal(find, tmp_path)
    assert text.startswith(f"{tmp_path / TEST}: missing (1 of the 4 files") and "generate" in text


def test_a_file_that_is_not_listed_is_refused_by_name(small, tmp_path):
    own(tmp_path, "--tasks", "1")
    stray = tmp_path / "en" / f"{babi.TASKS[1].stem}_train.txt"
    for split in ("train", "test"):
        stray.with_name(stray.name.replace("train", split)).write_bytes(
            (tmp_path / TEST).read_bytes()
        )
    text = refusal(find, tmp_path)
    assert text.startswith(f"{stray}: is not listed in GENERATED.json")
    assert find(tmp_path, allow_unverified=True).kind == "unverified"


def test_a_remedy_makes_the_same_files_again(tmp_path):
    folder = tmp_path / "own"
    make(folder, tasks=(1,), train=30, test=12, seed=7, as_released=True)
    before = (folder / TEST).read_bytes()
    (folder / TEST).unlink()
    told = refusal(find, folder, [1])
    command = told.partition("generate them with '")[2].rstrip("'").removeprefix("python -m bench ")
    assert main(command.split()) == 0 and (folder / TEST).read_bytes() == before


def test_own_sets_say_their_settings(tmp_path):
    make(tmp_path / "own", tasks=(1,), train=30, test=12, seed=7)
    found = find(tmp_path / "own", [1])
    assert found.about == f"simulator version {V}; 30 training and 12 test questions a task, seed 7"


def test_a_record_of_a_later_simulator_is_refused(tmp_path):
    make(tmp_path, tasks=(1,))
    path = tmp_path / record.NAME
    path.write_text(path.read_text().replace(f'"simulator": {V}', '"simulator": 99'))
    told = refusal(find, tmp_path, [1])
    assert told.startswith(f"{path}: field 'simulator' is 99")


def test_generate_refuses_folders_it_would_not_be_found_in(tmp_path, capsys):
    (tmp_path / "mix" / layout.TOP / "en").mkdir(parents=True)
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / "en").write_text("x")
    for folder, word in (
        (tmp_path / "mix", layout.TOP),
        (tmp_path / "file", "not a folder"),
        ("", "DIR"),
    ):
        assert main(["generate", str(folder), "--tasks", "1", "--train", "5", "--test", "5"]) == 2
        told = capsys.readouterr().err
        assert word in told and told.count("\n") == 1
    assert sorted(p.name for p in (tmp_path / "file").iterdir()) == ["en"]
    assert [p.name for p in (tmp_path / "mix").iterdir()] == [layout.TOP]
