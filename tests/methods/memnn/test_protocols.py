"""The settings of W15's model are those that the committed search found."""

import csv
from pathlib import Path

import pytest

from bench.methods import memnn
from bench.methods.memnn import protocols
from bench.methods.memnn.protocols import AS_GOOD, SEARCHES, supervised

SEARCH = SEARCHES["babi-1k"]
PATH = Path(memnn.__file__).with_name("search_babi.csv")
LINES = list(csv.DictReader(PATH.read_text().splitlines()))


def cost(line):
    """Products of a training, up to a factor."""
    return int(line["epochs"]) * int(line["dim"])


def line_of(setting):
    column = supervised(id="x", title="x", **setting)
    told = {name: str(getattr(column, name)) for name in setting}
    (line,) = [line for line in LINES if told.items() <= line.items()]
    return line


def test_the_table_has_every_setting_of_the_search_and_their_means():
    assert len(LINES) == len(SEARCH.settings)
    for setting in SEARCH.settings:
        line = line_of(setting)
        mean = sum(float(line[unit]) for unit in SEARCH.units) / len(SEARCH.units)
        assert float(line["mean"]) == pytest.approx(mean, abs=0.11)


def test_the_column_has_the_cheapest_setting_of_those_as_good_as_the_best():
    best = min(float(line["mean"]) for line in LINES)
    good = [line for line in LINES if float(line["mean"]) <= best + AS_GOOD]
    assert line_of(protocols.BABI) == min(good, key=cost)
