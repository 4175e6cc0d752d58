"""``python -m bench ask``: stories that are read, answers and bars that are printed, what is
refused."""

import dataclasses
import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tiny_data
from attention_helpers import DATA, TEST, saved
from crafted_models import crafted
from data_helpers import FIXTURE
from tiny_data import quick_compile  # noqa: F401

from bench.cli import main
from bench.core import provenance
from bench.examples.stories import Question, Story
from bench.methods.memn2n.asking import attend
from bench.methods.memn2n.saved import save
from bench.studies.asking.story import read_story, remembered
from bench.studies.attention.store import ROWS

SPEC = tiny_data.column()
NUMBERED = (
    "1 Ann went to barn.\n2 Bob went attic.\n3 Where ann?\tbarn\t1\n"
    "4 Ann cave.\n5 Where went ann?\n"
)
PLAIN = "Ann went to barn\n\nBob went attic.\nWhere ann?\nAnn cave\nWhere went ann?\n"


@pytest.fixture
def model(tmp_path) -> Path:
    path = tmp_path / "model.npz"
    save(path, saved(SPEC))
    return path


def ask(
    capsys, monkeypatch, model: Path, text: str | bytes, *arguments: str
) -> tuple[int, list[str], str]:
    """The exit code, the lines printed, and what stderr has, of a story on standard input."""
    data = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    code = main(["ask", str(model), *arguments])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


def test_numbered_and_plain_lines_are_the_same_story():
    numbered, plain = (read_story(t.encode(), "s", DATA.sizes) for t in (NUMBERED, PLAIN))
    told, same = numbered.stories[0], plain.stories[0]
    assert told.statements == same.statements == (
        ("ann", "went", "to", "barn"), ("bob", "went", "attic"), ("ann", "cave"),
    )  # fmt: skip
    assert [(q.words, q.seen) for q in told.questions] == [
        (q.words, q.seen) for q in same.questions
    ]
    assert [(q.answer, q.support) for q in told.questions] == [("barn", (0,)), ("", ())]
    assert (numbered.lines, plain.lines) == (((1, 2, 4),), ((1, 3, 5),))


def test_line_id_1_begins_another_story():
    told = read_story((NUMBERED + "1 Cid barn.\n2 Where cid?\n").encode(), "s", DATA.sizes)
    assert [len(s.statements) for s in told.stories] == [3, 1] and told.lines[1] == (6,)


def test_answers_and_weights_are_the_models(capsys, monkeypatch, model):
    code, out, err = ask(capsys, monkeypatch, model, NUMBERED)
    assert (code, err) == (0, "")
    seen = attend(saved(SPEC), [(1, read_story(NUMBERED.encode(), "s", DATA.sizes).stories)])
    first, second = out[: out.index("")], out[out.index("") + 1 :]
    said = "right" if seen.answers[0] == "barn" else "wrong: barn"
    assert first[0] == f"where ann?  {seen.answers[0]} ({seen.probability[0]:.0%})  {said}"
    assert second[0] == f"where went ann?  {seen.answers[1]} ({seen.probability[1]:.0%})"
    assert re.findall("hop [0-9]", first[1]) == ["hop 1", "hop 2"]
    assert first[2].split()[:3] == ["1", "*", "ann"] and first[3].split()[:2] == ["2", "bob"]
    for lines, question, slots in ((first[2:4], 0, (1, 0)), (second[2:5], 1, (2, 1, 0))):
        for line, slot in zip(lines, slots, strict=True):
            printed = [float(w) for w in re.findall(r"[01]\.[0-9]{2}", line)]
            np.testing.assert_allclose(printed, seen.weights[question, :, slot], atol=0.0051)
            bars = sum(round(8 * float(w)) for w in seen.weights[question, :, slot])
            assert line.count("#") == bars
    assert "(4 empty memories)" in first[4] and first[5] == "  * supporting fact"


def test_statements_that_fell_out_of_the_memory_are_told(capsys, monkeypatch, model):
    story = "Ann barn.\n" * 7 + "Where ann?\n"
    code, out, _ = ask(capsys, monkeypatch, model, story)
    assert (
        code == 0
        and out[2].endswith("fell out of the memory")
        and "fell out" not in "".join(out[3:])
    )
    assert len(out) == 9  # no line of empty memories


