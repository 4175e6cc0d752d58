"""Searches of settings on a page: the file's own lines."""

from types import SimpleNamespace

import pytest

from bench.core.errors import BenchError
from bench.tables import searches

RESULT = SimpleNamespace(
    experiment=SimpleNamespace(searches=("methods/m/search.csv",)),
    subject=SimpleNamespace(noun="task"),
)


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(searches, "ROOT", tmp_path)
    path = tmp_path / "methods" / "m" / "search.csv"
    path.parent.mkdir(parents=True)
    return path


def test_every_line_is_shown_as_it_is(file):
    file.write_text("dim,rate,mean,1,2\n50,0.01,0.6,0.2,1.0\n100,0.01,0.3,0.0,0.6\n")
    (grid,) = searches.grids(RESULT)
    assert grid.title == "Search of settings: m" and "methods/m/search.csv" in grid.text
    assert grid.head == ("dim", "rate", "mean", "1", "2") and grid.labels == 2
    assert grid.rows == (("50", "0.01", "0.6", "0.2", "1.0"), ("100", "0.01", "0.3", "0.0", "0.6"))


@pytest.mark.parametrize("text", [None, "", "dim,rate\n50,0.01\n"])
def test_what_is_no_search_is_named(file, text):
    if text is not None:
        file.write_text(text)
    with pytest.raises(BenchError, match="methods/m/search.csv: is no table of a search"):
        searches.grids(RESULT)
