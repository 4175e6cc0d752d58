"""Training: a step against the oracle, groups, what may influence it and what not, resuming."""

import dataclasses
import functools
import itertools
import json
import math
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
import tiny_data
from jax.experimental.compilation_cache import compilation_cache
from scipy.stats import chisquare
from tiny_data import quick_compile  # noqa: F401

from bench.core import devices
from bench.core.errors import BenchError
from bench.examples.encode import encode
from bench.methods.memn2n import cost, scores, step, training
from bench.methods.memn2n.schedule import most_epochs
from bench.methods.memn2n.scores import in_chunks
from bench.methods.memn2n.step import Programs
from bench.methods.memn2n.training import Trainer
from bench.train import checkpoint, loop
from bench.train.lanes import Lanes
from bench.train.progress import Progress, State

CPU = jax.devices("cpu")[0]
TRAIN, TEST = tiny_data.stories(8, seed=1), tiny_data.stories(4, seed=2)
DATA = tiny_data.encoded(TRAIN, TEST, holdout=0.25)  # 12 to train on, 4 held out, 8 to test
SPEC = tiny_data.column(linear_start=True, time_noise=0.1, rate=0.05, hops=2)
SEEDS = (3, 0, 7)


@functools.cache
def trainer() -> Trainer:
    return Trainer(SPEC, DATA, CPU)


@functools.cache
def uninterrupted():
    return trainer().train(SEEDS)


@pytest.fixture(autouse=True, scope="module")
def compile_once(tmp_path_factory):
    """The same program made twice, as for other answers to the same questions, is compiled once."""
    settings = {
        "jax_compilation_cache_dir": str(tmp_path_factory.mktemp("compiled")),
        "jax_persistent_cache_min_compile_time_secs": 0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
    }
    before = {name: getattr(jax.config, name) for name in settings}
    for values in (settings, before):
        for name, value in values.items():
            jax.config.update(name, value)
        compilation_cache.reset_cache()
        if values is settings:
            yield


def programs(spec, data=DATA):
    """The jitted programs and their data."""
    lanes = Lanes((CPU,))
    return Programs(spec, data, lanes), lanes.copy(step.host_data(spec, data)[0])


class Metrics(NamedTuple):
    train_loss: jax.Array
    train_error: jax.Array


def epoch(made, params, seeds, number, rates, linear, active, data):
    """A whole epoch at once."""
    seeds = np.array(seeds, np.int32)
    drawn, nothing = made.draw(seeds, number, data), made.nothing_run(len(seeds))
    updates = range(made.updates)
    params, running = made.block(
        params, nothing, drawn, updates, np.array(rates, np.float32), linear, active, data
    )
    return params, Metrics(*made.means(running))


def one_epoch(made, data, params, *, seeds=(0,), number=1, rate=0.0, linear=False):
    lanes = len(seeds)
    on = np.ones(lanes, bool)
    return epoch(made, params, seeds, number, [rate] * lanes, np.full(lanes, linear), on, data)


def assert_same_outcomes(ours, theirs, *, timing=("seconds",)):
    """Every figure and parameter bit for bit (NaN equal to itself)."""
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        for field in dataclasses.fields(one):
            if field.name in timing:
                continue
            a, b = getattr(one, field.name), getattr(other, field.name)
            if field.name == "params":
                assert set(a) == set(b)
                for name in a:
                    np.testing.assert_array_equal(a[name], b[name], err_msg=name)
            else:
                np.testing.assert_array_equal(a, b, err_msg=field.name)


def same_params(ours, theirs) -> bool:
    return all(
        np.array_equal(one.params[n], other.params[n])
        for one, other in zip(ours, theirs, strict=True)
        for n in one.params
    )


# One step


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


# Groups


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


# What may influence a training, and what must not


def test_supporting_facts_reach_nothing():
    def mislabelled(number, question):
        return dataclasses.replace(question, support=(number % 3, 9) if number % 2 else ())

    told = [tiny_data.change_questions(part, mislabelled) for part in (TRAIN, TEST)]
    data = tiny_data.encoded(*told, holdout=0.25)
    for part in ("train", "test"):
        for field in dataclasses.fields(getattr(DATA, part)):
            ours, theirs = (getattr(getattr(d, part), field.name) for d in (DATA, data))
            np.testing.assert_array_equal(ours, theirs)
    for name in ("statements", "questions", "answers", "fit", "valid"):
        np.testing.assert_array_equal(getattr(DATA, name), getattr(data, name))
    assert data.vocabulary == DATA.vocabulary
    assert_same_outcomes(Trainer(SPEC, data, CPU).train(SEEDS), uninterrupted())


