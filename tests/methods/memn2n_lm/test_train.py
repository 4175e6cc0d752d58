"""Training: what it learns, how it is resumed, when its rate falls, what its rows hold."""

import dataclasses
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
import tiny_lm
from hypothesis import given
from hypothesis import strategies as st

from bench.core import arrays
from bench.core.errors import BenchError
from bench.core.rows import wrong_field
from bench.examples.tokens import Tokens
from bench.methods.memn2n_lm import METHOD, saved, schedule
from bench.methods.memn2n_lm.row import FIELDS
from bench.methods.memn2n_lm.texts import Texts, texts
from bench.methods.memn2n_lm.training import Trainer
from bench.train.costs import SHORT_WORDS

DEVICE = jax.devices()[0]


def trained(spec, data, seeds=(0,), **options):
    block = options.pop("block", None)
    trainer = Trainer(spec, data, DEVICE, stream=options.pop("stream", 5), block=block)
    return trainer.train(seeds, **options)


def markov(length, table, seed):
    draw = np.random.default_rng(seed)
    words = [0]
    for _ in range(length - 1):
        words.append(int(draw.choice(len(table), p=table[words[-1]])))
    return np.array(words, np.int32)


def test_a_markov_chain_is_learned_to_within_two_percent_of_its_entropy():
    table = np.random.default_rng(0).dirichlet(np.full(12, 0.3), size=12)
    parts = [markov(n, table, seed) for seed, n in enumerate((20_000, 3_000, 3_000))]
    data = Texts("chain", tuple(f"w{i}" for i in range(12)), *parts)
    spec = tiny_lm.column(hops=1, memory=3, dim=24, batch=32, epochs=6, rate=0.02, init_std=0.1)
    (one,) = trained(spec, data)
    test = parts[2]
    nats = -np.log(table[test[:-1], test[1:]]).mean()
    assert math.log(one.row["test_ppls"]["chain"]) == pytest.approx(nats, rel=0.02)
    assert nats < 0.7 * math.log(12)  # there was something to learn


def test_a_training_that_is_stopped_anywhere_ends_as_if_it_had_not_been(tmp_path):
    trainer = Trainer(tiny_lm.column(epochs=3), tiny_lm.texts(), DEVICE, block=7)
    (whole,) = trainer.train([0])
    asked = 0

    def every_third():
        nonlocal asked
        asked += 1
        return asked % 3 == 0

    path, pieces = tmp_path / "saved.npz", 1
    while (found := trainer.train([0], saved=[path], stop=every_third)) is None:
        pieces += 1
        assert pieces < 100
    assert pieces > 3
    assert found[0].row == whole.row
    for name, value in whole.params.items():
        np.testing.assert_array_equal(found[0].params[name], value)


def test_fused_hops_are_the_same_sharded_over_devices():
    script = Path(__file__).with_name("two_devices.py")
    folders = os.pathsep.join([str(script.parents[3]), str(script.parents[2])])
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": folders},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    alone, sharded = json.loads(done.stdout)
    assert alone == pytest.approx(sharded, rel=1e-5) and alone[0] != alone[1]


def test_restarts_differ_and_so_do_groups_and_a_row_is_whole():
    spec, data = tiny_lm.column(epochs=1), tiny_lm.texts()
    trainer = Trainer(spec, data, DEVICE, stream=5)
    (one,), (other,) = trainer.train([0]), trainer.train([1])
    (elsewhere,) = trained(spec, data, stream=6)
    costs = {o.row["train_cost"] for o in (one, other, elsewhere)}
    assert len(costs) == 3
    for outcome in (one, other, elsewhere):
        assert wrong_field(outcome.row, FIELDS) == ""
        assert outcome.row["epochs"] == len(outcome.row["curves"]["valid_cost"]) == 1
        assert outcome.row["valid_cost"] == pytest.approx(
            math.log(outcome.row["valid_ppls"]["tiny"]), rel=1e-5
        )


@pytest.mark.parametrize("updates", [0, 3])
def test_the_beginning_alone_is_the_row_s(updates):
    data = tiny_lm.texts(train=4_000)
    spec = tiny_lm.column(epochs=1, updates=updates)
    trainer = Trainer(spec, data, DEVICE, stream=5, block=11)
    (whole,) = trainer.train([0])
    assert trainer.begin([0]) == [METHOD.early(whole.row)]


def test_positions_have_a_whole_memory_and_once_means_once():
    data = tiny_lm.texts(train=300)
    for sampling in ("released", "once"):
        spec = tiny_lm.column(sampling=sampling)
        trainer = Trainer(spec, data, DEVICE)
        drawn = np.asarray(trainer.draw(np.zeros(1, np.int32), 1))[0]
        used = drawn[: trainer.updates * spec.batch]
        assert used.min() >= spec.memory + 1 and used.max() == 299
        counts = np.bincount(used, minlength=300)[spec.memory + 1 :]
        again = np.asarray(trainer.draw(np.zeros(1, np.int32), 2))[0]
        assert (drawn != again).any()
        if sampling == "once":
            assert set(counts) <= {1, 2} and (counts == 2).sum() == len(used) - len(counts)
        else:
            assert counts.max() > 2 and counts.min() == 0


