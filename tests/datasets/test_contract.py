"""What every data set owes the spine (`bench.core.dataset`), of all that are found."""

import argparse
import importlib
import pkgutil
import re

import pytest

import bench.datasets
from bench.core import kinds
from bench.core.dataset import Wish
from bench.core.errors import BenchError

PACKAGES = [
    importlib.import_module(f"bench.datasets.{module.name}")
    for module in pkgutil.iter_modules(bench.datasets.__path__)
    if module.ispkg
]
DATASETS = [dataset for package in PACKAGES for dataset in package.DATASETS]
COMMANDS = [command for package in PACKAGES for command in getattr(package, "COMMANDS", ())]

every_dataset = pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)


def test_names_are_distinct():
    names = [dataset.name for dataset in DATASETS]
    assert names and len(set(names)) == len(names)


@every_dataset
def test_a_data_set_says_what_it_is(dataset):
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", dataset.name)
    assert dataset.reads.__module__.startswith("bench.examples.")
    units = list(dataset.units)
    assert units and len(set(units)) == len(units)
    assert set(dataset.few) <= set(units) and dataset.few
    assert all(isinstance(dataset.titles[unit], str) for unit in units)
    labels = [dataset.label([unit]) for unit in units] + [dataset.label(units)]
    assert len(set(labels)) == (len(units) + 1 if len(units) > 1 else 1)
    assert all(re.fullmatch(r"\w[\w-]*", label) for label in labels)
    metric = dataset.metric
    assert re.fullmatch(r"[a-z][a-z_0-9]*", metric.name) and metric.better in ("lower", "higher")
    assert metric.most is None or metric.least < metric.most
    assert {summary.figure for summary in dataset.summaries} <= {"mean", "above"}
    assert not {summary.key for summary in dataset.summaries} & set(units)
    assert dataset.questions >= 0 and dataset.compares in (True, False)
    assert dataset.own == dataset.name.startswith("world")


@every_dataset
def test_what_is_known_needs_no_files(dataset, monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    known = dataset.known()
    assert known.kind in kinds.TRUST and set(known.files) <= set(dataset.units)
    for unit in dataset.units:
        files = known.files.get(unit, {})
        assert known.has(unit) == bool(files)
        assert all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in files.values())
    joined = {name for files in known.files.values() for name in files}
    assert bool(known.completion) == any(name.startswith(kinds.COMPLETION) for name in joined)
    assert not (tmp_path / "cache").exists()


@every_dataset
def test_what_cannot_be_had_is_one_line(dataset, monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    told: list[str] = []
    for units, folder in ((["no unit"], None), (dataset.few, tmp_path / "nowhere")):
        with pytest.raises(BenchError) as caught:
            dataset.find(units, Wish(folder=folder, offline=True, say=told.append))
        assert "\n" not in str(caught.value) and str(units[0] if folder is None else folder) in str(
            caught.value
        )
    assert told == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_command_declares_itself(command):
    commands = argparse.ArgumentParser().add_subparsers()
    parser = command.add(commands)
    assert list(commands.choices.values()) == [parser]
    assert callable(command.run)