def relabelled(data, part, rows):
    """The data with other answers, of those that occur, in some rows of train or test."""
    examples = getattr(data, part)
    answer = examples.answer.copy()
    places = np.searchsorted(data.answers, answer[rows])
    answer[rows] = data.answers[(places + 1) % len(data.answers)]
    assert (answer[rows] != examples.answer[rows]).all()
    return dataclasses.replace(data, **{part: dataclasses.replace(examples, answer=answer)})


def test_test_answers_change_no_parameter_and_no_figure_but_the_test_s():
    data = relabelled(DATA, "test", np.arange(len(DATA.test)))
    other = Trainer(SPEC, data, CPU).train(SEEDS)
    assert_same_outcomes(other, uninterrupted(), timing=("seconds", "test_loss", "test_right"))
    for one, two in zip(other, uninterrupted(), strict=True):
        assert one.test_loss != two.test_loss
        assert not (one.test_right & two.test_right).any()  # one prediction, two different labels


def test_held_out_answers_change_no_parameter_and_no_training_figure():
    data = relabelled(DATA, "train", DATA.valid)
    other = Trainer(SPEC, data, CPU).train(SEEDS)
    valid = ("seconds", "valid_loss", "valid_right", "curves")
    assert_same_outcomes(other, uninterrupted(), timing=valid)
    for one, two in zip(other, uninterrupted(), strict=True):
        assert one.valid_loss != two.valid_loss
        assert [row[:2] for row in one.curves] == [row[:2] for row in two.curves]


def test_the_last_tenth_is_held_out_and_jointly_a_random_tenth():
    told = tiny_data.stories(30, seed=3)  # 60 questions
    alone = encode([(1, told)], [(1, TEST)], memory_size=6, holdout=0.1)
    np.testing.assert_array_equal(alone.fit, np.arange(54))
    np.testing.assert_array_equal(alone.valid, np.arange(54, 60))
    parts = [(1, told), (2, told)]
    joint, again = (
        encode(parts, [(1, TEST)], memory_size=6, holdout=0.1, joint=True) for _ in range(2)
    )
    assert len(joint.valid) == 12 and joint.valid.min() < 60 < joint.valid.max()
    assert sorted([*joint.fit, *joint.valid]) == list(range(120))
    assert joint.valid.tolist() != list(range(108, 120))
    np.testing.assert_array_equal(joint.valid, again.valid)  # one split for all restarts


def test_an_answer_that_is_trained_on_does_change_them():
    """So that the three tests above can fail: the same comparison sees a single changed label."""
    data = relabelled(DATA, "train", DATA.fit[:1])
    assert not same_params(Trainer(SPEC, data, CPU).train(SEEDS), uninterrupted())


# Which questions an epoch visits


def distinct():
    """Data whose training questions all have other memories: 14 to train on, 2 held out."""
    data = tiny_data.encoded(TRAIN, TEST, holdout=0.125)
    memory = data.train.memory.copy()
    memory[:, 0] = 1 + np.arange(len(memory))
    assert memory.max() < len(data.statements)
    return dataclasses.replace(data, train=dataclasses.replace(data.train, memory=memory))


class Spied:
    """A column's programs, and the training questions that an epoch at rate 0 visits.

    The spy sits where RN gets the memories of an epoch's questions, and leaves them as they are.
    """

    def __init__(self, monkeypatch, sampling):
        self.data = distinct()
        self.rows = {tuple(m): i for i, m in enumerate(self.data.train.memory.tolist())}
        self.seen = []
        monkeypatch.setattr(step, "insert_empties", self._spy)
        spec = tiny_data.column({"sampling": sampling}, time_noise=0.1, init_std=0.7)
        self.made, self.arrays = programs(spec, self.data)

    def _spy(self, uniform, memory, share, reading):
        jax.debug.callback(lambda m: self.seen.append(np.asarray(m)), memory)
        return memory, jnp.broadcast_to(jnp.arange(memory.shape[-1]), memory.shape)

    def epoch(self, params, number, seed):
        """The training questions, (U, B), and the epoch's metrics."""
        self.seen.clear()
        after, metrics = one_epoch(self.made, self.arrays, params, seeds=(seed,), number=number)
        jax.block_until_ready(metrics)
        jax.effects_barrier()
        for name in params:
            np.testing.assert_array_equal(after[name], params[name])
        (batches,) = self.seen
        rows = [[self.rows[tuple(m)] for m in batch] for batch in batches.tolist()]
        return np.array(rows), metrics


