"""A new data set and a new method: a folder each, an experiment, and nothing else is touched.

The toy data set has two coins, the toy method guesses the side that it saw more often. The test
takes them through the run to the page, as a user would who wrote them.
"""

from __future__ import annotations

import importlib
import json
import statistics
import sys
from pathlib import Path

import pytest

from bench import cli
from bench.core import devices, provenance, registry
from bench.core.profiles import PROFILES

DATASET = '''
"""Coins: tosses of two coins, from a file each."""

import hashlib
from pathlib import Path

from bench.core.dataset import AtHand, Metric, Summary

FOLDER = Path(__file__).with_name("files")


class Found:
    root = FOLDER

    def __init__(self, units):
        sums = {u: hashlib.sha256((FOLDER / f"{u}.txt").read_bytes()).hexdigest() for u in units}
        self.at_hand = AtHand("real", {u: {f"coins/{u}.txt": h} for u, h in sums.items()})

    def read(self, unit, split):
        tosses = list((FOLDER / f"{unit}.txt").read_text().strip())
        half = len(tosses) // 2
        return tosses[:half] if split == "train" else tosses[half:]


class Coins:
    name = "coins"
    reads = list
    units = ("penny", "dime")
    titles = {"penny": "one cent", "dime": "ten cents"}
    noun = "coin"
    few = ("penny",)
    metric = Metric("test_error", "test error", "%", "lower", 0.0, 100.0)
    summaries = (Summary("mean", "Mean error (%)", "mean"),)
    questions = 0
    compares = False
    own = False

    def label(self, units):
        return "-".join(units)

    def find(self, units, wish):
        return Found(units)

    def known(self):
        return Found(self.units).at_hand

    def whole(self, found):
        return self.known()


DATASETS = (Coins(),)
'''

METHOD = '''
"""Guess the side seen more often, in a sample of tosses."""

import dataclasses
import random
from dataclasses import dataclass

from bench.core.column import Column
from bench.core.method import Outcome, Rule, Work, unwatched
from bench.core.rows import count, map_of, percent


@dataclass(frozen=True, kw_only=True)
class Guess(Column):
    sample: int = 5
    method = "guess"

    @property
    def marks(self):
        return (f"of{self.sample}",)

    def capped(self, epochs):
        return self


class Trainer:
    def __init__(self, column, prepared):
        self.column, self.prepared = column, prepared

    def train(self, seeds, *, saved=(), stop=lambda: False, tick=unwatched):
        return [self._one(seed) for seed in seeds]

    def _one(self, seed):
        wrong, seen = {}, []
        for unit, split in self.prepared.items():
            train, test = split["train"], split["test"]
            seen = random.Random(seed).choices(train, k=self.column.sample)
            guess = max("HT", key=seen.count)
            wrong[unit] = 100.0 * sum(side != guess for side in test) / len(test)
        share = 100.0 * seen.count("H") / len(seen)
        row = {"diverged": None, "tosses": self.column.sample, "heads": share, "wrong": wrong}
        return Outcome(seed, row, 0.0, 1, {})


class Method:
    name = "guess"
    version = 1
    rounding = 1
    spec = Guess
    reads = list
    splits = ("train", "test")
    fields = {
        "diverged": (lambda value: value is None, "null"),
        "tosses": (count, "a count"),
        "heads": (percent, "a percentage"),
        "wrong": (map_of(percent), "percentages by unit"),
    }
    metrics = {"test_error": "wrong"}
    asides = {"share of heads (%)": lambda row: row["heads"], "never": lambda row: None}
    rules = {"heads": Rule(("heads",), "train", "the share of heads", "share of heads")}

    def early(self, row):
        return row["heads"]

    def needs(self, column):
        return ()

    def prepare(self, column, parts):
        return parts

    def work(self, column, prepared):
        return Work(0.1, 1)

    def trainer(self, column, prepared, devices, stream):
        return Trainer(column, prepared)

    def place(self, saved, seeds):
        return None

    def save_model(self, path, run, outcome, prepared):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


METHOD = Method()
'''

EXPERIMENT = '''
"""Coins: which sample is enough?"""

from bench.core.experiment import Experiment
from bench.methods.guess import Guess

EXPERIMENT = Experiment(
    id="coins",
    title="Coins, guessed",
    dataset="coins",
    printed=False,
    figure="columns",
    columns=(
        Guess(id="of5", title="five tosses", restarts=5, selection="heads"),
        Guess(id="of1", title="one toss", sample=1, restarts=5, selection="heads", against="of5"),
    ),
)
'''