@pytest.mark.parametrize(
    ("story", "said"),
    [
        ("", "standard input: holds no story"),
        (" \n\n", "standard input: holds no story"),
        ("Where ann?\n", ":1: a question before any statement"),
        ("Ann barn.\n", ":1: the story ends without a question"),
        ("Ann barn.\n\nDan barn.\nWhere ann?", ":3: the model does not know the word 'dan'"),
        ("Ann barn.\nWhere moon?", ":2: the model does not know the word 'moon'"),
        ("Ann where.\nWhere ann?", ":1: the model knows the word 'where' from questions"),
        (
            "Ann went to to barn.\nWhere ann?",
            ":1: 5 words, and the model's sentences have at most 4",
        ),
        ("Ann barn!\nWhere ann?", ":1: 'barn!' is not a word"),
        (".\nWhere ann?", ":1: there is no word"),
        ("Ann barn.\n?", ":2: there is no word"),
        ("1 Ann barn.\nWhere ann?", ":2: some lines have a number"),
        ("1 Ann barn.\n1 Bob barn.\n2 Where bob?", ":1: the story ends without a question"),
        ("2 Ann barn.\n2 Bob barn.\n3 Where ann?", ":2: line ID 2 is not above"),
        ("1 Ann barn.\n2 Where ann?\tbarn\t2", ":2: supporting fact '2' is no earlier"),
        ("Ann barn.\nWhere ann?\tmoon", ":2: the model does not know the answer 'moon'"),
        ("Ann barn.\nWhere ann?\tb n", ":2: the model does not know the answer 'b n'"),
        ("Ann barn.\nWhere ann?\tb.n", ":2: 'b.n' is no answer"),
        ("Ann barn.\nWhere ann?\tbarn,", ":2: 'barn,' is no answer"),
        ("1 Ann barn.\n2 Where ann?\n2 Bob barn.\n3 Where ann?", ":3: line ID 2 is not above"),
        ("1 Ann barn.\n2 Where ann?\tbarn\t01", ":2: supporting fact '01' is no earlier"),
        ("Ann \x1b[2Jbarn.\nWhere ann?", r":1: '\x1b[2jbarn' is not a word"),
        ("Ann \u202ebarn.\nWhere ann?", r":1: '\u202ebarn' is not a word"),
        ("Ann barn.\nWhere ann?\t\x07", r":2: '\x07' is no answer"),
        ("Ann barn.\nWhere ann?\tbarn\t\t1", ":2: a question has at most two tabs"),
        ("Ann\tbarn.\nWhere ann?", ":1: a line with tabs is a question"),
        (b"Ann barn.\n\xff", ":2: is not UTF-8 text"),
        (b"x" * (1 << 21), "is longer than 1048576 bytes"),
    ],
)
def test_a_story_that_cannot_be_asked_is_one_line(capsys, monkeypatch, model, story, said):
    code, out, err = ask(capsys, monkeypatch, model, story)
    assert (code, out) == (2, []) and err.count("\n") == 1
    assert err.startswith("error: standard input") and said in err


def test_files_that_cannot_be_read_are_one_line(capsys, monkeypatch, model, tmp_path):
    other = tmp_path / "other.npz"
    other.write_text("no model")
    for arguments, said in (
        ((tmp_path / "none.npz",), "none.npz: no such file; train with --save-models"),
        ((other,), "other.npz: is not a saved model"),
        ((model, str(tmp_path / "none.txt")), "none.txt: cannot be read"),
        ((model, str(tmp_path)), "cannot be read"),
        ((model, "a", "b"), "--help"),
    ):
        code, out, err = ask(
            capsys, monkeypatch, *arguments[:1], "Ann barn.\nWhere ann?\n", *arguments[1:]
        )
        assert (
            (code, out) == (2, [])
            and err.startswith("error: ")
            and said in err
            and err.count("\n") == 1
        )


def test_names_of_files_are_escaped(capsys, monkeypatch, model, tmp_path):
    bell = tmp_path / "a\x07\x1b[31m\udcff.txt"
    bell.write_text("Ann moon.\n")
    for arguments, said in (
        ((model, str(bell)), r"a\x07\x1b[31m\udcff.txt:1: the model does not know the word 'moon'"),
        ((tmp_path / "\x1b.npz",), r"\x1b.npz: no such file"),
        ((bell,), r"a\x07\x1b[31m\udcff.txt: is not a saved model"),
    ):
        code, out, err = ask(capsys, monkeypatch, arguments[0], "", *arguments[1:])
        assert (code, out) == (2, []) and said in err and err.removesuffix("\n").isprintable()


ASKS = """
import json, pathlib, re, sys, time
from bench.cli import main
for path in json.loads(sys.stdin.read()):
    start = time.monotonic()
    code = main(["ask", path, sys.argv[1]])
    print(json.dumps([code, time.monotonic() - start]), flush=True)
status = pathlib.Path("/proc/self/status")
print(int(re.search("VmHWM:[^0-9]*([0-9]+) kB", status.read_text())[1]) if status.exists() else 0)
"""