def test_paper_sampling_visits_every_training_question_once_an_epoch(monkeypatch):
    """And weighs each alike, the last batch's padding not at all: running figures are means."""
    spied = Spied(monkeypatch, "paper")
    data, made, n = spied.data, spied.made, len(spied.data.fit)
    params = made.init(np.array([4], np.int32))
    off = np.array([False])
    scores = made.evaluate(params, off, spied.arrays.tables, in_chunks(spied.arrays.train))
    loss, right = scores.loss[0, data.fit], scores.right[0, data.fit]
    assert np.ptp(loss) > 0.1  # another mix of questions has another mean
    orders = set()
    for number in (1, 2, 3, 4):
        rows, metrics = spied.epoch(params, number, seed=4)
        assert rows.shape == (5, 3) and n == 14
        assert sorted(rows.ravel()[:n]) == data.fit.tolist()  # what follows pads the last batch
        orders.add(tuple(rows.ravel()[:n]))
        np.testing.assert_allclose(metrics.train_loss[0], loss.mean(), rtol=2e-6)
        np.testing.assert_allclose(metrics.train_error[0], 1 - right.mean(), atol=1e-6)
    assert len(orders) == 4  # shuffled anew


def test_released_sampling_draws_full_batches_with_replacement_uniformly(monkeypatch):
    spied = Spied(monkeypatch, "released")
    fit = spied.data.fit.tolist()
    params = spied.made.init(np.array([0], np.int32))
    drawn = [spied.epoch(params, n, seed)[0] for seed in (0, 1, 2) for n in range(1, 101)]
    assert {rows.shape for rows in drawn} == {(4, 3)}  # floor(14 / 3) batches of 3
    counts = Counter(np.ravel(drawn).tolist())
    assert set(counts) == set(fit)  # all of them, and no held-out one
    assert chisquare([counts[i] for i in fit]).pvalue > 1e-4
    repeats = np.mean([12 - len(set(rows.ravel().tolist())) for rows in drawn])
    expected = 12 - 14 * (1 - (13 / 14) ** 12)  # draws without replacement have none
    assert abs(repeats - expected) < 0.35
    assert len({rows.tobytes() for rows in drawn}) == 300  # by seed and by epoch


def test_too_few_questions_for_a_batch_are_refused():
    for sampling in ("released", "paper"):
        spec = tiny_data.column({"sampling": sampling}, batch=13)
        with pytest.raises(BenchError, match="12 training questions.*13"):
            Programs(spec, DATA, Lanes((CPU,)))


# Figures of a finished restart


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


# Checkpoints


class Killed(Exception):
    pass


def kill_after(epochs):
    count = []

    def tick(*_):
        count.append(1)
        if len(count) == epochs:
            raise Killed

    return tick


def stop_after(blocks):
    asked = itertools.count()
    return lambda: next(asked) >= blocks


@pytest.mark.parametrize("epochs", [1, 3, 5])
def test_a_stopped_training_goes_on_bit_for_bit(tmp_path, epochs):
    saved = tmp_path / "a" / "x.npz"
    assert trainer().train(SEEDS, saved=[saved], stop=stop_after(epochs)) is None
    assert checkpoint.load(saved, SEEDS).place == (epochs, 0)
    assert_same_outcomes(trainer().train(SEEDS, saved=[saved]), uninterrupted())


BLOCKS = {
    "released": SPEC,
    "paper": tiny_data.column(
        {"sampling": "paper", "linear_start_end": "paper", "time_noise": "paper"},
        batch=5, linear_start=True, time_noise=0.3, rate=0.05,
    ),
    "bow": tiny_data.column(batch=1, encoding="bow"),
}  # fmt: skip


