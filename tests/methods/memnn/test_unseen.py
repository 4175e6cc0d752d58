"""Unseen words: contexts, match features and answers against the equations in float64."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import jax
import memnn_models as models
import numpy as np
import pytest
from memnn_questions import fixture_stories, wrong_test_facts
from unseen_questions import TEST, TRAIN, story

from bench.core.errors import BenchError
from bench.examples.stories import Question, Story
from bench.methods.memnn import METHOD
from bench.methods.memnn.memory import encode
from bench.methods.memnn.row import support_accuracy
from bench.methods.memnn.spec import memnn
from bench.methods.memnn.step import questions
from bench.methods.memnn.training import Trainer
from bench.methods.memnn.unseen import Model

DIM, GAMMA = 4, 0.1
BOTH = dict(contexts=True, matches=True)
FORMS = [dict(contexts=True), dict(matches=True), BOTH, dict(shared="neighbours", **BOTH)]


def made(test: Story, **fields) -> tuple[Model, list]:
    """A model trained on `TRAIN`, and the test questions as it reads them."""
    spec = memnn(**dict(id="x", title="x", dim=DIM, lists="one", memory_size=4) | fields)
    parts = {"1": {"train": [story(TRAIN, ("kitchen", "office"), "milk")], "test": [test]}}
    encoded = encode(parts, memory_size=4, holdout=0.0, new_words=True)
    arrays = questions(encoded.test)
    asked = [type(arrays)(*(a[n] for a in arrays)) for n in range(len(encoded.test))]
    return Model(spec, encoded, 1), asked


@dataclass
class Equations:
    """One question in words: every word's row, then scores, one number at a time.

    Attributes:
        known: words with a row, in the tables' order; ``seen`` those not taken for unseen.
        answers: the known ones, in order.
    """

    params: dict[str, np.ndarray]
    known: tuple[str, ...]
    seen: set[str]
    answers: tuple[str, ...]
    memories: list[list[str]]
    question: list[str]
    hops: int = 2

    def beside(self, word: str, side: str) -> list[int]:
        """The seen words to the left or right of a word."""
        found = set()
        for text in self.memories:
            for at in (at for at, other in enumerate(text) if other == word):
                found |= set(text[:at] if side == "left" else text[at + 1 :])
        return [self.known.index(w) for w in found & self.seen]

    def context(self, of: str, word: str) -> np.ndarray:
        total = np.zeros(DIM)
        for side in ("left", "right"):
            places = self.beside(word, side)
            if places and f"{of}/{side}" in self.params:
                total = total + self.params[f"{of}/{side}"][places].mean(axis=0)
        return total

    def row(self, of: str, table: str, word: str) -> np.ndarray:
        if word not in self.seen:
            return self.context(of, word)
        found = self.params[f"{of}/{table}"]
        return (found[0] if table == "support" else found)[self.known.index(word)]

    def match(self, of: str, number: int, word: str) -> np.ndarray:
        table = self.params[f"{of}/match"][number]
        if word in self.seen:
            return table[self.known.index(word)]
        total = table[-1]
        for side in ("left", "right"):
            places = self.beside(word, side)
            if places and f"{of}/match_{side}" in self.params:
                total = total + self.params[f"{of}/match_{side}"][number][places].mean(axis=0)
        return total

    def x(self, of: str, facts: Sequence[int]) -> np.ndarray:
        total = sum(self.row(of, "question", word) for word in self.question)
        return total + sum(
            (self.row(of, "support", word) for fact in facts for word in self.memories[fact]),
            np.zeros(DIM),
        )

    def shared(self, of: str, facts: Sequence[int], words: set[str]) -> np.ndarray:
        total = np.zeros(DIM)
        if f"{of}/match" in self.params:
            texts = [self.question, *(self.memories[fact] for fact in facts)]
            for number, text in enumerate(texts):
                for word in words & set(text):
                    total = total + self.match(of, number, word)
        return total

    def y(self, facts: Sequence[int], slot: int | None) -> np.ndarray:
        if slot is None:
            return self.params["O/null"]
        text = self.memories[slot]
        own = sum(self.row("O", "memory", word) for word in text)
        return own + self.shared("O", facts, set(text))

    def s(self, facts: Sequence[int], y: int | None, z: int | None) -> float:
        x = self.x("O", facts)
        value = x @ (self.y(facts, y) - self.y(facts, z))
        if y is not None and z is not None:
            asker = facts[-1] if facts else np.inf
            value += x @ (np.array([asker < y, asker < z, y < z], float) @ self.params["O/time"])
        return float(value)

    def find(self) -> list[int]:
        facts: list[int] = []
        while len(facts) < self.hops:
            winner = None
            for slot in (m for m in range(len(self.memories)) if m not in facts):
                if self.s(facts, winner, slot) <= 0:
                    winner = slot
            if winner is None:
                break
            facts.append(winner)
        return facts

    def respond(self, facts: Sequence[int]) -> dict[str, float]:
        """The scores of what can be chosen."""
        told = {word for text in self.memories for word in text}
        known = [word for word in self.answers if word in self.seen]
        x, found = self.x("R", facts), {}
        for word in {*known, *(told - self.seen)}:
            own = self.context("R", word)
            if word in known:
                own = self.params["R/answer"][self.answers.index(word)]
            found[word] = float(x @ (own + self.shared("R", facts, {word})))
        return found

    def loss(self, support: Sequence[int], answer: str) -> float:
        total = 0.0
        for hop in range(min(self.hops, len(support) + 1)):
            before = list(support[:hop])
            right = support[hop] if hop < len(support) else None
            others = [m for m in range(len(self.memories)) if m not in (*before, right)]
            for other in [*others, *[None] * (right is not None)]:
                total += max(0.0, GAMMA - self.s(before, right, other))
                total += max(0.0, GAMMA + self.s(before, other, right))
        scores = self.respond(support[: self.hops])
        return total + sum(
            max(0.0, GAMMA - scores[answer] + score)
            for word, score in scores.items()
            if word != answer
        )


def equations(model: Model, params, test: Story, number: int, seen=None) -> Equations:
    asked = test.questions[number]
    known = tuple(word for (word,) in model.features)
    told = [list(text) for text in test.statements[max(0, asked.seen - 4) : asked.seen]]
    wide = {name: value.astype(float) for name, value in params.items()}
    return Equations(
        wide, known, set(known) if seen is None else seen, ("kitchen", "office"), told,
        list(asked.words),
    )  # fmt: skip


def drawn(model: Model, seed: int) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(seed)
    return {n: draw.normal(0, 0.6, s).astype("f4") for n, s in model.shapes.items()}


@pytest.mark.parametrize("form", FORMS)
def test_memories_and_answers_are_those_of_the_equations(form):
    test = story(TEST, ("attic", "mill"), "milk")
    model, asked = made(test, **form)
    tables, answer = model.tables(model._encoded), jax.jit(model.answer)
    words = ("kitchen", "office", "ana", "attic", "bo", "mill", "vase")  # answers, then new words
    chosen = set()
    for seed, number in itertools.product(range(12), range(2)):
        params = drawn(model, seed)
        reply = answer(params, tables, asked[number])
        wanted = equations(model, params, test, number)
        facts = wanted.find()
        slots = asked[number].memory.shape[0]
        assert [int(slot) for slot in reply.found] == facts + [slots] * (2 - len(facts))
        scores = wanted.respond(facts)
        best = max(scores.values())  # without contexts some are alike
        assert scores[words[int(reply.answer)]] == pytest.approx(best, abs=1e-5)
        chosen.add(words[int(reply.answer)])
    assert len(chosen) > 2


@pytest.mark.parametrize("form", FORMS)
def test_loss_and_gradient_are_with_words_taken_for_unseen(form):
    """The derivative along random directions against finite differences in float64."""
    test = story(TRAIN, ("kitchen", "office"), "milk")
    model, asked = made(test, dropped=0.5, **form)
    tables, differ = model.tables(model._encoded), jax.jit(jax.value_and_grad(model.loss))
    known = [word for (word,) in model.features]
    assert model.draws == model.dropped == len(known)
    for seed in range(4):
        chance = np.random.default_rng(seed).random(len(known)).astype("f4")
        kept = {word for word, number in zip(known, chance, strict=True) if number >= 0.5}
        params = drawn(model, seed)
        value, grads = differ(params, tables, asked[1], chance)

        def in_float64(step: float, params=params, kept=kept, seed=seed) -> float:
            way = np.random.default_rng(seed + 100)
            moved = {n: p + step * way.normal(size=p.shape) for n, p in sorted(params.items())}
            at = equations(model, moved, test, 1, kept)
            return at.loss([s - 1 for s in test.questions[1].support], "office")

        assert float(value) == pytest.approx(in_float64(0.0), rel=1e-5)
        way = np.random.default_rng(seed + 100)
        slope = sum(
            float(np.sum(way.normal(size=p.shape) * np.asarray(grads[n])))
            for n, p in sorted(params.items())
        )
        step = 1e-7
        wanted = (in_float64(step) - in_float64(-step)) / (2 * step)
        assert slope == pytest.approx(wanted, rel=2e-3, abs=2e-3)


def test_what_unseen_words_are_called_changes_nothing():
    """Other names, of another order in the alphabet: the same memories, and the answer renamed."""
    others = {"ana": "zoe", "bo": "abe", "attic": "yard", "mill": "barn", "vase": "quill"}
    test = story(TEST, ("attic", "mill"), "milk")
    renamed = replace(
        test,
        statements=tuple(tuple(others.get(w, w) for w in text) for text in test.statements),
        questions=tuple(
            replace(q, words=tuple(others.get(w, w) for w in q.words), answer=others[q.answer])
            for q in test.questions
        ),
    )
    found = []
    for told in (test, renamed):
        model, asked = made(told, **FORMS[-1])
        names = ["kitchen", "office", *model._encoded.new_words]
        reply, tables = jax.jit(model.answer), model.tables(model._encoded)
        said = []
        for seed, one in itertools.product(range(6), asked):
            told_ = reply(drawn(model, seed), tables, one)
            word = names[int(told_.answer)]
            said.append((told_.found.tolist(), others.get(word, word)))
        found.append(said)
    assert found[0] == found[1]


def test_facts_of_the_test_say_nothing_but_whether_they_were_found():
    """Whatever the parameters: other facts leave what is trained on and all replies as they are."""
    spec = memnn(id="x", title="x", dim=DIM, lists="one", memory_size=20, **FORMS[-1])
    told = fixture_stories()
    data, fooled = (METHOD.prepare(spec, parts) for parts in (told, wrong_test_facts(told)))
    test = replace(fooled.test, support=data.test.support)
    np.testing.assert_equal(asdict(replace(fooled, test=test)), asdict(data))
    trainer = Trainer(spec, data, jax.devices()[0])
    shapes = trainer.programs[1].shapes
    params = {name: value[None] for name, value in models.drawn(shapes).items()}
    before, right = trainer.replies(params, 1, "test")
    trainer.read(fooled)
    after, same = trainer.replies(params, 1, "test")
    np.testing.assert_equal((after, same), (before, right))
    found = before.found[0]
    assert support_accuracy(found, data.test) != support_accuracy(found, fooled.test)


def test_an_answer_that_no_training_text_has_is_known_and_no_second_one():
    """'yes' may be told in a test story: it is the answer that was trained."""
    train = Story((("joe", "ran"),), (Question(("did", "joe"), "yes", (0,), 1, 2),))
    told = (("ana", "said", "yes"),)
    test = Story(told, (Question(("did", "ana"), "yes", (0,), 1, 2),))
    spec = memnn(id="x", title="x", dim=DIM, lists="one", memory_size=4, **FORMS[-1])
    encoded = encode({"1": {"train": [train], "test": [test]}}, memory_size=4, holdout=0.0,
                     new_words=True)  # fmt: skip
    assert encoded.answers == ("yes", "ana", "said") and encoded.new_words == ("ana", "said")
    model = Model(spec, encoded, 1)
    assert ("yes",) in model.features and model.shapes["R/answer"] == (1, DIM)
    rows = questions(encoded.test)
    asked = type(rows)(*(array[0] for array in rows))
    reply, tables = jax.jit(model.answer), model.tables(encoded)
    said = {encoded.answers[int(reply(drawn(model, n), tables, asked).answer)] for n in range(12)}
    assert "yes" in said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (dict(dropped=1.0), "field 'dropped' must lie in"),
        (dict(contexts=True, lists="hop"), "written for lists='one' alone"),
        (dict(matches=True, ngrams="2"), "written for ngrams='1' alone"),
        (dict(matches=True, shared="neighbours"), "needs contexts=True and matches=True"),
        (dict(shared="neighbours"), "needs contexts=True and matches=True"),
    ],
)
def test_what_unseen_words_do_not_go_with_is_refused(fields, said):
    with pytest.raises(BenchError, match=said):
        memnn(**dict(id="x", title="x", lists="one") | fields)
