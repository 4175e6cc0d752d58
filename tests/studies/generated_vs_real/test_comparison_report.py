"""The comparison's table and page are functions of the rows and of the errors given."""

import csv
import re
from statistics import fmean, stdev
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from comparison_helpers import row, stories

from bench.core import registry
from bench.core.profiles import PROFILES
from bench.datasets.babi.babi import ALL_TASKS
from bench.examples.stories import Story
from bench.studies.generated_vs_real import STUDY
from bench.studies.generated_vs_real.page import TRAINED
from bench.studies.generated_vs_real.statistics import describe
from bench.studies.generated_vs_real.store import ROWS
from bench.studies.generated_vs_real.tables import HEADER, comparison_files, trained_errors
from bench.tables import report
from bench.tables.notices import of_profile

CSV, PAGE = "generated_vs_real.csv", "generated_vs_real.md"


def cells(rows, trained) -> dict[str, dict[str, str]]:
    lines = comparison_files(rows, trained)[CSV].decode().splitlines()
    return {line["task"]: line for line in csv.DictReader(lines)}


def page(rows, trained=None, **options) -> str:
    return comparison_files(rows, trained or {}, **options)[PAGE].decode()


def test_the_csv_begins_with_the_contract():
    text = comparison_files([row(2)], {})[CSV].decode()
    assert text.startswith("task,real_on_real,generated_on_real,real_on_generated,restarts,")
    assert text.splitlines()[0].split(",") == list(HEADER) and len(set(HEADER)) == len(HEADER)
    assert [line.partition(",")[0] for line in text.splitlines()[1:]] == [
        *map(str, ALL_TASKS), "mean", "failed",
    ]  # fmt: skip
    assert "\r" not in text


def test_medians_over_restarts_and_empty_where_not_run():
    trained = {
        "real_on_real": {1: [4.0, 1.0, 2.5], 2: [3.0]},
        "real_on_generated": {1: [7.0, 8.0], 5: []},
    }
    told = cells([], trained)
    first = told["1"]
    assert (first["real_on_real"], first["real_on_generated"]) == ("2.5", "7.5")
    assert first["generated_on_real"] == first["generated_on_real_mean"] == ""
    assert first["restarts"] == "2"  # the fewest
    assert float(first["real_on_real_mean"]) == pytest.approx(fmean([4, 1, 2.5]))
    assert float(first["real_on_real_sd"]) == pytest.approx(stdev([4, 1, 2.5]), abs=1e-4)
    assert (told["2"]["real_on_real"], told["2"]["real_on_real_sd"]) == ("3", "")
    for task in ("3", "5", "mean", "failed"):
        assert all(value == "" for name, value in told[task].items() if name != "task")
    assert first["classifier"] == first["words_real"] == ""


def test_the_page_says_how_many_restarts_each_column_has():
    trained = {"real_on_real": {1: [4.0, 1.0, 2.5]}, "real_on_generated": {1: [7.0, 8.0]}}
    assert "| 3 / – / 2 |" in page([], trained)
    assert "| 2 |" in page([], {key: {1: [1.0, 2.0]} for key in TRAINED})


def test_generated_stories_in_the_place_of_real_ones_are_left_out_and_profiles_are_told(tmp_path):
    def column(id: str, *kinds: str) -> SimpleNamespace:
        values = pd.DataFrame({str(task): [1.0, 2.0] for task, _ in enumerate(kinds, start=1)})
        rows = {str(t): SimpleNamespace(data=kind) for t, kind in enumerate(kinds, start=1)}
        return SimpleNamespace(column=SimpleNamespace(id=id), values=values, rows=rows)

    result: Any = SimpleNamespace(
        columns=[
            column("real_on_real", "generated", "real", "unverified"),
            column("generated_on_real", "generated"),
        ]
    )
    assert trained_errors(result) == {
        "real_on_real": {2: [1.0, 2.0], 3: [1.0, 2.0]},
        "generated_on_real": {1: [1.0, 2.0]},
    }
    assert "> **SMOKE profile, not a reproduction" in page(
        [row(1)], notices=of_profile(PROFILES["smoke"])
    )
    assert "profile" not in page([row(1)], notices=of_profile(PROFILES["paper"]))
    experiment = registry.experiments()["generated_vs_real"]
    for name in ("smoke", "paper"):
        made = report.gather(tmp_path, [experiment], PROFILES[name], {}).experiments[0]
        ROWS.save(tmp_path, row(1))
        told = STUDY.files(tmp_path, PROFILES[name], made)[PAGE].decode()
        assert ("SMOKE profile" in told) == (name == "smoke")


def test_means_over_tasks_only_if_every_task_was_run():
    whole = {task: [float(task), float(task) + 2] for task in ALL_TASKS}
    most = {task: [1.0] for task in ALL_TASKS if task != 7}
    told = cells([], {"real_on_real": whole, "generated_on_real": most})
    assert float(told["mean"]["real_on_real"]) == pytest.approx(fmean(t + 1 for t in ALL_TASKS))
    assert told["failed"]["real_on_real"] == "16"  # task 4's median is 5, which has not failed
    assert told["mean"]["generated_on_real"] == told["failed"]["generated_on_real"] == ""


