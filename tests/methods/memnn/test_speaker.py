"""R as a recurrent network: its equations, what it hears and says, and what of it is right."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import oracle_recurrent as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken_questions import UNIT, column, parts, said_of
from tiny_data import quick_compile  # noqa: F401

from bench.core.errors import BenchError
from bench.examples.stories import Question, Spoken, Story
from bench.methods.memnn import METHOD
from bench.methods.memnn.hearing import hear
from bench.methods.memnn.memory import NONE, TOO_OLD
from bench.methods.memnn.speaker import accepted, costs, speak
from bench.train import cells

CELLS = ("rnn", "lstm")
WORDS, DIM = 9, 5


def params(cell, seed=0):
    draw = np.random.default_rng(seed)
    shapes = cells.shapes(cell, WORDS, DIM, WORDS)
    return {name: draw.normal(0, 0.8, shape) for name, shape in shapes.items()}


def single(values):
    return {name: jnp.asarray(value, jnp.float32) for name, value in values.items()}


def texts(longest, width, *, right, seed):
    """Six texts of 1 .. ``longest`` words, as lists and laid out."""
    draw = np.random.default_rng(seed)
    lengths = [longest, 1, *draw.integers(1, longest + 1, 4)]
    lists = [draw.integers(1, WORDS, n).tolist() for n in lengths]
    laid = np.zeros((len(lists), width), np.int32)
    for row, ids in zip(laid, lists, strict=True):
        at = width - len(ids) if right else 0
        row[at : at + len(ids)] = ids
    return lists, jnp.asarray(laid)


@pytest.mark.parametrize("cell", CELLS)
def test_cost_and_gradient_are_the_equations(cell):
    heard, laid = texts(6, 8, right=True, seed=1)
    said, told = texts(3, 5, right=False, seed=2)
    values = params(cell)

    def mean(p):
        each = costs(cell, p, laid, told)
        return each.mean(), each

    (_, each), slopes = jax.jit(jax.value_and_grad(mean, has_aux=True))(single(values))
    np.testing.assert_allclose(each, oracle.spoken_costs(values, cell, heard, said), rtol=1e-5)
    draw = np.random.default_rng(3)
    for name, value in values.items():
        for _ in range(4):
            where = tuple(draw.integers(0, n) for n in value.shape)
            moved = []
            for step in (1e-5, -1e-5):
                changed = {**values, name: value.copy()}
                changed[name][where] += step
                moved.append(oracle.spoken_costs(changed, cell, heard, said).mean())
            slope = (moved[0] - moved[1]) / 2e-5
            assert slopes[name][where] == pytest.approx(slope, rel=1e-3, abs=1e-5), (name, where)
    assert not np.asarray(slopes["words"][0]).any()  # no word


@pytest.mark.parametrize("cell", CELLS)
def test_the_likeliest_word_is_said_at_every_step(cell):
    heard, laid = texts(6, 8, right=True, seed=1)
    ends = set()
    for seed in range(4):
        values = params(cell, seed)
        values["bias"][0] += 1.5  # so that some answers end
        wanted = [oracle.spoken(values, cell, ids, 4) for ids in heard]
        found = np.asarray(jax.jit(partial(speak, cell, most=4))(single(values), laid))
        for row, words in zip(found, wanted, strict=True):
            assert row.tolist() == words + [0] * (4 - len(words))
            ends.add(len(words))
    assert {0, 4} <= ends and ends & {1, 2, 3}


# What is heard and what is right


def test_it_hears_the_question_then_the_memories_in_order():
    told = parts()
    heard = hear(column(), told)
    (story,), asked = told[UNIT]["train"], heard.encoded.train
    found = heard.hears(asked, asked.support)
    for row, question in zip(found, story.questions, strict=True):
        first = max(0, question.seen - 12)
        kept = [story.statements[at] for at in question.support if at >= first]
        assert said_of(heard, row) == [w for part in (question.words, *kept) for w in part]
        assert row[-1] > 0
    nothing = np.full_like(asked.support, NONE)
    nothing[:, 0] = TOO_OLD
    null = np.full_like(nothing, asked.memory.shape[1])
    for slots in (nothing, null):
        for row, question in zip(heard.hears(asked, slots), story.questions, strict=True):
            assert said_of(heard, row) == list(question.words)


def test_without_facts_it_hears_the_latest_words_and_the_question():
    told = parts(facts=False)
    heard = hear(column(), told)
    assert not heard.finds and heard.width == 20
    (story,) = told[UNIT]["test"]
    lines = [(*said, *joiner) for said, joiner in zip(story.statements, story.joiners, strict=True)]
    for row, question in zip(heard.words("test"), story.questions, strict=True):
        before = [word for line in lines[: question.seen] for word in line]
        assert said_of(heard, row) == [*before, *question.words][-20:]


def test_answers_are_accepted_as_the_data_says():
    told = parts()
    heard = hear(column(), told)
    (story,) = told[UNIT]["train"]
    assert accepted(heard.train.verdict, heard.train.said).all()
    draw = np.random.default_rng(0)
    said = draw.integers(0, len(heard.vocabulary), heard.train.said.shape).astype(np.int32)
    # Of half of them only one word is another: else hardly any would be right.
    some = draw.integers(0, said.shape[1], len(said))
    near = heard.train.said.copy()
    near[np.arange(len(said)), some] = said[np.arange(len(said)), some]
    seen = set()
    for answers in (said, near):
        found = np.asarray(accepted(heard.train.verdict, jnp.asarray(answers)))
        for row, right, question in zip(answers, found, story.questions, strict=True):
            assert right == question.spoken.accepts(said_of(heard, row))
            seen.add(bool(right))
    assert seen == {True, False}


PLACES, SUBJECTS = ("attic", "barn"), ("he", "it")


@given(st.lists(st.sampled_from([*PLACES, *SUBJECTS, "is"]), max_size=4))
def test_an_answer_holds_the_place_and_nothing_wrong(said):
    answer = Spoken(("he", "is", "attic"), "attic", frozenset({"barn", "it"}))
    wrong = Spoken(("it", "is", "barn"), "barn", frozenset({"attic", "he"}))
    asked = tuple(Question(("who",), a.holds, (0,), 1, 1, a) for a in (answer, wrong))
    story = Story((("he", "attic"),), asked, ((".",),))
    heard = hear(column(holdout=0.5), {UNIT: {"train": (story,), "test": (story,)}})
    row = np.zeros((2, 5), np.int32)
    row[:, : len(said)] = [heard.index[word] for word in said]
    right = "attic" in said and not {"barn", "it"} & set(said)
    other = "barn" in said and not {"attic", "he"} & set(said)
    assert accepted(heard.train.verdict, row).tolist() == [right, other]


def test_data_without_spoken_answers_is_refused():
    story = Story((("a",),), (Question(("who",), "a", (0,), 1, 1),) * 4, ((".",),))
    with pytest.raises(BenchError, match="answers of one word"):
        METHOD.prepare(column(), {UNIT: {"train": (story,), "test": (story,)}})
