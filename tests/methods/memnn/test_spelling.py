"""Answers said word after word (W15): margins, words and training against the equations."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import jax
import jax.numpy as jnp
import memnn_models as models
import numpy as np
import pytest
from crafted_models import file_of
from memnn_equations import Equations
from tiny_data import quick_compile  # noqa: F401

from bench.core import arrays
from bench.core.errors import BenchError
from bench.examples.stories import Question, Story
from bench.methods.memnn import METHOD
from bench.methods.memnn.asking import ask
from bench.methods.memnn.model import NO_ANSWER, Model
from bench.methods.memnn.row import row
from bench.methods.memnn.saved import load
from bench.methods.memnn.spec import memnn, speech
from bench.methods.memnn.spelling import spelling
from bench.methods.memnn.step import questions
from bench.methods.memnn.training import Trainer

DIM, GAMMA = 4, 0.3
THINGS = ("milk", "ball", "ring")
MORE = (*THINGS, "cup", "hat", "key")


def carrying(*things: str, answer: str = "") -> Story:
    """Who carries what, told one by one."""
    told: list[tuple[str, ...]] = [("joe", "took", "the", thing) for thing in things]
    told = told or [("joe", "went", "home")]
    said = answer or ",".join(things) or "nothing"
    support = tuple(range(len(things)))
    asked = Question(("what", "has", "joe"), said, support, len(told), len(told) + 1)
    return Story(tuple(told), (asked,))


TRAIN = [carrying(), *(carrying(one) for one in THINGS), carrying("milk", "ball"),
         carrying("ball", "milk"), carrying("ring", "milk")]  # fmt: skip
TEST = [carrying("milk", "ring"), carrying("milk", answer="moon"), carrying("ball"),
        carrying(*THINGS)]  # fmt: skip
"""A combination that no training question has; a word that none has; and more words than any."""


def column(**fields):
    usual = dict(id="x", title="x", dim=DIM, hops=4, memory_size=4, gamma=GAMMA, answers="words")
    return memnn(**usual | fields)


def prepared(spec, train=TRAIN, test=TEST):
    return METHOD.prepare(spec, {"1": {"train": train, "test": test}})


def drawn(model, scale=1.0):
    draw = np.random.default_rng(3)
    return {n: (scale * draw.normal(size=s)).astype("f4") for n, s in model.shapes.items()}


def test_answers_are_spelled():
    found = spelling(["a,b", "c", "b,a,b"])
    assert found.words == ("a", "b", "c")
    assert found.answers.tolist() == [[0, 1, 3, 3], [2, 3, 3, 3], [1, 0, 1, 3]]


def test_what_the_test_alone_has_is_an_answer_if_it_can_be_spelled():
    data = prepared(column())
    assert data.answers == (
        "ball", "ball,milk", "milk", "milk,ball", "nothing", "ring", "ring,milk", "milk,ring"
    )  # fmt: skip
    assert [int(n) for n in data.test.answer] == [7, -1, 0, -1]
    whole = prepared(column(answers="whole"))
    assert whole.answers == data.answers[:-1] and whole.test.answer[0] == -1


class Spelled(Equations):
    """The equations of an R that says words, one number at a time."""

    def scores(self, facts, said):
        z = self.question @ self.table("R", "question")
        lists = self.table("R", "support")
        for hop, fact in enumerate(facts):
            z = z + self.memories[fact] @ lists[min(hop, len(lists) - 1)]
        for word in said:
            z = z + self.params["R/said"][word]
        x = self.e("R", z)
        return [self.e("R", word) @ x for word in self.params["R/answer"]]

    def says(self, facts, most):
        stop, said = len(self.params["R/said"]), []
        while len(said) < most:
            word = int(np.argmax(self.scores(facts, said)))
            if word == stop:
                break
            said.append(word)
        return said

    def of_words(self, facts, words):
        total, stop = 0.0, len(self.params["R/said"])
        for at, right in enumerate([*words, stop]):
            scores = self.scores(facts, words[:at])
            for word, score in enumerate(scores):
                if word != right:
                    total += max(0.0, self.gamma - scores[right] + score)
        return total


@pytest.mark.parametrize("nonlinear", [False, True])
@pytest.mark.parametrize("number", range(len(TRAIN)))
def test_margins_gradients_and_words_are_the_equations(nonlinear, number):
    spec = column(nonlinear=nonlinear, write_time=False)
    data = prepared(spec)
    model = Model(spec, data, 1)
    assert model.shapes["R/answer"] == (5, DIM) and model.shapes["R/said"] == (4, DIM)
    tables, params = jax.tree.map(jnp.asarray, model.tables(data)), drawn(model)
    rows = questions(data.train)
    asked = type(rows)(*(jnp.asarray(array[number]) for array in rows))
    story = TRAIN[number]
    words = [model.spelling.words.index(w) for w in story.questions[0].answer.split(",")]
    bags = np.asarray(tables.statements[asked.memory[: int(asked.count)]], float)
    question = np.asarray(tables.questions[asked.question], float)

    def of(params):
        wide = {n: np.asarray(p, float) for n, p in params.items()}
        return Spelled(wide, GAMMA, 4, question, bags)

    facts = list(story.questions[0].support)
    nothing = np.zeros(0, "f4")
    mine, grads = jax.jit(jax.value_and_grad(lambda p: model.loss(p, tables, asked, nothing)))(
        params
    )
    plain = of(params)
    hops = plain.loss(facts, 0) - plain_answers(plain, facts)
    assert float(mine) == pytest.approx(hops + plain.of_words(facts, words), rel=1e-4)

    step, draw = 1e-3, np.random.default_rng(number)
    for name in ("R/said", "R/answer", "R/question", "R/support"):
        way = draw.normal(size=params[name].shape)
        ends = [of({**params, name: params[name] + s * step * way}) for s in (1, -1)]
        slope = (ends[0].of_words(facts, words) - ends[1].of_words(facts, words)) / (2 * step)
        assert float(np.sum(grads[name] * way)) == pytest.approx(slope, rel=2e-2, abs=2e-2)

    reply = jax.jit(model.answer)(params, tables, asked)
    found = plain.find()
    said = plain.says(found, model.spelling.answers.shape[1])
    spelled = [model.spelling.words[word] for word in said]
    wanted = ",".join(spelled)
    listed = data.answers.index(wanted) if wanted in data.answers else NO_ANSWER
    assert int(reply.answer) == listed
    assert NO_ANSWER not in (-1, *range(len(data.answers)))  # right for no question
    assert float(reply.loss) == pytest.approx(plain.of_words(found, words), rel=1e-4)


def plain_answers(plain, facts):
    """What the equations' loss has of answer 0, one of a list."""
    scores = plain.respond(facts[: plain.hops])
    return sum(max(0.0, GAMMA - scores[0] + s) for s in scores[1:])