def test_measured_cells_are_the_rows_numbers():
    real, made = stories(30, seed=1), stories(30, seed=2)
    told = cells([row(6)], {})["6"]
    for side, some in (("real", real), ("generated", made)):
        lengths = [len(sentence) for story in some for sentence in story.statements]
        assert float(told[f"words_per_statement_{side}"]) == pytest.approx(fmean(lengths), abs=1e-4)
        assert told[f"words_per_statement_max_{side}"] == str(max(lengths))
        assert told[f"stories_{side}"] == "30"
    means = [float(told[f"words_per_statement_{side}"]) for side in ("real", "generated")]
    assert float(told["words_per_statement_relative"]) == pytest.approx(
        100 * (means[1] / means[0] - 1), abs=0.01
    )
    assert (told["classifier"], told["classifier_by_lot"]) == ("51", "50.3333")
    assert float(told["classifier_by_lot_sd"]) == pytest.approx(stdev([49, 50, 52]), abs=1e-4)
    assert (told["reader_real"], told["exceptions_real"], told["reader_generated"]) == (
        "99.8",
        "2",
        "100",
    )
    assert (told["repeated_real"], told["test_real"], told["repeated_generated"]) == (
        "3",
        "40",
        "0",
    )
    assert (told["real_on_real"], told["restarts"], told["data"]) == ("", "", "real")


def test_the_title_says_what_is_real_and_what_is_generated():
    title = page([row(1)]).splitlines()[0]
    assert title.startswith("# ") and "bAbI tasks v1.2" in title and "GENERATED" in title
    assert "version 1, seed 0" in title and "UNVERIFIED" not in title
    assert "UNVERIFIED" in page([row(1, kind="unverified")]).splitlines()[0]


def test_loud_lines_for_what_is_not_complete():
    text = page([row(3, complete=False)])
    assert (
        "> **Task 3: the real 10k training file is not at hand." in text and "60 questions" in text
    )
    assert "INCOMPLETE: statistics not measured of task 1, 2, 4" in text
    assert "> **" not in page([row(task) for task in ALL_TASKS])


def flagged(text: str) -> list[str]:
    """The cells with a '!', of tables alone."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [cell.strip() for line in rows for cell in line.split("|") if cell.endswith(" ! ")]


def test_cells_outside_their_bars_are_marked():
    alike = describe(stories(30, seed=1))
    within = row(1, real=alike, generated=alike)
    assert flagged(page([within])) == []
    shorter = describe([Story(s.statements, s.questions[:1]) for s in stories(30, seed=1)])
    assert "5.00 (5); 4.00 (4); −20.0 % !" in flagged(page([row(1, real=alike, generated=shorter)]))
    told = {"accuracy": 0.56, "by_lot": [0.5, 0.51], "questions": 60}
    assert flagged(page([within | {"classifier": told}])) == ["56.0 !"]
    reader = {
        "real": within["reader"]["real"],
        "generated": {"questions": 100, "right": 99, "exceptions": ["x:1"]},
    }
    assert flagged(page([within | {"reader": reader}])) == ["99.00 !"]
    other = describe(stories(30, seed=1, verbs=("went", "flew")))
    assert "only real: ran; only generated: flew !" in flagged(
        page([row(1, real=alike, generated=other)])
    )


def test_errors_off_by_more_than_the_bars_are_marked():
    real = {task: [2.0] for task in ALL_TASKS}
    near = real | {1: [10.0]}
    far = {task: [4.5] for task in ALL_TASKS} | {1: [10.1]}
    text = page([], {"real_on_real": real, "generated_on_real": near, "real_on_generated": far})
    assert flagged(text) == ["10.1 !", "4.8 !"]


def test_exceptions_are_named_by_file_and_line():
    assert "2 of 1000 (en/qa1.txt:3, :27)" in page([row(1)])


def test_not_run_is_said():
    assert "Not run." in page([row(1)])
    text = page([], {"real_on_real": {1: [1.0]}}, facts=[("Trainer", "version_2")])
    assert r"- Trainer: version\_2" in text
    assert "## Statistics" not in text and "INCOMPLETE" in text


def test_stored_text_cannot_become_markup():
    text = page([row(1, versions={"numpy": "<b>|`*"}, commit="a|b")])
    assert "<b>" not in text and r"a\|b" in text


def test_provenance_is_told():
    text = page([row(1), row(2, commit="fedcba987654")])
    assert "0123456789ab, fedcba987654" in text and "numpy 2, python 3" in text
    assert "abababababab…" in text and "cdcdcdcdcdcd…" in text
    assert re.search(r"Real files: 2, SHA-256 [0-9a-f]{12}… ", text)


def test_the_same_bytes_in_any_order():
    rows = [row(task) for task in (4, 1, 9)]
    trained = {"real_on_real": {2: [1.0, 2.0], 1: [0.5]}}
    first = comparison_files(rows, trained)
    again = comparison_files(reversed(rows), {"real_on_real": {1: [0.5], 2: [1.0, 2.0]}})
    assert first == again and set(first) == {CSV, PAGE}


def test_nothing_gives_nothing():
    assert comparison_files([], {"real_on_real": {1: []}}) == {}


def test_a_misspelt_training_is_refused():
    with pytest.raises(ValueError, match="real_on_reel is none of real_on_real"):
        comparison_files([row(1)], {"real_on_reel": {1: [1.0]}})
