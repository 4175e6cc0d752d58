"""Training of an R that speaks, after O's: what it is measured on, what is kept, resumption."""

from __future__ import annotations

import copy
import dataclasses
import json
import sys
from functools import partial
from pathlib import Path

import jax
import numpy as np
import oracle_recurrent as oracle
import pytest
from jax.sharding import AbstractMesh
from spoken_questions import UNIT, column, parts, said_of
from tiny_data import quick_compile  # noqa: F401

from bench.core import arrays
from bench.core.errors import BenchError
from bench.core.rows import wrong_field
from bench.methods.memnn import METHOD, speaking, spec
from bench.methods.memnn.method import _Trainer as Rows
from bench.methods.memnn.row import row as row_of
from bench.methods.memnn.speaking import Trainer
from bench.methods.memnn.step import questions
from bench.train import checkpoint
from bench.train.lanes import AXIS, Lanes

RECORD = Path(__file__).with_name("spoken.json")
DEVICE = jax.devices()[0]


@pytest.fixture(scope="module")
def trainers():
    """An LSTM that hears what O finds, and an RNN that hears words; what two seeds come to."""
    made = {}
    for name, cell in (("facts", "lstm"), ("words", "rnn")):
        heard = METHOD.prepare(column(cell), parts(facts=name == "facts"))
        trainer = Trainer(column(cell), heard, DEVICE, stream=5)
        made[name] = trainer, trainer.train([0, 1])
    return made


def but(trainer, **changed):
    """The trainer with other settings that its programs do not hold."""
    other = copy.copy(trainer)
    for name, value in changed.items():
        assert hasattr(other, name)
        setattr(other, name, value)
    return other


def assert_same(ours, theirs, *, apart=()):
    for one, other in zip(ours, theirs, strict=True):
        for field in dataclasses.fields(one):
            if field.name not in ("params", "seconds", *apart):
                a, b = getattr(one, field.name), getattr(other, field.name)
                np.testing.assert_array_equal(a, b, err_msg=field.name)
        for name, value in one.params.items():
            np.testing.assert_array_equal(value, other.params[name], err_msg=name)


@pytest.mark.parametrize("which", ["facts", "words"])
def test_it_is_measured_on_what_it_says_of_what_was_found(which, trainers):
    trainer, outcomes = trainers[which]
    heard, told = trainer.heard, trainer.heard.encoded
    (story,) = parts(facts=which == "facts")[UNIT]["test"]
    for outcome in outcomes:
        r = {n.removeprefix("R/"): v for n, v in outcome.params.items() if n.startswith("R/")}
        for n, question in enumerate(story.questions):
            words = list(question.words)
            for slot in outcome.test_found[n]:
                if slot < told.test.count[n]:
                    words += told.statements[told.test.memory[n, slot]]
            if which == "words":
                words = said_of(heard, heard.words("test")[n])
            ids = [heard.index[word] for word in words]
            said = oracle.spoken(r, trainer.speech.cell, ids, heard.test.said.shape[1])
            right = question.spoken.accepts([heard.vocabulary[word] for word in said])
            assert outcome.test_right[n] == right
        assert {n.partition("/")[0] for n in outcome.params} == {
            *("OR" if which == "facts" else "R")
        }


@pytest.mark.parametrize("which", ["facts", "words"])
def test_the_epoch_that_errs_least_on_what_is_held_out_is_kept(which, trainers):
    _, outcomes = trainers[which]
    for outcome in outcomes:
        ranks = [(error, cost) for _, error, cost in outcome.curve]
        assert len(ranks) == 12 and outcome.diverged is None
        assert (outcome.valid_error, outcome.valid_loss) == pytest.approx(min(ranks), rel=1e-5)
        assert outcome.curve[-1][0] < outcome.curve[0][0]
    assert outcomes[0].curve != outcomes[1].curve


