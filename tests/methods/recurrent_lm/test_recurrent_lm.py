"""The recurrent language model: its costs against the equations in NumPy, what it learns, how it is
resumed, when its rate falls, what its rows hold."""

import copy
import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import oracle_recurrent as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_data import quick_compile  # noqa: F401

from bench.core.errors import BenchError
from bench.core.rows import wrong_field
from bench.examples.tokens import Tokens
from bench.methods.recurrent_lm import METHOD, model, schedule
from bench.methods.recurrent_lm.row import FIELDS, row
from bench.methods.recurrent_lm.spec import RecurrentLM
from bench.methods.recurrent_lm.training import Trainer
from bench.train import cells
from bench.train.costs import SHORT_WORDS

DEVICE = jax.devices()[0]
WORDS = 8


def column(**fields):
    small = dict(id="tiny", title="tiny", dim=16, batch=4, steps=10, epochs=3, rate=0.02)
    return RecurrentLM(**small | fields)


def chain():
    """A Markov chain's table, and three texts of it."""
    table = np.random.default_rng(0).dirichlet(np.full(WORDS, 0.3), size=WORDS)
    draw = np.random.default_rng(1)
    parts = {}
    for split, length in (("train", 8_000), ("valid", 1_000), ("test", 1_111)):
        words = [0]
        while len(words) < length:
            words.append(int(draw.choice(WORDS, p=table[words[-1]])))
        vocabulary = tuple(f"w{i}" for i in range(WORDS))
        parts[split] = Tokens(vocabulary, np.array(words, np.int32))
    return table, {"chain": parts}


@pytest.fixture(scope="module")
def trainer():
    spec = column()
    return Trainer(spec, METHOD.prepare(spec, chain()[1]), DEVICE, stream=5)


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_costs_and_gradient_are_the_equations_from_the_state_that_goes_on(cell):
    spec, draw = column(cell=cell, dim=5), np.random.default_rng(2)
    shapes = cells.shapes(cell, WORDS, 5, WORDS)
    params = {name: draw.normal(0, 0.6, shape) for name, shape in shapes.items()}
    text = draw.integers(0, WORDS, (3, 9))
    before, words = text[:, :4], text[:, 4:]

    def wanted(values):
        """Costs (B, S) where the state before is ``params``': no gradient goes there."""
        found = []
        for one, two in zip(before, words, strict=True):
            states, carried = oracle.states(params, cell, one)
            after, _ = oracle.states(values, cell, two[:-1], carried)
            found.append(oracle.costs(values, np.array([states[-1], *after]), two)[0])
        return np.array(found)

    single = {name: jnp.asarray(value, jnp.float32) for name, value in params.items()}
    begin = cells.start(cell, jnp.zeros((3, 5)))
    read = jax.jit(partial(model.read, spec))
    _, carry = read(single, begin, jnp.asarray(before.T))
    costs, _ = read(single, carry, jnp.asarray(words.T))
    np.testing.assert_allclose(costs.T, wanted(params), rtol=1e-5, atol=1e-6)
    grads = jax.jit(jax.grad(lambda p: model.read(spec, p, carry, jnp.asarray(words.T))[0].mean()))(
        single
    )
    for name, value in params.items():
        for _ in range(4):
            where = tuple(draw.integers(0, n) for n in value.shape)
            moved = []
            for step in (1e-5, -1e-5):
                changed = {**params, name: value.copy()}
                changed[name][where] += step
                moved.append(wanted(changed).mean())
            slope = (moved[0] - moved[1]) / 2e-5
            assert grads[name][where] == pytest.approx(slope, rel=1e-3, abs=1e-5), (name, where)


def test_a_step_of_plain_descent_is_the_rate_times_the_gradient_held_at_the_norm():
    spec, draw = column(dim=5, optimizer="sgd", clip=0.01), np.random.default_rng(3)
    shapes = cells.shapes("lstm", WORDS, 5, WORDS)
    params = {name: jnp.asarray(draw.normal(size=s), jnp.float32) for name, s in shapes.items()}
    words = jnp.asarray(draw.integers(0, WORDS, (4, 3)))
    carry = cells.start("lstm", jnp.zeros((3, 5)))
    grads = jax.grad(lambda p: model.read(spec, p, carry, words)[0].mean())(params)
    norm = math.sqrt(sum(float((g.astype(float) ** 2).sum()) for g in grads.values()))
    assert norm > spec.clip
    moments = model.optimizer(spec).init(params)
    after, *_ = model.update(spec, params, moments, carry, words, jnp.float32(2.0))
    for name, value in params.items():
        step = 2.0 * spec.clip / norm * np.asarray(grads[name], float)
        np.testing.assert_allclose(value - after[name], step, rtol=1e-4, atol=2e-7)


