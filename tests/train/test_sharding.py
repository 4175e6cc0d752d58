"""Restarts sharded over four devices: the same rows as on one."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.core.runner import UNEVEN, sharded_jobs

SCRIPT = Path(__file__).with_name("four_devices.py")
EXACT = ("id", "seed", "lanes", "epochs", "diverged", "kind")
ERRORS = [f"{part}_error" for part in ("running", "train", "valid", "test")]
LOSSES = [f"{part}_loss" for part in ("running", "train", "valid", "test")]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    path = os.pathsep.join([str(SCRIPT.parents[2]), str(SCRIPT.parents[1])])
    done = subprocess.run(
        [sys.executable, SCRIPT, folder],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def rows(trained):
    return trained["rows"]


def test_the_devices_asked_for_did_the_work(trained):
    used = trained["used"]
    assert set(used["one"]) == {1} and set(used["four"]) == {4}
    assert used["four, then one"][:3] == [4, 4, 4] and set(used["four, then one"][4:]) == {1}


@pytest.mark.parametrize("other", ["four", "four, then one"])
def test_rows_are_those_of_one_device(rows, other):
    assert [row["seed"] for row in rows["one"]] == list(range(20))
    assert len({row["test_loss"] for row in rows["one"]}) == 20
    for one, sharded in zip(rows["one"], rows[other], strict=True):
        for name in EXACT:
            assert one[name] == sharded[name], name
        for name in ERRORS:
            assert one[name] == sharded[name], name
        for name in LOSSES:
            assert math.isclose(one[name], sharded[name], rel_tol=1e-5), name
        for name, curve in one["curves"].items():
            np.testing.assert_allclose(curve, sharded["curves"][name], rtol=1e-5)


jobs = st.lists(st.tuples(st.floats(1.0, 100.0), st.integers(1, 4)), max_size=30).map(
    lambda x: sorted(x, reverse=True)
)


def end(jobs, devices, sharded):
    """When the last device ends: sharded jobs one by one on all devices, then one each when it is
    free."""
    took = 0.0
    for cost, shares in jobs[:sharded]:
        turns, left = 0, shares
        while left > 0:
            turns, left = turns + 1, left - devices
        took += cost / shares * turns
    ends = [took] * devices
    for cost, _ in jobs[sharded:]:
        ends = sorted(ends)
        ends[0] += cost
    return max(ends)


@given(jobs, st.integers(1, 16))
def test_as_few_jobs_are_sharded_as_end_nearly_as_early_as_possible(jobs, devices):
    number = sharded_jobs([cost for cost, _ in jobs], [shares for _, shares in jobs], devices)
    assert 0 <= number <= len(jobs)
    earliest = min(end(jobs, devices, sharded) for sharded in range(len(jobs) + 1))
    assert end(jobs, devices, number) <= (1 + UNEVEN) * earliest * (1 + 1e-9)
    for fewer in range(number):
        assert end(jobs, devices, fewer) > (1 + UNEVEN) * earliest * (1 - 1e-9)


def test_jobs_are_sharded_where_that_ends_earlier():
    assert sharded_jobs([], [], 2) == 0
    assert sharded_jobs([3.0, 2.0], [2, 2], 1) == 0
    assert sharded_jobs([3.0], [2], 2) == 1
    assert sharded_jobs([1.0] * 5, [2] * 5, 2) == 1  # then two each
    assert sharded_jobs([1.0] * 20, [2] * 20, 2) == 0


def test_jobs_are_not_queued_behind_each_other_on_fewer_devices_than_there_are():
    assert sharded_jobs([1.0] * 13, [1] * 13, 16) == 0  # three restarts each: one device at a time
    assert sharded_jobs([1.0] * 13, [2] * 13, 16) == 0
    assert sharded_jobs([1.0] * 3, [2] * 3, 4) == 0
