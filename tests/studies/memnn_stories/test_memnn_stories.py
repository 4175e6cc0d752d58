"""Sample stories: which are shown, what a saved model makes of them, rows and pages."""

import json

import memnn_models as models
import numpy as np
import pytest
from spoken_questions import UNIT, parts
from tiny_data import quick_compile  # noqa: F401

from bench.core.errors import BenchError
from bench.core.profiles import PROFILES
from bench.core.provenance import versions
from bench.core.registry import experiments
from bench.examples.stories import Question, Story
from bench.methods.memnn import METHOD
from bench.methods.memnn.asking import Found, ask
from bench.methods.memnn.model import Model
from bench.methods.memnn.saved import load
from bench.studies.memnn_stories import STUDY
from bench.studies.memnn_stories.shown import MOST, STORIES, shown, tell, unlabelled
from bench.studies.memnn_stories.store import ROWS


def story(*seen):
    asked = tuple(Question(("who",), "joe", (0,), at, at + 1) for at in seen)
    return Story(tuple((f"s{n}",) for n in range(40)), asked)


def test_the_first_stories_are_shown_and_no_choice_is_made():
    long, short = story(MOST + 1), story(3, MOST, MOST + 1)
    found = shown([long, short, story(2), long, story(5), story(6)])
    assert [len(s.statements) for s in found] == [MOST, 2, 5] and len(found) == STORIES
    assert [q.seen for q in found[0].questions] == [3, MOST]
    assert shown([long]) == []


def test_what_is_told_is_what_the_model_said():
    stories = [story(2, 3), story(4)]
    found = Found(np.array([[1, 0], [2, -1], [-1, -1]]), ("joe", "it is", ""), np.array([1, 0, 0]))
    first, second = tell(stories, found, 80)
    assert first["statements"][:2] == ["s0", "s1"] and len(first["questions"]) == 2
    assert first["questions"][0] == {
        "asked": "who", "seen": 2, "answer": "joe", "said": "joe", "right": True, "facts": [0],
        "found": [1, 0],
    }  # fmt: skip
    assert first["questions"][1]["found"] == [2] and not first["questions"][1]["right"]
    assert second["questions"] == [
        {"asked": "who", "seen": 4, "answer": "joe", "said": "", "right": False, "facts": [0],
         "found": []}
    ]  # fmt: skip


def test_a_story_cut_short_is_answered_as_the_whole_is(tmp_path):
    """What is shown is what the model was measured by, though it is asked a beginning, and
    without labels."""
    told = parts(facts=True, train=20)
    spec = models.column(ngrams="1", memory_size=12, hops=2)
    data = METHOD.prepare(spec, told)
    models.save(tmp_path / "m.npz", spec, models.drawn(Model(spec, data, 1).shapes), data)
    saved, stories = load(tmp_path / "m.npz"), told[UNIT]["test"]
    whole, cut = ask(saved, stories), shown(stories)
    (asked,) = (one["questions"] for one in tell(cut, ask(saved, unlabelled(cut)), 12))
    assert 4 < len(asked) < len(whole.answers)
    assert any(one["seen"] > 12 for one in asked) and any(one["found"] for one in asked)
    for n, one in enumerate(asked):
        assert (one["said"], one["right"]) == (whole.answers[n], whole.right[n])
        first = max(0, one["seen"] - 12)
        assert one["found"] == [first + slot for slot in whole.slots[n] if slot >= 0]


def row(**fields):
    asked = {
        "asked": "where is joe", "seen": 2, "answer": "in the attic", "said": "the attic",
        "right": True, "facts": [1, 0], "found": [1],
    }  # fmt: skip
    told = {"statements": ["joe went to the attic", "joe took a_b"], "questions": [asked]}
    usual = {
        "id": "0" * 16, "group": "1" * 16, "version": 1, "dataset": "world-answers", "seed": 0,
        "kind": "real", "title": "LSTM", "model": "m", "test_error": 1.5, "stories": [told],
        "device": "cpu x", "commit": "abcdef0", "versions": dict(versions()),
    }  # fmt: skip
    return {**usual, **fields}


def test_pages_have_every_answer_and_are_the_same_bytes_every_time(tmp_path):
    assert STUDY.files(tmp_path, PROFILES["paper"], None) == {}
    ROWS.save(tmp_path, row())
    other = row()["stories"]
    other[0]["questions"][0] |= {"said": "", "right": False, "found": [0]}
    ROWS.save(tmp_path, row(id="2" * 16, title="RNN", stories=other))
    files = STUDY.files(tmp_path, PROFILES["paper"], None)
    assert files == STUDY.files(tmp_path, PROFILES["paper"], None)
    assert set(files) == {"memnn_stories.csv", "memnn_stories.md"}
    page = files["memnn_stories.md"].decode()
    head = "| after | question | one right answer | LSTM | RNN |"
    cells = r"| 2 | where is joe? | in the attic | the attic: right (2\*) | (nothing): WRONG (1) |"
    assert head in page and cells in page
    assert "LSTM, seed 0: 98.5 % of the test set right" in page and "a\\_b" in page
    lines = files["memnn_stories.csv"].decode().splitlines()
    assert lines[1] == "world-answers,m,0,1,1,2,where is joe,in the attic,the attic,1,2 1,2,real"
    assert len(lines) == 3 and "not a reproduction" not in page
    assert b"SMOKE" in STUDY.files(tmp_path, PROFILES["smoke"], None)["memnn_stories.md"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seen": 3}, "behind the last statement"),
        ({"found": [2]}, "not told yet"),
        ({"facts": [7]}, "not told yet"),
        ({"found": [-1]}, "'stories'"),
        ({"right": 1}, "'stories'"),
        ({"more": 1}, "'stories'"),
    ],
)
def test_a_damaged_row_is_refused(tmp_path, change, said):
    stories = row()["stories"]
    stories[0]["questions"][0] |= change
    path = ROWS.path(tmp_path)
    path.parent.mkdir()
    path.write_text(json.dumps(row(stories=stories)) + "\n")
    with pytest.raises(BenchError, match=f"memnn_stories.jsonl:1: .*{said}"):
        ROWS.read(tmp_path)


def test_its_models_are_those_of_the_tables():
    """Figure 2's is a column of table 6, Figure 3's are columns of its number: what is shown is
    measured there over whole test sets."""
    known = experiments()
    tables = [known[name] for name in ("memnn_table6_multiword", "memnn_unseen")]
    of = {(e.dataset_of(c), repr(c.canonical())) for e in tables for c in e.runnable()}
    mine = known["memnn_stories"]
    assert {(mine.dataset_of(c), repr(c.canonical())) for c in mine.runnable()} <= of