def test_a_training_stopped_anywhere_ends_as_if_it_had_not_been(tmp_path, trainers, monkeypatch):
    trainer, whole = trainers["facts"]
    monkeypatch.setattr(trainer, "block", 2)
    monkeypatch.setattr(trainer.finder, "block", 20)
    saved = [tmp_path / "0.npz", tmp_path / "1.npz"]
    asked = 0

    def every_fourth():
        nonlocal asked
        asked += 1
        return asked % 4 == 0

    places = []
    while (again := trainer.train([0, 1], saved=saved, stop=every_fourth)) is None:
        places.append(METHOD.place(saved[0], [0]))
        assert places[-1] == METHOD.place(saved[1], [1]) and len(places) < 50
    assert len(places) == len(set(places)) and {name for *_, name in places} == {
        min(checkpoint.load(saved[0], [0]).state.params), "1/O/memory"
    }  # fmt: skip
    assert {update for _, update, _ in places} > {0}  # between epochs, and within them
    assert_same(whole, again)


def test_a_restart_is_the_same_beside_others(trainers):
    trainer, whole = trainers["facts"]
    assert_same(trainer.train([9, 1])[1:], whole[1:])


def test_the_test_set_s_labels_are_only_measured(trainers):
    trainer, whole = trainers["facts"]
    heard, rng = trainer.heard, np.random.default_rng(0)
    test, finder = heard.encoded.test, trainer.finder
    other = dataclasses.replace(
        test, support=rng.permuted(test.support, axis=0), answer=rng.permutation(test.answer)
    )
    moved = dataclasses.replace(heard.encoded, test=other)
    finds = but(finder, encoded=moved, _asked={**finder._asked, "test": questions(other)})
    heard_other = dataclasses.replace(heard, encoded=moved)
    assert_same(whole, but(trainer, encoded=moved, heard=heard_other, finder=finds).train([0, 1]))
    answers = heard.test.take(rng.permutation(len(heard.encoded.test)))
    fooled = but(trainer, heard=dataclasses.replace(heard, test=answers)).train([0, 1])
    assert_same(whole, fooled, apart=("test_right",))
    assert any((a.test_right != b.test_right).any() for a, b in zip(whole, fooled, strict=True))


@pytest.mark.parametrize("which", ["facts", "words"])
def test_rows_and_models_are_whole(which, trainers, tmp_path):
    trainer, _ = trainers[which]
    ticks = []
    (outcome, _) = Rows(trainer).train([0, 1], tick=lambda share, note: ticks.append(share))
    told = outcome.row
    assert ticks == sorted(ticks) and ticks[-1] == pytest.approx(1.0)
    assert not wrong_field(json.loads(json.dumps(told)), METHOD.fields)
    assert told["epochs"] == 12 and told["test_errors"] == {UNIT: told["test_error"]}
    assert len(told["support_accuracy"]) == (2 if which == "facts" else 0)
    assert METHOD.early(told) == told["curves"]["train_loss"][0] > 0
    path = tmp_path / "model.npz"
    METHOD.save_model(path, {"seed": 0}, outcome, trainer.heard)
    head, found = arrays.load(path)
    assert head["vocabulary"] == list(trainer.heard.vocabulary) and "answers" not in head
    assert found["R/words"].shape == (len(head["vocabulary"]), 7)


@pytest.mark.parametrize("of_o", [True, False])
def test_a_training_that_diverged_says_so(of_o, trainers, monkeypatch):
    trainer, _ = trainers["facts"]
    original, close = trainer.finder.updated, Trainer.close

    def lost(seeds, **how):
        progress = original(seeds, **how)
        first, second = progress.curves
        progress.curves = [first, [second[0], (np.nan, *second[1][1:])]]
        return progress

    if of_o:
        monkeypatch.setattr(trainer.finder, "updated", lost)
    else:

        def closed(*of):
            state, figures = close(*of)
            return state, figures * [[1.0] * 3, [np.inf, 1.0, np.inf]]

        monkeypatch.setattr(Trainer, "close", closed)
    one, other = trainer.train([0, 1])
    assert one.diverged is None and other.diverged == (2 if of_o else 1)
    assert not wrong_field(json.loads(json.dumps(row_of(other, trainer.encoded))), METHOD.fields)