def test_it_learns_a_chain_and_its_row_is_of_every_word_of_the_texts(trainer):
    table, parts = chain()
    test = parts["chain"]["test"].ids
    nats = -np.log(table[test[:-1], test[1:]]).mean()
    assert nats < 0.7 * math.log(WORDS)  # there is something to learn
    for outcome in trainer.train([0, 1]):
        found = outcome.row
        assert wrong_field(found, FIELDS) == "" and found["diverged"] is None
        assert math.log(found["test_ppls"]["chain"]) == pytest.approx(nats, rel=0.05)
        for split in ("valid", "test"):
            ids = parts["chain"][split].ids
            states, _ = oracle.states(outcome.params, "lstm", ids[:-1])
            costs, _ = oracle.costs(outcome.params, np.vstack([0 * states[:1], states]), ids)
            assert found[f"{split}_ppls"]["chain"] == pytest.approx(np.exp(costs.mean()), rel=1e-4)
        assert found["valid_cost"] == min(found["curves"]["valid_cost"])


def test_the_beginning_alone_is_the_row_s_whatever_the_blocks(trainer):
    whole = [METHOD.early(outcome.row) for outcome in trainer.train([0, 1])]
    other = copy.copy(trainer)
    other.block = 7
    assert other.begin([0, 1]) == whole and whole[0] != whole[1]


def test_a_training_that_is_stopped_anywhere_ends_as_if_it_had_not_been(trainer, tmp_path):
    whole = trainer.train([0, 1])
    other = copy.copy(trainer)
    other.block = 60
    asked = 0

    def every_third():
        nonlocal asked
        asked += 1
        return asked % 3 == 0

    saved, places = [tmp_path / "saved.npz"], []
    while (found := other.train([0, 1], saved=saved, stop=every_third)) is None:
        places.append(METHOD.place(saved[0], [0, 1]))
        assert len(places) < 50
    assert {update for _, update in places} > {0}
    for one, again in zip(whole, found, strict=True):
        assert one.row == again.row
        for name, value in one.params.items():
            np.testing.assert_array_equal(value, again.params[name])


COSTS = st.lists(st.floats(0.1, 20.0), min_size=1, max_size=12)


@given(COSTS)
def test_the_rate_falls_where_the_cost_is_not_the_least_so_far(costs):
    spec = column(epochs=100, rate=0.01, anneal=2.0, least_rate=1e-9)
    falls = sum(now >= min(costs[:i]) for i, now in enumerate(costs) if i)
    assert schedule.rate(spec, costs) == pytest.approx(0.01 / 2.0**falls)


def test_a_training_is_done_below_the_least_rate_after_all_epochs_or_where_it_diverged():
    spec = column(rate=0.01, anneal=2.0, least_rate=0.004, epochs=9)
    assert schedule.rate(spec, [5.0, 5.0]) == pytest.approx(0.005)
    assert schedule.rate(spec, [5.0, 5.0, 5.0]) == 0.0
    assert schedule.rate(column(epochs=2), [3.0]) > 0 == schedule.rate(column(epochs=2), [3.0, 2.0])
    assert schedule.rate(spec, [3.0, math.nan]) == 0.0


def test_a_training_that_diverges_says_so():
    found = row("u", [(2.0, 3.0), (math.nan, math.nan)], 2.5, np.array([900.0]))
    assert (found["diverged"], found["best_epoch"], found["epochs"]) == (2, 1, 2)
    assert found["test_ppls"] == {"u": 1e30} and wrong_field(found, FIELDS) == ""
    found = row("u", [(math.nan, math.nan)], None, np.array([math.nan]))
    assert found["valid_cost"] is None and wrong_field(found, FIELDS) == ""


def test_a_budget_s_epochs_are_short_and_it_scores_fewer_words():
    whole = column(epochs=100)
    capped = whole.capped(2)
    assert (capped.epochs, capped.updates) == (2, 60)
    assert "updates" not in whole.canonical()
    tokens = Tokens(("a", "b"), np.zeros(SHORT_WORDS + 5, np.int32))
    parts = {"text": dict.fromkeys(METHOD.splits, tokens)}
    assert len(METHOD.prepare(whole, parts).test) == SHORT_WORDS + 5
    assert len(METHOD.prepare(capped, parts).valid) == SHORT_WORDS


def test_a_text_that_is_too_short_is_refused_with_the_remedy():
    parts = {"text": {s: Tokens(("a",), np.zeros(39, np.int32)) for s in METHOD.splits}}
    with pytest.raises(BenchError, match="39 words makes no 4 pieces of 10; .*smaller 'batch'"):
        METHOD.prepare(column(), parts)


@pytest.mark.parametrize(
    "fields",
    [
        {"dim": 0}, {"anneal": 1.0}, {"updates": -1}, {"joint": True}, {"cell": "gru"},
        {"dim": 10**6}, {"clip": -1.0}, {"steps": 0},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_setting_is_refused_by_name(fields):
    with pytest.raises(BenchError, match=f"'{next(iter(fields))}'"):
        column(**fields)
