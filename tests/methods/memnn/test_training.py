"""Trainings of seconds: blocks, resumption, what is kept, and what the test set may not do."""

from __future__ import annotations

import copy
import dataclasses
import json
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
from memnn_questions import fixture_stories, wrong_test_facts

from bench.core import arrays
from bench.core.errors import BenchError
from bench.core.method import Outcome
from bench.core.rows import wrong_field
from bench.methods.memnn import METHOD, spec, training
from bench.methods.memnn.memory import NONE, TOO_OLD, encode
from bench.methods.memnn.model import Model
from bench.methods.memnn.row import row, support_accuracy
from bench.methods.memnn.step import questions
from bench.methods.memnn.training import Trainer

SMALL = dict(id="x", title="x", dim=6, epochs=8, memory_size=20, holdout=0.1)

RECORD = Path(__file__).with_name("fingerprints.json")


def trainer(**fields) -> Trainer:
    column = spec.memnn(**SMALL | fields)
    encoded = encode(fixture_stories(), memory_size=20, holdout=0.1)
    return Trainer(column, encoded, jax.devices()[0], stream=3)


def trained(made: Trainer, seeds=(0, 1), **how) -> list[training.Outcome]:
    outcomes = made.train(seeds, **how)
    assert outcomes is not None
    return outcomes


def fingerprint(outcomes: list[training.Outcome]) -> list[list[float]]:
    """Curves, and the errors at the end."""
    return [
        [float(f"{x:.6g}") for line in (*o.curve, (o.train_loss, o.train_error)) for x in line]
        for o in outcomes
    ]


