"""Every declared table, run or not; and tables of made-up data sets and methods that fill the
layouts 'rows', 'keys' and the learning curve without a word about them in `bench.tables`."""

from __future__ import annotations

import csv
import dataclasses
import statistics
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from report_helpers import PAPER, gathered, result, table

from bench.core import registry
from bench.core.column import Column, NotYet
from bench.core.dataset import AtHand, Metric
from bench.core.errors import BenchError
from bench.core.method import Rule
from bench.core.rows import map_of, number
from bench.core.runs import expand
from bench.core.store import Store
from bench.tables import curve_plot, printed, report
from bench.tables.frame import read
from bench.tables.markdown import markdown
from bench.tables.numbers import decimals
from bench.tables.page import grids, page
from bench.tables.readme import BEGIN, END

KNOWN = registry.experiments()
SETTINGS = ("d1_actor_without_before", "d1_actor", "d1_actor_object", "d5_actor", "d5_actor_object")


class World:
    """A data set of shares of right answers, in the settings of W14 Table 3."""

    reads = list
    noun = "setting"
    metric = Metric("accuracy", "test accuracy", "%", "higher", 0.0, 100.0)
    summaries = ()
    questions = 1000
    compares = False
    own = False

    def __init__(self, name: str, units: tuple[str, ...]):
        self.name, self.units, self.few = name, units, units[:1]
        self.titles = {unit: unit.replace("_", " ") for unit in units}

    def label(self, units):
        return "-".join(units)

    def known(self) -> AtHand:
        return AtHand("real", {unit: {f"{unit}.txt": "ab" * 32} for unit in self.units})


@dataclass(frozen=True, kw_only=True)
class Guess(Column):
    hops: int = 1
    method = "guess"

    @property
    def marks(self):
        return (f"{self.hops}hop",)

    def capped(self, epochs):
        return self


class Method:
    name = "guess"
    version = 1
    rounding = 1
    spec = Guess
    reads = list
    fields = {
        name: (check, "right")
        for name, check in {
            "diverged": lambda value: value is None, "loss": number,
            **dict.fromkeys(("right", "valid", "test"), map_of(number)),
        }.items()
    }  # fmt: skip
    metrics = {"accuracy": "right", "valid_ppl": "valid", "test_ppl": "test"}
    asides: dict = {}
    rules = {"least": Rule(("loss",), "valid", "the last epoch's", "validation loss")}


@pytest.fixture
def toys(monkeypatch):
    data = {"world": World("world", SETTINGS), "ptb": World("ptb", ("ptb",))}
    monkeypatch.setattr(registry, "datasets", lambda: data)
    monkeypatch.setattr(registry, "methods", lambda: {"guess": Method()})
    monkeypatch.setattr(registry, "studies", dict)


def trained(experiment, *columns: Column):
    """The experiment with these columns in the place of those of the same ids, and no others."""
    by_id = {column.id: column for column in columns}
    those = tuple(
        by_id.get(c.id) or NotYet(id=c.id, title=c.title, why="not in this test")
        for c in experiment.columns
    )
    return dataclasses.replace(experiment, columns=those, quick=())


def fill(folder: Path, experiment, seeds: int, value) -> None:
    """Rows whose restart with the least loss is the last; ``value(metric, unit, column, seed)``."""
    store = Store(folder / "store")
    for column in experiment.runnable():
        name = experiment.dataset_of(column)
        data = registry.dataset(name)
        for group in expand(column, name, data.units, data.known()):
            store.add(group, [
                {
                    "id": group.run_id(seed), "seed": seed, "lanes": 1, "diverged": None,
                    "loss": float(-seed),
                    **{
                        field: {unit: value(metric, unit, column, seed) for unit in group.units}
                        for metric, field in Method.metrics.items()
                    },
                    "seconds": 1.0, "kind": "real", "device": "cpu", "commit": "ab",
                    "versions": {"jax": "0"},
                }
                for seed in range(seeds)
            ])  # fmt: skip


@pytest.mark.parametrize("experiment", KNOWN.values(), ids=lambda e: e.id)
def test_every_declared_table_has_its_files_with_nothing_run(experiment, tmp_path):
    """The paper's numbers are all there, as printed; no column is dropped."""
    if experiment.study:
        return
    made = gathered(tmp_path, {}, of=experiment)
    files = made.files()
    assert {f"{experiment.id}.csv", f"{experiment.id}.md", "index.html"} <= set(files)
    assert f"{experiment.id}.png" not in files
    text = files[f"{experiment.id}.md"].decode()
    assert ("NOT YET RUNNABLE" in text) == (not experiment.runnable())
    for column in experiment.columns:
        if isinstance(column, NotYet):
            assert column.why in text
    if not experiment.printed:
        return
    text = (printed.FOLDER / f"{experiment.id}.csv").read_text()
    lines = list(csv.DictReader(text.splitlines()))
    ours = list(csv.DictReader(files[f"{experiment.id}.csv"].decode().splitlines()))
    ids = [column.id for column in experiment.columns]
    keys = list(lines[0])
    if experiment.layout == "keys":
        assert [{name: line[name] for name in keys} for line in ours] == lines
    elif experiment.layout == "rows":
        theirs = [value for line in lines for value in list(line.values())[1:]]
        assert [line["paper"] for line in ours] == theirs
    else:
        assert [line["paper"] for line in ours] == [line[name] for name in ids for line in lines]
    assert not any(line.get("ours") for line in ours)
    told = report.readme(f"{BEGIN}\n{END}\n", made)
    state = "not run" if experiment.runnable() else "not yet runnable"
    assert f"<b>{state}</b>" in told
    numbers = [line["paper"] for line in ours] if "paper" in ours[0] else [lines[-1][keys[-1]]]
    assert all(f"({number})" in told for number in numbers)