@pytest.fixture
def house(tmp_path, monkeypatch):
    """The suite with one more data set, method and experiment, in a folder of the test's."""
    for part, name, text in (("datasets", "coins", DATASET), ("methods", "guess", METHOD)):
        folder = tmp_path / part / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(text)
        package = importlib.import_module(f"bench.{part}")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path / part)])
    files = tmp_path / "datasets" / "coins" / "files"
    files.mkdir()
    (files / "penny.txt").write_text("HHTHHHTHHH" * 4)
    (files / "dime.txt").write_text("HT" * 20)
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "coins.py").write_text(EXPERIMENT)
    monkeypatch.setattr(registry, "FOLDER", tmp_path / "experiments")
    _forget()
    yield tmp_path
    monkeypatch.undo()
    for name in ("bench.datasets.coins", "bench.methods.guess"):
        sys.modules.pop(name, None)
    _forget()


def _forget() -> None:
    for found in (registry.datasets, registry.methods, registry.studies):
        found.cache_clear()


def test_a_folder_each_and_ten_lines_give_a_page(house, capsys):
    results = house / "results"
    arguments = ["run", "--profile", "paper", "--only", "coins", "--results", str(results)]
    assert cli.main(arguments) == 0, capsys.readouterr().err
    printed = capsys.readouterr().out
    assert "Coins, guessed" in printed and "five tosses" in printed
    rows = [
        json.loads(line)
        for path in (results / "store").glob("coins_penny_guess-of5_*.jsonl")
        for line in path.read_text().splitlines()[1:]
    ]
    assert [row["seed"] for row in rows] == [0, 1, 2, 3, 4]  # a whole chunk
    page = (results / "coins.md").read_text()
    for said in ("Coins, guessed", "one cent", "ten cents", "Mean error", "share of heads"):
        assert said in page, said
    table = (results / "coins.csv").read_text().splitlines()
    assert table[0].startswith("column,task,ours,paper,mean,sd,restarts,data")
    cells = {tuple(line.split(",")[:2]): line.split(",") for line in table[1:]}
    errors = [row["wrong"]["penny"] for row in rows]
    assert float(cells["of5", "penny"][4]) == pytest.approx(sum(errors) / 5, abs=1e-4)
    aside = page.partition("## Beside the error")[2].partition("\n## ")[0]
    heads = [row["heads"] for row in rows]
    told = f"{statistics.mean(heads):.2f} ± {statistics.stdev(heads):.2f}"
    assert "Share of heads (%)" in aside and f"| {told} |" in aside and "Never" not in aside
    chosen = min(rows, key=lambda row: (row["heads"], row["seed"]))
    assert float(cells["of5", "penny"][2]) == pytest.approx(chosen["wrong"]["penny"], abs=1e-4)
    assert (results / "coins.png").read_bytes().startswith(b"\x89PNG")
    assert "Coins, guessed" in (results / "index.html").read_text()
    assert cli.main(arguments) == 0  # everything is there: nothing is trained again
    assert "4 of 4 groups are already" in capsys.readouterr().err
    assert cli.main(["run", "--list"]) == 0
    assert "five tosses" in capsys.readouterr().out


def test_machines_can_share_a_column_by_its_seeds(house, capsys):
    ours, theirs = house / "results" / "paper", house / "theirs"
    experiment = registry.experiments()["coins"]

    def run(results, *seeds):
        asked = ["--profile", "paper", "--columns", "of5", "--units", "dime", "--seeds", *seeds]
        assert cli.run_experiment(experiment, [*asked, "--results", str(results)]) == 0
        return capsys.readouterr().err

    def stored(results):
        (file,) = (results / "store").glob("coins_dime_guess-of5_*.jsonl")
        return [json.loads(line)["seed"] for line in file.read_text().splitlines()[1:]]

    assert "seeds 5, 6, 8, 9: trained, too, in the same programs" in run(theirs, "7")
    assert stored(theirs) == [5, 6, 7, 8, 9]  # a whole program's, and not those before them
    assert "trained, too" not in run(ours, *"01234")
    assert cli.main(["merge", str(theirs), "--into", str(ours)]) == 0
    assert "of5_" in (told := capsys.readouterr().out) and ": seeds 5, 6, 7, 8, 9" in told
    assert "5 restarts added" in told
    assert stored(ours) == list(range(10))
    assert "1 of 1 groups are already" in run(ours, "0", "9")
    assert cli.main(["merge", str(house), "--into", str(ours)]) == 2
    assert "has no folder 'store'" in capsys.readouterr().err


def test_models_are_kept_of_the_seeds_that_were_asked_for(house):
    results = house / "results"
    asked = ["--profile", "paper", "--columns", "of5", "--units", "dime", "--results", str(results)]
    experiment = registry.experiments()["coins"]
    assert cli.run_experiment(experiment, [*asked, "--save-models", "--seeds", "7"]) == 0
    assert len(list((results / "models").iterdir())) == 5  # those of its program
    (file,) = (results / "store").glob("coins_dime_guess-of5_*.jsonl")
    assert len(file.read_text().splitlines()) == 6