@pytest.fixture(scope="module")
def two_orders():
    """Words and pairs of words side by side, and what two seeds come to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spec, "ORDERS", (1, 2))
        made = trainer(hops=10, ngrams="held-out", batch=3)
        yield made, trained(made)


def assert_same(one: list[training.Outcome], other: list[training.Outcome]) -> None:
    for a, b in zip(one, other, strict=True):
        assert a.curve == b.curve and a.order == b.order
        for name, value in a.params.items():
            np.testing.assert_array_equal(value, b.params[name])


def test_it_learns_what_facts_teach(two_orders):
    """On the questions it is trained on, better than always saying the commonest answer."""
    made, outcomes = two_orders
    answers = made.encoded.train.answer[made.encoded.fit]
    for outcome in outcomes:
        assert 1.0 - outcome.train_error > np.bincount(answers).max() / len(answers) + 0.1
        assert outcome.diverged is None


def test_blocks_and_interruptions_change_nothing(two_orders, tmp_path, monkeypatch):
    made, whole = two_orders
    monkeypatch.setattr(made, "block", 5)
    saved, asked = [tmp_path / "one.npz", tmp_path / "two.npz"], iter([False] * 7)
    assert made.train([0, 1], saved=saved, stop=lambda: next(asked, True)) is None
    assert METHOD.place(saved[0], [0]) == METHOD.place(saved[1], [1]) is not None
    assert_same(trained(made, saved=saved), whole)


def test_a_restart_is_the_same_beside_others(two_orders):
    made, whole = two_orders
    assert_same(trained(made, (9, 1))[1:], whole[1:])


@pytest.mark.parametrize("taught", ["facts", "words"])
def test_labels_of_the_test_set_are_only_measured(two_orders, by_words, monkeypatch, taught):
    made, whole = two_orders if taught == "facts" else (by_words, trained(by_words))
    rng, test = np.random.default_rng(0), made.encoded.test
    moved = dataclasses.replace(
        test, support=rng.permuted(test.support, axis=0), answer=rng.permutation(test.answer)
    )
    monkeypatch.setitem(made._asked, "test", questions(moved))
    monkeypatch.setattr(made, "encoded", dataclasses.replace(made.encoded, test=moved))
    other = trained(made)
    assert_same(whole, other)
    same = ("train_loss", "train_error", "valid_loss", "valid_error")
    for a, b in zip(whole, other, strict=True):
        np.testing.assert_array_equal(a.test_found, b.test_found)
        assert [getattr(a, n) for n in same] == [getattr(b, n) for n in same]


def test_facts_of_the_test_say_nothing_but_whether_they_were_found(two_orders):
    made, whole = two_orders
    fooled = METHOD.prepare(made.spec, wrong_test_facts(fixture_stories()))
    other = copy.copy(made)
    other.read(fooled)  # its programs are made's, and all that they train on is the same
    outcomes = trained(other)
    assert_same(whole, outcomes)
    for a, b in zip(whole, outcomes, strict=True):
        np.testing.assert_array_equal(a.test_found, b.test_found)
        np.testing.assert_array_equal(a.test_right, b.test_right)
        before, after = row(a, made.encoded), row(b, fooled)
        assert before.keys() == after.keys()
        assert {n for n in before if before[n] != after[n]} == {"support_accuracy"}


def test_the_order_that_errs_least_on_what_is_held_out_is_kept(two_orders):
    made, (outcome, _) = two_orders
    assert outcome.params.keys() == made.programs[outcome.order].shapes.keys()
    shapes = made.programs[outcome.order].shapes
    assert outcome.params["O/memory"].shape == shapes["O/memory"]
    progress = made.updated((0, 1))
    both = [made._outcomes(order, at, (0, 1), progress) for at, order in enumerate((1, 2))]
    for kept, *those in zip(two_orders[1], *both, strict=True):
        assert kept.valid_error == min(one.valid_error for one in those)
        assert kept.order == min(those, key=lambda one: (one.valid_error, one.valid_loss)).order
    rank, error, loss = training.held_out_rank, outcome.valid_error, outcome.valid_loss
    assert error is not None and loss is not None
    worse = dataclasses.replace(outcome, valid_error=error + 0.1)
    lossy = dataclasses.replace(outcome, valid_loss=loss + 0.1)
    lost = dataclasses.replace(outcome, diverged=1, valid_error=0.0, valid_loss=0.0)
    assert rank(outcome) < rank(lossy) < rank(worse) < rank(lost)


def test_rows_and_models_are_whole(two_orders, tmp_path):
    made, (one, _) = two_orders
    told = row(one, made.encoded)
    assert not wrong_field(json.loads(json.dumps(told)), METHOD.fields)
    assert told["test_errors"] == {"8": told["test_error"]}
    assert METHOD.early(told) == told["curves"]["train_loss"][0] > 0
    path = tmp_path / "model.npz"
    METHOD.save_model(path, {"seed": 0}, Outcome(0, told, 1.0, 2, one.params), made.encoded)
    head, params = arrays.load(path)
    assert params["O/memory"].shape == (len(head["features"]), 6)
    assert params["R/answer"].shape == (len(head["answers"]), 6)
    assert head["training"]["test_error"] == told["test_error"]


@pytest.fixture(scope="module")
def by_words():
    """Taught by shared words, with everything that is drawn or non-linear, at a bold rate."""
    return trainer(
        hops=2, supervision="words", stop_share=0.5, loss="sampled", nonlinear=True, epochs=3
    )


def test_the_same_version_trains_to_the_same_numbers(two_orders, by_words):
    now = {"facts": fingerprint(two_orders[1]), "words": fingerprint(trained(by_words))}
    known = json.loads(RECORD.read_text())[str(spec.VERSION)]
    for name, numbers in now.items():
        said = "training gives other numbers: raise VERSION, then run this file as a script"
        np.testing.assert_allclose(numbers, known[name], rtol=2e-4, err_msg=said)


def test_a_diverged_training_says_so():
    made = trainer(rate=1e6, gamma=10.0, epochs=1)
    for outcome in trained(made):
        assert outcome.diverged == 1
        assert not wrong_field(json.loads(json.dumps(row(outcome, made.encoded))), METHOD.fields)


def test_support_accuracy_counts_facts_by_hop():
    encoded = encode(fixture_stories(), memory_size=20, holdout=0.1)
    facts, slots = encoded.test.support, encoded.test.memory.shape[1]
    perfect = np.where(facts == NONE, slots, facts)
    assert support_accuracy(perfect, encoded.test) == [100.0] * facts.shape[1]
    assert support_accuracy(np.full_like(facts, slots), encoded.test)[0] == 0.0
    two = facts[:, 1] >= 0
    turned = np.where(two[:, None], perfect[:, [1, 0, *range(2, facts.shape[1])]], perfect)
    first, second, *_ = support_accuracy(turned, encoded.test)  # a fact in another's hop
    assert first == pytest.approx(100.0 * np.mean(~two), abs=1e-3) and second == 0.0
    old = np.where(facts == facts.max(), TOO_OLD, facts)
    lost = dataclasses.replace(encoded.test, support=old)
    assert support_accuracy(perfect, lost)[0] == pytest.approx(
        100.0 * np.mean(old[:, 0] >= 0), abs=1e-3
    )


def test_words_of_test_statements_are_none_that_count_less():
    """'attic' is in most test statements, in no training one: it stays a word that counts."""
    parts = fixture_stories()
    told = [
        dataclasses.replace(s, statements=tuple((*text, "attic") for text in s.statements))
        for s in parts["8"]["test"]
    ]
    encoded = encode({"8": parts["8"] | {"test": told}}, memory_size=20, holdout=0.1)
    column = spec.memnn(**SMALL | dict(supervision="words", stop_share=0.5))
    contents = Model(column, encoded, 1).tables(encoded).contents
    assert contents is not None
    new = np.array(["attic" in text for text in encoded.statements])
    shared = contents[0][new].all(axis=0)
    assert shared.sum() == 1 and not contents[0][~new][:, shared].any()


def without_facts():
    def bare(story):
        asked = (dataclasses.replace(q, support=()) for q in story.questions)
        return dataclasses.replace(story, questions=tuple(asked))

    return {"8": {split: [*map(bare, told)] for split, told in fixture_stories()["8"].items()}}


def test_where_words_teach_nothing_is_made_of_facts(by_words):
    bare = Trainer(by_words.spec, METHOD.prepare(by_words.spec, without_facts()), jax.devices()[0],
                   stream=3)  # fmt: skip
    for told, untold in zip(trained(by_words), trained(bare), strict=True):
        assert told.params.keys() == untold.params.keys()
        for name, value in told.params.items():
            np.testing.assert_array_equal(value, untold.params[name])


def test_questions_without_facts_are_refused():
    told = without_facts()
    with pytest.raises(BenchError, match="supporting facts"):
        METHOD.prepare(spec.memnn(**SMALL), told)
    METHOD.prepare(spec.memnn(**SMALL | dict(supervision="words", stop_share=0.5)), told)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (dict(hops=11), "'hops' must be at most 10"),
        (dict(holdout=1.0), "'holdout'"),
        (dict(holdout=0.0, ngrams="held-out"), "contradicts holdout=0"),
        (dict(stop_share=0.5), "'stop_share' has no effect"),
        (dict(loss="sampled", negatives=8), "'negatives' has no effect"),
        (dict(dropped=-0.5), "'dropped' must lie"),
        (dict(holdout=0.0, selection="held-out"), "selection='held-out' contradicts holdout=0"),
        (dict(supervision="words"), "'stop_share' must lie"),
        (dict(target="best"), "'target' has no effect"),
        (dict(ngrams="4"), "'ngrams' must be one of"),
        (dict(negatives=0), "'negatives' must be above 0"),
        (dict(hopps=1), "did you mean 'hops'"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused_by_field(wrong, said):
    with pytest.raises(BenchError, match=said):
        spec.memnn(**SMALL | wrong)


if __name__ == "__main__":
    spec.ORDERS = (1, 2)
    words = dict(hops=2, supervision="words", stop_share=0.5, loss="sampled", nonlinear=True)
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    record[str(spec.VERSION)] = {
        "facts": fingerprint(trained(trainer(hops=10, ngrams="held-out", batch=3))),
        "words": fingerprint(trained(trainer(**words, epochs=3))),
    }
    RECORD.write_text(json.dumps(record, indent=1) + "\n")
    sys.exit(print(f"recorded version {spec.VERSION} in {RECORD}"))
