"""Attention of a model against the oracle, and its shares against sums by hand."""

import dataclasses
import hashlib
import re

import numpy as np
import oracle
import pytest
import tiny_data
from attention_helpers import DATA, TEST, TRAINING, group, saved
from data_helpers import real_data
from tiny_data import quick_compile  # noqa: F401

from bench.core.errors import BenchError
from bench.datasets.babi.babi import parse
from bench.examples.encode import encode_for_model
from bench.examples.stories import Question, Story
from bench.methods.memn2n import scores
from bench.methods.memn2n.asking import attend
from bench.methods.memn2n.saved import spec_of
from bench.studies.attention.measure import measure
from bench.studies.attention.shares import questions_of, shares, supporting
from bench.studies.attention.shown import FIGURES, shown, tell
from bench.studies.attention.text import words_of

SPECS = [
    pytest.param(tiny_data.column(linear_start=True, time_noise=0.1), id="pe-adjacent"),
    pytest.param(
        tiny_data.column(
            {"answer_space": "paper", "position_encoding": "paper", "time_scale": "paper"},
            tying="layerwise", hops=3,
        ),
        id="pe-layerwise-paper",
    ),
    pytest.param(tiny_data.column(encoding="bow", nonlinearity="relu"), id="bow"),
]  # fmt: skip
SPEC = tiny_data.column()


@pytest.mark.parametrize("spec", SPECS)
def test_weights_and_answers_are_the_equations(monkeypatch, spec):
    monkeypatch.setattr(scores, "CHUNK", 7)  # 18 questions: two whole chunks and a part
    trained = saved(spec)
    seen = attend(trained, [(1, TEST)])
    sizes, asked = (
        oracle.sizes_of(DATA),
        oracle.read_stories(DATA.vocabulary, TEST, tiny_data.SLOTS),
    )
    assert seen.weights.shape == (len(asked), spec.hops, tiny_data.SLOTS)
    for i, question in enumerate(asked):
        z, attention = oracle.logits(spec, sizes, trained.params, question)
        np.testing.assert_allclose(seen.weights[i], attention, rtol=2e-4, atol=1e-5)
        answer = oracle.answer(spec, sizes, z)
        words = (*DATA.vocabulary, *(f"time word {t}" for t in range(tiny_data.SLOTS)))
        assert seen.answers[i] == (words[answer] or "null word")
        assert bool(seen.right[i]) == (answer == question.target)
        share = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
        assert seen.probability[i] == pytest.approx(share.max(), rel=1e-3)
    assert [int(h) for h in seen.held] == [sum(map(bool, a.memories)) for a in asked]


@pytest.mark.parametrize("spec", SPECS)
def test_a_saved_spec_is_the_one_that_was_trained(spec):
    assert group(spec_of(saved(spec))).canonical() == group(spec).canonical()


def test_test_stories_are_encoded_as_they_were_in_training():
    again = encode_for_model([(1, TEST)], DATA.sizes)
    for name in ("memory", "question"):
        table = "statements" if name == "memory" else "questions"
        old, new = (getattr(e, table)[getattr(e.test, name)] for e in (DATA, again))
        np.testing.assert_array_equal(old, new)
    np.testing.assert_array_equal(DATA.test.answer, again.test.answer)


def test_a_question_without_a_known_answer_is_never_right():
    unknown = tiny_data.change_questions(TEST, lambda n, q: dataclasses.replace(q, answer=""))
    assert not attend(saved(SPEC), [(1, unknown)]).right.any()


