"""Training: what is read, what is kept, resumption, and what the rows say."""

import copy
import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import oracle_recurrent as oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_data import quick_compile  # noqa: F401

from bench.core import arrays
from bench.core.errors import BenchError
from bench.core.rows import wrong_field
from bench.examples.stories import Question, Story
from bench.methods.recurrent import training
from bench.methods.recurrent.method import METHOD
from bench.methods.recurrent.row import FIELDS, best_epoch, row
from bench.methods.recurrent.sequences import sequences
from bench.methods.recurrent.spec import Recurrent
from bench.methods.recurrent.training import POOL, Trainer

DEVICE = jax.devices()[0]


def column(**fields):
    small = dict(id="tiny", title="tiny", dim=8, batch=8, epochs=12, rate=0.03, holdout=0.2)
    return Recurrent(**small | fields)


def parts(train=90, test=40):
    """Stories of one to five words; the answer is the question's only word."""
    draw = np.random.default_rng(0)

    def told(count):
        found = []
        for _ in range(count):
            said = tuple(draw.choice(list("abc"), draw.integers(1, 6)).tolist())
            word = str(draw.choice(["x", "y", "z"]))
            found.append(Story((said,), (Question((word,), word, (0,), 1, 1),)))
        return tuple(found)

    return {"tiny": {"train": told(train), "test": told(test)}}


@pytest.fixture(scope="module")
def trainers():
    """A trainer a cell, compiled once."""
    return {
        cell: Trainer(column(cell=cell), METHOD.prepare(column(), parts()), DEVICE, stream=5)
        for cell in ("rnn", "lstm")
    }


def but(trainer, **changed):
    """The trainer with other settings that its programs do not hold."""
    other = copy.copy(trainer)
    for name, value in changed.items():
        assert hasattr(other, name)
        setattr(other, name, value)
    return other


def lists(questions):
    return [row[row > 0].tolist() for row in questions.words]


WORD = st.sampled_from("abcdef")
SENTENCES = st.lists(st.lists(WORD, min_size=1, max_size=4).map(tuple), max_size=6)


@given(SENTENCES, st.lists(WORD, min_size=1, max_size=5), st.integers(1, 12), st.integers(0, 6))
def test_the_latest_words_are_read_and_the_question_last(statements, asked, most, seen):
    seen = min(seen, len(statements))
    story = Story(tuple(statements), (Question(tuple(asked), "yes", (), seen, 1),) * 2)
    data = sequences(column(words=most, batch=1, holdout=0.5),
                     {"u": {"train": (story,), "test": (story,)}})  # fmt: skip
    whole = [word for said in statements[:seen] for word in said] + asked
    read = [data.vocabulary[i] for i in lists(data.test)[0]]
    assert read == whole[-most:] and data.answers == ("yes",)


def test_the_last_training_questions_are_held_out_and_no_others():
    told = parts()["tiny"]["train"]
    data = METHOD.prepare(column(), parts())
    kept = len(told) - len(data.valid)
    assert len(data.valid) == round(0.2 * len(told))
    for asked, stories in ((data.fit, told[:kept]), (data.valid, told[kept:])):
        read = [[data.vocabulary[i] for i in ids] for ids in lists(asked)]
        assert read == [[*s.statements[0], *s.questions[0].words] for s in stories]
        assert [data.answers[i] for i in asked.answer] == [s.questions[0].answer for s in stories]


def test_running_text_has_what_joins_statements():
    story = Story(
        (("a", "b"), ("c",), ("d",)),
        (Question(("who",), "a", (), 2, 1), Question(("who",), "b", (), 3, 2)),
        ((",", "then"), (".",), (";",)),
    )
    told = {"u": {"train": (story,), "test": (story,)}}
    data = sequences(column(text="running", batch=1, holdout=0.5, words=5), told)
    read = [[data.vocabulary[i] for i in ids] for ids in lists(data.test)]
    assert read == [[",", "then", "c", ".", "who"], ["c", ".", "d", ";", "who"]]
    with pytest.raises(BenchError, match="nothing says what would join them"):
        METHOD.prepare(column(text="running"), parts())