CONTRACT = {
    "cells": "column,task,ours,paper,mean,sd,restarts,data",
    "rows": "method,setting,ours,paper,mean,sd,restarts,data",
    "e2e_table2_lm": (
        "corpus,model,hidden,hops,memory,valid_ppl,test_ppl,valid_ppl_ours,test_ppl_ours,"
        "restarts,data"
    ),
    "memnn_table1_large_scale_qa": "method,f1,f1_ours,restarts,data",
    "memnn_table2_hashing": (
        "method,embedding_f1,embedding_bow_f1,candidates,speedup,embedding_f1_ours,"
        "embedding_bow_f1_ours,candidates_ours,speedup_ours,restarts,data"
    ),
}


@pytest.mark.parametrize("experiment", KNOWN.values(), ids=lambda e: e.id)
def test_csvs_keep_their_contract(experiment):
    path = report.__file__ and Path(report.__file__).parents[2] / "results" / "paper"
    if not experiment.study:
        head = (path / f"{experiment.id}.csv").read_text().partition("\n")[0]
        wanted = CONTRACT.get(experiment.id) or CONTRACT[experiment.layout]
        assert head.startswith(wanted)


def test_a_page_says_of_which_data_set_files_are_not_at_hand(tmp_path):
    there = {"ptb": registry.dataset("ptb").known(), "text8": AtHand("real", {})}
    made = gathered(tmp_path, there, of=KNOWN["e2e_table2_lm"])
    assert "files are not at hand: text of text8." in made.files()["e2e_table2_lm.md"].decode()


def test_a_method_on_the_world_fills_rows(tmp_path, toys):
    """Methods as lines, settings as fields, and greater is better."""
    experiment = trained(
        KNOWN["memnn_table3_simulation"],
        Guess(id="rnn", title="RNN", restarts=10),
        Guess(id="memnn_k1", title="MemNN", hops=2, restarts=10),
    )
    spread = {"rnn": 10.0, "memnn_k1": 60.0}
    fill(tmp_path, experiment, 30, lambda m, u, c, seed: spread[c.id] + seed / 10)
    lines = table(tmp_path, {}, of=experiment)
    assert set(lines) == {(c.id, s) for c in experiment.columns for s in SETTINGS}
    one = lines["rnn", "d1_actor"]
    # of 30 restarts the best of 10 drawn has on average the place 10 * 31 / 11, the last is best
    expected = 10 + (10 * 31 / 11 - 1) / 10
    told = [one[name] for name in ("ours", "paper", "restarts", "data")]
    assert told == [f"{expected:.4f}", "60.9", "30", "real"]
    assert float(one["mean"]) == pytest.approx(statistics.fmean(10 + s / 10 for s in range(30)))
    assert lines["lstm", "d1_actor"]["ours"] == ""
    found = result(tmp_path, {}, of=experiment)
    verdicts = {c.column.id: c.cells.verdict["d1_actor"] for c in found.ran}
    assert verdicts == {"rnn": "worse", "memnn_k1": "better"}  # the paper has 60.9 and 31.0
    text = markdown(page(found, ["x.csv"], False))
    assert "above 0 is better than the paper" in text
    assert "the lowest validation loss" in text and "(1000 a setting in the real data)" in text
    assert "| Method | d1 actor without before | d1 actor |" in text
    assert "| RNN | 12.7 (100.0) | 12.7 (60.9) |" in text
    assert "| LSTM¹ | – (100.0) |" in text
    assert report.console(gathered(tmp_path, {}, of=experiment), [experiment.id]).count("5/5") == 2


def test_a_learning_curve_shows_ours_and_the_papers(tmp_path, toys):
    sizes = (100, 500, 1000, 3000)
    experiment = trained(
        KNOWN["memnn_table4_learning_curve"],
        *(Guess(id=str(n), title=str(n), hops=n, restarts=2) for n in sizes[:3]),
    )
    experiment = dataclasses.replace(
        experiment, units=("d1_actor", "d1_actor_object", "d5_actor", "d5_actor_object")
    )
    fill(tmp_path, experiment, 2, lambda m, u, c, seed: 90 + seed + c.hops / 1000)
    found = result(tmp_path, {}, of=experiment)
    axis = curve_plot.curve(found).axes[0]
    drawn = [list(line.get_ydata()) for line in axis.lines if list(line.get_xdata()) == list(sizes)]
    assert [73.8, 99.9, 99.9, 100.0] in drawn  # d1_actor, as printed
    ours = [line for line in drawn if line[0] == pytest.approx(91.1)]
    assert len(ours) == 4 and pd.isna(ours[0][3])  # 3000 was not trained
    assert table(tmp_path, {}, of=experiment)["500", "d5_actor"]["ours"] == "91.5"