@functools.cache
def whole_epochs(case):
    return Trainer(BLOCKS[case], DATA, CPU).train(SEEDS)


@pytest.mark.parametrize("case", BLOCKS)
@pytest.mark.parametrize("block", [1, 2, 3])
def test_a_block_s_end_anywhere_in_an_epoch_changes_no_bit(tmp_path, case, block):
    """Epochs of 4, 3 and 12 updates: blocks that divide them and blocks that do not."""
    made, saved = Trainer(BLOCKS[case], DATA, CPU, block=block), tmp_path / "x.npz"
    assert made.blocks_an_epoch > 1 or (case, block) == ("paper", 3)
    assert_same_outcomes(made.train(SEEDS), whole_epochs(case))
    places = set()
    for blocks in (1, 2, 3, 5, 7):
        if made.train(SEEDS, saved=[saved], stop=stop_after(blocks)) is None:
            places.add(checkpoint.load(saved, SEEDS).place)
    assert len(places) > 1
    other = Trainer(BLOCKS[case], DATA, CPU, block=block + 1)  # ends elsewhere
    assert_same_outcomes(other.train(SEEDS, saved=[saved]), whole_epochs(case))


def test_blocks_are_seconds_long_and_short_epochs_are_one():
    assert trainer().blocks_an_epoch == 1
    wide = dataclasses.replace(SPEC, dim=2000, hops=60)
    tables = step.host_data(wide, DATA)[0].tables
    assert cost.block_updates(wide, tables, 6) < cost.block_updates(SPEC, tables, 6)
    features, rows = 6 * tables.statements.shape[1], 6 + np.shape(tables.features.plain)[0]
    seconds = cost.step_seconds(wide, features, rows) * devices.CPU_LANES
    assert seconds * cost.block_updates(wide, tables, 6) <= cost.BLOCK_SECONDS


def test_shares_of_a_training_add_up_to_it():
    ticks = []
    Trainer(SPEC, DATA, CPU, block=3).train(SEEDS, tick=ticks.append)
    assert len(ticks) == 2 * most_epochs(SPEC) and math.isclose(sum(ticks), 1.0)


def test_a_stop_while_the_final_model_is_scored_loses_nothing(tmp_path, monkeypatch):
    saved = tmp_path / "x.npz"
    monkeypatch.setattr(training, "UNASKED_SECONDS", -1.0)
    stop = stop_after(most_epochs(SPEC) + 1)  # each epoch, the end, and then
    assert trainer().train(SEEDS, saved=[saved], stop=stop) is None
    assert checkpoint.load(saved, SEEDS).place == (most_epochs(SPEC), 0)
    ticks = []
    outcomes = trainer().train(SEEDS, saved=[saved], tick=ticks.append)
    assert_same_outcomes(outcomes, uninterrupted())
    assert ticks == []


def test_questions_are_cut_once_a_training(monkeypatch):
    made, calls = Trainer(SPEC, DATA, CPU), []
    monkeypatch.setattr(training, "in_chunks", lambda q: calls.append(1) or in_chunks(q))
    made.train(SEEDS)
    assert len(calls) == 3  # training, held-out and test questions


KILLED = """
import sys
sys.path[:0] = {path!r}
import jax
jax.config.update("jax_disable_most_optimizations", True)
from pathlib import Path
import test_train
from bench.train import loop
loop.CHECKPOINT_SECONDS = 0.0
print("begun", flush=True)
made = test_train.Trainer(test_train.LONG, test_train.DATA, test_train.CPU, block=2)
made.train(test_train.SEEDS, saved=[Path({saved!r})], tick=lambda share: print(share, flush=True))
"""
LONG = dataclasses.replace(SPEC, batch=1, epochs=60)


