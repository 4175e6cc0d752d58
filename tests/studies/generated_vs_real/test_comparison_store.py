"""Stored rows of the comparison: what is written is read, what is damaged is named."""

import copy
import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest
from comparison_helpers import row, stories

from bench.core.errors import BenchError
from bench.datasets.babi.babi import parse
from bench.studies.generated_vs_real.statistics import describe
from bench.studies.generated_vs_real.store import LISTED, ROWS, VERSION

ROOT = Path(__file__).resolve().parents[3]


def put(results: Path, *rows) -> Path:
    """A handmade store."""
    path = ROWS.path(results)
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_rows_come_back_by_task(tmp_path):
    assert ROWS.read(tmp_path) == []
    for task in (20, 3, 1):
        ROWS.save(tmp_path, row(task))
    ROWS.save(tmp_path, row(3, complete=False))
    assert ROWS.read(tmp_path) == [row(1), row(3, complete=False), row(20)]
    lines = ROWS.path(tmp_path).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["task"] for line in lines] == [1, 3, 20]


def changed(change: dict) -> dict:
    """A row with changes by dotted path."""
    made = copy.deepcopy(row(2))
    for path, value in change.items():
        place = made
        *folders, last = path.split(".")
        for name in folders:
            place = place[name]
        place[last] = value
    return made


@pytest.mark.parametrize(
    "change, what",
    [
        ({"task": 21}, "'task' that is not one of 1, 2"),
        ({"task": True}, "'task'"),
        ({"task": [1]}, "'task'"),
        ({"version": 0}, "'version' that is not a whole number above 0"),
        ({"version": VERSION + 1}, "'version' of a later suite"),
        ({"kind": "generated"}, "'kind' that is not one of real, unverified"),
        ({"complete": 1}, "'complete'"),
        ({"real.stories": 0}, "'real' that is not the statistics"),
        ({"real.answers": {}}, "'real'"),
        ({"real.lines_per_story.mean": "5"}, "'real'"),
        ({"real.lines_per_story": {"mean": 5.0}}, "'real'"),
        ({"generated.words": ["a", 1]}, "'generated'"),
        ({"generated.more": 1}, "'generated'"),
        ({"generated.questions": 61}, "'generated' whose questions do not add up"),
        ({"real.words_per_question.mean": 3.5}, "'comparison' that its statistics do not give"),
        ({"comparison.words_per_question.relative": 0.5}, "'comparison'"),
        ({"comparison": {}}, "'comparison'"),
        ({"comparison": []}, "'comparison'"),
        ({"overlap.real": {"test": 10}}, "'overlap'"),
        ({"reader.real.right": 999}, "'reader' whose questions do not add up"),
        ({"reader.generated.exceptions": ["x:1"]}, "'reader' whose questions do not add up"),
        ({"reader.generated.exceptions": None}, "'reader'"),
        ({"classifier.accuracy": 1.5}, "'classifier'"),
        ({"classifier.by_lot": [0.5]}, "'classifier'"),
        ({"files": {}}, "'files' that is not an object of SHA-256"),
        ({"files": {"x": "AB" * 32}}, "'files'"),
        ({"generator.seed": -1}, "'generator'"),
        ({"generator.sha256": {"train": "short"}}, "'generator'"),
        ({"seconds.whole": None}, "'seconds'"),
        ({"commit": "a\nb"}, "'commit'"),
        ({"versions": {"numpy": 2}}, "'versions'"),
        ({"unknown": 1}, "missing or unknown fields (unknown)"),
    ],
    ids=str,
)
def test_a_bad_row_is_refused_by_file_and_line(tmp_path, change, what):
    path = put(tmp_path, row(1), changed(change))
    with pytest.raises(BenchError) as caught:
        ROWS.read(tmp_path)
    text = str(caught.value)
    assert (
        text.startswith(f"{path}:2: line has ") and what in text and "generated_vs_real.py" in text
    )
    before = path.read_bytes()
    with pytest.raises(BenchError):
        ROWS.save(tmp_path, row(3))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "tail, what",
    [
        (b"{\n", "is not JSON"),
        (b"\n", "is not JSON"),
        (b"[" * 100_000 + b"\n", "is not JSON"),
        (b"[]\n", "is not an object"),
        (b"{}\n", "missing or unknown fields"),
        (b"{", "is cut"),
    ],
    ids=["half", "empty", "deep", "list", "no fields", "no newline"],
)
def test_a_bad_line_is_refused_by_file_and_line(tmp_path, tail, what):
    path = put(tmp_path, row(1))
    path.write_bytes(path.read_bytes() + tail)
    with pytest.raises(BenchError) as caught:
        ROWS.read(tmp_path)
    assert str(caught.value).startswith(f"{path}:2: line ") and what in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = put(tmp_path, row(1))
    path.write_bytes(b"\xff\n")
    with pytest.raises(BenchError, match=":1: line cannot be read"):
        ROWS.read(tmp_path)


def test_two_rows_of_a_task_are_refused(tmp_path):
    put(tmp_path, row(1), row(2), row(1))
    with pytest.raises(BenchError, match=":3: line is of the same task as line 1"):
        ROWS.read(tmp_path)


def test_a_row_that_is_wrong_is_not_stored(tmp_path):
    with pytest.raises(BenchError, match="a row of task 2 has a field 'files'"):
        ROWS.save(tmp_path, row(2, files={}))
    assert not ROWS.path(tmp_path).exists()


def test_rows_of_a_lower_version_do_not_count(tmp_path):
    """Whatever fields they had, and a new row takes their place."""
    later = dataclasses.replace(ROWS, version=VERSION + 1)
    put(tmp_path, {"task": 1, "version": VERSION, "odd": 1}, row(2, version=VERSION + 1))
    assert [r["task"] for r in later.read(tmp_path)] == [2]
    later.save(tmp_path, row(1, version=VERSION + 1))
    assert [r["version"] for r in later.read(tmp_path)] == [VERSION + 1] * 2


def test_more_exceptions_than_are_listed_add_up(tmp_path):
    many = {"questions": 500, "right": 100, "exceptions": [f"x:{n}" for n in range(LISTED)]}
    reader = {"real": many, "generated": {"questions": 60, "right": 60, "exceptions": []}}
    ROWS.save(tmp_path, row(1, reader=reader))
    assert ROWS.read(tmp_path)[0]["reader"] == reader


def test_last_digits_may_differ_between_machines(tmp_path):
    made = row(1, real=describe(stories(30, seed=5)), generated=describe(by_hand()))
    made["comparison"]["lines_per_story"]["z"] *= 1 + 1e-12
    ROWS.save(tmp_path, made)
    made["comparison"]["lines_per_story"]["z"] *= 1.01
    with pytest.raises(BenchError, match="'comparison'"):
        ROWS.save(tmp_path, made)


def by_hand():
    return parse(
        b"1 Mary sat.\n2 Where is Mary?\tsofa\t1\n3 Why?\tso\t1\n1 Ann ran.\n2 Who?\tann\t1\n", "x"
    )


def test_reading_and_reporting_need_neither_jax_nor_scikit_learn(tmp_path):
    put(tmp_path, row(1))
    code = (
        "import sys; from pathlib import Path\n"
        "from bench.studies.generated_vs_real.store import ROWS\n"
        "from bench.studies.generated_vs_real.tables import comparison_files\n"
        "assert len(comparison_files(ROWS.read(Path(sys.argv[1])), {})) == 2\n"
        "heavy = {'jax', 'jaxlib', 'flax', 'sklearn'} & {n.split('.')[0] for n in sys.modules}\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
