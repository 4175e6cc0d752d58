"""RN, random noise: the law of the inserted empties against its closed form (S15 section 4.1)."""

import itertools
import math
from collections import Counter
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from tiny_data import quick_compile  # noqa: F401

from bench.methods.memn2n.noise import draws_needed, insert_empties, most_empties

DRAWS = 20_000


compiled = jax.jit(insert_empties, static_argnums=(2, 3))


def with_key(key, memory, share, reading):
    """`insert_empties` with its uniform numbers drawn from a key, as training does."""
    shape = (draws_needed(share, memory.shape[-1]), *memory.shape[:-1])
    after, time = compiled(jax.random.uniform(key, shape), jnp.asarray(memory), share, reading)
    return np.asarray(after), np.asarray(time)


def insert(count, share, reading, *, slots, draws=DRAWS, seed=0):
    """``draws`` stories of memories 1..count, and what became of them."""
    memory = np.zeros((draws, slots), np.int32)
    memory[:, :count] = np.arange(1, count + 1)
    return (memory, *with_key(jax.random.key(seed), memory, share, reading))


def law(count, share, reading, slots):
    """Probability of (memories kept, their time indices), by going through every b and subset.

    b of the n + b places, in order, are empty; the i-th of the other places is memory i's time.
    """
    most = math.ceil(Fraction(share).limit_denominator(1000) * count)
    law = Counter()
    for b in range(most + 1) if reading == "released" else [most]:
        for empty in itertools.combinations(range(count + b), b):
            places = [place for place in range(count + b) if place not in empty]
            if reading == "released":
                seen = (count, *(min(place, slots - 1) for place in places))
            else:
                kept = [place for place in places if place < slots]
                seen = (len(kept), *kept)
            chance = Fraction(1, math.comb(count + b, b))
            law[seen] += chance / (most + 1) if reading == "released" else chance
    assert sum(law.values()) == 1
    return law


@pytest.mark.parametrize("reading", ["released", "paper"])
@pytest.mark.parametrize(
    "count, share, slots",
    [
        (1, 0.1, 5),
        (3, 0.1, 50),  # as trained: one empty at most, five draws a story
        (3, 0.6, 12),  # two empties, draws past b idle
        (4, 0.7, 12),  # three
        (4, 0.1, 4),  # full: the last place is clipped, or falls out
        (5, 0.4, 5),
    ],
)
def test_every_outcome_is_as_frequent_as_its_closed_form(count, share, slots, reading):
    _, memory, time = insert(count, share, reading, slots=slots, seed=count)
    seen = Counter()
    for held, at in zip(memory, time, strict=True):
        kept = np.count_nonzero(held)
        seen[(int(kept), *map(int, at[:kept]))] += 1
    expected = law(count, share, reading, slots)
    assert set(seen) <= set(expected), set(seen) - set(expected)
    assert DRAWS * min(expected.values()) > 5
    if len(expected) > 1:
        frequencies = [(seen[outcome], float(DRAWS * p)) for outcome, p in expected.items()]
        observed, wanted = map(np.array, zip(*frequencies, strict=True))
        assert chisquare(observed, wanted).pvalue > 1e-4


@pytest.mark.parametrize("reading", ["released", "paper"])
@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_memories_keep_their_order_and_only_move_back(reading, data):
    counts = data.draw(st.lists(st.integers(0, 6), min_size=8, max_size=8))
    share = data.draw(st.sampled_from([0.1, 0.5, 0.9]))
    memory = np.zeros((8, 6), np.int32)
    for row, count in enumerate(counts):
        memory[row, :count] = 10 * row + 1 + np.arange(count)
    key = jax.random.key(data.draw(st.integers(0, 1000)))
    after, time = with_key(key, memory, share, reading)
    assert after.dtype == np.int32 and time.dtype == np.int32
    assert (time >= 0).all() and (time < 6).all()
    for row, count in enumerate(counts):
        held, at = after[row], time[row, :count]
        limit = math.ceil(Fraction(share).limit_denominator(10) * count)
        assert (at >= np.arange(count)).all() and (at - np.arange(count) <= limit).all()
        inside = at[at < 5]
        assert (np.diff(inside) > 0).all()  # strictly, before clipping at the last index
        assert (np.diff(at) >= 0).all()
        if reading == "released":
            np.testing.assert_array_equal(held, memory[row])
        else:
            kept = np.count_nonzero(held)
            np.testing.assert_array_equal(held[:kept], memory[row, :kept])
            assert not held[kept:].any() and count - limit <= kept <= count
            assert (np.diff(at[:kept]) > 0).all()  # two memories never share a time index
            assert (at[kept:] == 5).all()


