"""Restarts trained in one program: each is what it would be alone."""

import dataclasses

import jax
import numpy as np
from tiny_data import quick_compile  # noqa: F401
from training_helpers import (
    CPU,
    DATA,
    SEEDS,
    SPEC,
    assert_same_outcomes,
    epoch,
    one_epoch,
    programs,
    trainer,
    uninterrupted,
)

from bench.methods.memn2n.training import Trainer


def test_a_restart_in_a_group_is_the_same_restart_alone():
    """20 steps of 3 questions; reductions may reorder with the group's size, nothing else."""
    made, arrays = programs(dataclasses.replace(SPEC, hops=1))
    starts = {seeds: made.init(np.array(seeds, np.int32)) for seeds in (SEEDS, SEEDS[1:2])}
    for name, value in starts[SEEDS].items():
        np.testing.assert_allclose(value[1:2], starts[SEEDS[1:2]][name], rtol=1e-6)
    jax.config.update("jax_disable_most_optimizations", False)  # as the suite itself is compiled
    for number, (seeds, params) in enumerate(starts.items()):
        for turn in range(1, 6):  # 4 updates each
            params, metrics = one_epoch(made, arrays, params, seeds=seeds, number=turn, rate=0.05)
        if number == 0:
            group = {name: np.asarray(value[1]) for name, value in params.items()}
            figures = [float(m[1]) for m in metrics]
    jax.config.update("jax_disable_most_optimizations", True)
    for name, value in params.items():
        scale = np.abs(value[0]).max()
        np.testing.assert_allclose(value[0], group[name], rtol=0, atol=1e-5 * scale, err_msg=name)
    np.testing.assert_allclose([float(m[0]) for m in metrics], figures, rtol=1e-5)


def test_a_group_trained_again_is_bit_identical():
    assert_same_outcomes(trainer().train(SEEDS), uninterrupted())


def test_restarts_differ_by_their_seed_and_not_by_their_place():
    first, again = uninterrupted(), trainer().train(SEEDS[::-1])[::-1]
    assert_same_outcomes(first, again)
    assert [one.seed for one in first] == list(SEEDS)
    for name in first[0].params:
        assert not np.array_equal(first[0].params[name], first[1].params[name])


def test_an_inactive_lane_keeps_its_parameters_and_its_neighbours_theirs():
    made, arrays = trainer().programs, trainer().data
    params = made.init(np.array(SEEDS, np.int32))
    arguments = (made, params, SEEDS, 1, [0.05] * 3, np.zeros(3, bool))
    all_on, _ = epoch(*arguments, np.ones(3, bool), arrays)
    one_off, _ = epoch(*arguments, np.array([True, False, True]), arrays)
    for name in params:
        np.testing.assert_array_equal(one_off[name][1], params[name][1])
        for lane in (0, 2):
            np.testing.assert_array_equal(one_off[name][lane], all_on[name][lane])
        assert not np.array_equal(all_on[name][1], params[name][1])


def test_a_diverged_lane_leaves_its_neighbours_alone():
    made, arrays = trainer().programs, trainer().data
    params = made.init(np.array(SEEDS, np.int32))
    off, on = np.zeros(3, bool), np.ones(3, bool)
    kept, _ = epoch(made, params, SEEDS, 1, [0.05] * 3, off, on, arrays)
    mixed, metrics = epoch(made, params, SEEDS, 1, [0.05, 1e30, 0.05], off, on, arrays)
    assert not np.isfinite(metrics.train_loss[1])
    for name in params:
        for lane in (0, 2):
            np.testing.assert_array_equal(mixed[name][lane], kept[name][lane])


def test_the_paper_s_linear_start_ends_for_each_restart_on_its_own():
    spec = dataclasses.replace(
        SPEC, readings=dataclasses.replace(SPEC.readings, linear_start_end="paper"), rate=0.3,
        linear_start_rate=0.4, epochs=6,
    )  # fmt: skip
    outcomes = Trainer(spec, DATA, CPU).train(range(8))
    lengths = {len(one.curves) for one in outcomes}
    assert len(lengths) > 1, "all restarts took equally long: nothing is tested"
    for one in outcomes:
        valid = [row[2] for row in one.curves]
        start = len(valid) - spec.epochs
        assert all(valid[i] < valid[i - 1] for i in range(1, start - 1))
        assert start == spec.epochs or not valid[start - 1] < valid[start - 2]
