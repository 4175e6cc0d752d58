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

from bench.runner import UNEVEN, sharded_jobs

SCRIPT = Path(__file__).with_name("four_devices.py")
EXACT = ("id", "seed", "lanes", "epochs", "diverged", "kind")
ERRORS = [f"{part}_error" for part in ("running", "train", "valid", "test")]
LOSSES = [f"{part}_loss" for part in ("running", "train", "valid", "test")]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    path = os.pathsep.join([str(SCRIPT.parents[1]), str(SCRIPT.parent)])
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


costs = st.lists(st.floats(1.0, 100.0), max_size=30).map(lambda x: sorted(x, reverse=True))


def longest(costs, devices):
    """When the last of some devices ends that each take the next job when they are free."""
    ends = [0.0] * devices
    for cost in costs:
        ends = sorted(ends)
        ends[0] += cost
    return max(ends)


@given(costs, st.integers(1, 8))
def test_as_few_jobs_are_sharded_as_leave_no_device_idle(costs, devices):
    number = sharded_jobs(costs, devices)
    assert 0 <= number <= len(costs)
    for fewer in range(number):
        rest = costs[fewer:]
        assert longest(rest, devices) > (1 + UNEVEN) * sum(rest) / devices
    rest = costs[number:]
    assert longest(rest, devices) <= (1 + UNEVEN) * sum(rest) / devices + 1e-9


def test_one_device_shards_nothing_and_a_job_alone_is_sharded():
    assert sharded_jobs([3.0, 2.0], 1) == 0
    assert sharded_jobs([3.0], 2) == 1
    assert sharded_jobs([1.0] * 5, 2) == 1  # then two each
    assert sharded_jobs([1.0] * 20, 2) == 0
