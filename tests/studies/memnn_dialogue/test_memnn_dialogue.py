"""The dialogue of two networks: what is asked, who answers, what is counted, rows and pages."""

import json
from dataclasses import replace
from types import SimpleNamespace

import memnn_models as models
import numpy as np
import pytest
import small_triples
from hypothesis import given
from hypothesis import strategies as st
from memnn_questions import STORY
from tiny_data import quick_compile  # noqa: F401

from bench.core import registry
from bench.core.dataset import AtHand, Wish
from bench.core.errors import BenchError
from bench.core.profiles import PROFILES
from bench.core.provenance import versions
from bench.core.study import Site
from bench.examples.stories import Question, Story
from bench.methods.memnn import asking as of_world
from bench.methods.memnn.saved import load
from bench.methods.memnn_triples import asking as of_memory
from bench.methods.memnn_triples import saved as triples
from bench.methods.memnn_triples.saved import Saved
from bench.methods.memnn_triples.spec import MemNNTriples
from bench.studies.memnn_dialogue import STUDY
from bench.studies.memnn_dialogue.dialogue import MOST, mixed, shown
from bench.studies.memnn_dialogue.ensemble import judged_right, measure, tally
from bench.studies.memnn_dialogue.store import MEMORY, ROWS, WORLD


def test_a_question_to_the_memory_follows_each_of_the_storys_own():
    seen = (2, 3, MOST, MOST + 1)
    own = tuple(Question(("who",), "joe", (0,), at, at + 5) for at in seen)
    story = Story(tuple((f"s{n}",) for n in range(40)), own)
    found, numbers = mixed(story, [("a",), ("b",)])
    assert [q.words[0] for q in found.questions] == ["who", "a", "who", "b", "who", "who"]
    assert numbers.tolist() == [-1, 0, -1, 1, -1, -1]
    assert [q.seen for q in found.questions] == [2, 2, 3, 3, MOST, MOST + 1]
    assert [q.answer for q in found.questions] == ["joe", "", "joe", "", "joe", "joe"]
    assert [q.line for q in found.questions] == [q.seen + 5 for q in found.questions]
    assert not any(q.support for q in found.questions) and shown(found) == 5
    late, whole = replace(story, questions=own[3:]), replace(story, questions=own[:2])
    assert [shown(mixed(one, [("a",)])[0]) for one in (late, whole)] == [2, 3]
    assert mixed(story, [("a",)] * 9)[1].tolist() == [-1, 0, -1, 1, -1, 2, -1, 3]


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=12))
def test_an_answer_counts_if_the_network_that_was_meant_gives_it(asked):
    columns = [np.array([one[at] for one in asked], bool) for at in range(3)]
    found = tally(*columns)
    assert found["questions"] == sum(meant for meant, _, _ in asked)
    assert found["answered"] == sum(meant and by for meant, by, _ in asked)
    assert found["right_alone"] == sum(meant and right for meant, _, right in asked)
    assert found["right_together"] == sum(all(one) for one in asked)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return small_triples.read(tmp_path_factory.mktemp("triples"))


def memory_of(data, scale):
    """A network of the memory of random numbers, whose scores are so large."""
    spec = MemNNTriples(id="x", title="x", dim=5, hashing="words", common=0.5, reports="match")
    draw, shape = np.random.default_rng(1), (len(data.vocabulary), 5)
    tables = [scale * draw.normal(size=shape).astype(np.float32) for _ in range(2)]
    return Saved(*tables, spec, {"seed": 0}, data.vocabulary)


def world_of(path, scale=1.0):
    spec = models.column(ngrams="1", memory_size=4, hops=2)
    models.save(path, spec, {name: scale * array for name, array in models.random(spec).items()})
    return load(path)


