"""The searches that chose an experiment's settings (`bench.train.search`), line by line."""

from __future__ import annotations

import csv
from pathlib import PurePosixPath

from bench.core.errors import BenchError
from bench.core.provenance import ROOT
from bench.tables.gather import ExperimentResult
from bench.tables.grid import Grid
from bench.tables.numbers import plural

_TEXT = (
    "{path}: a line a setting that was tried, and its error in % on training questions held out, "
    "the mean over the {many} and of each, of restarts of its own. No test question was read."
)


def grids(result: ExperimentResult) -> list[Grid]:
    """A table a search.

    Raises:
        BenchError: its file can't be read, or is no search's.
    """
    return [_grid(path, result) for path in result.experiment.searches]


def _grid(path: str, result: ExperimentResult) -> Grid:
    try:
        head, *lines = csv.reader((ROOT / path).read_text(encoding="utf-8").splitlines())
        labels = head.index("mean")
    except (OSError, ValueError) as error:
        raise BenchError(f"{path}: is no table of a search ({error}); search again") from None
    text = _TEXT.format(path=path, many=plural(result.subject.noun))
    title = f"Search of settings: {PurePosixPath(path).parent.name}"
    return Grid(title, text, tuple(head), tuple(map(tuple, lines)), labels=labels)
