"""Generated sets in a folder of the user's own."""

from pathlib import Path

import pytest
from data_helpers import count
from generated_helpers import TEST, TRAIN, V, main, make, refusal

from bench.core.dataset import Wish
from bench.datasets.babi import babi, layout, record
from bench.datasets.babi.dataset import Babi


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
