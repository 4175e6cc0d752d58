"""The stored rows of attention and the tables made of them, from handmade rows."""

import csv
import json
import runpy

import pytest
from test_report_helpers import EXPERIMENT, REAL, fill

from bench import registry
from bench.attention import store
from bench.attention.store import VERSION, read_rows, save_row, store_path
from bench.errors import BenchError
from bench.profiles import profile
from bench.report.attention import attention_files
from bench.report.build import check_report, write_report

PAPER = profile("paper")


def a_row(task=1, seed=0, share=(0.5, 0.75), **fields) -> dict:
    """A row of a model with two hops; fields given win."""
    story = {
        "figure": "", "story": 0, "question": 4, "line": 15, "asked": "where is a_b?", "answer": "barn",
        "answered": "attic", "probability": 0.875, "empty": [0.0, 0.25],
        "statements": [
            [1, "ann went to barn", 1, []], [2, "bob left", 0, [0.01, 0.02]],
            [4, "cid left", 0, [0.99, 0.73]],
        ],
    }  # fmt: skip
    return {
        "id": f"{task:08x}{seed:08x}", "version": VERSION, "dataset": "babi-1k", "task": task, "seed": seed,
        "kind": "real", "model": "babi-1k_qa01_memn2n-pe", "selection": "released", "diverged": None,
        "running_error": 10.0, "running_loss": 0.5, "train_error": 9.0, "train_loss": 0.4, "test_error": 12.5,
        "hops": 2, "memory": 2, "questions": 1000, "facts": 1500, "lost": 20, "questions_lost": 15,
        "share": list(share), "top": [0.25, 0.5], "empty": [0.125, 0.0], "even": 0.2, "stories": [story],
        "device": "cpu test", "commit": "0123456789ab", "versions": {"jax": "0"},
    } | fields  # fmt: skip


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode().splitlines()))


def test_saving_replaces_the_row_of_the_same_restart(tmp_path):
    for row in (a_row(2), a_row(1, 1), a_row(1, 0), a_row(2, share=(0.125, 0.25))):
        save_row(tmp_path, row)
    assert [(r["task"], r["seed"], r["share"][0]) for r in read_rows(tmp_path)] == [
        (1, 0, 0.5), (1, 1, 0.5), (2, 0, 0.125),
    ]  # fmt: skip


def test_the_table_is_of_the_restart_with_the_lowest_training_error(tmp_path):
    rows = [
        a_row(1, 0, (0.5, 0.6), running_error=3.0, test_error=1.0),
        a_row(1, 1, (0.2, 0.4), running_error=2.0, test_error=9.0),
        a_row(3, 0, (0.4, 0.8)),
    ]
    table = {(r["task"], r["hop"]): r for r in lines(attention_files(rows, PAPER)["attention.csv"])}
    assert list(table) == [("1", "1"), ("1", "2"), ("3", "1"), ("3", "2"), ("mean", "1"), ("mean", "2")]
    first = table["1", "1"]
    assert (first["share"], first["mean"], first["sd"]) == ("20", "35", "21.2132")
    assert (first["seed"], first["restarts"], first["test_error"], first["data"]) == ("1", "2", "9", "real")
    assert (first["top"], first["empty"], first["even"]) == ("25", "12.5", "20")
    assert (first["facts"], first["lost"], first["questions_lost"]) == ("1500", "20", "15")
    assert table["3", "2"]["sd"] == "" and table["3", "2"]["share"] == "80"
    assert (table["mean", "1"]["share"], table["mean", "2"]["share"]) == ("30", "60")


def test_the_stories_csv_has_every_statement():
    found = lines(attention_files([a_row()], PAPER)["attention_stories.csv"])
    assert [list(line.values())[:7] for line in found] == [
        ["1", "0", "1", "ann went to barn", "1", "", ""],
        ["1", "0", "2", "bob left", "0", "0.01", "0.02"],
        ["1", "0", "4", "cid left", "0", "0.99", "0.73"],
    ]
    assert list(found[0])[:7] == ["task", "story", "line", "statement", "supporting", "hop1", "hop2"]


def test_the_page_shows_shares_and_stories():
    page = attention_files([a_row(), a_row(seed=1, share=(0.3, 0.65))], PAPER)["attention.md"].decode()
    assert "| 1: 1 supporting fact | 20.0 | 50.0 (40.0 ± 14.1) | 75.0 (70.0 ± 7.1) |" in page
    assert r"*where is a\_b?* Answered: **attic** (88 %), wrong, the answer is barn." in page
    assert "| 1 | ann went to barn | ● | lost | lost |" in page
    assert "| 4 | cid left |  | 0.99 | 0.73 |" in page and "bob left" not in page and "(1 more)" in page
    assert "|  | (empty slots) |  | 0.00 | 0.25 |" in page
    assert "profile" not in page and "data]" not in page


def test_the_page_says_what_is_no_reproduction():
    page = attention_files([a_row(kind="generated")], profile("smoke"))["attention.md"].decode()
    assert "[GENERATED data]" in page.splitlines()[0]
    assert "SMOKE profile" in page and "of generated data" in page and "CC BY" not in page


def test_nothing_measured_makes_no_file(tmp_path):
    assert attention_files(read_rows(tmp_path), PAPER) == {}


def test_the_committed_files_are_checked(tmp_path):
    fill(tmp_path)
    save_row(tmp_path, a_row())
    written = {path.name for path in write_report(tmp_path, [EXPERIMENT], PAPER, REAL)}
    names = {"attention.csv", "attention.md", "attention_stories.csv"}
    assert names < written
    assert check_report(tmp_path, [EXPERIMENT], PAPER, REAL) == []
    (tmp_path / "attention.md").write_text("better")
    (tmp_path / "attention.csv").unlink()
    assert check_report(tmp_path, [EXPERIMENT], PAPER, REAL) == ["attention.csv", "attention.md"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"task": 21}, "'task' that is not a task's number"),
        ({"share": [0.5]}, "'share' of 1 hops where its model has 2"),
        ({"share": [0.5, 1.5]}, "'share' that is not a list of shares"),
        ({"stories": [{}]}, "'stories' that is not a list of stories"),
        ({"lost": 1501}, "more facts lost than there are"),
        ({"id": "x"}, "'id' that is not 16 hex digits"),
        ({"version": VERSION + 1}, "of a later suite"),
        ({"extra": 1}, "missing or unknown fields (extra)"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(tmp_path, change, said):
    path = store_path(tmp_path)
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in (a_row(2), a_row() | change)))
    with pytest.raises(BenchError) as error:
        read_rows(tmp_path)
    assert str(error.value).startswith(f"{path}:2: line ") and said in str(error.value)
    with pytest.raises(BenchError, match="measure again"):
        save_row(tmp_path / "other", a_row() | change)


def test_rows_of_an_earlier_version_do_not_count(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "VERSION", VERSION + 1)
    save_row(tmp_path, a_row(2, version=VERSION + 1))
    with open(store_path(tmp_path), "a") as file:
        file.write(json.dumps(a_row()) + "\n")
    assert [row["task"] for row in read_rows(tmp_path)] == [2]


def test_the_model_is_table_1s_column():
    found = runpy.run_path(str(registry.FOLDER / "attention.py"))
    (column,) = registry.experiments()["e2e_table1_babi_1k"].select(["pe_ls_rn"])
    assert found["ATTENTION"].runnable() == (column,)