def test_stored_restarts_without_a_model_are_trained_again_for_it_and_that_is_said(house, capsys):
    results = house / "results"
    arguments = ["run", "--profile", "paper", "--only", "coins", "--results", str(results)]
    assert cli.main(arguments) == 0
    before = {path: path.read_bytes() for path in (results / "store").glob("coins_*")}
    assert "trained again" not in capsys.readouterr().err
    assert cli.main([*arguments, "--save-models"]) == 0
    said = "20 stored restarts have no saved model: they are trained again for it"
    assert said in capsys.readouterr().err
    assert {path: path.read_bytes() for path in before} == before
    assert cli.main([*arguments, "--save-models"]) == 0
    assert "trained again" not in capsys.readouterr().err


def test_a_data_set_may_show_what_is_left_of_what_methods_measure(house, capsys):
    """Of coins that are known by their hits, the page has 100 less each error, and more is
    better."""
    code = house / "datasets" / "coins" / "__init__.py"
    errors = 'Metric("test_error", "test error", "%", "lower", 0.0, 100.0)'
    hits = 'Metric("hits", "test hits", "%", "higher", 0.0, 100.0, complement="test_error")'
    text = code.read_text()
    assert errors in text
    code.write_text(text.replace(errors, hits))
    results = house / "results"
    arguments = ["run", "--profile", "paper", "--only", "coins", "--results", str(results)]
    assert cli.main(arguments) == 0, capsys.readouterr().err
    (stored,) = (results / "store").glob("coins_penny_guess-of5_*.jsonl")
    rows = [json.loads(line) for line in stored.read_text().splitlines()[1:]]
    lines = [line.split(",") for line in (results / "coins.csv").read_text().splitlines()]
    (cell,) = (line for line in lines if line[:2] == ["of5", "penny"])
    assert float(cell[4]) == pytest.approx(100 - sum(row["wrong"]["penny"] for row in rows) / 5)
    assert "Test hits" in (results / "coins.md").read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "the row agrees to the last digit"),
        ({"wrong": {"penny": 1.0}}, "trained again differs: wrong {'penny': 1.0} -> "),
        ({"heads": 12.5}, "trained again differs: heads 12.5 -> "),
        ({"device": "another"}, "the row agrees within the tolerance across machines"),
        ({"device": "another", "heads": 1.0}, "differs: early training loss 1.0 -> "),
        ({"rounding": 2}, "the row agrees within the tolerance across machines"),
        ({"rounding": 2, "heads": 1.0}, "differs: early training loss 1.0 -> "),
    ],
)
def test_a_row_that_training_does_not_give_is_found(house, monkeypatch, capsys, change, said):
    results = house / "results" / "paper"
    arguments = ["run", "--profile", "paper", "--only", "coins", "--results", str(results)]
    with devices.one_core():
        assert cli.main(arguments) == 0
    kept = next((results / "store").glob("coins_penny_guess-of5_*.jsonl"))
    for path in (results / "store").glob("*.jsonl"):
        head, *rows = path.read_text().splitlines()
        rows = [json.dumps(json.loads(row) | change) for row in rows]
        path.write_text("\n".join([head, *rows]) + "\n" if path == kept else head + "\n")
    monkeypatch.setattr(provenance, "ROOT", house)
    failed = cli.main(["verify", "--pick", "3"])
    told = capsys.readouterr()
    assert said in (told.err if failed else told.out)
    assert bool(failed) == ("differs" in said)


def test_the_contracts_hold_for_what_is_found(house):
    _contracts()


def test_the_contracts_hold():
    _contracts()


def _contracts() -> None:
    for name, data in registry.datasets().items():
        assert data.name == name and data.units and len(set(data.units)) == len(data.units)
        assert set(data.few) <= set(data.units) and set(data.titles) == set(data.units)
        assert data.metric.better in ("lower", "higher")
        assert not data.metric.complement or data.metric.most is not None
        assert {s.figure for s in data.summaries} <= {"mean", "above"}
        known = data.known()
        assert set(known.files) <= set(data.units)
        assert all(hashes for hashes in known.files.values())
        assert len(data.units) == 1 or data.label(data.units[:1]) != data.label(data.units[1:2])
    for name, method in registry.methods().items():
        assert method.name == name == method.spec.method
        assert "diverged" in method.fields and method.version >= 1
        assert (
            {"train", "test"} <= set(method.splits)
            and method.rules
            and set(method.metrics.values()) <= set(method.fields)
        )
        for rule in method.rules.values():
            assert set(rule.fields) <= set(method.fields) and rule.split in ("train", "valid")
            assert not any("test" in field for field in rule.fields)
    for name, study in registry.studies().items():
        assert study.name == name and study.title and study.how
        assert study.files(Path("nowhere"), PROFILES["smoke"], None) == {}
