"""Saved models that speak, or that model unseen words, answer as they were measured."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import jax
import memnn_models as models
import numpy as np
import pytest
from crafted_models import file_of
from memnn_equations import Equations
from memnn_questions import STORY, question_of
from spoken_questions import UNIT, column, parts
from tiny_data import quick_compile  # noqa: F401
from unseen_questions import TEST, TRAIN, story

from bench.core import arrays
from bench.core.errors import BenchError
from bench.methods.memnn import METHOD
from bench.methods.memnn.asking import ask, scored
from bench.methods.memnn.row import row
from bench.methods.memnn.saved import load
from bench.methods.memnn.speaking import Trainer as Speaking
from bench.methods.memnn.spec import memnn
from bench.methods.memnn.training import Trainer

DEVICE = jax.devices()[0]


@pytest.fixture(scope="module")
def speaking(tmp_path_factory):
    """A saved RNN that hears what O finds: its file, its outcome, the test stories."""
    path, told = tmp_path_factory.mktemp("speaking") / "m.npz", parts(facts=True)
    heard = METHOD.prepare(column("rnn"), told)
    trainer = Speaking(column("rnn"), heard, DEVICE, stream=5)
    (outcome,) = trainer.train([1])
    models.save(path, column("rnn"), outcome.params, heard, **row(outcome, heard.encoded))
    return path, outcome, told[UNIT]["test"], heard


@pytest.fixture(scope="module")
def unseen(tmp_path_factory):
    """A saved model of contexts and match features: its file, its outcome, stories of others'
    names."""
    path = tmp_path_factory.mktemp("unseen") / "m.npz"
    spec = memnn(
        id="x", title="x", dim=8, lists="one", memory_size=4, contexts=True, matches=True,
        shared="neighbours", dropped=0.5, epochs=10, rate=0.02,
    )  # fmt: skip
    train = story(TRAIN, ("kitchen", "office"), "milk")
    tests = [story(TEST, ("attic", "mill"), "milk"), story(TRAIN, ("kitchen", "office"), "ball")]
    data = METHOD.prepare(spec, {"1": {"train": [train] * 20, "test": tests}})
    (outcome,) = Trainer(spec, data, DEVICE, stream=2).train([0])
    models.save(path, spec, outcome.params, data, **row(outcome, data))
    return path, outcome, tests, data


def test_an_answer_s_score_is_that_of_the_equations(tmp_path):
    """Of a question with a word that the model does not know, too, as if it were not there."""
    spec = models.column(ngrams="1", memory_size=5, hops=2, lists="one")
    made, params = question_of(spec), models.random(spec)
    models.save(tmp_path / "m.npz", spec, params)
    saved = load(tmp_path / "m.npz")
    exact = {name: value.astype(float) for name, value in params.items()}
    wanted = Equations(exact, spec.gamma, spec.hops, made.question, made.memories)
    scores = wanted.respond(wanted.find())
    asked = STORY.questions[1]
    odd = replace(asked, words=("where", "on", "mars", "is", "the", "milk"))
    for question in (asked, odd):
        answers, found = scored(saved, [replace(STORY, questions=(question,))])
        assert answers == (saved.answers[scores.argmax()],)
        assert found == pytest.approx([scores.max()], rel=1e-5)
    assert scored(saved, [STORY])[0] == ask(saved, [STORY]).answers


def test_answers_that_are_made_have_no_score(speaking, unseen):
    for path, *_ in (speaking, unseen):
        with pytest.raises(BenchError, match="chooses among those"):
            scored(load(path), [STORY])
    spells = replace(load(unseen[0]), run={**load(unseen[0]).run})
    spells.run["spec"] = models.column(answers="words").canonical()
    spells.params["R/said"] = np.zeros((1, 1), np.float32)
    with pytest.raises(BenchError, match="chooses among those"):
        scored(spells, [STORY])


def test_one_that_speaks_says_what_it_was_measured_by(speaking):
    path, outcome, stories, heard = speaking
    found = ask(load(path), stories)
    np.testing.assert_array_equal(found.right, outcome.test_right)
    null = heard.encoded.test.memory.shape[1]
    wanted = np.where(outcome.test_found < null, outcome.test_found, -1)
    np.testing.assert_array_equal(found.slots, wanted)
    said = {tuple(text.split()) for text in found.answers}
    assert len(said) > 1 and {word for text in said for word in text} <= set(heard.vocabulary)
    assert 0 < found.right.sum() < len(found.right)


def test_an_answer_in_a_word_is_right_if_it_is_said(speaking):
    path, _, stories, _ = speaking
    found = ask(load(path), stories)
    typed = [
        replace(s, questions=tuple(replace(q, spoken=None) for q in s.questions)) for s in stories
    ]
    again = ask(load(path), typed)
    asked = [q for s in typed for q in s.questions]
    assert again.answers == found.answers
    for question, text, right in zip(asked, again.answers, again.right, strict=True):
        assert right == (question.answer in text.split())


def test_unseen_names_are_answered_as_they_were_measured(unseen):
    path, outcome, stories, data = unseen
    saved = load(path)
    assert saved.answers == ("kitchen", "office") and data.answers != saved.answers
    found = ask(saved, stories)
    np.testing.assert_array_equal(found.right, outcome.test_right)
    null = data.test.memory.shape[1]
    wanted = np.where(outcome.test_found < null, outcome.test_found, -1)
    np.testing.assert_array_equal(found.slots, wanted)
    assert any(answer not in saved.words for answer in found.answers)


HEADS = {
    "vocabulary": (
        [], None, [""], ["joe"], ["", "b", "a"], ["", "", "a"], ["", 1], ["", "kitchen"],
        ["", "x" * 101], {"": 0}, "joe",
    ),
    "answers": (["kitchen"],),
    "run/spec/speech": (
        {}, None, {"cell": "gru"}, {"dim": 10**9}, {"dim": 8}, {"dim": "7"}, {"cell": "lstm"},
        {"words": float("nan")}, {"x" * 500_000: 1}, {"rate": 10**4000}, {"depth": 2}, [7],
    ),
    "run/spec/holdout": (0.0,),
}  # fmt: skip
CASES = [(path, value) for path, values in HEADS.items() for value in values]


def refused(folder, head, params):
    (folder / "m.npz").write_bytes(file_of(head, params))
    models.refused(folder / "m.npz")


@pytest.mark.parametrize(("place", "value"), CASES, ids=[f"{p}-{v!r:.20}" for p, v in CASES])
def test_a_crafted_head_of_one_that_speaks_is_refused_in_one_line(tmp_path, speaking, place, value):
    head, params = arrays.load(speaking[0])
    head = copy.deepcopy(json.loads(json.dumps(head)))
    *outer, last = place.split("/")
    inside = head
    for name in outer:
        inside = inside[name]
    some = isinstance(value, dict) and value and last == "speech"
    inside[last] = inside[last] | value if some else value
    refused(tmp_path, head, params)


@pytest.mark.parametrize("name", ["R/words", "R/out", "R/cell/dense_h/kernel", "O/null"])
def test_other_arrays_of_one_that_speaks_are_refused(tmp_path, speaking, name):
    head, params = arrays.load(speaking[0])
    refused(tmp_path, head, {n: v for n, v in params.items() if n != name})
    refused(tmp_path, head, params | {name: params[name][:-1]})
    refused(tmp_path, head, params | {name: params[name].astype(np.float64)})


@pytest.mark.parametrize("name", ["R/match", "O/match_left", "O/left", "R/answer"])
def test_other_arrays_of_one_with_unseen_words_are_refused(tmp_path, unseen, name):
    head, params = arrays.load(unseen[0])
    refused(tmp_path, head, {n: v for n, v in params.items() if n != name})
    refused(tmp_path, head, params | {name: params[name][:-1]})
