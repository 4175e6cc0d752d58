"""Where a training ran, stretch by stretch."""

import json

import pytest

from bench.core import trail
from bench.core.trail import Ran, Trail

OLD = {"jax": "0.1", "numpy": "2.0"}
NEW = {"jax": "0.2", "numpy": "2.0"}


def begun(path, *stretches):
    for ran in stretches:
        found = Trail(path, ran, resumed=ran is not stretches[0])
        found.keep()
    return trail.told(found.ran)


def test_a_training_that_stays_says_so_once(tmp_path):
    same = Ran("cpu A (1 cores)", 2, OLD)
    assert begun(tmp_path / "x.npz", same, same, same) == {"device": same.device, "versions": OLD}


def test_what_changes_is_told_in_turn(tmp_path):
    told = begun(tmp_path / "x.npz", Ran("gpu A", 2, OLD), Ran("cpu B", 2, NEW))
    assert told["device"] == "gpu A, then cpu B"
    assert told["versions"] == {"jax": "0.1, then 0.2", "numpy": "2.0"}


@pytest.mark.parametrize("changed", [Ran("cpu A", 2, NEW), Ran("cpu A", 3, OLD)])
def test_other_libraries_or_sums_make_it_no_longer_that_of_one_training(tmp_path, changed):
    """So that nobody asks for the same bits of it."""
    told = begun(tmp_path / "x.npz", Ran("cpu A", 2, OLD), changed)
    assert told["device"] == "cpu A, then cpu A"


@pytest.mark.parametrize("content", ["", "{}", "[1]", "[{}]", "\xff"])
def test_a_damaged_trail_is_an_unknown_past(tmp_path, content):
    (tmp_path / "x.trail").write_text(content, encoding="latin-1")
    found = Trail(tmp_path / "x.npz", Ran("cpu A", 2, OLD), resumed=True)
    found.keep()
    assert trail.told(found.ran)["device"] == "unknown device, then cpu A"
    assert len(json.loads((tmp_path / "x.trail").read_text())) == 2


def test_a_machine_that_resumed_and_did_nothing_is_not_named(tmp_path):
    path, first, last = tmp_path / "x.npz", Ran("cpu A", 2, OLD), Ran("cpu B", 2, NEW)
    Trail(path, first, resumed=False)
    Trail(path, last, resumed=True)  # killed before it had done a block
    assert trail.told(Trail(path, first, resumed=True).ran)["device"] == "cpu A"
