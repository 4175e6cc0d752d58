"""What may influence a training, and what must not."""

import dataclasses

import numpy as np
import tiny_data
from tiny_data import quick_compile  # noqa: F401
from training_helpers import (
    CPU,
    DATA,
    SEEDS,
    SPEC,
    TEST,
    TRAIN,
    assert_same_outcomes,
    same_params,
    uninterrupted,
)

from bench.examples.encode import encode
from bench.methods.memn2n.training import Trainer


def test_supporting_facts_reach_nothing():
    def mislabelled(number, question):
        return dataclasses.replace(question, support=(number % 3, 9) if number % 2 else ())

    told = [tiny_data.change_questions(part, mislabelled) for part in (TRAIN, TEST)]
    data = tiny_data.encoded(*told, holdout=0.25)
    for part in ("train", "test"):
        for field in dataclasses.fields(getattr(DATA, part)):
            ours, theirs = (getattr(getattr(d, part), field.name) for d in (DATA, data))
            np.testing.assert_array_equal(ours, theirs)
    for name in ("statements", "questions", "answers", "fit", "valid"):
        np.testing.assert_array_equal(getattr(DATA, name), getattr(data, name))
    assert data.vocabulary == DATA.vocabulary
    assert_same_outcomes(Trainer(SPEC, data, CPU).train(SEEDS), uninterrupted())


def relabelled(data, part, rows):
    """The data with other answers, of those that occur, in some rows of train or test."""
    examples = getattr(data, part)
    answer = examples.answer.copy()
    places = np.searchsorted(data.answers, answer[rows])
    answer[rows] = data.answers[(places + 1) % len(data.answers)]
    assert (answer[rows] != examples.answer[rows]).all()
    return dataclasses.replace(data, **{part: dataclasses.replace(examples, answer=answer)})


def test_test_answers_change_no_parameter_and_no_figure_but_the_test_s():
    data = relabelled(DATA, "test", np.arange(len(DATA.test)))
    other = Trainer(SPEC, data, CPU).train(SEEDS)
    assert_same_outcomes(other, uninterrupted(), timing=("seconds", "test_loss", "test_right"))
    for one, two in zip(other, uninterrupted(), strict=True):
        assert one.test_loss != two.test_loss
        assert not (one.test_right & two.test_right).any()  # one prediction, two different labels


def test_held_out_answers_change_no_parameter_and_no_training_figure():
    data = relabelled(DATA, "train", DATA.valid)
    other = Trainer(SPEC, data, CPU).train(SEEDS)
    valid = ("seconds", "valid_loss", "valid_right", "curves")
    assert_same_outcomes(other, uninterrupted(), timing=valid)
    for one, two in zip(other, uninterrupted(), strict=True):
        assert one.valid_loss != two.valid_loss
        assert [row[:2] for row in one.curves] == [row[:2] for row in two.curves]


def test_the_last_tenth_is_held_out_and_jointly_a_random_tenth():
    told = tiny_data.stories(30, seed=3)  # 60 questions
    alone = encode([(1, told)], [(1, TEST)], memory_size=6, holdout=0.1)
    np.testing.assert_array_equal(alone.fit, np.arange(54))
    np.testing.assert_array_equal(alone.valid, np.arange(54, 60))
    parts = [(1, told), (2, told)]
    joint, again = (
        encode(parts, [(1, TEST)], memory_size=6, holdout=0.1, joint=True) for _ in range(2)
    )
    assert len(joint.valid) == 12 and joint.valid.min() < 60 < joint.valid.max()
    assert sorted([*joint.fit, *joint.valid]) == list(range(120))
    assert joint.valid.tolist() != list(range(108, 120))
    np.testing.assert_array_equal(joint.valid, again.valid)  # one split for all restarts


def test_an_answer_that_is_trained_on_does_change_them():
    """So that the three tests above can fail: the same comparison sees a single changed label."""
    data = relabelled(DATA, "train", DATA.fit[:1])
    assert not same_params(Trainer(SPEC, data, CPU).train(SEEDS), uninterrupted())