def test_a_story_without_memories_stays_empty():
    for reading in ("released", "paper"):
        _, memory, time = insert(0, 0.1, reading, slots=6, draws=50)
        assert not memory.any() and (time >= 0).all() and (time < 6).all()


def test_a_full_memory_is_clipped_or_loses_its_oldest():
    before, after, time = insert(50, 0.1, "released", slots=50, draws=2000)
    np.testing.assert_array_equal(after, before)
    assert time.max() == 49 and (time[:, 0] > 0).any()
    before, after, time = insert(50, 0.1, "paper", slots=50, draws=2000)
    lost = 50 - np.count_nonzero(after, axis=1)
    assert lost.max() == 5 and lost.min() < 5  # all five before the last memory, or some past it
    for row, missing in zip(after, lost, strict=True):
        np.testing.assert_array_equal(row, np.r_[np.arange(1, 51 - missing), np.zeros(missing)])


def test_a_tenth_of_thirty_is_three():
    table = most_empties(0.1, 50)
    assert table.shape == (51,) and table.dtype == np.int32
    np.testing.assert_array_equal(table, [-(-n // 10) for n in range(51)])
    assert (table[[0, 1, 10, 11, 30, 31, 50]] == [0, 1, 1, 2, 3, 4, 5]).all()
    _, _, time = insert(30, 0.1, "released", slots=50, draws=3000)
    assert set(time[:, 29] - 29) == {0, 1, 2, 3}


@settings(max_examples=200, derandomize=True, database=None)
@given(share=st.fractions(0, 1, max_denominator=40), slots=st.integers(1, 60))
def test_the_share_is_rounded_up_exactly(share, slots):
    wanted = [math.ceil(share * n) for n in range(slots + 1)]
    np.testing.assert_array_equal(most_empties(float(share), slots), wanted)


def test_questions_are_drawn_independently_and_from_the_key():
    _, _, time = insert(8, 0.5, "released", slots=16, seed=3)
    shift = (time[:, :8] - np.arange(8)).sum(axis=1)
    between = np.corrcoef(shift[::2], shift[1::2])[0, 1]
    assert shift.std() > 0 and abs(between) < 5 / np.sqrt(DRAWS / 2)
    _, _, again = insert(8, 0.5, "released", slots=16, seed=3)
    _, _, other = insert(8, 0.5, "released", slots=16, seed=4)
    np.testing.assert_array_equal(again, time)
    assert (other != time).any(axis=1).mean() > 0.5


@pytest.mark.parametrize("largest", [np.nextafter(np.float32(1), np.float32(0)), np.float32(0)])
def test_the_ends_of_the_unit_interval_stay_inside_the_law(largest):
    """Uniform numbers all 0, or all the last one below 1: no draw past the end."""
    memory = np.array([[1, 2, 3, 4, 0, 0, 0, 0]], np.int32)
    uniform = jnp.full((draws_needed(0.5, 8), 1), largest)
    after, time = insert_empties(uniform, jnp.asarray(memory), 0.5, "released")
    np.testing.assert_array_equal(after, memory)
    # largest: b = 2, both after all memories; zero: b = 0.
    np.testing.assert_array_equal(np.asarray(time)[0, :4], [0, 1, 2, 3])
    after, time = insert_empties(uniform, jnp.asarray(memory), 0.5, "paper")
    # zero: the first place is empty, and the last, which Floyd's second draw takes instead of it
    wanted = [0, 1, 2, 3] if largest else [1, 2, 3, 4]
    np.testing.assert_array_equal(np.asarray(time)[0, :4], wanted)


def test_leading_axes_are_kept():
    memory = np.ones((2, 3, 5), np.int32)
    for reading in ("released", "paper"):
        after, time = with_key(jax.random.key(0), memory, 0.2, reading)
        assert after.shape == time.shape == (2, 3, 5)