def test_a_language_model_fills_keys_with_its_metrics(tmp_path, toys):
    name = "ptb-memn2n-150-6-100"
    experiment = trained(KNOWN["e2e_table2_lm"], Guess(id=name, title="MemN2N", restarts=3))
    per = {"valid_ppl": 122.0, "test_ppl": 115.0, "accuracy": 1.0}
    fill(tmp_path, experiment, 3, lambda metric, u, c, seed: per[metric] + seed)
    made = gathered(tmp_path, {}, of=experiment)
    lines = list(csv.DictReader(made.files()["e2e_table2_lm.csv"].decode().splitlines()))
    (ran,) = [line for line in lines if line["restarts"]]
    assert [ran[n] for n in experiment.keys] == ["ptb", "memn2n", "150", "6", "100"]
    assert (ran["valid_ppl_ours"], ran["test_ppl_ours"]) == ("124", "117")
    assert (ran["restarts"], ran["data"]) == ("3", "real")
    first = markdown(page(made.experiments[0], ["x.csv"], False))
    assert "| ptb | memn2n | 150 | 6 | 100 | 124 (122) | 117 (115) |" in first
    assert "Verdicts" not in first
    told = report.console(made, ["e2e_table2_lm"])
    assert "valid_ppl" in told and "124" in told
    assert "| ptb | memn2n | 150 | 6 | 100 | 124 (122) |" in report.readme(BEGIN + END, made)


def test_numbers_have_the_decimals_that_the_paper_prints():
    assert [decimals(text) for text in ("0.72", "133", "99.9", "14000000", "99.95")] == [
        2,
        0,
        1,
        0,
        2,
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("memnn_table3_simulation", "rnn,100.0", "rnn,x", ":2: field 'd1_actor_without_before'"),
        ("memnn_table3_simulation", "rnn,", "rmm,", "field 'method' has no row 'rnn'"),
        ("memnn_table3_simulation", "lstm,", "rnn,", ":3: field 'method' is unknown or there"),
        ("memnn_table5_sentence_level", ",17.0", "", ":2: field .* is missing"),
        ("e2e_table2_lm", "ptb,rnn,300,,,133", "ptb,rnn,300,,,inf", ":2: field 'valid_ppl'"),
        ("e2e_table2_lm", "hidden,hops", "hidden,hopps", ":1: field 'hops'"),
        ("e2e_table2_lm", "ptb,rnn,300", "ptb,rnn,301", "field 'corpus' has no row 'ptb-rnn-300'"),
        ("memnn_table2_hashing", "embedding_bow_f1", "embedding_f1", ":1: field 'embedding_f1'"),
        ("memnn_table6_multiword", "68.83", "-1", ":2: field 'memnn_igo_features'"),
    ],
)  # fmt: skip
def test_damaged_numbers_are_told_by_line_and_field(tmp_path, monkeypatch, name, old, new, says):
    text = (printed.FOLDER / f"{name}.csv").read_text()
    assert old in text
    (tmp_path / f"{name}.csv").write_text(text.replace(old, new, 1))
    monkeypatch.setattr(printed, "FOLDER", tmp_path)
    with pytest.raises(BenchError, match=f"{name}.csv{'.*' * (says[0] != ':')}{says}.*restore"):
        printed.read(KNOWN[name])


def test_a_number_that_a_method_lacks_is_told(tmp_path, toys):
    experiment = trained(KNOWN["e2e_table2_lm"], Guess(id="ptb-rnn-300", title="RNN", restarts=1))
    fill(tmp_path, experiment, 1, lambda metric, unit, column, seed: 1.0)
    (path,) = (tmp_path / "store").glob("*.jsonl")
    path.write_text(path.read_text().replace('"valid":{"ptb":1.0}', '"valid":{"other":1.0}'))
    with pytest.raises(BenchError, match=r"jsonl:2: .*'valid' without a number for 'ptb'.*restore"):
        gathered(tmp_path, {}, of=experiment)


def test_every_metric_is_in_the_frame(tmp_path, toys):
    experiment = trained(KNOWN["e2e_table2_lm"], Guess(id="ptb-rnn-300", title="RNN", restarts=2))
    fill(tmp_path, experiment, 2, lambda metric, unit, column, seed: 7.0 + seed)
    frame = read(Store(tmp_path / "store"))
    assert len(frame) == 2 * len(Method.metrics)
    tidy = frame.set_index(["metric", "unit", "seed"]).value
    assert tidy.index.is_unique and tidy["test_ppl", "ptb", 1] == 8.0
    assert grids(result(tmp_path, {}, of=experiment, budget=PAPER))[0].labels == 5
