"""Tiers of memory slots: they cover what is occupied, change no result, and give way when they
don't."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tiny_data
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from tiny_data import quick_compile  # noqa: F401

from bench.methods.memn2n import tiers
from bench.methods.memn2n.tiers import by_count, fit
from bench.methods.memn2n.training import Trainer

DATA = tiny_data.encoded(tiny_data.stories(40, seed=1), tiny_data.stories(4, seed=2))
SPEC = tiny_data.column(linear_start=True, time_noise=0.1, rate=0.02, batch=12)
SEEDS = (0, 1)

some_counts = st.lists(st.integers(0, 12), min_size=1, max_size=60).map(np.array)


@given(some_counts, st.integers(1, 32))
def test_a_cover_holds_every_slot_once_and_leaves_out_what_is_rare(counts, batch):
    cover = tiers.tiers(counts, batch, 12) or (tiers.Tier(batch, 0, 12),)
    assert [tier.low for tier in cover] == [0, *(tier.high for tier in cover[:-1])]
    assert cover[-1].high == 12 and len(cover) <= tiers.MOST
    for tier in cover:
        share = float(np.mean(counts > tier.low))
        assert binom.sf(tier.rows, batch, share) <= tiers.RARE * 1.001
        assert 1 <= tier.rows <= batch


def test_short_stories_cost_less_and_full_ones_need_no_tiers():
    short = np.array([2] * 9 + [50])
    cover = tiers.tiers(short, 32, 50)
    assert sum(tier.rows * (tier.high - tier.low) for tier in cover) < 0.6 * 32 * 50
    assert tiers.tiers(np.full(10, 50), 32, 50) == ()


@given(st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=3, max_size=3))
def test_by_count_is_a_stable_sort(counts):
    counts = np.array(counts)
    values = np.arange(counts.size).reshape(counts.shape)
    wanted = np.take_along_axis(values, np.argsort(-counts, axis=1, kind="stable"), axis=1)
    np.testing.assert_array_equal(by_count(jnp.asarray(counts), jnp.asarray(values)), wanted)


def test_fit_sees_a_question_too_many():
    cover = (tiers.Tier(3, 0, 2), tiers.Tier(2, 2, 5))
    assert fit(jnp.array([[5, 4, 2], [2, 1, 0]]), cover)
    assert not fit(jnp.array([[2, 1, 0], [5, 4, 3]]), cover)
    assert not fit(jnp.array([[2, 1, 1, 1]]), cover)


def train(monkeypatch, rare, whole):
    """Outcomes, how many epochs did not fit, and the tiers; ``whole`` uses none of them."""
    monkeypatch.setattr(tiers, "RARE", rare)
    monkeypatch.setattr(tiers, "OVERHEAD", 0)
    trainer = Trainer(SPEC, DATA, jax.devices()[0])
    made, again = trainer.programs, []
    if whole:
        made._blocks.update({(True, whole): made._blocks[False, whole] for whole in (True, False)})
    else:
        program = made._blocks[False, True]
        made._blocks[False, True] = lambda *a: again.append(1) or program(*a)
    return trainer.train(SEEDS), len(again), made._covers


@pytest.mark.parametrize(("rare", "misfits"), [(1e-3, False), (0.3, True)])
def test_tiers_change_no_figure_even_where_batches_do_not_fit(monkeypatch, rare, misfits):
    plain, never, _ = train(monkeypatch, rare, whole=True)
    tiered, again, cover = train(monkeypatch, rare, whole=False)
    assert never == 0 and len(cover) > 1
    assert (again > 0) == misfits
    for one, other in zip(plain, tiered, strict=True):
        assert len(one.curves) == len(other.curves)
        np.testing.assert_allclose(one.curves, other.curves, rtol=2e-4)
        assert math.isclose(one.test_loss, other.test_loss, rel_tol=2e-4)
        for name, value in one.params.items():
            np.testing.assert_allclose(value, other.params[name], atol=2e-4, err_msg=name)
