"""Lanes of a program: each is what the function gives of it, alone or beside others."""

import jax
import numpy as np
import pytest

from bench.train.lanes import Lanes


def moved(own, shared, running):
    return {"at": own["at"] * shared + 1.0}, own["at"].sum() + running


@pytest.mark.parametrize("count", (1, 2, 3))
def test_every_lane_is_what_the_function_gives_of_it(count):
    lanes = Lanes((jax.devices()[0],))
    draw = np.random.default_rng(count)
    at = draw.normal(size=(count, 4)).astype(np.float32)
    running = draw.normal(size=count).astype(np.float32)
    shared = np.float32(3.0)
    program = lanes.program(moved, (0, None, 0))
    found, sums = program(lanes.split({"at": at}), shared, lanes.split(running))
    assert found["at"].shape == (count, 4) and sums.shape == (count,)
    for lane in range(count):
        wanted, total = moved({"at": at[lane]}, shared, running[lane])
        np.testing.assert_allclose(found["at"][lane], wanted["at"], rtol=1e-5, atol=1e-6)
        assert float(sums[lane]) == pytest.approx(float(total), rel=1e-5, abs=1e-5)
