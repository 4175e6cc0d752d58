"""I and G: bags of n-grams, slots, what is held out; and what supervision makes of a question."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.core.errors import BenchError
from bench.examples.stories import Question, Story
from bench.methods.memnn import input
from bench.methods.memnn.memory import NONE, TOO_OLD, encode
from bench.methods.memnn.supervision import drawn, from_facts, from_words

TEXT = st.lists(st.sampled_from("abc"), max_size=6).map(tuple)


@given(st.lists(TEXT, min_size=1, max_size=4), st.integers(1, 3))
def test_a_bag_counts_its_n_grams(texts, order):
    features = input.dictionary(texts, order)
    bags = input.bags(texts, features, order)
    assert len(set(features)) == len(features) and bags.sum(axis=0).all()
    for text, bag in zip(texts, bags, strict=True):
        joined = "".join(text)
        for feature, times in zip(features, bag, strict=True):
            part = "".join(feature)
            starts = range(len(joined) - len(part) + 1)
            assert times == sum(joined.startswith(part, at) for at in starts)
        assert bag.sum() == sum(max(0, len(text) - n) for n in range(order))


def test_words_of_too_many_statements_do_not_count():
    stated = [("a", "x"), ("a", "y"), ("a", "b", "z"), ("b",)]
    has = input.contents([("a", "b", "x")], stated, 0.5)
    assert has.sum() == 2  # b and x: half of the statements have b, three quarters a


def story(statements: int, *asked: tuple[int, tuple[int, ...]]) -> Story:
    told = tuple((f"s{number}",) for number in range(statements))
    return Story(told, tuple(Question(("q",), "yes", s, seen, 1) for seen, s in asked))


def test_memories_are_the_latest_statements_the_oldest_first():
    told = story(5, (2, (1,)), (5, (4, 0)))
    encoded = encode({"1": {"train": [told], "test": [told]}}, memory_size=3, holdout=0.0)
    read = [[encoded.statements[i] for i in row] for row in encoded.train.memory]
    assert read == [[("s0",), ("s1",), ()], [("s2",), ("s3",), ("s4",)]]
    assert encoded.train.count.tolist() == [2, 3]
    assert encoded.train.support.tolist() == [[1, NONE], [2, TOO_OLD]]


def test_each_units_last_questions_are_held_out_and_test_words_are_not_learned():
    first = [story(1, (1, (0,))) for _ in range(10)]
    test = Story((("new",),), (Question(("other",), "no", (0,), 1, 1),))
    parts = {unit: {"train": first, "test": [test]} for unit in "ab"}
    encoded = encode(parts, memory_size=5, holdout=0.1)
    assert encoded.valid.tolist() == [9, 19] and len(encoded.fit) == 18
    assert encoded.answers == ("yes",) and encoded.test.answer.tolist() == [-1, -1]
    assert set(encoded.texts) == {(), ("s0",), ("q",)}
    with pytest.raises(BenchError, match="too few to hold out"):
        encode({"a": {"train": first[:2], "test": [test]}}, memory_size=5, holdout=0.1)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 5), st.integers(1, 4), st.data())
def test_the_facts_are_the_targets_in_order_then_the_null_memory(count, hops, data):
    slots = 5
    facts = data.draw(st.lists(st.integers(0, count - 1), unique=True, min_size=1, max_size=count))
    support = jnp.array(facts + [NONE] * (slots - len(facts)))
    lesson = from_facts(support, jnp.array(count), slots, hops)
    for hop in range(hops):
        wrong = set(np.flatnonzero(lesson.wrong[hop]).tolist())
        if hop > len(facts):
            assert not wrong
            continue
        target = facts[hop] if hop < len(facts) else slots
        candidates = set(range(count)) | ({slots} if hops > 1 else set())
        assert int(lesson.target[hop]) == target
        assert wrong == candidates - set(facts[:hop]) - {target}


def test_a_fact_that_left_the_memory_teaches_nothing():
    lesson = from_facts(jnp.array([TOO_OLD, 1]), jnp.array(3), 3, 3)
    assert not lesson.wrong[0].any() and lesson.target.tolist() == [3, 1, 3]
    assert lesson.wrong[1].tolist() == [True, False, True, True]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31))
def test_valid_memories_are_those_that_share_words(seed):
    rng = np.random.default_rng(seed)
    words, slots = 5, 4
    memories = rng.random((slots, words)) < 0.3
    question, answer = rng.random((2, words)) < 0.3
    count, numbers = int(rng.integers(1, slots + 1)), rng.random(2)
    lesson = from_words(
        *map(jnp.asarray, (question, memories, answer)),
        jnp.array(count),
        drawn(jnp.asarray(numbers)),
    )
    target, wrong = lesson.target.tolist(), np.asarray(lesson.wrong)
    used = range(count)
    first = [i for i in used if (memories[i] & question).any()]
    if not first:
        assert target == [slots, slots] and not wrong.any()
        return
    assert target[0] == first[int(numbers[0] * len(first))]
    assert set(np.flatnonzero(wrong[0])) == set(used) - set(first) | {slots}
    shares = memories[target[0]]
    second = [i for i in used if (memories[i] & shares).any() and (memories[i] & answer).any()]
    if second:
        assert target[1] == second[int(numbers[1] * len(second))] and wrong[1][slots]
    else:
        assert target[1] == slots
    assert set(np.flatnonzero(wrong[1])) - {slots} == set(used) - set(second)
