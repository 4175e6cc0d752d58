"""Courses whose rate falls with their validation cost."""

from types import SimpleNamespace

import numpy as np

from bench.train.annealing import Annealed

TRAINER = SimpleNamespace(updates=10, block=4)


class Course(Annealed):
    def rate(self, costs):
        return 0.0 if len(costs) > 2 else 0.01 / (1 + len(costs))

    def length(self, costs):
        return int(costs[-1]) if costs else 3


def curves(*lanes):
    """Of validation costs; the training costs are others."""
    return [[(cost / 2, cost) for cost in costs] for costs in lanes]


def test_whoever_watches_is_told_of_the_lane_that_takes_longest():
    course = Course(TRAINER, [0, 1])
    told = course.outlook(curves([6.0, 5.0], [6.0, 6.0]))
    assert told == (6, "epoch 3 of about 6, rate 0.0033, validation perplexity 403.4")
    assert course.outlook([[]]) == (3, "epoch 1 of about 3, rate 0.01")


def test_each_lane_has_the_rate_of_its_own_costs_and_those_without_one_are_done():
    plan = Course(TRAINER, [0, 1]).plan(curves([6.0], [6.0, 5.0, 4.0]), 0)
    assert plan.active.tolist() == [True, False]
    (rates,) = plan.settings
    assert rates.dtype == np.float32
    np.testing.assert_allclose(rates, [0.005, 0.0], rtol=1e-6)