@pytest.mark.parametrize("scale", [0.0, 0.7, 30.0])
def test_of_two_answers_the_one_of_the_higher_score_is_said(tmp_path, data, scale):
    world, memory = world_of(tmp_path / "m.npz"), memory_of(data, scale)
    found = measure(world, memory, STORY, data)
    dialogue, numbers = mixed(STORY, data.judged.texts)
    said, scores = of_world.scored(world, [dialogue])
    texts = [question.words for question in dialogue.questions]
    best = of_memory.best(memory, data.memory, of_memory.bags(texts, data.vocabulary))
    assert len(found["dialogue"]) == len(texts) == 4
    right = {WORLD: [], MEMORY: []}
    for n, asked in enumerate(found["dialogue"]):
        own = WORLD if numbers[n] < 0 else MEMORY
        winner = WORLD if scores[n] >= best.scores[n] else MEMORY
        assert (asked["of"], asked["by"]) == (own, winner)
        assert asked["scores"][WORLD] == pytest.approx(scores[n], abs=1e-5)
        nothing = np.isinf(best.scores[n])
        known = None if nothing else pytest.approx(best.scores[n], abs=1e-5)
        assert asked["scores"][MEMORY] == known and (asked["answers"][MEMORY] == "") == nothing
        is_right = (
            said[n] == dialogue.questions[n].answer if own == WORLD
            else judged_right(data, data.judged, int(numbers[n]), int(best.statements[n]))
        )  # fmt: skip
        assert asked["right"] == (is_right and own == winner)
        right[own].append(is_right)
    for name in (WORLD, MEMORY):
        mine = [asked for asked in found["dialogue"] if asked["of"] == name]
        assert found["asked"][name] == {
            "questions": 2, "answered": sum(asked["by"] == name for asked in mine),
            "right_alone": sum(right[name]),
            "right_together": sum(asked["right"] for asked in mine),
        }  # fmt: skip
    told = [asked["told"] for asked in found["dialogue"]]
    assert [len(lines) for lines in told] == [3, 0, 2, 0]
    assert told[0][0] == "joe went to the kitchen"
    by = {asked["by"] for asked in found["dialogue"]}
    assert (MEMORY if scale == 30.0 else WORLD) in by


def test_of_equal_scores_the_worlds_answer_is_said(tmp_path, data):
    world, memory = world_of(tmp_path / "m.npz", scale=0.0), memory_of(data, 0.0)
    memory = replace(memory, spec=replace(memory.spec, common=1.0, reports="embedding"))
    found = measure(world, memory, STORY, data)["dialogue"]
    assert {"world": 0.0, "memory": 0.0} in [asked["scores"] for asked in found]
    assert {asked["by"] for asked in found} == {WORLD}


def test_odd_letters_of_the_web_are_one_mark_in_rows_and_on_pages(tmp_path, data):
    odd = {"trial": "tri\x92al", "the": "t\u00adhe", "write": "wri\tte"}
    texts = tuple(tuple(odd.get(word, word) for word in text) for text in data.judged.texts)
    told = replace(
        data, vocabulary=tuple(odd.get(word, word) for word in data.vocabulary),
        judged=replace(data.judged, texts=texts),
    )  # fmt: skip
    found = measure(world_of(tmp_path / "m.npz"), memory_of(told, 30.0), STORY, told)
    assert found["dialogue"][1]["asked"] == "who be t\ufffdhe author of t\ufffdhe tri\ufffdal"
    answers = [asked["answers"][MEMORY] for asked in found["dialogue"]]
    assert all(map(str.isprintable, answers)) and any("\ufffd" in answer for answer in answers)
    ROWS.save(tmp_path, row(**found))
    assert ROWS.read(tmp_path)[0]["dialogue"] == found["dialogue"]


def test_a_statement_is_right_if_it_was_judged_so_for_this_question(data):
    lines = list(small_triples.STATEMENTS)
    trial, wolf = (
        lines.index("write.r kafka.e the-trial.e"),
        lines.index("be-afraid-of.r sheep.e wolf.e"),
    )
    right = [
        [judged_right(data, data.judged, question, at) for at in range(-1, len(lines))]
        for question in range(3)
    ]
    assert [[at - 1 for at, yes in enumerate(row) if yes] for row in right] == [[trial], [wolf], []]
    last = replace(
        data.judged, statements=data.memory, asked=np.zeros(len(lines), int),
        right=np.arange(len(lines)) == len(lines) - 1,
    )  # fmt: skip
    assert judged_right(data, last, 0, len(lines) - 1) and not judged_right(data, last, 0, -1)


