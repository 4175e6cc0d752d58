"""A step against the oracle, and the figures of a finished restart."""

import dataclasses
import functools
import math

import jax.numpy as jnp
import numpy as np
import oracle
import pytest
import tiny_data
from tiny_data import quick_compile  # noqa: F401
from training_helpers import (
    CPU,
    DATA,
    SPEC,
    TEST,
    TRAIN,
    one_epoch,
    programs,
    trainer,
    uninterrupted,
)

from bench.methods.memn2n import scores
from bench.methods.memn2n.schedule import most_epochs
from bench.methods.memn2n.scores import in_chunks
from bench.methods.memn2n.training import Trainer

STEPS = {
    "released": (dict(), dict()),
    "paper": (
        dict.fromkeys(("position_encoding", "time_scale", "answer_space"), "paper")
        | {"clip_rows": "apart"},
        dict(hops=3),
    ),
    "layerwise": (dict(clip_norm="spectral"), dict(tying="layerwise", nonlinearity="relu")),
    "layerwise-null0": (dict(null_columns="paper"), dict(tying="layerwise", encoding="bow")),
}


@functools.cache
def step_case(case):
    """Three questions in one batch: an epoch is one update, in whatever order they are drawn."""
    readings, fields = STEPS[case]
    data = tiny_data.encoded(TRAIN[:2], TEST[:1], holdout=0.25)
    assert (len(data.fit), len(data.valid)) == (3, 1)
    spec = tiny_data.column(
        readings | {"sampling": "paper"}, **fields, clip=0.25, init_std=0.4, linear_start=True
    )
    return spec, data, *programs(spec, data)


@pytest.mark.parametrize("case", STEPS)
def test_a_step_is_the_oracle_s(case):
    """Cost summed over the batch, each matrix clipped, plain SGD; the figures around it."""
    spec, data, made, arrays = step_case(case)
    start = made.init(np.array([5], np.int32))
    host = {name: np.asarray(value[0], np.float64) for name, value in start.items()}
    sizes = oracle.sizes_of(data)
    batch = [oracle.read(data, data.train, i) for i in data.fit]
    for linear in (False, True):
        grads = oracle.zero_null(spec, oracle.gradients(spec, sizes, host, batch, linear))
        cut = oracle.clipped(spec, grads)
        assert any(not np.allclose(cut[name], grads[name]) for name in grads)  # the clip is active
        wanted = oracle.sgd_step(spec, sizes, host, batch, 0.1, linear)
        after, metrics = one_epoch(made, arrays, start, rate=0.1, linear=linear)
        for name, value in wanted.items():
            moved = np.asarray(after[name][0], np.float64) - host[name]
            largest = np.abs(value - host[name]).max()
            assert largest > 1e-4, name
            np.testing.assert_allclose(
                moved, value - host[name], rtol=1e-3, atol=1e-4 * largest + 1e-7, err_msg=name
            )
        before = oracle.loss(spec, sizes, host, batch, linear) / 3
        np.testing.assert_allclose(metrics.train_loss[0], before, rtol=1e-5)
        z = [oracle.logits(spec, sizes, host, one, linear)[0] for one in batch]
        right = [oracle.answer(spec, sizes, x) == a.target for x, a in zip(z, batch, strict=True)]
        np.testing.assert_allclose(metrics.train_error[0], 1 - np.mean(right), atol=1e-6)


@pytest.mark.parametrize("case", STEPS)
def test_null_rows_stay_zero_through_training_but_for_those_that_are_trained(case):
    spec, _, made, arrays = step_case(case)
    start = params = made.init(np.array([1], np.int32))
    for number in (1, 2, 3, 4):
        params, _ = one_epoch(made, arrays, params, number=number, rate=0.3)
    start, params = ({n: np.asarray(v[0]) for n, v in p.items()} for p in (start, params))
    assert (params["words"][:, 0] == 0).all()
    if spec.tying == "adjacent":
        assert (params["words"][-1, 3:] != start["words"][-1, 3:]).any()
        return
    for name in ("B", "W"):
        assert (params[name][1:] != start[name][1:]).any()
        if spec.readings.null_columns == "released":
            assert (params[name][0] != start[name][0]).any() and start[name][0].any()
        else:
            assert (params[name][0] == 0).all()


