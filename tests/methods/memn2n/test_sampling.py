"""Which questions an epoch visits."""

import dataclasses
from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tiny_data
from scipy.stats import chisquare
from tiny_data import quick_compile  # noqa: F401
from training_helpers import (
    CPU,
    DATA,
    TEST,
    TRAIN,
    one_epoch,
    programs,
)

from bench.core.errors import BenchError
from bench.methods.memn2n import step
from bench.methods.memn2n.scores import in_chunks
from bench.methods.memn2n.step import Programs
from bench.train.lanes import Lanes


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