def row(**fields):
    tally = {"questions": 8, "answered": 6, "right_alone": 4, "right_together": 2}
    asked = {
        "told": ["joe went to the attic"], "asked": "where is a_b", "of": "world", "by": "world",
        "answers": {"world": "attic", "memory": ""}, "scores": {"world": 1.25, "memory": None},
        "right": True,
    }  # fmt: skip
    other = {
        "told": [], "asked": "who write it", "of": "memory", "by": "world",
        "answers": {"world": "joe", "memory": "she write it"},
        "scores": {"world": 2.5, "memory": 0.5}, "right": False,
    }  # fmt: skip
    usual = {
        "id": "0" * 16, "other": "1" * 16, "version": 1, "seed": 0, "kind": "generated",
        "models": {"world": "w", "memory": "m"}, "device": "cpu x", "commit": "abcdef0",
        "versions": dict(versions()), "asked": {"world": tally, "memory": {**tally, "answered": 3}},
        "dialogue": [asked, other],
    }  # fmt: skip
    return {**usual, **fields}


def test_pages_have_the_dialogue_and_the_counts(tmp_path):
    assert STUDY.files(tmp_path, PROFILES["paper"], None) == {}
    ROWS.save(tmp_path, row())
    files = STUDY.files(tmp_path, PROFILES["paper"], None)
    assert files == STUDY.files(tmp_path, PROFILES["paper"], None)
    assert set(files) == {"memnn_dialogue.csv", "memnn_dialogue.md"}
    assert files["memnn_dialogue.csv"].decode().splitlines()[1:] == [
        "0,world,8,6,4,2,generated", "0,memory,8,3,4,2,generated"
    ]  # fmt: skip
    page = files["memnn_dialogue.md"].decode()
    assert "[GENERATED data]" in page.partition("\n")[0] and "SMOKE" not in page
    for line in (
        "| the simulated world | 8 | 75.0 | 50.0 | 25.0 |",
        "| joe went to the attic |  |  |  |",
        "| where is a\\_b? | attic: right | world | 1.25 / – |",
        "| who write it? | joe: WRONG | world | 2.5 / 0.5 |",
    ):
        assert line in page
    ROWS.save(tmp_path, row(seed=1, id="3" * 16, kind="unverified"))
    both = STUDY.files(tmp_path, PROFILES["paper"], None)["memnn_dialogue.md"].decode()
    assert "[GENERATED data] [UNVERIFIED data]" in both and "## Seed 1" in both
    ROWS.save(tmp_path, row(other="4" * 16))  # the latest pair of a seed is kept
    assert [(one["seed"], one["other"]) for one in ROWS.read(tmp_path)] == [
        (0, "4" * 16), (1, "1" * 16)
    ]  # fmt: skip
    assert b"SMOKE" in STUDY.files(tmp_path, PROFILES["smoke"], None)["memnn_dialogue.md"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"asked": {"world": {"answered": 9}}}, "do not go together"),
        ({"asked": {"memory": {"right_together": 4}}}, "do not go together"),
        ({"asked": {"memory": {"questions": 3}}}, "do not go together"),
        ({"asked": {"world": {"answered": 7, "right_alone": 4}}}, "do not go together"),
        ({"dialogue": {"by": "memory", "scores": {"world": 1.0, "memory": None}}}, "no score"),
        ({"dialogue": {"right": True}}, "not meant"),
        ({"dialogue": {"by": "moon"}}, "'dialogue'"),
        ({"dialogue": {"more": 1}}, "'dialogue'"),
    ],
)
def test_a_damaged_row_is_refused(tmp_path, change, said):
    damaged = row()
    for name, fields in change.get("asked", {}).items():
        damaged["asked"][name] = damaged["asked"][name] | fields
    damaged["dialogue"][1] |= change.get("dialogue", {})
    path = ROWS.path(tmp_path)
    path.parent.mkdir()
    path.write_text(json.dumps(damaged) + "\n")
    with pytest.raises(BenchError, match=f"memnn_dialogue.jsonl:1: .*{said}"):
        ROWS.read(tmp_path)


