"""MemNN against the equations in float64: scores, tournaments, hops and gradients."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memnn_equations import Equations
from memnn_questions import STORY, question_of

from bench.core.errors import BenchError
from bench.methods.memnn import loss, output
from bench.methods.memnn.parameters import shapes
from bench.methods.memnn.score import part
from bench.methods.memnn.spec import memnn

SLOTS, FEATURES, DIM, ANSWERS = 6, 7, 4, 5
FIND = jax.jit(output.find, static_argnums=4, static_argnames="again")
FORMS = [(nonlinear, time) for nonlinear in (False, True) for time in (False, True)]


@dataclass
class Case:
    """Random parameters and bags, by seed."""

    seed: int
    hops: int
    nonlinear: bool
    time: bool
    lists: int = 2
    scale: float = 0.7

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        sizes = shapes(
            FEATURES, self.lists, ANSWERS, DIM, nonlinear=self.nonlinear, write_time=self.time
        )
        self.params = {n: rng.normal(0, self.scale, s).astype("f4") for n, s in sizes.items()}
        self.question = rng.random(FEATURES).astype("f4")
        self.count = int(rng.integers(1, SLOTS + 1))
        self.memories = rng.random((SLOTS, FEATURES)).astype("f4")  # no two alike: no ties
        self.memories[self.count :] = 0

    @property
    def equations(self) -> Equations:
        wide = {n: p.astype(float) for n, p in self.params.items()}
        memories = self.memories[: self.count].astype(float)
        return Equations(wide, 0.1, self.hops, self.question.astype(float), memories)

    def found(self, again: bool = False) -> list[int]:
        o = part(self.params, "O")
        slots = FIND(o, self.question, self.memories, self.count, self.hops, again=again)
        return [int(slot) for slot in slots]


@pytest.mark.parametrize(("nonlinear", "time"), FORMS)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), hops=st.sampled_from([1, 2, 10]))
def test_the_memories_found_are_those_of_the_equations(nonlinear, time, seed, hops):
    case = Case(seed, hops, nonlinear, time)
    wanted = case.equations.find()
    assert case.found() == wanted + [SLOTS] * (hops - len(wanted))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_where_time_says_nothing_the_tournament_is_the_maximum(seed):
    timed = Case(seed, 3, True, True)
    timed.params["O/time"][:] = 0.0
    plain = Case(seed, 3, True, False)
    plain.params |= {n: p for n, p in timed.params.items() if n != "O/time"}
    plain.question, plain.memories, plain.count = timed.question, timed.memories, timed.count
    assert timed.found() == plain.found()


def test_hops_end_with_the_null_memory_and_find_no_memory_twice():
    case = Case(1, 10, False, False, scale=0.5)
    case.count = SLOTS
    case.memories[:] = np.eye(SLOTS, FEATURES)
    case.params["O/support"][:] = 0.0
    x = case.question @ case.params["O/question"]
    case.params["O/null"] = x * 100  # beats all
    assert case.found() == [SLOTS] * 10
    case.params["O/null"] = -x * 100  # beats none
    assert sorted(case.found()[:SLOTS]) == list(range(SLOTS))
    assert case.found()[SLOTS:] == [SLOTS] * (10 - SLOTS)
    assert len(set(case.found(again=True))) == 1  # the same question finds the same memory


def test_one_hop_has_no_null_memory():
    case = Case(2, 1, False, True)
    case.params["O/null"] = case.question @ case.params["O/question"] * 100
    assert case.found()[0] < case.count


@pytest.mark.parametrize(("nonlinear", "time"), FORMS)
@pytest.mark.parametrize("hops", [1, 2, 10])
def test_the_loss_and_its_gradient_are_those_of_the_equations(nonlinear, time, hops):
    _as_the_equations(hops=hops, nonlinear=nonlinear, write_time=time)


@pytest.mark.parametrize("hops", [1, 10])
def test_they_are_with_one_sampled_wrong_memory_and_answer(hops):
    _as_the_equations(hops=hops, loss="sampled")


@pytest.mark.parametrize(
    "fields",
    [
        dict(dictionaries="one", lists="one"),
        dict(write_time=False, slot_time=True),
        dict(write_time=False, slot_time=True, dictionaries="one", lists="one", nonlinear=True),
    ],
)
def test_they_are_with_one_dictionary_and_with_slots_told(fields):
    made = _as_the_equations(hops=2, **fields)
    words = len(made.model.features)
    rows = words + 5 * fields.get("slot_time", False)
    assert made.model.shapes["O/memory"] == (rows, DIM)
    assert ("O/support" in made.model.shapes) == ("dictionaries" not in fields)
    draw = np.random.default_rng(0)
    params = {n: draw.normal(size=s).astype("f4") for n, s in made.model.shapes.items()}
    told = jax.jit(made.model.answer)(params, made.tables, made.asked)
    wide = {n: p.astype(float) for n, p in params.items()}
    equations = Equations(wide, 0.1, 2, made.question, made.memories)
    facts = equations.find()
    assert [int(f) for f in told.found] == facts + [5] * (2 - len(facts))
    assert int(told.answer) == int(np.argmax(equations.respond(facts)))


@pytest.mark.parametrize("target", ["drawn", "best"])
@pytest.mark.parametrize(("nonlinear", "time"), FORMS)
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_they_are_where_shared_words_teach(share, nonlinear, time, target):
    told = [set(text) for text in STORY.statements]
    common = {w for text in told for w in text if sum(w in t for t in told) > share * len(told)}
    assert common == ({"joe", "went", "to", "the"} if share < 1 else set())
    asked = STORY.questions[1]
    words = set(asked.words) - common, [text - common for text in told], {asked.answer}
    _as_the_equations(
        *words, hops=2, supervision="words", stop_share=share, target=target,
        nonlinear=nonlinear, write_time=time,
    )  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), time=st.booleans(), data=st.data())
def test_the_best_of_some_memories_wins_the_tournament_among_them(seed, time, data):
    case = Case(seed, 2, True, time)
    slots = st.integers(0, case.count - 1)
    valid = data.draw(st.lists(slots, min_size=1, unique=True).map(sorted))
    before = data.draw(st.lists(slots, max_size=1))
    flags = np.isin(np.arange(SLOTS), valid)
    o = part(case.params, "O")
    found = output.among(o, case.question, jnp.asarray(case.memories), flags, tuple(before))
    assert int(found) == case.equations.among(valid, before)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (dict(slot_time=True), "field 'slot_time' contradicts write_time=True"),
        (dict(dictionaries="one"), "field 'dictionaries'='one' contradicts lists='hop'"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(fields, said):
    with pytest.raises(BenchError, match=said):
        memnn(id="x", title="x", **fields)


def _as_the_equations(*words, **fields):
    """The derivative along random directions against finite differences in float64.

    Args:
        words: of the question, the memories and the answer, those that count in `Equations`.
    """
    spec = memnn(id="x", title="x", dim=DIM, memory_size=9, **fields)
    hops = spec.hops
    made = question_of(spec)
    differ = jax.jit(jax.value_and_grad(made.model.loss))

    def in_float64(at: dict[str, np.ndarray]) -> float:
        equations = Equations(at, spec.gamma, hops, made.question, made.memories)
        if spec.supervision == "words":
            told = drawn if spec.target == "drawn" else ()
            asked, memories, said = words
            return equations.words_loss(asked, memories, said, made.answer, told)
        return equations.loss(made.facts, made.answer, drawn)

    for seed in range(4):
        rng = np.random.default_rng(seed)
        drawn = np.random.default_rng(9 + seed).random(made.model.draws).astype("f4")
        wide = {n: rng.normal(0, 0.5, s) for n, s in made.model.shapes.items()}
        narrow = {n: p.astype("f4") for n, p in wide.items()}
        value, grads = differ(narrow, made.tables, made.asked, drawn)
        assert float(value) == pytest.approx(in_float64(wide), rel=1e-5)
        way = {n: rng.normal(size=p.shape) for n, p in wide.items()}
        step = 1e-7
        ends = [in_float64({n: p + s * way[n] for n, p in wide.items()}) for s in (step, -step)]
        slope = sum(float(np.sum(way[n] * np.asarray(grads[n]))) for n in way)
        assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=2e-3, abs=2e-3)
    return made


@settings(max_examples=8, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(0, 2**31))
def test_one_of_the_wrong_ones_is_drawn_evenly(wrong, seed):
    drawn = np.random.default_rng(seed).random(400).astype("f4")
    found = np.asarray(loss.one_of(jnp.array([wrong] * 400), jnp.asarray(drawn)))
    assert found.sum(axis=1).tolist() == [float(any(wrong))] * 400
    assert not found[:, ~np.array(wrong)].any()
    if any(wrong):
        assert np.abs(found.mean(axis=0)[wrong] - 1 / sum(wrong)).max() < 0.13