def test_a_training_stopped_anywhere_ends_as_if_it_had_not_been(tmp_path, trainers):
    trainer = but(trainers["lstm"], block=3)
    whole = trainers["lstm"].train([0, 1])
    saved = [tmp_path / "0.npz", tmp_path / "1.npz"]
    asked = 0

    def every_fifth():
        nonlocal asked
        asked += 1
        return asked % 5 == 0

    places = []
    while (again := trainer.train([0, 1], saved=saved, stop=every_fifth)) is None:
        places.append(METHOD.place(saved[0], [0]))
        assert len(places) < 50
    assert {update for _, update in places} > {0}  # between epochs, and within them
    for one, other in zip(whole, again, strict=True):
        assert one.row == other.row and one.lanes == other.lanes == 2
        for name, value in one.params.items():
            np.testing.assert_array_equal(value, other.params[name])


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_it_learns_and_a_row_is_of_the_model_that_errs_least_on_the_questions_held_out(
    cell, trainers
):
    data = trainers[cell].data
    for outcome in trainers[cell].train([0, 1]):
        row = outcome.row
        assert wrong_field(row, FIELDS) == "" and row["diverged"] is None
        assert row["test_error"] == 0.0
        curve = list(zip(*row["curves"].values(), strict=True))
        assert row["epochs"] == 12 and row["best_epoch"] == best_epoch(curve)
        assert (row["valid_error"], row["valid_cost"]) == min((e, c) for _, c, e in curve)
        for asked, name in ((data.valid, "valid"), (data.test, "test")):
            costs, right = oracle.answered(outcome.params, cell, lists(asked), asked.answer)
            assert row[f"{name}_cost"] == pytest.approx(costs.mean(), rel=1e-4)
            assert row[f"{name}_error"] == pytest.approx(100 * (1 - right.mean()), abs=1e-3)
        assert row["test_errors"] == {"tiny": row["test_error"]}
        assert METHOD.early(row) == row["curves"]["train_cost"][0]


def test_restarts_differ_and_so_do_groups(trainers):
    one, other = trainers["rnn"].train([0, 1])
    elsewhere, _ = but(trainers["rnn"], stream=6).train([0, 1])
    assert len({METHOD.early(o.row) for o in (one, other, elsewhere)}) == 3


def test_the_test_set_s_answers_play_no_part(trainers):
    trainer = trainers["rnn"]
    data = trainer.data
    wrong = dataclasses.replace(data.test, answer=(data.test.answer + 1) % len(data.answers))
    fooled = Trainer(trainer.spec, dataclasses.replace(data, test=wrong), DEVICE, stream=5)
    for one, other in zip(trainer.train([0, 1]), fooled.train([0, 1]), strict=True):
        assert one.row["test_error"] != other.row["test_error"]
        assert one.row["curves"] == other.row["curves"]
        for name, value in one.params.items():
            np.testing.assert_array_equal(value, other.params[name])