def test_crafted_models_are_refused_at_once(tmp_path):
    """Seconds and memory as the system counts them; 6 MB that unpack to 6 GB among them."""
    files = crafted()
    assert len(files) >= 45 and {"zip bomb", "zip overlapping", "zip a zip of zips"} <= files.keys()
    paths = []
    for i, content in enumerate(files.values()):
        paths.append(tmp_path / f"{i}.npz")
        paths[-1].write_bytes(content)
    (tmp_path / "story.txt").write_text("Ann barn.\nWhere ann?\n")
    done = subprocess.run(
        [sys.executable, "-c", ASKS, str(tmp_path / "story.txt")],
        input=json.dumps([str(path) for path in paths]), capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(provenance.ROOT)}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *asked, most = [json.loads(line) for line in done.stdout.splitlines()]
    assert [code for code, _ in asked] == [2] * len(files)
    assert max(seconds for _, seconds in asked) < 2
    assert most < 500 << 10
    told = done.stderr.splitlines()
    for path, line in zip(paths, told, strict=True):
        assert line.startswith(f"error: {path}: ") and line.isprintable()


def test_answers_of_several_words_are_words():
    sizes = dataclasses.replace(
        DATA.sizes, vocabulary=(*DATA.vocabulary, "rasoi ghar", "apple,red ball")
    )
    for given, answer in (("Rasoi ghar", "rasoi ghar"), ("apple,red ball", "apple,red ball")):
        text = f"1 Ann barn.\n2 Where ann?\t{given}\t1\n"
        (story,) = read_story(text.encode(), "s", sizes).stories
        assert story.questions[0].answer == answer


def test_a_long_story_is_read_in_linear_time():
    """A minute where each line looks at all before it."""
    count = 96_330
    told = "".join(f"{i} Bob.\n" if i % 2 else f"{i} Ann?\n" for i in range(1, count + 1))
    start = time.process_time()
    (story,) = read_story(told.encode(), "s", DATA.sizes).stories
    kept = remembered(story, 6)
    assert time.process_time() - start < 10
    assert len(story.questions) == len(kept.questions) == count // 2
    assert kept.statements == story.statements


def test_only_what_a_question_remembers_is_encoded():
    def words(text):
        return [tuple(line.split()) for line in text.splitlines()]

    told = words("ann barn\nbob attic\ncid cave\nann cave\nbob barn\ncid attic\nann attic")
    asked = [Question(("where", "ann"), "barn", (0,), seen, 1) for seen in (1, 5, 5, 7)]
    kept = remembered(Story(tuple(told), tuple(asked)), 2)
    assert kept.statements == (told[0], *told[3:])
    windows = [kept.statements[max(0, q.seen - 2) : q.seen] for q in kept.questions]
    assert windows == [tuple(told[max(0, q.seen - 2) : q.seen]) for q in asked]
    whole = attend(saved(SPEC), [(1, TEST)])
    seen = attend(saved(SPEC), [(1, [remembered(story, tiny_data.SLOTS) for story in TEST])])
    np.testing.assert_allclose(seen.weights, whole.weights, rtol=1e-5, atol=1e-6)
    assert seen.answers == whole.answers and list(seen.right) == list(whole.right)


def test_facts_that_fell_out_are_counted(capsys, monkeypatch, model):
    lines = [f"{i} Ann barn." for i in range(1, 10)]
    story = "\n".join([*lines, "10 Where ann?\tbarn\t1 3 9"])
    code, out, _ = ask(capsys, monkeypatch, model, story)
    assert code == 0
    assert out[2].strip() == "3 earlier statements, 2 of them supporting, fell out of the memory"
    assert [line.split()[0] for line in out[3:9]] == ["4", "5", "6", "7", "8", "9"]
    assert [line[7] for line in out[3:9]] == [" "] * 5 + ["*"]


def test_what_takes_too_much_memory_is_refused(capsys, monkeypatch, model):
    monkeypatch.setattr("bench.studies.asking.command.MOST_BYTES", 20_000)
    assert ask(capsys, monkeypatch, model, NUMBERED)[0] == 0
    code, out, err = ask(capsys, monkeypatch, model, NUMBERED * 500)
    assert (code, out) == (2, []) and "too much for this model at once" in err


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """The results of experiments/attention.py on the fixture: a small training of one task."""
    folder = tmp_path_factory.mktemp("attention")
    done = measure(folder)
    assert done.returncode == 0, done.stderr
    assert "training 1 groups" in done.stderr
    results = folder / "results"
    written = ["stories", "--results", str(results), "--data", str(FIXTURE), "--allow-unverified"]
    assert main(written) == 0
    return results


def measure(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable, str(provenance.ROOT / "experiments" / "attention.py"), "--profile", "smoke",
        "--data", str(FIXTURE), "--allow-unverified", "--tasks", "1", "--restarts", "1",
        "--columns", "pe_ls_rn", "--results", str(folder / "results"), *more,
    ]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if k != "BENCH_DATA"}
    environment |= {"BENCH_CACHE": str(folder / "cache"), "PYTHONPATH": str(provenance.ROOT)}
    environment["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"  # compiled in a moment, to slower code
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)


