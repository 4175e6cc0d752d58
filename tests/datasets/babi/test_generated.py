"""Generated sets: what is written, and what is never written over."""

import hashlib
import json
from pathlib import Path

import pytest
from data_helpers import count
from generated_helpers import TEST, TRAIN, V, assert_as_listed, main, make, refusal

from bench.datasets.babi import babi, record
from bench.datasets.babi.simulator import release


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
        ('"seed": 0', '"seed": -1', f"file '{TEST}': has a field 'seed' that is not"),
        ('"as_released": false', '"as_released": 0', f"file '{TEST}': has a field 'as_released'"),
        ('"sha256": "', '"sha256": "x', f"file '{TEST}': has a field 'sha256'"),
        (
            '"questions": 10',
            '"asked": 10',
            "has missing or unknown fields (asked, questions)",
        ),
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