def test_an_epoch_has_every_question_once_among_others_of_like_length(trainers):
    trainer = trainers["lstm"]
    data, batch = trainer.data, trainer.spec.batch
    many, pool = len(data.fit), POOL * batch
    assert many > pool and many % pool  # there are several, and the last is not full
    lengths = np.sort(data.fit.length)
    seeds = np.array([0, 1], np.int32)
    orders = [trainer.order(seeds, epoch) for epoch in (1, 2)]
    seen = {tuple(ranked) for questions, _ in orders for ranked in np.asarray(questions).tolist()}
    assert len(seen) == 4  # every restart and epoch has its own
    for questions, turn in orders:
        assert sorted(np.asarray(turn).tolist()) == list(range(-(-many // batch)))
        for ranked in np.asarray(questions):
            assert sorted(ranked.tolist()) == list(range(many))
            assert (ranked // pool == np.arange(many) // pool).all()
            for place, first in enumerate(np.asarray(trainer.firsts)):
                ranks = (place * batch + np.arange(batch)) % many
                assert lengths[ranked[ranks]].max() <= data.fit.words.shape[1] - first
    assert (np.asarray(trainer.fit[0]) > 0).sum(1).tolist() == lengths.tolist()


def test_a_training_that_diverges_says_so():
    right = np.array([True, False])
    found = row("u", [(1.0, 2.0, 0.5), (math.nan, math.nan, 0.0)], np.array([1.0, 2.0]), right)
    assert (found["diverged"], found["best_epoch"], found["test_error"]) == (2, 1, 50.0)
    assert wrong_field(found, FIELDS) == ""
    found = row("u", [(math.inf, math.nan, 0.9)], np.array([math.nan]), right)
    assert found["diverged"] == 1 and found["test_cost"] is None is found["valid_cost"]
    assert wrong_field(found, FIELDS) == ""


COST = st.one_of(st.floats(0, 9), st.just(math.nan), st.just(math.inf))


@given(st.lists(st.tuples(st.floats(0, 9), COST, st.integers(0, 4)), min_size=1, max_size=6))
def test_the_best_epoch_errs_least_at_the_least_cost(curve):
    best = curve[best_epoch(curve) - 1]
    finite = [one for one in curve if math.isfinite(one[1])]
    if finite:
        assert best[2] == min(one[2] for one in finite)
        assert best[1] == min(one[1] for one in finite if one[2] == best[2])


def test_of_as_many_errors_the_least_cost_is_kept_however_many(monkeypatch):
    """As the row says: by one float32 of both, 469 errors would hide the cost."""
    monkeypatch.setattr(training, "answered", lambda spec, params, costs, right: (costs, right))
    epochs = (
        (math.nan, 400), (0.5, 480), (0.691417, 469), (0.691395, 469), (0.691395, 469),
        (0.1, 470), (0.7, 469),
    )  # fmt: skip
    for last, best in ((len(epochs), 3), (3, 2), (2, 1)):
        running = {"best/w": jnp.float32(-1.0), "cost": jnp.float32(0.0)}
        running["least"] = jnp.full(2, jnp.inf)
        curve = []
        for epoch, (cost, wrong) in enumerate(epochs[:last]):
            asked = jnp.full(1000, cost, jnp.float32), jnp.arange(1000) >= wrong
            params = {"w": jnp.float32(epoch)}
            running, figures = training._close(column(), params, running, asked)
            curve.append(tuple(np.asarray(figures, np.float64)))
        assert running["best/w"] == best == best_epoch(curve) - 1


@pytest.mark.parametrize(
    "fields",
    [
        {"dim": 0}, {"cell": "gru"}, {"words": 0}, {"joint": True}, {"holdout": 1.0},
        {"dim": 10**5}, {"clip": -1.0}, {"optimizer": "lion"}, {"text": "letters"},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_setting_is_refused_by_name(fields):
    with pytest.raises(BenchError, match=f"'{next(iter(fields))}'"):
        column(**fields)


def test_a_budget_shortens_and_too_few_questions_are_refused_with_the_remedy():
    assert column().capped(2).epochs == 2 and column().capped(99) == column()
    with pytest.raises(BenchError, match="do not make a batch of 99 .* smaller 'batch'"):
        METHOD.prepare(column(batch=99), parts())


def test_a_saved_model_has_what_using_it_needs(tmp_path, trainers):
    data = trainers["rnn"].data
    outcome, _ = trainers["rnn"].train([0, 1])
    path = tmp_path / "model.npz"
    METHOD.save_model(path, {"seed": 0}, outcome, data)
    head, found = arrays.load(path)
    assert head == {
        "run": {"seed": 0}, "vocabulary": list(data.vocabulary), "answers": list(data.answers)
    }  # fmt: skip
    for name, value in outcome.params.items():
        np.testing.assert_array_equal(found[name], value)