def test_a_trained_model_is_measured_and_asked(capsys, trained):
    (row,) = ROWS.read(trained)
    (model,) = (trained / "models").glob(f"*_{row['id']}.npz")
    assert (row["task"], row["seed"], row["kind"], row["hops"]) == (1, 0, "unverified", 3)
    (told,) = row["stories"]
    file = FIXTURE / "tasks_1-20_v1-2" / "en" / "qa1_single-supporting-fact_test.txt"
    text = [line.partition(" ")[2] for line in file.read_text().splitlines()]
    asked, answer, _ = text[told["line"] - 1].split("\t")
    statements = [text[line - 1] for line, *_ in told["statements"]]
    path = trained / "story.txt"
    path.write_text("\n".join([*statements, f"{asked}\t{answer}"]) + "\n")
    assert main(["ask", str(model), str(path)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"{asked.strip().lower()}  ")
    assert f"({told['probability']:.0%})  {'right' if told['right'] else 'wrong'}" in out[0]
    for line, statement, (_, _, weights) in zip(
        out[2:], statements, told["statements"], strict=False
    ):
        assert statement.lower().removesuffix(".") in line
        printed = [float(w) for w in re.findall(r"[01]\.[0-9]{2}", line)]
        np.testing.assert_allclose(printed, weights, atol=0.0052)


def test_the_text_is_written_in_models_and_nowhere_else(trained):
    page = (trained / "models" / "attention_stories.md").read_text()
    (row,) = ROWS.read(trained)
    (told,) = row["stories"]
    file = FIXTURE / "tasks_1-20_v1-2" / "en" / "qa1_single-supporting-fact_test.txt"
    lines = [line.partition(" ")[2].lower() for line in file.read_text().splitlines()]
    asked, answer, _ = lines[told["line"] - 1].split("\t")
    assert f"*{asked.strip()}* The answer is **{answer}**." in page and "not the released" in page
    (fact,) = [line for line, supporting, _ in told["statements"] if supporting]
    assert f"| {fact} | {lines[fact - 1].removesuffix('.')} | ● |" in page
    for line, _, weights in told["statements"]:
        statement = lines[line - 1].removesuffix(".")
        assert (f"| {line} | {statement} |" in page) == (line == fact or max(weights) >= 0.05)
        for path in [*trained.glob("attention*"), trained / "store" / "attention.jsonl"]:
            assert statement.encode() not in path.read_bytes().lower()


@pytest.mark.skipif(not (provenance.ROOT / ".git").exists(), reason="needs a git checkout")
def test_git_ignores_the_text():
    pages = [f"results/{profile}/models/attention_stories.md" for profile in ("paper", "laptop")]
    command = ["git", "-C", str(provenance.ROOT), "check-ignore", *pages]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.split() == pages


def test_measured_again_nothing_is_trained_and_the_tables_are_the_same(trained):
    before = {path: path.read_bytes() for path in trained.glob("attention*")}
    assert len(before) == 4
    for path in before:
        path.unlink()
    for path in (trained / "models").glob("*.npz"):
        path.rename(trained / path.name)  # rows are enough
    again = measure(trained.parent)
    assert again.returncode == 0 and "training" not in again.stderr, again.stderr
    assert {path: path.read_bytes() for path in trained.glob("attention*")} == before
    for path in trained.glob("*.npz"):
        path.rename(trained / "models" / path.name)


def test_a_damaged_model_is_refused_by_name(trained):
    (row,) = ROWS.read(trained)
    (model,) = (trained / "models").glob(f"*_{row['id']}.npz")
    content, rows = model.read_bytes(), trained / "store" / "attention.jsonl"
    kept = rows.read_bytes()
    rows.unlink()
    model.write_bytes(content[:-100])
    done = measure(trained.parent)
    model.write_bytes(content)
    rows.write_bytes(kept)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"error: {model}: is not a saved model")


def test_the_time_limit_stops_it_and_it_goes_on(tmp_path):
    stopped = measure(tmp_path, "--time-limit", "0.001s")
    assert stopped.returncode == 75 and "time limit reached" in stopped.stderr
    assert not list((tmp_path / "results").glob("attention*"))


def test_bad_options_are_one_line():
    script = provenance.ROOT / "experiments" / "attention.py"
    for arguments, said in (
        (["--tasks", "21"], "--units (--tasks): '21'"),
        (["--columns", "ptb"], "no column 'ptb'"),
    ):
        done = subprocess.run(
            [sys.executable, str(script), *arguments], capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": str(provenance.ROOT)},
        )  # fmt: skip
        assert done.returncode == 2 and done.stderr.startswith("error: ") and said in done.stderr
        assert done.stderr.count("\n") == 1
