"""The stored rows of attention and the tables made of them, from handmade rows."""

import csv
import dataclasses
import io
import json

import pytest
from attention_rows import a_row
from PIL import Image
from report_helpers import fill, gathered

from bench.core import registry
from bench.core.errors import BenchError
from bench.core.profiles import profile
from bench.studies.attention import plot as attention_plot
from bench.studies.attention.chosen import by_task
from bench.studies.attention.store import ROWS, VERSION
from bench.studies.attention.tables import attention_files
from bench.tables import report

PAPER = profile("paper")


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode().splitlines()))


def test_saving_replaces_the_row_of_the_same_restart(tmp_path):
    for row in (a_row(2), a_row(1, 1), a_row(1, 0), a_row(2, share=(0.125, 0.25))):
        ROWS.save(tmp_path, row)
    assert [(r["task"], r["seed"], r["share"][0]) for r in ROWS.read(tmp_path)] == [
        (1, 0, 0.5), (1, 1, 0.5), (2, 0, 0.125),
    ]  # fmt: skip


def test_the_table_is_of_the_restart_with_the_lowest_training_error(tmp_path):
    rows = [
        a_row(1, 0, (0.5, 0.6), running_error=3.0, test_error=1.0),
        a_row(1, 1, (0.2, 0.4), running_error=2.0, test_error=9.0),
        a_row(3, 0, (0.4, 0.8)),
    ]
    table = {(r["task"], r["hop"]): r for r in lines(attention_files(rows, PAPER)["attention.csv"])}
    assert list(table) == [
        ("1", "1"),
        ("1", "2"),
        ("3", "1"),
        ("3", "2"),
        ("mean", "1"),
        ("mean", "2"),
    ]
    first = table["1", "1"]
    assert (first["share"], first["mean"], first["sd"]) == ("20", "35", "21.2132")
    assert (first["seed"], first["restarts"], first["test_error"], first["data"]) == (
        "1",
        "2",
        "9",
        "real",
    )
    assert (first["top"], first["empty"], first["even"]) == ("25", "12.5", "20")
    assert (first["facts"], first["lost"], first["questions_lost"]) == ("1500", "20", "15")
    assert table["3", "2"]["sd"] == "" and table["3", "2"]["share"] == "80"
    assert (table["mean", "1"]["share"], table["mean", "2"]["share"]) == ("30", "60")


def test_the_stories_csv_has_every_statement():
    found = lines(attention_files([a_row()], PAPER)["attention_stories.csv"])
    assert [list(line.values())[:6] for line in found] == [
        ["1", "3", "11", "1", "", ""],
        ["1", "3", "12", "0", "0.01", "0.02"],
        ["1", "3", "14", "0", "0.99", "0.73"],
    ]
    assert list(found[0])[:6] == ["task", "story", "line", "supporting", "hop1", "hop2"]
    last = {
        "dataset": "babi-1k",
        "split": "test",
        "question": "4",
        "question_line": "15",
        "right": "0",
    }
    assert last.items() <= found[2].items()


def test_the_page_shows_shares_and_stories():
    rows = [a_row(), a_row(seed=1, share=(0.3, 0.65)), a_row(2, share=(0.125, 0.25))]
    page = attention_files(rows, PAPER)["attention.md"].decode()
    first = "| 1: 1 supporting fact | 20.0 | 50.0 (40.0 ± 14.1) | 75.0 (70.0 ± 7.1) |"
    assert f"{first} 12.5 | 15 | 1000 | 12.5 | 2 |" in page
    assert "| 2: 2 supporting facts | 20.0 | 12.5 | 25.0 |" in page
    assert "| **mean of 2 tasks** | 20.0 | 31.2 (26.2) | 50.0 (47.5) |" in page  # halves go to even
    assert "| 1: 1 supporting fact | 25.0 (25.0 ± 0.0) | 50.0 (50.0 ± 0.0) | 1500 | 20 |" in page
    assert (
        "Line 15 of `en/qa1_single-supporting-fact_test.txt` (story 3, question 4, from 0)." in page
    )
    assert "Answered wrong (88 %)" in page
    assert "| 11 | ● | lost | lost |" in page and "| 14 |  | 0.99 | 0.73 |" in page
    assert "| 12 |" not in page and "| (1 more) |  |  |  |" in page
    assert "| (empty slots) |  | 0.00 | 0.25 |" in page
    assert "FEWER than ten restarts: babi-1k, tasks 1, 2." in page and "data]" not in page
    assert "NOT MEASURED: babi-1k, tasks 3, 4," in page


def test_ten_restarts_of_every_task_on_real_data_have_no_notice():
    rows = [a_row(task, seed) for task in range(1, 21) for seed in range(10)]
    assert "> **" not in attention_files(rows, PAPER)["attention.md"].decode()


def test_figures_that_are_not_confirmed_are_marked():
    rows = [a_row(1, figure="2"), a_row(11, figure="4")]
    page = attention_files(rows, PAPER)["attention.md"].decode()
    assert "### babi-1k, task 1: 1 supporting fact, figure 2\n" in page
    assert "### babi-1k, task 11: basic coreference, figure 4 (unverified)\n" in page
    assert "task 16 is not in v1.2" in page
    assert "task 16" not in attention_files([a_row()], PAPER)["attention.md"].decode()