def test_restarts_can_be_sharded(trainers):
    """Traced alone: what runs on a device is the program that runs there without others."""
    trainer, _ = trainers["facts"]
    lanes = Lanes((DEVICE, DEVICE))
    lanes.__dict__["_mesh"] = AbstractMesh((2,), (AXIS,))
    programs, finder = trainer.finder.programs[1], trainer.finder
    o = {name: np.zeros((2, *shape), np.float32) for name, shape in programs.shapes.items()}
    put = jax.tree.map(np.asarray, (finder._asked["test"], programs._tables))
    reply = jax.eval_shape(lanes.program(programs._replies, (0, None, None)), o, *put)
    assert reply.found.shape == (2, 30, 2)
    state = jax.tree.map(np.asarray, trainer.init([0, 1]))
    fit, chance = jax.tree.map(np.asarray, (trainer.fit, trainer.chance([0, 1], 1)))
    block = lanes.program(partial(speaking._block, trainer.speech), (0, 0, None, 0, None, None))
    after, _ = jax.eval_shape(block, *state, fit, chance, np.int32(0), np.int32(2))
    assert {n: v.shape for n, v in after.items()} == {n: v.shape for n, v in state.params.items()}
    score = lanes.program(partial(speaking._score, trainer.speech.cell), (0, 0, None))
    answers = trainer.heard.test.said, trainer.heard.test.verdict
    heard = np.zeros((2, 30, trainer.heard.width), np.int32)
    assert jax.eval_shape(score, state.params, heard, answers).right.shape == (2, 30)


def fingerprint(outcomes):
    """The first epochs' costs: later ones need not be the same on every processor."""
    costs = ([(row[0], row[2]) for row in outcome.curve[:3]] for outcome in outcomes)
    return [[[float(f"{x:.6g}") for x in both] for both in of_epochs] for of_epochs in costs]


def test_the_same_version_trains_to_the_same_numbers(trainers):
    known = json.loads(RECORD.read_text())[str(spec.VERSION)]
    for name, (_, outcomes) in trainers.items():
        said = "training gives other numbers: raise VERSION, then run this file as a script"
        np.testing.assert_allclose(fingerprint(outcomes), known[name], rtol=2e-4, err_msg=said)


# Settings


def test_a_column_without_speech_is_what_it_was():
    """Ids of stored rows are made of it."""
    silent = spec.memnn(id="x", title="x")
    assert "speech" not in silent.canonical() and "lstm" not in "".join(silent.marks)
    assert column("rnn").canonical()["speech"]["cell"] == "rnn" and "rnn7" in column("rnn").marks
    capped = column().capped(1)
    assert capped.epochs == capped.speech.epochs == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (dict(holdout=0.0), "'speech' contradicts holdout=0"),
        (dict(joint=True), "'speech' contradicts joint=True"),
        (dict(ngrams="held-out"), "'speech' contradicts ngrams='held-out'"),
        (dict(supervision="words", stop_share=0.5), "'speech' contradicts supervision='words'"),
        (dict(speech="lstm"), "'speech' must be a Speech, not 'lstm'"),
    ],
)
def test_a_column_that_makes_no_sense_is_refused_by_field(wrong, said):
    with pytest.raises(BenchError, match=said):
        column(**wrong)
    for fields, what in ((dict(cell="gru"), "'cell'"), (dict(rate=0.0), "'rate'")):
        with pytest.raises(BenchError, match=what):
            spec.speech(**fields)


if __name__ == "__main__":
    jax.config.update("jax_disable_most_optimizations", True)
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    record[str(spec.VERSION)] = {
        name: fingerprint(
            Trainer(
                column(cell), METHOD.prepare(column(cell), parts(facts=name == "facts")),
                DEVICE, stream=5,
            ).train([0, 1])
        )
        for name, cell in (("facts", "lstm"), ("words", "rnn"))
    }  # fmt: skip
    RECORD.write_text(json.dumps(record) + "\n")
    sys.exit(print(f"recorded version {spec.VERSION} in {RECORD}"))