def test_a_training_killed_at_any_moment_goes_on_bit_for_bit(tmp_path):
    """kill -9, again and again, at moments that fall where they may."""
    saved, draw = tmp_path / "x.npz", np.random.default_rng()
    path = [str(Path(__file__).parent), str(Path(oracle.__file__).parent), *sys.path]
    script = KILLED.format(path=path, saved=str(saved))
    places = []
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        for _ in range(int(draw.integers(2, 30))):
            assert process.stdout.readline()
        time.sleep(draw.uniform(0, 0.02))
        process.kill()
        process.wait()
        process.stdout.close()
        found = checkpoint.load(saved, SEEDS)  # never half-written
        assert found is not None or not places
        if found is not None:
            places.append(found.place)
    assert places == sorted(places) and places and places[-1] < (most_epochs(LONG), 0)
    outcomes = Trainer(LONG, DATA, CPU, block=5).train(SEEDS, saved=[saved])
    assert_same_outcomes(outcomes, Trainer(LONG, DATA, CPU).train(SEEDS))


def test_a_killed_training_goes_on_from_its_last_checkpoint(tmp_path, monkeypatch):
    saved = tmp_path / "x.npz"
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)  # after every epoch
    with pytest.raises(Killed):
        trainer().train(SEEDS, saved=[saved], tick=kill_after(4))
    assert checkpoint.load(saved, SEEDS).place == (3, 0)  # the fourth was not saved yet
    ticks = []
    outcomes = trainer().train(SEEDS, saved=[saved], tick=lambda *_: ticks.append(1))
    assert len(ticks) == 3
    assert_same_outcomes(outcomes, uninterrupted())


def test_a_damaged_or_foreign_checkpoint_is_not_used(tmp_path):
    saved = tmp_path / "x.npz"
    assert trainer().train(SEEDS, saved=[saved], stop=lambda: True) is None
    whole = saved.read_bytes()
    for content in (b"", b"no archive", whole[:-40], whole[: len(whole) // 2]):
        saved.write_bytes(content)
        assert checkpoint.load(saved, SEEDS) is None
        assert_same_outcomes(trainer().train(SEEDS, saved=[saved]), uninterrupted())
    saved.write_bytes(whole)
    assert checkpoint.load(saved, SEEDS[::-1]) is None
    assert checkpoint.load(saved, SEEDS[:2]) is None
    assert checkpoint.load(saved, SEEDS) is not None
    assert checkpoint.load(tmp_path / "none.npz", SEEDS) is None


def test_any_single_damaged_byte_is_seen_or_harmless(tmp_path):
    """No byte of a checkpoint may crash the suite, or be read as other numbers."""
    saved = tmp_path / "x.npz"
    words = np.arange(6, dtype=np.float32)
    losses = np.arange(3, dtype=np.float32)
    state = State({"words": words}, {"loss": losses})
    progress = Progress(state, [[(1.0, 0.5, 2.0, 0.25)]], 2, 5, 3.0)
    checkpoint.save(saved, [4], progress)
    whole = saved.read_bytes()
    damaged, directory = 0, whole.index(b"PK\x01\x02")
    for place in range(len(whole)):
        for bit in range(8) if place >= directory else [place % 8]:
            flipped = whole[place] ^ (1 << bit)
            saved.write_bytes(whole[:place] + bytes([flipped]) + whole[place + 1 :])
            found = checkpoint.load(saved, [4])
            if found is None:
                damaged += 1
                continue
            assert (found.place, found.curves, found.seconds) == ((2, 5), progress.curves, 3.0)
            assert [set(part) for part in found.state] == [{"words"}, {"loss"}], f"byte {place}"
            np.testing.assert_array_equal(found.state.params["words"], words)
            np.testing.assert_array_equal(found.state.running["loss"], losses)
    assert damaged > len(whole) / 2


def test_a_checkpoint_keeps_losses_that_are_not_finite(tmp_path):
    row = (math.nan, 1.0, math.inf, 0.1 + 0.2)
    words = np.array([math.nan, 1.0], np.float32)
    progress = Progress(State({"words": words}, {}), [[row], []], 1, 0, 0.5)
    checkpoint.save(tmp_path / "x.npz", (1, 2), progress)
    back = checkpoint.load(tmp_path / "x.npz", (1, 2))
    np.testing.assert_array_equal(back.curves[0], [row])
    assert back.curves[1] == [] and isinstance(back.curves[0][0], tuple)
    np.testing.assert_array_equal(back.state.params["words"], words)
    assert back.state.params["words"].dtype == np.float32
    assert json.loads(json.dumps(back.seconds)) == 0.5