def test_its_networks_are_those_of_the_tables():
    known = registry.experiments()
    tables = [known[name] for name in ("memnn_table4_learning_curve", "memnn_table2_hashing")]
    of = {(e.dataset_of(c), repr(c.canonical())) for e in tables for c in e.runnable()}
    mine = known["memnn_dialogue"]
    world, memory = mine.runnable()
    alike = replace(memory, reports="embedding")  # each restart trains both that it may report
    assert {(mine.dataset_of(c), repr(c.canonical())) for c in (world, alike)} <= of


HEARS, KNOWS = f"memnn_{'0' * 16}.npz", f"memnn_triples_{'1' * 16}.npz"


def group(method, id, run):
    """What the study asks of a group of one restart."""
    return SimpleNamespace(
        column=SimpleNamespace(method=method, restarts=1), label=method, dataset=method,
        units=("u",), id="2" * 16, run=lambda seed: run, kind=lambda kind: kind,
        run_id=lambda seed: id,
    )  # fmt: skip


@pytest.fixture
def site(tmp_path, data):
    """A place with both networks saved, and what was said there."""
    world = world_of(tmp_path / HEARS)
    spec = memory_of(data, 1.0).spec
    run = {"method": spec.method, "spec": spec.canonical(), "version": 1, "seed": 0}
    tables = np.ones((2, len(data.vocabulary), 5), np.float32)
    params = {"question": tables, "statement": tables}
    triples.save(tmp_path / KNOWS, params, run, data.vocabulary)
    groups = [
        group("memnn", "0" * 16, world.run),
        group("memnn_triples", "1" * 16, run),
    ]
    found = {
        "memnn": SimpleNamespace(at_hand=AtHand("real", {}), read=lambda *_: (STORY,)),
        "memnn_triples": SimpleNamespace(at_hand=AtHand("generated", {}), read=lambda *_: data),
    }
    said = []
    site = Site(
        tmp_path / "results", PROFILES["paper"], groups, found, tmp_path, Wish(),
        stop=lambda: False, say=said.append,
    )  # fmt: skip
    return site, said


def test_a_pair_is_measured_once_and_is_as_trusted_as_the_lesser(site):
    place, said = site
    assert [STUDY.models(place.results, one) for one in place.groups] == [{0}, {0}]
    assert not STUDY.measure(replace(place, stop=lambda: True))
    assert ROWS.read(place.results) == []
    assert STUDY.measure(place)
    (found,) = ROWS.read(place.results)
    assert found["kind"] == "generated" and found["asked"][WORLD]["questions"] == 2
    assert found["models"] == {"world": "memnn", "memory": "memnn_triples"}
    assert [STUDY.models(place.results, one) for one in place.groups] == [set(), set()]
    (place.models / HEARS).unlink()
    assert STUDY.measure(place) and ROWS.read(place.results) == [found] and not said
    place.groups[0].run_id = lambda seed: "5" * 16
    assert STUDY.measure(place) and ROWS.read(place.results) == [found]
    assert "no such model; run again with --save-models" in said.pop()


def test_what_can_t_be_measured_is_said_or_refused(site):
    place, said = site
    assert STUDY.measure(replace(place, groups=place.groups[:1]))
    assert "takes a network" in said.pop()
    spec = models.column(ngrams="1", memory_size=4, hops=2)
    whole = (place.models / HEARS).read_bytes()
    models.save(place.models / HEARS, spec, models.random(spec), diverged=3)
    assert STUDY.measure(place) and "left out" in said.pop()
    (place.models / HEARS).write_bytes(whole)
    for one, file in zip(place.groups, (HEARS, KNOWS), strict=True):
        right, one.run = one.run, lambda seed: {}
        with pytest.raises(BenchError, match=f"{file}: is not of {one.label}"):
            STUDY.measure(place)
        one.run = right
    read = place.found["memnn_triples"].read
    other = replace(read(), vocabulary=read().vocabulary[::-1])
    place.found["memnn_triples"].read = lambda *_: other
    with pytest.raises(BenchError, match=f"{KNOWS}: has other words than its data"):
        STUDY.measure(place)
    assert ROWS.read(place.results) == [] and not said
