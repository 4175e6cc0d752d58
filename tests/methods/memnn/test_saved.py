"""Saved MemNN models come back as they were, and nothing else is taken for one."""

from __future__ import annotations

import copy
import dataclasses

import memnn_models as models
import numpy as np
import pytest
from crafted_models import DROP, file_of

from bench.core.errors import BenchError
from bench.examples.stories import Spoken
from bench.methods.memnn import METHOD
from bench.methods.memnn.input import dictionary
from bench.methods.memnn.saved import HEAD, check_numbers, load
from bench.methods.memnn.spec import speech

LONG = 10**4000


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The head and the parameters of a model."""
    return models.head_and_params(tmp_path_factory.mktemp("whole") / "m.npz")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"nonlinear": True, "write_time": False, "ngrams": "3"},
        {"lists": "one", "ngrams": "1"},
        {"lists": "one", "dictionaries": "one", "write_time": False, "slot_time": True},
        {"hops": 1},
        {"hops": 10, "supervision": "words", "stop_share": 0.5},
        {"ngrams": "held-out", "holdout": 0.1},
    ],
)
def test_a_saved_model_comes_back_bit_for_bit(tmp_path, fields):
    head, params = models.head_and_params(tmp_path / "m.npz", **fields)
    found = load(tmp_path / "m.npz")
    assert found.params.keys() == params.keys()
    for name, value in params.items():
        np.testing.assert_array_equal(found.params[name], value)
    assert found.features == dictionary(models.DATA.texts, head["ngrams"])
    assert (found.run, found.training) == (head["run"], head["training"])
    assert (found.answers, found.memory_slots) == (("kitchen", "office"), 4)
    check_numbers(found)


def test_it_knows_the_words_of_its_features(tmp_path):
    models.head_and_params(tmp_path / "m.npz")
    found = load(tmp_path / "m.npz")
    assert found.unfit(("joe", "took", "milk"), statement=True) == ""
    assert found.unfit(("joe", "moon"), statement=False).endswith("know the word 'moon'")


@pytest.mark.parametrize(
    ("number", "diverged"), [(np.nan, 3), (np.inf, None), (1.0, 3)], ids=["nan", "inf", "finite"]
)
def test_a_diverged_model_is_read_and_told(tmp_path, number, diverged):
    spec = models.column()
    params = models.random(spec)
    params["O/null"] = np.full_like(params["O/null"], number)
    models.save(tmp_path / "m.npz", spec, params, diverged=diverged)
    with pytest.raises(BenchError, match="diverged.*use another restart's"):
        check_numbers(load(tmp_path / "m.npz"))


HEADS = {
    "run": ([], None, "memnn"),
    "run/seed": ("3", True, DROP),
    "run/method": ("memn2n", "lstm", 7, DROP, "\x1b[31m"),
    "run/version": (99, 0, "1", None),
    "run/spec": ([], None, {}, DROP),
    "run/spec/hobs": (3,),
    "run/spec/" + "x" * 500_000: (3,),
    "run/spec/id": ("saved",),
    "run/spec/hops": (11, 10**9, 1, 0, 2.0, "2", True, float("nan"), LONG, None, [2]),
    "run/spec/dim": (10**9, 4, 0, float("inf")),
    "run/spec/memory_size": (3, "4"),
    "run/spec/ngrams": ("1", "3", 2, "x" * 500_000),
    "run/spec/lists": ("one", "other"),
    "run/spec/supervision": ("words", []),
    "run/spec/nonlinear": (True, 1),
    "run/spec/write_time": (False, None),
    "run/spec/speech": ({}, [], "lstm", {"cell": "lstm"}, {"dim": 10**9}),
    "ngrams": (1, 3, "2", 2.0, True, LONG, None, DROP),
    "features": (
        [], "joe", None, [1], ["joe"] * 40, [""], ["a", "a b", "a c", "b"], ["joe went"],
        ["b", "a"], ["a", "a a a"], ["x" * 101], ["a", "a  a"], ["\x1b[2J"], ["\ud800"],
        [*map(str, range(300_000))], {"joe": 0}, DROP,
    ),
    "answers": (
        [], "office", None, ["office", "kitchen"], ["office"], ["office", "office"], ["", "office"],
        ["kitchen", 1], ["a\nb", "office"], ["\u202e", "z"], ["kitchen", "x" * 101],
        ["a", "b", "c"], [*map(str, range(100_000))], DROP,
    ),
    "vocabulary": (["", "joe"],),
    "memory_slots": (0, 5, 10**9, "4", True, 4.0, LONG, DROP),
    "training": ([], {}, None, DROP),
    "training/more": (1.0,),
    "training/diverged": (float("nan"), "never", True, []),
    "more": (1,),
}  # fmt: skip
CASES = [(path, value) for path, values in HEADS.items() for value in values]


@pytest.mark.parametrize(("place", "value"), CASES, ids=[f"{p[:20]}-{v!r:.20}" for p, v in CASES])
def test_a_crafted_head_is_refused_in_one_line(tmp_path, whole, place, value):
    head, params = copy.deepcopy(whole[0]), whole[1]
    *outer, last = place.split("/")
    inside = head
    for name in outer:
        inside = inside[name]
    if value is DROP:
        del inside[last]
    else:
        inside[last] = value
    path = tmp_path / "m.npz"
    path.write_bytes(file_of(head, params))
    models.refused(path)


def test_a_model_that_finds_no_memories_is_refused(tmp_path):
    said = Spoken(("at", "the", "office"), "office", frozenset({"kitchen"}))
    asked = tuple(dataclasses.replace(q, spoken=said) for q in models.STORY.questions)
    story = dataclasses.replace(models.STORY, questions=asked)
    spec = models.column(holdout=0.5, speech=speech(cell="rnn"))
    heard = METHOD.prepare(spec, {"1": {"train": [story], "test": [story]}})
    models.save(tmp_path / "m.npz", spec, {"R/words": np.zeros((9, 50), np.float32)}, heard)
    with pytest.raises(BenchError, match=r"m\.npz: it reads running text.* choose a model"):
        load(tmp_path / "m.npz")


def test_every_value_of_the_head_was_tried():
    assert set(HEAD) <= HEADS.keys()


@pytest.mark.parametrize(
    "change",
    [
        lambda p: {"O/null": p["O/null"].astype(np.float64)},
        lambda p: {"O/null": p["O/null"][None]},
        lambda p: {"O/support": p["O/support"][0]},
        lambda p: {"O/support": np.zeros((), np.float32)},
        lambda p: {"O/support": p["O/support"][:0]},
        lambda p: {"O/support": np.concatenate([p["O/support"]] * 2)},  # four, of three hops
        lambda p: {"O/support": p["O/support"][:1]},  # one, and R has two
        lambda p: {"O/question": p["O/question"][1:]},
        lambda p: {"R/answer": p["R/answer"][1:]},
        lambda p: {"R/W": p["O/null"]},
        lambda p: dict.fromkeys(p),
    ],
)
def test_other_arrays_are_refused_in_one_line(tmp_path, whole, change):
    head, params = whole
    changed = {n: value for n, value in (params | change(params)).items() if value is not None}
    (tmp_path / "m.npz").write_bytes(file_of(head, changed))
    models.refused(tmp_path / "m.npz")


def test_damaged_bytes_are_seen_or_change_nothing(tmp_path, whole):
    draw, content = np.random.default_rng(0), file_of(*whole)
    path, seen = tmp_path / "m.npz", 0
    path.write_bytes(content[:-1])
    models.refused(path)
    for _ in range(100):
        changed = bytearray(content)
        changed[int(draw.integers(len(content)))] ^= int(draw.integers(1, 256))
        path.write_bytes(changed)
        try:
            found = load(path)
        except BenchError:
            seen += 1
            continue
        for name, value in whole[1].items():
            np.testing.assert_array_equal(found.params[name], value)
    assert seen > 80