def test_where_no_answer_has_several_words_nothing_changes():
    single = [carrying(one) for one in THINGS]
    models_ = []
    for answers in ("words", "whole"):
        spec = column(answers=answers)
        data = prepared(spec, single, single)
        models_.append((Model(spec, data, 1), data))
    (words, data), (whole, other) = models_
    assert words.spelling is None and words.shapes == whole.shapes
    assert data.answers == other.answers


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A model that learned to say what is carried: its file, outcome and data."""
    spec = column(dim=16, hops=4, epochs=40, rate=0.02, gamma=0.1)
    pairs = [carrying(*pair) for pair in permutations(MORE, 2) if pair != ("milk", "ring")]
    singles = [carrying(), *(carrying(one) for one in MORE)]
    data = prepared(spec, (pairs + singles) * 3)
    (outcome,) = Trainer(spec, data, jax.devices()[0], stream=1).train([0])
    path = tmp_path_factory.mktemp("spelled") / "m.npz"
    models.save(path, spec, outcome.params, data, **row(outcome, data))
    return path, outcome, data


def test_a_combination_that_no_training_answer_is_can_be_said(trained):
    _, outcome, _ = trained
    assert outcome.train_error == 0.0
    assert outcome.test_right.tolist() == [True, False, True, False]


def test_a_saved_one_says_the_same(trained):
    path, outcome, data = trained
    saved = load(path)
    assert saved.spells and saved.answers == tuple(sorted((*MORE, "nothing")))
    found = ask(saved, TEST)
    assert found.answers[0] == "milk,ring" and found.answers[2] == "ball"
    # no training answer has three words, and asked for more it may say them
    np.testing.assert_array_equal(found.right[:3], outcome.test_right[:3])
    null = data.test.memory.shape[1]
    wanted = np.where(outcome.test_found < null, outcome.test_found, -1)
    np.testing.assert_array_equal(found.slots, wanted)
    assert saved.knows("ball,ring,milk") and not saved.knows("ball,moon")
    typed = [replace(TEST[0], questions=(replace(TEST[0].questions[0], answer=""),))]
    assert not ask(saved, typed).right.any()


def test_a_saved_one_whose_words_are_combinations_is_refused(tmp_path, trained):
    head, params = arrays.load(trained[0])
    wrong = (
        ({**head, "answers": ["ball,milk", *head["answers"][1:]]}, params),
        ({**head, "answers": head["answers"][1:]}, params),
        (head, {name: value for name, value in params.items() if name != "R/said"}),
        (head, params | {"R/said": params["R/said"][1:]}),
    )
    for some_head, some in wrong:
        (tmp_path / "m.npz").write_bytes(file_of(some_head, some))
        with pytest.raises(BenchError, match=r"m\.npz: .*--save-models again"):
            load(tmp_path / "m.npz")


@pytest.mark.parametrize(
    "fields",
    [
        dict(loss="sampled"), dict(contexts=True, lists="one"), dict(text="stream"),
        dict(dictionaries="one", lists="one"), dict(holdout=0.1, speech=speech(cell="rnn")),
    ],
)  # fmt: skip
def test_what_it_is_not_written_for_is_refused(fields):
    with pytest.raises(BenchError, match="answers='words'"):
        column(**fields)
