"""Trainings of seconds: blocks, resumption, what is kept, and what the test set may not do."""

from __future__ import annotations

import dataclasses
import json

import jax
import numpy as np
import pytest

from bench.core import arrays
from bench.core.errors import BenchError
from bench.core.method import Outcome
from bench.core.rows import wrong_field
from bench.methods.memnn import METHOD, training
from bench.methods.memnn.memory import NONE, encode
from bench.methods.memnn.row import row, support_accuracy
from bench.methods.memnn.spec import memnn
from bench.methods.memnn.training import Trainer

SMALL = dict(id="x", title="x", dim=6, epochs=2, memory_size=20, holdout=0.1, rate=0.005)


def trainer(parts, *, block=None, **fields) -> Trainer:
    spec = memnn(**SMALL | fields)
    encoded = encode(parts, memory_size=spec.memory_size, holdout=spec.holdout)
    return Trainer(spec, encoded, jax.devices()[0], block=block, stream=3)


def trained(made: Trainer, **how) -> list[training.Outcome]:
    outcomes = made.train([0, 1], **how)
    assert outcomes is not None
    return outcomes


def assert_same(one: list[training.Outcome], other: list[training.Outcome]) -> None:
    for a, b in zip(one, other, strict=True):
        assert a.curve == b.curve and a.order == b.order
        for name, value in a.params.items():
            np.testing.assert_array_equal(value, b.params[name])


def test_it_learns_what_facts_and_words_teach(fixture_parts):
    """On the fixture's own questions, better than always saying the commonest answer."""
    for fields in (
        dict(hops=10, epochs=15, rate=0.01),
        dict(hops=2, epochs=15, rate=0.01, supervision="words", stop_share=0.5),
    ):
        made = trainer(fixture_parts, **fields)
        answers = made.encoded.train.answer[made.encoded.fit]
        commonest = np.bincount(answers).max() / len(answers)
        for outcome in trained(made):
            assert 1.0 - outcome.train_error > commonest + 0.1
            assert outcome.diverged is None


def test_blocks_and_interruptions_change_nothing(fixture_parts, tmp_path):
    fields = dict(batch=3, loss="sampled", ngrams="held-out", nonlinear=True)
    whole = trained(trainer(fixture_parts, **fields))
    cut = trainer(fixture_parts, block=5, **fields)
    saved, asked = [tmp_path / "one.npz", tmp_path / "two.npz"], iter([False] * 7)
    assert cut.train([0, 1], saved=saved, stop=lambda: next(asked, True)) is None
    assert all(path.exists() for path in saved)
    assert_same(trained(cut, saved=saved), whole)


def test_a_restart_is_the_same_beside_others(fixture_parts):
    made = trainer(fixture_parts)
    both, alone = made.train([4, 5]), made.train([9, 5])
    assert both is not None and alone is not None
    assert_same(both[1:], alone[1:])


def test_labels_of_the_test_set_are_only_measured(fixture_parts):
    made = trainer(fixture_parts, hops=10, ngrams="held-out")
    rng = np.random.default_rng(0)
    test = made.encoded.test
    moved = dataclasses.replace(
        test,
        support=rng.permuted(test.support, axis=0),
        answer=rng.permutation(test.answer),
    )
    other = Trainer(
        made.spec, dataclasses.replace(made.encoded, test=moved), jax.devices()[0], stream=3
    )
    one, two = trained(made), trained(other)
    assert_same(one, two)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.test_found, b.test_found)
        same = ("train_loss", "train_error", "valid_loss", "valid_error")
        assert [getattr(a, n) for n in same] == [getattr(b, n) for n in same]


def test_the_order_that_errs_least_on_what_is_held_out_is_kept(fixture_parts):
    made = trainer(fixture_parts, ngrams="held-out", epochs=1)
    outcome = trained(made)[0]
    assert outcome.params.keys() == made.programs[outcome.order].shapes.keys()
    best = training.held_out_rank
    worse = dataclasses.replace(outcome, valid_error=(outcome.valid_error or 0) + 0.1)
    lossy = dataclasses.replace(outcome, valid_loss=(outcome.valid_loss or 0) + 0.1)
    lost = dataclasses.replace(outcome, diverged=1, valid_error=0.0, valid_loss=0.0)
    assert best(outcome) < best(lossy) < best(worse) < best(lost)


def test_rows_and_models_are_whole(fixture_parts, tmp_path):
    spec = memnn(**SMALL | dict(ngrams="2", hops=10))
    encoded = METHOD.prepare(spec, fixture_parts)
    (one, _) = METHOD.trainer(spec, encoded, jax.devices()[:1], 1).train([0, 1]) or [None, None]
    assert isinstance(one, Outcome)
    assert not wrong_field(json.loads(json.dumps(one.row)), METHOD.fields)
    assert one.row["test_errors"] == {"8": one.row["test_error"]}
    assert METHOD.early(one.row) == one.row["curves"]["train_loss"][0] > 0
    path = tmp_path / "model.npz"
    METHOD.save_model(path, {"seed": 0}, one, encoded)
    head, params = arrays.load(path)
    assert params["O/memory"].shape == (len(head["features"]), 6)
    assert params["R/answer"].shape == (len(head["answers"]), 6)
    assert head["training"]["test_error"] == one.row["test_error"]


def test_a_diverged_training_says_so(fixture_parts):
    made = trainer(fixture_parts, rate=1e6, gamma=10.0)
    for outcome in trained(made):
        assert outcome.diverged is not None
        assert not wrong_field(json.loads(json.dumps(row(outcome, made.encoded))), METHOD.fields)


def test_support_accuracy_counts_facts_by_hop(fixture_parts):
    encoded = encode(fixture_parts, memory_size=20, holdout=0.1)
    facts = encoded.test.support
    slots = encoded.test.memory.shape[1]
    perfect = np.where(facts == NONE, slots, facts)
    assert support_accuracy(perfect, encoded.test) == [100.0] * facts.shape[1]
    assert support_accuracy(np.full_like(facts, slots), encoded.test)[0] == 0.0


def test_questions_without_facts_are_refused(fixture_parts):
    bare = {
        unit: {
            split: [
                dataclasses.replace(
                    s, questions=tuple(dataclasses.replace(q, support=()) for q in s.questions)
                )
                for s in stories
            ]
            for split, stories in splits.items()
        }
        for unit, splits in fixture_parts.items()
    }
    with pytest.raises(BenchError, match="supporting facts"):
        METHOD.prepare(memnn(**SMALL), bare)
    METHOD.prepare(memnn(**SMALL | dict(supervision="words", stop_share=0.5)), bare)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (dict(hops=11), "'hops' must be at most 10"),
        (dict(holdout=1.0), "'holdout'"),
        (dict(holdout=0.0, ngrams="held-out"), "contradicts holdout=0"),
        (dict(stop_share=0.5), "'stop_share' has no effect"),
        (dict(supervision="words"), "'stop_share' must lie"),
        (dict(ngrams="4"), "'ngrams' must be one of"),
        (dict(hopps=1), "did you mean 'hops'"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused_by_field(wrong, said):
    with pytest.raises(BenchError, match=said):
        memnn(**SMALL | wrong)
