"""The segmenter of word streams: its score, its loss, what it is taught, and where it cuts."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memnn_questions import STORY
from spoken_questions import UNIT, column, parts, unlabelled
from tiny_data import quick_compile  # noqa: F401

from bench.core.errors import BenchError
from bench.examples.stories import Question, Story
from bench.methods.memnn import METHOD
from bench.methods.memnn.segmenter import Segmenter, begins, cut, loss, scores
from bench.methods.memnn.segments import UNWRITTEN, Known, Running, read
from bench.train.lanes import Lanes

GAMMA = 0.1

TOLD = Story(
    tuple(tuple(text.split()) for text in ("joe left", "joe saw bob", "bob ran", "bob sat")),
    (
        Question(("who",), "joe", (0,), 1, 1),
        Question(("who",), "bob", (2, 1), 3, 2),
        Question(("why",), "bob", (3,), 4, 3),
    ),
    ((".",), (",", "then"), ("and",), (".",)),
)
"""Its stream: joe left . joe saw bob , then bob ran and bob sat ."""


def streams(train=TOLD, test=TOLD, **how):
    told = {"u": {"train": [train], "test": [test]}}
    return read(told, **dict(memory_size=3, holdout=0.0) | how)


def cuts_at(length, *ends):
    return np.isin(1 + np.arange(length), ends)


def by_the_equations(u, w, words, length):
    """Score of each beginning and loss of the whole (W14 3.2), bags in float64."""
    seg = []
    for read_so_far in range(1, length + 1):
        bag = np.zeros(len(u))
        for word in words[:read_so_far]:
            bag[word] += 1.0
        seg.append(float(w @ (u.T @ bag)))
    wrong = sum(max(0.0, GAMMA + value) for value in seg[:-1])
    return seg, wrong + max(0.0, GAMMA - seg[-1])


def test_score_loss_and_gradients_are_those_of_the_equations():
    rng = np.random.default_rng(1)
    words, length, mixed = np.array([2, 0, 3, 2, 1, 4]), 4, 0
    for _ in range(5):
        u, w = rng.normal(size=(5, 3)), rng.normal(size=3)
        params = {"S/words": jnp.asarray(u, jnp.float32), "S/cut": jnp.asarray(w, jnp.float32)}
        seg, wanted = by_the_equations(u, w, words, length)
        np.testing.assert_allclose(scores(params, words)[:length], seg, rtol=1e-4, atol=1e-5)
        value, grads = jax.value_and_grad(loss)(params, words, length, GAMMA)
        assert float(value) == pytest.approx(wanted, rel=1e-4)
        mixed += 0 < sum(GAMMA + s > 0 for s in seg[:-1]) < length - 1
        for array, name in ((u, "S/words"), (w, "S/cut")):
            for place in np.ndindex(array.shape):
                kept, ends = array[place], []
                for step in (1e-6, -1e-6):
                    array[place] = kept + step
                    ends.append(by_the_equations(u, w, words, length)[1])
                array[place] = kept
                slope = (ends[0] - ends[1]) / 2e-6
                assert float(grads[name][place]) == pytest.approx(slope, rel=1e-3, abs=1e-4)
    assert mixed  # in some draws a margin counts and another does not


def by_hand(weights):
    """A segmenter of one dimension whose words score so much."""
    return {"S/words": jnp.array(weights)[:, None], "S/cut": jnp.ones(1)}


def test_it_cuts_where_the_words_since_the_last_cut_score_above_gamma():
    words = np.array([0, 1, 0, 0, 1, 2, 1, 1])  # 2 has no embedding
    first = cuts_at(8, 1, 8)
    found = cut(by_hand([-0.2, 0.35]), Running(words, first), GAMMA)
    #                             -.2 .15   -.2 -.4 -.05 -.05 .30    .35, a stream of its own
    assert found.tolist() == [False, True, False, False, False, False, True, True]
    at_gamma = cut(by_hand([0.0, 0.1]), Running(words, first), 0.1)
    assert at_gamma.tolist() == [False] * 4 + [True, False] + [False, False]


def test_a_stream_cut_at_its_boundaries_is_the_story_behind_the_words_that_join_it():
    found = streams()
    ends = [end for _, end in found.told["u"]["test"][0].spans]
    assert ends == [2, 6, 10, 13]
    right = cuts_at(14, *ends)
    encoded = found.encoded({"train": right, "test": right})
    told = [[" ".join(encoded.statements[i]) for i in row] for row in encoded.test.memory]
    assert told == [
        ["joe left", "", ""],
        ["joe left", ". joe saw bob", ", then bob ran"],
        [". joe saw bob", ", then bob ran", "and bob sat"],
    ]
    assert encoded.test.support.tolist() == [[0, -1], [2, 1], [2, -1]]
    assert found.boundaries(right, "test") == (1.0, 0.0)
    assert {word for text in encoded.texts for word in text} == set(found.words)


def test_a_fact_is_where_its_last_word_is_and_nowhere_before_it_is_cut():
    found = streams()
    wrong = cuts_at(14, 4, 10, 11)  # misses three boundaries, cuts at one, and at two that are none
    encoded = found.encoded({"train": wrong, "test": wrong})
    told = [[" ".join(encoded.statements[i]) for i in row] for row in encoded.train.memory]
    assert told[0] == ["", "", ""]
    assert told[1] == told[2] == ["joe left . joe", "saw bob , then bob ran", "and"]
    too_old = -2
    assert encoded.train.support.tolist() == [[too_old, -1], [1, 1], [too_old, -1]]
    assert UNWRITTEN < 0
    assert found.boundaries(wrong, "train") == (0.25, pytest.approx(2 / 3))
    nothing = np.zeros(14, bool)
    assert found.boundaries(nothing, "test") == (0.0, 0.0)
    assert not found.encoded({"train": nothing, "test": nothing}).test.count.any()


def test_only_facts_of_questions_that_are_not_held_out_are_taught():
    known = streams(holdout=0.34).known
    spans = list(zip(known.start.tolist(), known.end.tolist(), known.before.tolist(), strict=True))
    assert spans == [(0, 2, 0), (3, 6, 2), (8, 10, 6)]
    assert (known.shortest, known.longest) == (2, 3)
    twice = {"u": {"train": [TOLD, TOLD], "test": [TOLD]}}
    second = read(twice, memory_size=3, holdout=0.0).known
    assert second.start[4:].tolist() == (14 + second.start[:4]).tolist()
    assert second.before[4] == 14


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_known_segment_begins_behind_the_segment_before_it(data):
    size = 24
    made = sorted(data.draw(st.sets(st.integers(1, size), max_size=8)))
    start = data.draw(st.integers(0, size - 1))
    stream = data.draw(st.integers(0, start))  # a second one, what was before is another's
    before = data.draw(st.integers(stream, start))
    shortest = data.draw(st.integers(1, 6))
    known = Known(*(np.array([n], np.int32) for n in (start, size, before)), shortest, 9)
    wanted, last, own = start, stream, stream
    for place in (place for place in made if place > stream):
        own = place if place - last >= shortest and place <= start else own
        last = place
    if start - own < shortest:
        wanted = own
    if start - before < shortest:
        wanted = before
    first = np.isin(np.arange(size), (0, stream))
    assert begins(known, cuts_at(size, *made), first).tolist() == [wanted]


def test_it_learns_to_cut_streams_that_it_has_not_seen():
    spec = stream_column(dim=20, epochs=10)
    told = METHOD.prepare(spec, parts(train=400, test=60))
    segmenter = Segmenter(spec, told, Lanes((jax.devices()[0],)), 3)
    seeds = np.array([0, 1], np.int32)
    params, losses = segmenter.train(seeds, lambda: False)
    assert losses.shape == (10, 2) and (losses[-1] < 0.1 * losses[0]).all()
    for restart, cuts in enumerate(segmenter.cut(params, told.running["test"])):
        share = told.boundaries(cuts, "test")
        assert share.found > 0.95 and share.false < 0.02
        u, w = (np.asarray(params[n][restart], float) for n in ("S/words", "S/cut"))
        seg = 0.0
        for word, ends in zip(told.running["test"].words, cuts, strict=True):
            seg += u[word] @ w if word < len(u) else 0.0
            assert ends == (seg > spec.gamma)
            seg = 0.0 if ends else seg
    assert (params["S/words"][0] != params["S/words"][1]).any()
    assert segmenter.train(seeds, lambda: True) is None


def stream_column(**fields):
    return column(speech=None, text="stream", lists="one", **fields)


def test_streams_without_what_they_need_are_refused():
    told = {UNIT: {split: [*map(unlabelled, s)] for split, s in parts()[UNIT].items()}}
    with pytest.raises(BenchError, match="no training question has supporting facts"):
        METHOD.prepare(stream_column(), told)
    with pytest.raises(BenchError, match="nothing says what would join them"):
        METHOD.prepare(stream_column(holdout=0.0), {"1": {"train": [STORY], "test": [STORY]}})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (dict(text="words"), "'text' must be one of sentences, stream"),
        (dict(speech=column().speech), "contradicts field 'speech'"),
        (dict(ngrams="2"), "goes with ngrams='1'"),
        (dict(supervision="words", stop_share=0.5), "goes with supervision='facts'"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused_by_field(wrong, said):
    with pytest.raises(BenchError, match=said):
        dataclasses.replace(stream_column(), **wrong)