COSTS = st.lists(st.floats(0.1, 20.0), min_size=1, max_size=12)


@given(COSTS)
def test_the_rate_falls_where_the_cost_has_not(costs):
    for rule, share in (("released", 0.9999), ("paper", 1.0)):
        spec = tiny_lm.column(annealing=rule, epochs=100)
        pairs = list(zip(costs, costs[1:], strict=False))
        if rule == "released":
            falls = sum(now > share * before for before, now in pairs)
        else:
            falls = sum(now >= before for before, now in pairs)
        assert schedule.rate(spec, costs) == pytest.approx(0.01 / 1.5**falls)


def test_a_training_is_done_below_the_least_rate_after_all_epochs_or_where_it_diverged():
    spec = tiny_lm.column(epochs=100)
    flat = [5.0] * 18
    assert schedule.rate(spec, flat) == pytest.approx(0.01 / 1.5**17)  # 1.015e-5
    assert schedule.rate(spec, [*flat, 5.0]) == 0.0
    assert schedule.rate(tiny_lm.column(epochs=3), [3.0, 2.0]) > 0
    assert schedule.rate(tiny_lm.column(epochs=3), [3.0, 2.0, 1.0]) == 0.0
    assert schedule.rate(spec, [3.0, math.nan]) == 0.0


@given(COSTS)
def test_its_length_is_looked_for_by_the_falls_that_are_left(costs):
    spec = tiny_lm.column(annealing="paper", epochs=100)
    falls = sum(now >= before for before, now in zip(costs, costs[1:], strict=False))
    expected = 18 + max(len(costs) - falls, schedule.USUAL_HELD)  # 0.01 / 1.5^18 < 1e-5
    assert schedule.length(spec, costs) == expected
    assert schedule.length(tiny_lm.column(annealing="paper", epochs=13), costs) == 13
    assert schedule.length(spec, [5.0] * 19) == 19


def test_a_training_that_diverges_says_so():
    spec, data = tiny_lm.column(rate=1e20, clip=1e30, epochs=5), tiny_lm.texts()
    (one,) = trained(spec, data)
    assert one.row["diverged"] == 1 == one.row["epochs"]
    assert one.row["valid_cost"] is None and wrong_field(one.row, FIELDS) == ""


def test_a_budget_s_epochs_are_short_and_it_scores_fewer_words():
    whole = tiny_lm.column(epochs=100)
    capped = whole.capped(2)
    assert (capped.epochs, capped.updates) == (2, 60) and capped.canonical() != whole.canonical()
    assert "updates" not in whole.canonical()  # a field for budgets alone leaves ids as they are
    words = tuple("ab")
    parts = {"text": {s: Tokens(words, np.zeros(SHORT_WORDS + 5, np.int32)) for s in METHOD.splits}}
    assert len(texts(whole, parts).test) == SHORT_WORDS + 5
    assert len(texts(capped, parts).test) == len(texts(capped, parts).valid) == SHORT_WORDS


def test_a_text_that_is_too_short_is_refused_with_the_remedy():
    parts = {"text": {s: Tokens(("a",), np.zeros(7, np.int32)) for s in METHOD.splits}}
    with pytest.raises(BenchError, match="train text of 7 words is too short .*smaller 'memory'"):
        texts(tiny_lm.column(memory=6), parts)


@pytest.mark.parametrize(
    "fields",
    [
        {"hops": 0}, {"anneal": 1.0}, {"updates": -1}, {"joint": True}, {"tying": "none"},
        {"memory": 10**6}, {"clip": -1.0},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_setting_is_refused_by_name(fields):
    with pytest.raises(BenchError, match=f"'{next(iter(fields))}'"):
        tiny_lm.column(**fields)


def test_a_saved_model_is_read_again_and_anything_else_refused(tmp_path):
    spec, data = tiny_lm.column(epochs=1), tiny_lm.texts()
    (one,) = trained(spec, data)
    run = {"method": METHOD.name, "version": METHOD.version, "spec": spec.canonical(), "seed": 0}
    path = tmp_path / "model.npz"
    METHOD.save_model(path, run, one, data)
    found = saved.load(path)
    assert found.vocabulary == data.vocabulary
    assert found.spec == dataclasses.replace(spec, id="saved", title="saved")
    for name, value in one.params.items():
        np.testing.assert_array_equal(found.params[name], value)
    METHOD.save_model(path, {**run, "spec": {**run["spec"], "dim": 9}}, one, data)
    with pytest.raises(BenchError, match="not those of its spec"):
        saved.load(path)
    METHOD.save_model(path, {**run, "method": "memn2n"}, one, data)
    with pytest.raises(BenchError, match="its method is 'memn2n', not memn2n_lm"):
        saved.load(path)
    arrays.save(path, {"run": {"method": "memn2n", "seed": 0}, "sizes": {}, "training": {}}, {})
    with pytest.raises(BenchError, match="its method is 'memn2n', not memn2n_lm"):
        saved.load(path)
    METHOD.save_model(path, run, one, data)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BenchError, match="not a saved model"):
        saved.load(path)
    with pytest.raises(BenchError, match="no such file"):
        saved.load(tmp_path / "none.npz")
