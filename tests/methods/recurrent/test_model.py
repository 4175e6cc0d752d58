"""Reading, cost, gradient and update against the equations in NumPy."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import oracle_recurrent as oracle
import pytest
from tiny_data import quick_compile  # noqa: F401

from bench.methods.recurrent import model
from bench.methods.recurrent.reading import last_state
from bench.methods.recurrent.spec import Recurrent
from bench.train import cells

CELLS = ("rnn", "lstm")
WORDS, DIM, ANSWERS, LENGTH = 9, 5, 4, 7


def params(cell, seed=0):
    draw = np.random.default_rng(seed)
    return {
        name: draw.normal(0, 0.6, shape)
        for name, shape in cells.shapes(cell, WORDS, DIM, ANSWERS).items()
    }


def single(values):
    return {name: jnp.asarray(value, jnp.float32) for name, value in values.items()}


def texts(seed=1, longest=LENGTH - 1):
    """Six texts of 1 .. ``longest`` words, as lists and laid out; their answers."""
    draw = np.random.default_rng(seed)
    lengths = [longest, 1, *draw.integers(1, longest + 1, 4)]
    lists = [draw.integers(1, WORDS, n).tolist() for n in lengths]
    laid = np.zeros((len(lists), LENGTH), np.int32)
    for row, ids in zip(laid, lists, strict=True):
        row[LENGTH - len(ids) :] = ids
    return lists, jnp.asarray(laid), draw.integers(0, ANSWERS, len(lists)).astype(np.int32)


def column(**fields):
    return Recurrent(**dict(id="tiny", title="tiny", dim=DIM) | fields)


@pytest.mark.parametrize("cell", CELLS)
def test_the_last_state_is_the_equations_wherever_a_text_begins(cell):
    lists, laid, _ = texts()
    values = params(cell)
    wanted = [oracle.states(values, cell, ids)[0][-1] for ids in lists]
    read = jax.jit(partial(last_state, cell))
    for first in (0, 1):  # no text has a word in the first column
        found = read(single(values), laid, jnp.int32(first))
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_cost_and_gradient_are_the_equations(cell):
    lists, laid, answer = texts()
    values, spec = params(cell), column(cell=cell)

    def mean(p):
        return model.answered(spec, p, laid, answer, jnp.int32(1))[0].mean()

    cost, grads = jax.jit(jax.value_and_grad(mean))(single(values))
    assert float(cost) == pytest.approx(oracle.answered(values, cell, lists, answer)[0].mean())
    draw = np.random.default_rng(3)
    for name, value in values.items():
        for _ in range(5):
            where = tuple(draw.integers(0, n) for n in value.shape)
            moved = []
            for step in (1e-5, -1e-5):
                changed = {**values, name: value.copy()}
                changed[name][where] += step
                moved.append(oracle.answered(changed, cell, lists, answer)[0].mean())
            slope = (moved[0] - moved[1]) / 2e-5
            assert grads[name][where] == pytest.approx(slope, rel=1e-3, abs=1e-5), (name, where)
    assert not np.asarray(grads["words"][0]).any()  # no word


def test_columns_that_are_not_read_change_no_gradient():
    _, laid, answer = texts(longest=3)
    spec, values = column(), single(params("lstm"))

    def mean(p, first):
        return model.answered(spec, p, laid, answer, first)[0].mean()

    slopes = jax.jit(jax.grad(mean))
    whole, late = (slopes(values, jnp.int32(first)) for first in (0, LENGTH - 3))
    for name in values:
        np.testing.assert_array_equal(whole[name], late[name])


@pytest.mark.parametrize(
    ("name", "clip", "first_step"),
    [
        ("sgd", 0.01, lambda g: 0.1 * g),
        ("adam", 1e6, lambda g: 0.1 * g / (np.abs(g) + 1e-8)),
    ],
    ids=["sgd", "adam"],
)
def test_a_step_goes_down_the_gradient_whose_norm_is_held(name, clip, first_step):
    _, laid, answer = texts()
    values, zero = single(params("rnn")), jnp.int32(0)
    spec = column(cell="rnn", optimizer=name, rate=0.1, clip=clip)
    slopes = jax.jit(jax.grad(lambda p: model.answered(spec, p, laid, answer, zero)[0].mean()))
    grads = slopes(values)
    norm = np.sqrt(sum((np.asarray(g, np.float64) ** 2).sum() for g in grads.values()))
    assert norm > 0.01
    moments = model.optimizer(spec).init(values)
    after, _, _ = jax.jit(partial(model.update, spec))(values, moments, laid, answer, zero)
    for which, grad in grads.items():
        held = np.asarray(grad, np.float64) * min(1.0, clip / norm)
        wanted = np.asarray(values[which]) - first_step(held)
        np.testing.assert_allclose(after[which], wanted, rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_parameters_are_a_seed_s_and_a_group_s_alone(cell):
    one = cells.initial(cell, WORDS, 40, ANSWERS, np.array([3, 4]), stream=7)
    other = cells.initial(cell, WORDS, 40, ANSWERS, np.array([4]), stream=7)
    elsewhere = cells.initial(cell, WORDS, 40, ANSWERS, np.array([4]), stream=8)
    assert {n: v.shape[1:] for n, v in one.items()} == cells.shapes(cell, WORDS, 40, ANSWERS)
    for name, value in one.items():
        np.testing.assert_array_equal(value[1], other[name][0])
        if "bias" in name:
            assert not value.any()
        else:
            assert (value[0] != value[1]).any() and (value[1] != elsewhere[name][0]).any()
    square = one["cell/dense_h/kernel"][0]
    np.testing.assert_allclose(square @ square.T, np.eye(40), atol=1e-4)
    assert one["cell/dense_i/kernel"].std() == pytest.approx(40**-0.5, rel=0.1)
