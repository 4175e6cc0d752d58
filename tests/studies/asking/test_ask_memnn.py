"""``python -m bench ask`` with MemNN models: the answers and memories are the trained model's."""

from __future__ import annotations

import dataclasses
import io
import re
import sys
from pathlib import Path

import jax
import memnn_models as models
import numpy as np
import pytest
from data_helpers import FIXTURE_EN
from memnn_questions import fixture_stories
from spoken_questions import column, parts
from tiny_data import quick_compile  # noqa: F401

from bench.cli import main
from bench.datasets.babi.babi import TASKS
from bench.examples.stories import Question, Spoken, Story
from bench.methods.memnn import METHOD
from bench.methods.memnn.memory import encode
from bench.methods.memnn.model import Model as Plain
from bench.methods.memnn.parameters import of_segmenter
from bench.methods.memnn.row import row
from bench.methods.memnn.segments import Streams
from bench.methods.memnn.spec import speech
from bench.methods.memnn.training import Trainer
from bench.methods.memnn.unseen import Model as Unseen
from bench.studies.asking.memnn import Model
from bench.train import cells

SLOTS = 5


def ask(capsys, monkeypatch, model: Path, text: str) -> tuple[int, list[str], str]:
    """The exit code, the lines printed, and what stderr has, of a story on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code = main(["ask", str(model)])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


def made(**fields) -> Trainer:
    """A trainer of task 8, whose questions have several facts."""
    spec = models.column(**dict(dim=6, epochs=6, holdout=0.1, memory_size=SLOTS) | fields)
    encoded = encode(fixture_stories(), memory_size=SLOTS, holdout=0.1)
    return Trainer(spec, encoded, jax.devices()[0], stream=3)


def test_answers_and_memories_are_the_trained_models(capsys, monkeypatch, tmp_path):
    trainer = made(hops=3, epochs=4)
    (outcome,) = trainer.train([0])
    told = row(outcome, trainer.encoded)
    models.save(tmp_path / "m.npz", trainer.spec, outcome.params, trainer.encoded, **told)
    assert_same(capsys, monkeypatch, tmp_path / "m.npz", trainer, outcome.params)


@pytest.mark.parametrize(
    "fields",
    [
        dict(hops=2, supervision="words", stop_share=0.5, nonlinear=True, write_time=False),
        dict(hops=1, lists="one", ngrams="1"),
        dict(hops=6, lists="one", dictionaries="one", write_time=False, slot_time=True),
    ],
    ids=["words", "one hop", "one dictionary, slots told"],
)
def test_so_are_those_of_other_specs(capsys, monkeypatch, tmp_path, fields):
    trainer = made(**fields)
    (programs,) = trainer.programs.values()
    params = models.drawn(programs.shapes)
    models.save(tmp_path / "m.npz", trainer.spec, params, trainer.encoded)
    assert_same(capsys, monkeypatch, tmp_path / "m.npz", trainer, params)


def assert_same(capsys, monkeypatch, path: Path, trainer: Trainer, params) -> None:
    """What is printed of the test file is what the trainer replies."""
    encoded, stories = trainer.encoded, fixture_stories()
    lanes = {name: value[None] for name, value in params.items()}
    replies, right = trainer.replies(lanes, trainer.spec.orders[0], "test")
    text = (FIXTURE_EN / f"{TASKS[7].stem}_test.txt").read_text()
    code, out, err = ask(capsys, monkeypatch, path, text)
    assert (code, err) == (0, "")

    asked = "\n".join(out).split("\n\n")
    questions = [(s, q) for s in stories["8"]["test"] for q in s.questions]
    assert len(asked) == len(questions) == len(encoded.test)
    told = text.splitlines()
    starts = [at for at, line in enumerate(told) if line.startswith("1 ")]
    for n, (story, question) in enumerate(questions):
        head, titles, *lines = asked[n].splitlines()
        said = encoded.answers[replies.answer[0, n]]
        verdict = "right" if right[0, n] else f"wrong: {question.answer}"
        assert head == f"{' '.join(question.words)}?  {said}  {verdict}"
        assert titles.split() == ["hop", "line", "statement"]
        assert lines.pop().strip() == "* supporting fact"
        first = max(0, question.seen - SLOTS)
        if first:
            assert "fell out of the memory" in lines.pop(0)
        start = starts[stories["8"]["test"].index(story)]
        wanted = []
        for hop, slot in enumerate(replies.found[0, n], start=1):
            if slot == encoded.test.memory.shape[1]:
                wanted.append([str(hop), "no", "memory:", "it", "stops", "here"])
                break
            at = first + slot
            line = start + story.ids[at]
            assert told[line - 1].lower().endswith(" ".join(story.statements[at]) + ".")
            mark = ["*"] * (at in question.support)
            wanted.append([str(hop), str(line), *mark, *story.statements[at]])
        assert [line.split() for line in lines] == wanted
    assert any("fell out" in part for part in asked)
    assert any("no memory" in part for part in asked) == (trainer.spec.hops > 1)
    assert len({tuple(found) for found in replies.found[0]}) > 3


@pytest.fixture
def model(tmp_path) -> Path:
    spec = models.column()
    models.save(tmp_path / "m.npz", spec, models.random(spec))
    return tmp_path / "m.npz"


def test_a_story_without_answers_is_answered(capsys, monkeypatch, model):
    code, out, err = ask(capsys, monkeypatch, model, "Joe went to the kitchen.\nWhere is joe?\n")
    assert (code, err) == (0, "")
    assert out[0] in {f"where is joe?  {answer}" for answer in models.DATA.answers}
    assert "supporting" not in "".join(out)


@pytest.mark.parametrize(
    ("story", "said"),
    [
        ("Joe went to the moon.\nWhere is joe?", ":1: the model does not know the word 'moon'"),
        ("Joe took milk.\nWhere is moon?", ":2: the model does not know the word 'moon'"),
        ("Joe took milk.\nWhere is joe?\tmilk", ":2: the model does not know the answer 'milk'"),
        ("Where is joe?", ":1: a question before any statement"),
    ],
)
def test_a_story_that_cannot_be_asked_is_one_line(capsys, monkeypatch, model, story, said):
    code, out, err = ask(capsys, monkeypatch, model, story)
    assert (code, out) == (2, []) and err.count("\n") == 1
    assert err.startswith("error: standard input") and said in err


def test_models_that_cannot_be_asked_are_one_line(capsys, monkeypatch, tmp_path):
    path, spec = tmp_path / "m.npz", models.column()
    params = models.random(spec)
    models.save(path, spec, {n: np.full_like(v, np.nan) for n, v in params.items()}, diverged=1)
    story = "Joe took milk.\nWhere is joe?\n"
    code, out, err = ask(capsys, monkeypatch, path, story)
    assert (code, out) == (2, []) and err.startswith(
        f"error: {path}: the model's training diverged"
    )
    path.write_bytes(path.read_bytes()[:-9])
    code, out, err = ask(capsys, monkeypatch, path, story)
    assert (code, out) == (2, []) and err.startswith(f"error: {path}: is not a saved model")


def test_what_takes_too_much_memory_is_refused(capsys, monkeypatch, model):
    monkeypatch.setattr("bench.studies.asking.command.MOST_BYTES", 1000)
    story = "Joe took milk.\n" * 4 + "Where is joe?\n" * 50
    code, out, err = ask(capsys, monkeypatch, model, story)
    assert (code, out) == (2, []) and "too much for this model at once" in err


def test_unseen_names_are_read_and_answered(capsys, monkeypatch, tmp_path):
    spec = models.column(lists="one", ngrams="1", hops=2, contexts=True, matches=True)
    data = METHOD.prepare(spec, models.PARTS)
    shapes = Unseen(spec, data, 1).shapes
    models.save(tmp_path / "m.npz", spec, models.drawn(shapes), data)
    story = "Bilbo went to Bree.\nBilbo took a ring.\nWhere is Bilbo?\tBree\nWhere is Joe?\n"
    code, out, err = ask(capsys, monkeypatch, tmp_path / "m.npz", story)
    assert (code, err) == (0, "")
    first, second = (part.splitlines() for part in "\n".join(out).split("\n\n"))
    head = re.fullmatch(r"where is bilbo\?  (\w+)  (right|wrong: bree)", first[0])
    assert head and (head[1] == "bree") == (head[2] == "right")
    assert head[1] in {*models.DATA.answers, *["bilbo", "bree", "a", "ring"]}
    assert second[0].startswith("where is joe?  ")
    monkeypatch.setattr("bench.studies.asking.command.MOST_BYTES", 1 << 26)
    many = " ".join("x" + "".join(map(chr, (97 + n // 676, 97 + n // 26 % 26, 97 + n % 26)))
                    for n in range(5000))  # fmt: skip
    code, out, err = ask(capsys, monkeypatch, tmp_path / "m.npz", f"{many}.\nWhere is Joe?\n")
    assert (code, out) == (2, []) and "too much for this model at once" in err


def test_one_of_word_streams_reads_statements_as_given(capsys, monkeypatch, tmp_path):
    """A line is a memory, though two are told on it, whatever its segmenter would cut: all is as of
    a model of sentences that has its O and R."""
    data = METHOD.prepare(column(speech=None, text="stream", lists="one"), parts())
    assert isinstance(data, Streams)
    encoded = data.encoded({name: np.ones(len(t.words), bool) for name, t in data.running.items()})
    spec = models.column(lists="one", ngrams="1", hops=2, memory_size=12)
    stream = dataclasses.replace(spec, text="stream")
    read = models.drawn(Plain(spec, encoded, 1).shapes)
    one = models.drawn(of_segmenter(len(data.words), spec.dim))
    other = {name: -value for name, value in one.items()}
    lines = [
        "joe went to the kitchen and then", "fred took the milk and fred went to the garden",
        "joe took the apple",
    ]  # fmt: skip
    asked = "Where is Joe?\tkitchen\nWhere is the milk?\tgarden\nWhere is Fred?\n"
    said = []
    for own, params, of in (
        (stream, read | one, data), (stream, read | other, data), (spec, read, encoded),
    ):  # fmt: skip
        models.save(tmp_path / "m.npz", own, params, of)
        code, out, err = ask(capsys, monkeypatch, tmp_path / "m.npz", "\n".join([*lines, asked]))
        assert (code, err) == (0, "")
        said.append(out)
    assert said[0] == said[1] == said[2]
    found = {line.split(maxsplit=2)[2] for line in said[0] if re.match(" +[12] +[0-9]", line)}
    assert lines[1] in found <= set(lines)


def told(questions: int = 1, words: int = 0) -> list[Story]:
    """A statement, with so many words that no model knows, and questions."""
    text = ("joe", "took", "milk", *(f"w{n}" for n in range(words)))
    asked = tuple(Question(("where", f"q{n}"), "", (), 1, 2) for n in range(questions))
    return [Story((text,), asked)]


def takes(path: Path, stories: list[Story], spec, params, data) -> int:
    models.save(path, spec, params, data)
    return Model(path).takes(stories)


def test_what_it_takes_is_no_less_than_its_largest_array(tmp_path):
    """Of models of few numbers: bags of all slots, scores of all words, matches of all words."""
    path = tmp_path / "m.npz"
    spec = models.column(
        lists="one", dictionaries="one", write_time=False, slot_time=True, ngrams="1",
        memory_size=500,
    )  # fmt: skip
    data = encode(models.PARTS, memory_size=500, holdout=0.0)
    stretched = dataclasses.replace(data.train, memory=np.zeros((len(data.train), 500), np.int32))
    data = dataclasses.replace(data, train=stretched)
    slots = 500
    params = models.drawn(Plain(spec, data, 1).shapes)
    features = params["O/memory"].shape[0]
    assert takes(path, told(), spec, params, data) >= 4 * slots * features

    spec = models.column(
        lists="one", ngrams="1", hops=9, contexts=True, matches=True, shared="neighbours"
    )
    data = METHOD.prepare(spec, models.PARTS)
    params = models.drawn(Unseen(spec, data, 1).shapes)
    for words in (10, 3000):
        every = len(data.answers) + words
        wanted = 4 * 10 * every * words
        assert takes(path, told(words=words), spec, params, data) >= wanted

    said = Spoken(("at", "the", "office"), "office", frozenset({"kitchen"}))
    asked = tuple(dataclasses.replace(q, spoken=said) for q in models.STORY.questions)
    story = dataclasses.replace(models.STORY, questions=asked)
    spec = models.column(holdout=0.5, ngrams="1", speech=speech(cell="rnn", dim=4))
    heard = METHOD.prepare(spec, {"1": {"train": [story], "test": [story]}})
    own = cells.shapes("rnn", len(heard.vocabulary), 4, len(heard.vocabulary))
    shapes = Plain(dataclasses.replace(spec, speech=None), heard.encoded, 1).shapes
    shapes = {n: s for n, s in shapes.items() if n.startswith("O/")}
    params = models.drawn(shapes | {f"R/{name}": shape for name, shape in own.items()})
    found = takes(path, told(questions=4000), spec, params, heard)
    assert found >= 4 * 4000 * len(heard.vocabulary)