def test_the_figure_is_the_same_bytes_and_of_the_rows():
    long = [[n, 0, [0.08] * 2] for n in range(1, 13)]
    rows = [a_row(), a_row(2, figure="2", kind="completed", statements=long)]
    once, again, other = (
        attention_files(r, PAPER)["attention.png"] for r in (rows, rows, rows[:1])
    )
    assert once == again != other
    assert Image.open(io.BytesIO(once)).size[0] == 1200


def test_heat_maps_are_of_the_data_set_with_most_tasks():
    both = [a_row(task, dataset=name) for name in ("babi-1k", "babi-10k") for task in (1, 2)]
    assert attention_plot.of_heat_maps(by_task(both)) == "babi-10k"
    assert attention_plot.of_heat_maps(by_task(both[:-1])) == "babi-1k"


def test_heat_maps_keep_facts_and_the_largest_weights():
    statements = [[n, int(n == 1), [n / 100, 0.0]] for n in range(1, 31)]
    cells = attention_plot._cells(a_row(statements=statements)["stories"][0])
    assert [label for label, *_ in cells] == ["● 1", *map(str, range(22, 31)), "empty"]


def test_the_page_says_what_is_no_reproduction():
    page = attention_files([a_row(kind="generated")], profile("smoke"))["attention.md"].decode()
    assert "[GENERATED data]" in page.splitlines()[0]
    assert "SMOKE profile" in page and "GENERATED data: babi-1k, task 1." in page
    page = attention_files([a_row(3, kind="completed")], PAPER)["attention.md"].decode()
    assert (
        "COMPLETED data: babi-1k, task 3: trained on 1,925 real and 8,075 generated questions"
        in page
    )
    assert "| 3: 3 supporting facts (completed data) |" in page


def test_nothing_measured_makes_no_file(tmp_path):
    assert attention_files(ROWS.read(tmp_path), PAPER) == {}


def test_the_committed_files_are_checked(tmp_path):
    fill(tmp_path)
    ROWS.save(tmp_path, a_row())
    written = {path.name for path in report.write(gathered(tmp_path))}
    names = {"attention.csv", "attention.md", "attention.png", "attention_stories.csv"}
    assert names < written
    assert report.differing(gathered(tmp_path)) == []
    (tmp_path / "attention.md").write_text("better")
    (tmp_path / "attention.csv").unlink()
    assert report.differing(gathered(tmp_path)) == ["attention.csv", "attention.md"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"task": 21}, "'task' that is not one of 1, 2"),
        ({"share": [0.5]}, "'share' of 1 hops where its model has 2"),
        ({"share": [0.5, 1.5]}, "'share' that is not a list of shares"),
        ({"stories": [{}]}, "'stories' that is not a list of stories"),
        ({"stories": [a_row()["stories"][0] | {"asked": "where is ann"}]}, "not a list of stories"),
        (
            {"stories": [a_row(statements=[[1, "ann left", 0, []]])["stories"][0]]},
            "not a list of stories",
        ),
        (
            {"stories": [a_row(statements=[[1, "ann left", []]])["stories"][0]]},
            "not a list of stories",
        ),
        ({"stories": [a_row(right="barn")["stories"][0]]}, "not a list of stories"),
        ({"dataset": "ann"}, "'dataset' that is not one of babi-1k, babi-10k"),
        ({"model": "where is ann"}, "'model' that is not a group's label"),
        ({"model": "babi-1k_qa02_memn2n-pe"}, "'model' that is not of task 1"),
        ({"commit": "barn"}, "'commit' that is not a commit"),
        ({"versions": {"jax": "barn"}}, "'versions' that is not"),
        ({"device": "barn"}, "'device' that is not"),
        ({"lost": 1501}, "more facts lost than there are"),
        ({"id": "x"}, "'id' that is not 16 hex digits"),
        ({"version": VERSION + 1}, "of a later suite"),
        ({"extra": 1}, "missing or unknown fields (extra)"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(tmp_path, change, said):
    path = ROWS.path(tmp_path)
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in (a_row(3), a_row() | change)))
    with pytest.raises(BenchError) as error:
        ROWS.read(tmp_path)
    assert str(error.value).startswith(f"{path}:2: line ") and said in str(error.value)
    with pytest.raises(BenchError, match="measure again"):
        ROWS.save(tmp_path / "other", a_row() | change)


def test_rows_of_an_earlier_version_do_not_count(tmp_path):
    later = dataclasses.replace(ROWS, version=VERSION + 1)
    later.save(tmp_path, a_row(2, version=VERSION + 1))
    with open(ROWS.path(tmp_path), "a") as file:
        file.write(json.dumps(a_row()) + "\n")
    assert [row["task"] for row in later.read(tmp_path)] == [2]


def test_restarts_of_two_trainings_make_no_spread(tmp_path):
    for row in (a_row(1, 0), a_row(1, 1), a_row(2, 0), a_row(1, 1, group="f" * 16, id="e" * 16)):
        ROWS.save(tmp_path, row)
    assert [(row["task"], row["seed"]) for row in ROWS.read(tmp_path)] == [(1, 1), (2, 0)]
    with open(ROWS.path(tmp_path), "a") as file:
        file.write(json.dumps(a_row(1, 2)) + "\n")
    with pytest.raises(
        BenchError, match="task 1 of babi-1k has restarts of two trainings.*run experiments"
    ):
        ROWS.read(tmp_path)


def test_the_model_is_table_1s_column():
    known = registry.experiments()
    (column,) = known["e2e_table1_babi_1k"].select(["pe_ls_rn"])
    assert known["attention"].select(["pe_ls_rn"]) == (column,)