def test_right_is_the_same_word_whatever_word_was_given():
    """Also where it is none of the words that a softmax over answer words has."""
    trained = saved(tiny_data.column({"answer_space": "paper"}))
    assert len(DATA.sizes.answers) < len(DATA.vocabulary) - 1
    words, asked = DATA.vocabulary[1:], len(questions_of(TEST))
    given = tiny_data.change_questions(
        TEST * len(words), lambda n, q: dataclasses.replace(q, answer=words[n // asked])
    )
    seen = attend(trained, [(1, given)])
    same = [answer == words[n // asked] for n, answer in enumerate(seen.answers)]
    assert list(seen.right) == same and sum(same) == asked


def test_models_that_cannot_be_asked_are_refused():
    good = saved(SPEC)
    smaller = {**good.params, "times": good.params["times"][:, :-1]}
    with pytest.raises(BenchError, match="not those of its spec"):
        attend(dataclasses.replace(good, params=smaller), [(1, TEST)])
    broken = {name: np.full_like(value, np.nan) for name, value in good.params.items()}
    with pytest.raises(BenchError, match="training diverged"):
        attend(dataclasses.replace(good, params=broken), [(1, TEST)])
    with pytest.raises(BenchError, match="'lstm', not memn2n"):
        spec_of(dataclasses.replace(good, run={"method": "lstm"}))
    with pytest.raises(BenchError, match="unknown field 'hobs'"):
        spec_of(dataclasses.replace(good, run={"method": "memn2n", "spec": {"hobs": 3}}))


@pytest.mark.parametrize(
    ("statement", "question", "answer", "said"),
    [
        ("ann went dungeon", "where ann", "barn", "task 4, 'ann went dungeon': .*'dungeon'"),
        (
            "ann went where",
            "where ann",
            "barn",
            "knows the word 'where' from questions and answers only",
        ),
        ("ann went to to barn", "where ann", "barn", "5 words, .* at most 4"),
        ("ann barn", "where dan", "barn", "does not know the word 'dan'"),
        ("ann barn", "where ann", "moon", "'moon' is no answer"),
    ],
)
def test_sentences_that_are_not_the_models_are_refused(statement, question, answer, said):
    asked = Question(tuple(question.split()), answer, (0,), 1, 2)
    with pytest.raises(BenchError, match=said):
        encode_for_model([(4, [Story((tuple(statement.split()),), (asked,))])], DATA.sizes)


def test_shares_by_hand():
    def asked(seen, *support):
        return Question(("where",), "barn", support, seen, 1)

    # Memory of 3: of 4 statements the first is lost; slot 0 is the latest.
    questions = [asked(4, 3, 0), asked(2, 0)]
    weights = np.array(
        [
            [[0.5, 0.3, 0.2], [0.1, 0.8, 0.1]],  # facts: slot 0, and one lost
            [[0.6, 0.1, 0.3], [0.0, 0.9, 0.1]],  # fact: slot 1; slot 2 is empty
        ]
    )
    np.testing.assert_array_equal(
        supporting(questions, 3), [[True, False, False], [False, True, False]]
    )
    found = shares(weights, questions)
    assert found.share == pytest.approx(((0.5 + 0.1) / 2, (0.1 + 0.9) / 2))
    assert found.top == (0.5, 0.5)
    assert found.empty == pytest.approx(((0.0 + 0.3) / 2, (0.0 + 0.1) / 2))
    assert found.even == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert (found.questions, found.facts, found.lost, found.questions_lost) == (2, 3, 1, 1)
    with pytest.raises(ValueError, match="0 questions"):
        shares(weights, [])


TEXT = b"""\
1 Ann went to barn.
2 Bob went to attic.
3 Where ann?\tbarn\t1
1 Cid went to cave.
2 Where cid?\tcave\t1
3 Cid went to barn.
4 Ann went to attic.
5 Where cid?\tbarn\t3
"""


def test_the_words_of_a_story_are_those_of_its_lines():
    words = words_of(parse(TEXT, "f"), 2)
    text = dict(enumerate(TEXT.decode().lower().splitlines(), start=1))
    assert words.statements == {line: text[line][2:-1] for line in (4, 6, 7)}
    assert (words.question, words.answer) == ("where cid?", "barn")


def test_a_story_is_told_with_its_lines_and_weights():
    stories = parse(TEXT, "f")
    seen = attend(saved(SPEC), [(1, stories)])
    told = tell(stories, 2, "4", seen)
    assert (told["figure"], told["story"], told["question"], told["line"]) == ("4", 1, 2, 8)
    assert (told["split"], told["right"]) == ("test", int(seen.answers[2] == "barn"))
    assert told["probability"] == pytest.approx(seen.probability[2], abs=1e-4)
    assert [s[:2] for s in told["statements"]] == [[4, 0], [6, 1], [7, 0]]
    for slot, statement in zip((2, 1, 0), told["statements"], strict=True):
        np.testing.assert_allclose(statement[2], seen.weights[2, :, slot], atol=1e-4)
    np.testing.assert_allclose(told["empty"], seen.weights[2, :, 3:].sum(axis=1), atol=1e-4)


def test_a_statement_that_fell_out_has_no_weights():
    seen = attend(saved(SPEC), [(1, TEST)])
    told = tell(TEST, 1, "", seen)  # asked after seven statements, with six slots
    assert [bool(weights) for *_, weights in told["statements"]] == [False] + [True] * 6
    assert told["empty"] == [0.0, 0.0]


def test_a_measured_row_is_the_shares_of_the_model():
    trained = saved(SPEC)
    row = measure(trained, group(SPEC), TEST, kind="unverified", device="cpu test")
    assert (row["id"], row["group"]) == (group(SPEC).run_id(0), group(SPEC).id)
    seen = attend(trained, [(1, TEST)])
    assert row["share"] == pytest.approx(shares(seen.weights, questions_of(TEST)).share, abs=1e-6)
    assert row["test_error"] == pytest.approx(100 * (1 - seen.right.mean()), abs=1e-4)
    assert row["running_error"] == TRAINING["running_error"] and row["seed"] == 0
    diverged = dataclasses.replace(trained, training={**TRAINING, "diverged": 3})
    with pytest.raises(BenchError, match="diverged"):
        measure(diverged, group(SPEC), TEST, kind="real", device="cpu test")
    with pytest.raises(BenchError, match="is not of babi-1k_qa01"):
        measure(trained, group(tiny_data.column(hops=3)), TEST, kind="real", device="cpu test")


def texts(value) -> list[str]:
    """Every text in a JSON value, keys too."""
    if isinstance(value, dict):
        return [*value, *(text for item in value.values() for text in texts(item))]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def test_a_row_has_no_word_of_the_stories(monkeypatch):
    monkeypatch.setattr(
        "bench.studies.attention.measure.shown", lambda *_: [("", i) for i in range(18)]
    )
    row = measure(saved(SPEC), group(SPEC), TEST, kind="unverified", device="cpu test")
    assert len(row["stories"]) == 18
    found = {word for text in texts(row) for word in re.findall("[a-z]+", text.lower())}
    told = {word for story in TEST for sentence in story.statements for word in sentence}
    told |= {word for q in questions_of(TEST) for word in (*q.words, q.answer)}
    assert told >= {"ann", "barn", "went"} and not found & told
    numbers = texts([[s[name] for name in s if name != "split"] for s in row["stories"]])
    assert set(numbers) == {""}  # no figure


# SHA-256, the first 12 digits, of statements that a figure shows, in its order, and of its
# question.
FIGURE_STORIES = {
    1: "b837bac4d213 7f26a7f3c1e4 0dc868df8fb0 aad5eb053446 554f741cbb16 c5346e7b1250",
    2: "bc8e9acf812b b8b1212a0417 3cc0b228caac 6d31f1f2fbb9 880bdfc3c136 d72b65e0660e",
    18: "9b377c80c213 00fc71c41214",
    11: "19a87eec6c41 cf60af8d6ab3",
    17: "46e64b4333e5 de5cfbcdc59d",
    20: "9813dda8108f 8b4ddee2d80f",
}


def test_the_figures_stories_are_at_their_index():
    folder = real_data() / "tasks_1-20_v1-2"
    assert FIGURE_STORIES.keys() == FIGURES.keys()
    for task, pins in FIGURE_STORIES.items():
        *statements, asked = pins.split()
        for sub in ("en", "en-10k"):
            (file,) = (folder / sub).glob(f"qa{task}_*_test.txt")
            stories = parse(file.read_bytes(), file.name)
            fit = []
            for number, story in enumerate(stories):
                for question in story.questions:
                    before = iter([digest(words) for words in story.statements[: question.seen]])
                    in_order = all(statement in before for statement in statements)
                    fit.append(number if in_order and digest(question.words) == asked else None)
            index = FIGURES[task].question
            assert fit[index] is not None
            if FIGURES[task].confirmed:
                assert set(fit) == {None, fit[index]} and fit.index(fit[index]) == index
            for kind in ("real", "completed"):
                assert shown(task, stories, kind)[1:] == [(FIGURES[task].figure, index)]
    assert shown(1, stories, "generated") == shown(1, stories, "real")[:1]


def digest(words: tuple[str, ...]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]
