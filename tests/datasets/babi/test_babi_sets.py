"""The bAbI data sets as the spine sees them: units, ids of committed runs, other languages."""

import json
from pathlib import Path

import pytest
from data_helpers import real_data

from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.datasets import manifest, sources
from bench.datasets.babi import DATASETS
from bench.examples.stories import Question, Story

ROOT = Path(__file__).resolve().parents[3]
BY_NAME = {dataset.name: dataset for dataset in DATASETS}
OTHERS = ("babi-hn-1k", "babi-hn-10k", "babi-shuffled-1k", "babi-shuffled-10k")

HINDI = """\
1 Sita daftar gayi.
2 Ram rasoi ghar gaya.
3 Ram kahan hai?\trasoi ghar\t2
4 Sita kahan hai? \tdaftar\t1
"""


def test_units_are_the_tasks():
    babi = BY_NAME["babi-1k"]
    assert list(babi.units) == [str(number) for number in range(1, 21)]
    assert babi.titles["7"] == "counting" and babi.titles["20"] == "agent's motivation"
    assert (babi.label(["7"]), babi.label(babi.units)) == ("qa07", "joint20")
    assert {name for name, dataset in BY_NAME.items() if dataset.compares} == {
        "babi-1k-generated-to-real", "babi-1k-real-to-generated",
    }  # fmt: skip


def test_the_committed_runs_are_of_the_known_files():
    """The files in a run's id are those that a report knows of its units, without any data."""
    known = {name: dataset.known() for name, dataset in BY_NAME.items()}
    runs = 0
    for path in sorted((ROOT / "results/paper/store").rglob("*.jsonl")):
        with open(path, encoding="utf-8") as file:
            run = json.loads(file.readline())
        if run.get("dataset") not in known or "units" not in run:
            continue  # a study's, or another data set's
        runs += 1
        files = known[run["dataset"]].files
        data = {name: sha for unit in run["units"] for name, sha in files[unit].items()}
        assert data == run["data"], path
    assert runs >= 449
    assert known["babi-10k"].completion and len(known["babi-10k"].files["3"]) == 5


@pytest.mark.parametrize("name", ["babi-1k", "babi-10k"])
def test_what_is_found_of_real_data_is_what_is_known(name):
    babi = BY_NAME[name]
    found = babi.find(["3", "1"], Wish(folder=real_data(), offline=True))
    known = babi.known()
    assert found.at_hand.kind == known.kind == "real"
    assert found.at_hand.files == {unit: known.files[unit] for unit in ("1", "3")}
    assert babi.whole(found) == known
    assert not found.at_hand.has("2") and babi.whole(found).has("2")


@pytest.fixture
def hindi(tmp_path, monkeypatch):
    """A folder as the release's, with task 1 in Hindi."""
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sources, "REPO_DATA", tmp_path / "repo")
    folder = tmp_path / "d" / "tasks_1-20_v1-2" / "hn"
    folder.mkdir(parents=True)
    for split in ("train", "test"):
        (folder / f"qa1_single-supporting-fact_{split}.txt").write_text(HINDI)
    return tmp_path / "d"


def refusal(name: str, **wish) -> str:
    with pytest.raises(BenchError) as caught:
        BY_NAME[name].find(["1"], Wish(**wish))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_another_language_is_read_unverified(hindi):
    babi = BY_NAME["babi-hn-1k"]
    found = babi.find(["1"], Wish(folder=hindi, allow_unverified=True))
    assert found.at_hand.kind == "unverified" and found.at_hand.completion == ""
    name = "tasks_1-20_v1-2/hn/qa1_single-supporting-fact_{}.txt"
    sha = manifest.digest(HINDI.encode())
    assert found.at_hand.files == {"1": {name.format("train"): sha, name.format("test"): sha}}
    assert babi.whole(found) == found.at_hand
    (story,) = found.read("1", "test")
    assert story == Story(
        (("sita", "daftar", "gayi"), ("ram", "rasoi", "ghar", "gaya")),
        (
            Question(("ram", "kahan", "hai"), "rasoi ghar", (1,), 2, 3),
            Question(("sita", "kahan", "hai"), "daftar", (0,), 2, 4),
        ),
    )


def test_another_language_is_not_taken_unchecked(hindi):
    file = hindi / "tasks_1-20_v1-2" / "hn" / "qa1_single-supporting-fact_train.txt"
    text = refusal("babi-hn-1k", folder=hindi)
    assert text.startswith(f"{file}: its SHA-256 is not known") and "--allow-unverified" in text
    file.unlink()
    text = refusal("babi-hn-1k", folder=hindi, allow_unverified=True)
    assert text.startswith(f"{file}: missing (1 of the 2 files needed of babi-hn-1k")


@pytest.mark.parametrize("name", OTHERS)
def test_another_language_is_neither_downloaded_nor_generated(hindi, name):
    """The server that refuses all connections is never asked: not even where that is allowed."""
    text = refusal(name, allow_generated=True, allow_unverified=True)
    assert text.startswith(f"data set {name} was not found in ") and "downloads none" in text
    assert (
        "tasks_1-20_v1-2.tar.gz" in text and "--data DIR" in text and "--allow-unverified" in text
    )
    assert "has no generator" in refusal(name, generated=True)
    assert BY_NAME[name].known().files == {}
    assert not (hindi.parent / "cache").exists()