def test_the_figures_are_the_final_model_s_over_all_questions():
    data, sizes = DATA, oracle.sizes_of(DATA)
    for one in uninterrupted():
        figures = {}
        for part, examples in (("train", data.train), ("test", data.test)):
            asked = [oracle.read(data, examples, i) for i in range(len(examples))]
            loss = np.array([oracle.loss(SPEC, sizes, one.params, [a]) for a in asked])
            z = [oracle.logits(SPEC, sizes, one.params, a)[0] for a in asked]
            answers = np.array([oracle.answer(SPEC, sizes, x) for x in z])
            figures[part] = loss, answers == examples.answer
        loss, right = figures["train"]
        assert math.isclose(one.train_loss, loss[data.fit].mean(), rel_tol=1e-4)
        assert math.isclose(one.train_error, 1 - right[data.fit].mean(), abs_tol=1e-9)
        assert math.isclose(one.valid_loss, loss[data.valid].mean(), rel_tol=1e-4)
        np.testing.assert_array_equal(one.valid_right, right[data.valid])
        loss, right = figures["test"]
        assert math.isclose(one.test_loss, loss.mean(), rel_tol=1e-4)
        np.testing.assert_array_equal(one.test_right, right)
        assert len(one.curves) == most_epochs(SPEC) == 6 and one.diverged is None
        assert (one.running_loss, one.running_error) == one.curves[-1][:2]
        assert math.isclose(one.curves[-1][2], one.valid_loss, rel_tol=1e-5)
        assert one.lanes == 3


def test_evaluation_in_chunks_is_the_same_as_at_once(monkeypatch):
    params = trainer().programs.init(np.array([1], np.int32))
    out = []
    for chunk in (100, 3):
        monkeypatch.setattr(scores, "CHUNK", chunk)
        made, arrays = programs(SPEC)
        arguments = (params, np.array([False]), arrays.tables, in_chunks(arrays.train))
        found = made.evaluate(*arguments)
        out.append([found.loss, found.right, made.attention(*arguments)])
    for whole, chunked in zip(*out, strict=True):
        assert whole.shape == chunked.shape
        np.testing.assert_allclose(whole, chunked, rtol=1e-5, atol=1e-6)
    one = {name: value[0] for name, value in params.items()}
    for i in range(len(DATA.train)):
        asked = oracle.read(DATA, DATA.train, i)
        _, wanted = oracle.logits(SPEC, oracle.sizes_of(DATA), one, asked)
        np.testing.assert_allclose(out[1][2][0, :, i], wanted, rtol=1e-4, atol=1e-6)


def test_a_training_improves_on_its_start():
    for one in uninterrupted():
        assert one.curves[-1][0] < one.curves[0][0]


def test_a_rate_that_explodes_is_marked_and_the_training_finishes():
    # The paper's answer space: there a NaN's argmax, 0, is an answer word like the others.
    readings = dataclasses.replace(SPEC.readings, answer_space="paper")
    spec = dataclasses.replace(SPEC, rate=1e30, linear_start_epochs=1, readings=readings)
    assert DATA.answers[0] in DATA.train.answer[DATA.fit] and DATA.answers[0] in DATA.test.answer
    outcomes = Trainer(spec, DATA, CPU).train((0, 1))
    for one in outcomes:
        assert one.diverged == 2  # the first epoch of the huge rate
        assert len(one.curves) == most_epochs(spec)
        assert not math.isfinite(one.running_loss) and not math.isfinite(one.test_loss)
        # Never right, never the best restart: a NaN is no answer.
        assert one.train_error == 1.0 and one.running_error == 1.0
        assert not one.test_right.any() and not one.valid_right.any()


def test_a_dead_state_is_not_counted_as_all_right():
    """With ReLU a state can die: all logits are 0, and no restart may win by that.

    The running training error picks the restart (`MemN2N.selection`), so a tie must not count as
    right there while it counts as wrong in every other figure.
    """
    _, data, made, arrays = step_case("layerwise")
    params = made.init(np.array([0], np.int32))
    params = params | {"H": jnp.zeros_like(params["H"])}
    params |= {name: -jnp.abs(params[name]) for name in ("words", "times")}
    scores = made.evaluate(params, np.array([False]), arrays.tables, in_chunks(arrays.train))
    assert not scores.right[0, data.fit].any()  # the null word is the first of the equals
    _, metrics = one_epoch(made, arrays, params)
    np.testing.assert_allclose(metrics.train_loss[0], np.log(params["W"].shape[1]), rtol=1e-5)
    assert metrics.train_error[0] == 1.0
