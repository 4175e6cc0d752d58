"""The settings of a page: none is left out, each as the column has it."""

import json
import re

import pytest
from report_helpers import gathered

from bench.core import registry
from bench.core.column import Column
from bench.core.profiles import PROFILES
from bench.tables import settings
from bench.tables.numbers import FEW


def flat(values, above=""):
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def shown(text):
    """A setting as a page has it, read back."""
    words = {"yes": True, "no": False, "–": None}
    if text in words:
        return words[text]
    return json.loads(text) if re.fullmatch(r"-?[0-9.e-]+", text) else text


@pytest.mark.parametrize("profile", ["paper", "smoke"])
@pytest.mark.parametrize("experiment", registry.experiments().values(), ids=lambda e: e.id)
def test_every_setting_of_every_column_is_shown(experiment, profile, tmp_path):
    if experiment.study:
        return
    budget = PROFILES[profile]
    (result,) = gathered(tmp_path, {}, budget, of=experiment).experiments
    columns = [c for c in budget.columns(experiment) if isinstance(c, Column)]
    grids = settings.grids(result)
    told = {}
    for grid in grids:
        alike = grid.text.removeprefix("All: ").removesuffix(".")
        pairs = [pair.split(" = ") for pair in alike.split("; ")] if alike else []
        assert grid.rows and len(set(grid.head)) == len(grid.head)
        lines = [grid.head, *grid.rows]
        if grid.head[0] == "Column":  # many, a row each
            assert len(grid.rows) > FEW
            lines = list(zip(*lines, strict=True))
        for place, title in enumerate(lines[0][1:], 1):
            told[title] = dict(pairs) | {line[0]: line[place] for line in lines[1:]}
    assert set(told) == {column.title for column in columns}
    for column in columns:
        mine = told[column.title]
        assert mine.pop("data") == experiment.dataset_of(column)
        expected = dict(flat(budget.apply(column).canonical()))
        there = {n: text if isinstance(expected.get(n), str) else shown(text)
                 for n, text in mine.items() if text != "–"}  # fmt: skip
        assert there == {n: v for n, v in expected.items() if v is not None}
