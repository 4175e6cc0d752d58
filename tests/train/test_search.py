"""A search of settings: what it trains on, what it writes, and that it goes on where it stopped."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from bench.core import devices, registry
from bench.core.errors import BenchError
from bench.train import search
from bench.train.search import RESTARTS, STREAM, Search

TRIED = Search("d", ("1", "2"), ({"rate": 0.5, "dim": 3}, {"rate": 0.25, "dim": 4}))


@dataclass
class Column:
    id: str
    title: str
    rate: float
    dim: int
    where: str = "column 'search'"


class Method:
    """Its held-out error is of the rate, the unit and the seed; it counts what it trains."""

    def __init__(self, nothing: bool = False):
        self.trained: list = []
        self.nothing = nothing

    def prepare(self, column, parts):
        ((unit, splits),) = parts.items()
        assert splits == {"train": f"train of {unit}", "test": f"train of {unit}"}
        return unit

    def trainer(self, column, unit, devices, stream):
        assert (devices, stream) == (["device"], STREAM)
        self.trained.append((column.rate, unit))

        def train(seeds):
            errors = [100 * column.rate + 10 * int(unit) + seed for seed in seeds]
            rows = [{"valid_error": None if self.nothing else error} for error in errors]
            return [SimpleNamespace(row=row) for row in rows]

        return SimpleNamespace(train=train)


@pytest.fixture(autouse=True)
def data(monkeypatch):
    def read(unit, split):
        assert split == "train", "no test question is read"
        return f"train of {unit}"

    found = SimpleNamespace(read=read)
    monkeypatch.setattr(
        registry, "dataset", lambda name: SimpleNamespace(find=lambda units, wish: found)
    )
    monkeypatch.setattr(devices, "configure", lambda path: ["device"])


def test_a_line_is_a_setting_and_what_is_there_is_passed_over(tmp_path):
    path, method = tmp_path / "s.csv", Method()
    first = TRIED._replace(settings=TRIED.settings[:1])
    search.search(method, Column, first, path)
    search.search(method, Column, TRIED, path)
    assert method.trained == [(0.5, "1"), (0.5, "2"), (0.25, "1"), (0.25, "2")]
    lines = list(csv.DictReader(path.read_text().splitlines()))
    seeds = sum(range(RESTARTS)) / RESTARTS
    assert [(line["rate"], line["dim"]) for line in lines] == [("0.5", "3"), ("0.25", "4")]
    for line, rate in zip(lines, (0.5, 0.25), strict=True):
        errors = [100 * rate + 10 * unit + seeds for unit in (1, 2)]
        assert [float(line[unit]) for unit in "12"] == errors
        assert float(line["mean"]) == sum(errors) / 2


def test_a_method_that_holds_nothing_out_has_nothing_to_choose_by(tmp_path):
    with pytest.raises(BenchError, match="column 'search': holds no training questions out"):
        search.search(Method(nothing=True), Column, TRIED, tmp_path / "s.csv")
    assert (tmp_path / "s.csv").read_text() == "rate,dim,mean,1,2\n"


def test_a_file_that_cannot_be_written_says_so_before_anything_is_trained(tmp_path):
    method = Method()
    (tmp_path / "file").touch()
    with pytest.raises(BenchError, match="file"):
        search.search(method, Column, TRIED, tmp_path / "file" / "s.csv")
    assert not method.trained


def test_what_makes_no_sense_is_one_line(tmp_path, capsys):
    path = tmp_path / "s.csv"
    searches = {"a": TRIED}
    assert search.main(Method(), Column, searches, "Chooses.", ["b", str(path)]) == 2
    assert "invalid choice: 'b'" in capsys.readouterr().err
    path.write_text("rate,dim,mean,1,3\n0.5,3,1.0,1.0,1.0\n")
    before = path.read_text()
    assert search.main(Method(), Column, searches, "Chooses.", ["a", str(path)]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error: {path}: has not the columns rate,dim,mean,1,2")
    assert path.read_text() == before
    path.unlink()
    assert search.main(Method(), Column, searches, "Chooses.", ["a", str(path)]) == 0
