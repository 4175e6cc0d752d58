"""Saved restarts over triples: they come back as they were, what is wrong with a file is one line,
and their answers are those of the equation."""

import dataclasses

import jax
import numpy as np
import pytest
import small_triples

from bench.core import arrays
from bench.core.errors import BenchError
from bench.methods.memnn_triples import METHOD, hashing
from bench.methods.memnn_triples.asking import NOTHING, bags, best
from bench.methods.memnn_triples.method import Memory
from bench.methods.memnn_triples.saved import check_numbers, load
from bench.methods.memnn_triples.spec import VERSION, MemNNTriples
from bench.methods.memnn_triples.training import Trainer

TEXTS = [
    tuple(text.split())
    for text in ("who write the trial", "what do sheep fear", "who own mars", "grass grass mars")
]


def column(**fields):
    return MemNNTriples(
        **dict(id="x", title="x", dim=6, batch=8, epochs=1, updates=20, common=0.5) | fields
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return small_triples.read(tmp_path_factory.mktemp("triples"))


@pytest.fixture(scope="module")
def outcome(data):
    (one,) = Trainer(column(hashing="words"), "reverb", data, jax.devices()[0]).train([3])
    return one


def save(path, data, outcome, **fields):
    spec = column(**dict(hashing="words") | fields)
    run = {"method": spec.method, "spec": spec.canonical(), "version": VERSION, "seed": 3}
    METHOD.save_model(path, run, outcome, Memory("reverb", data))
    return spec, run


@pytest.mark.parametrize(("reports", "model"), [("embedding", 0), ("match", 1)])
def test_the_model_that_a_column_reports_comes_back_bit_for_bit(
    tmp_path, data, outcome, reports, model
):
    spec, run = save(tmp_path / "m.npz", data, outcome, reports=reports)
    found = load(tmp_path / "m.npz")
    for name in ("question", "statement"):
        np.testing.assert_array_equal(getattr(found, name), outcome.params[name][model])
    assert found.run == run and found.vocabulary == data.vocabulary
    assert found.spec.canonical() == spec.canonical()
    assert found.match == (spec.match if reports == "match" else 0.0)


def dense(texts, vocabulary):
    return np.array([[float(text.count(word)) for word in vocabulary] for text in texts])


@pytest.mark.parametrize("reports", ["embedding", "match"])
@pytest.mark.parametrize("hashing", ["none", "words"])
def test_the_best_statement_is_that_of_the_equation(tmp_path, data, outcome, reports, hashing):
    """Phi dense, float64, every statement scored; with words those alone that share one that is in
    at most half of the statements."""
    fields = {} if hashing == "words" else {"common": MemNNTriples.common}
    save(tmp_path / "m.npz", data, outcome, reports=reports, hashing=hashing, **fields)
    saved = load(tmp_path / "m.npz")
    memory, asked = data.memory.words.toarray().astype(float), dense(TEXTS, data.vocabulary)
    u, v = saved.question.astype(float), saved.statement.astype(float)
    scores = asked @ u @ (memory @ v).T + saved.match * asked @ memory.T
    if hashing == "words":
        held = (memory > 0).sum(axis=0)
        rare = (held > 0) & (held <= len(memory) / 2)
        scores[((asked > 0) & rare).astype(float) @ (memory > 0).T == 0] = -np.inf
    found = best(saved, data.memory, bags(TEXTS, data.vocabulary))
    last = len(data.memory) - 1 - scores[:, ::-1].argmax(axis=1)
    np.testing.assert_allclose(found.scores, scores.max(axis=1), rtol=1e-5)
    nothing = np.isinf(scores).all(axis=1)
    assert nothing.tolist() == [False, False, hashing == "words", False]
    np.testing.assert_array_equal(found.statements, np.where(nothing, NOTHING, last))


def test_a_restart_s_own_clusters_hash_its_memory(tmp_path, data, outcome):
    """Of equals the last is best, as in the table; a word that is there twice matches twice."""
    fields = dict(hashing="clusters", clusters=3, reports="match", match=1.0)
    spec, _ = save(tmp_path / "m.npz", data, outcome, **fields)
    saved = load(tmp_path / "m.npz")
    saved.question[:] = 0.0
    memory, asked = data.memory.words, bags(TEXTS, data.vocabulary)
    alike = asked.toarray() @ memory.toarray().T
    seen = hashing.Index(hashing.buckets(spec, memory, saved.statement, 3), memory)
    found = best(saved, data.memory, asked)
    for number in (0, 1, 3):
        there = seen.looked_at(asked[[number]].indices)
        assert found.scores[number] == alike[number, there].max()
        assert found.statements[number] == there[alike[number, there] == found.scores[number]][-1]
    assert alike[3].max() == 2.0  # 'grass grass mars': grass counts twice


def test_bags_count_words_and_pass_over_others(data):
    texts = [*TEXTS, ("moon",), ()]
    found = bags(texts, data.vocabulary)
    np.testing.assert_array_equal(found.toarray(), dense(texts, data.vocabulary))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda head, _: head.pop("vocabulary"), "its head"),
        (lambda head, _: head["vocabulary"].append(7), "its vocabulary"),
        (lambda head, _: head["vocabulary"].append("mars"), "arrays are not those"),
        (lambda head, _: head["run"].update(method="memnn"), "method is 'memnn'"),
        (lambda head, _: head["run"].update(version=VERSION + 1), "version is"),
        (lambda head, _: head["run"]["spec"].update(dim=7), "arrays are not those"),
        (lambda head, _: head["run"]["spec"].update(hashing="moon"), "its spec"),
        (lambda head, _: head["run"]["spec"].update(moon=1), "its spec"),
        (lambda _, params: params.pop("question"), "arrays are not those"),
    ],
)
def test_a_crafted_file_is_refused_in_one_line(tmp_path, data, outcome, change, said):
    save(tmp_path / "m.npz", data, outcome)
    head, params = arrays.load(tmp_path / "m.npz")
    params = {name: value.copy() for name, value in params.items()}
    change(head, params)
    arrays.save(tmp_path / "n.npz", head, params)
    with pytest.raises(BenchError, match=said) as error:
        load(tmp_path / "n.npz")
    assert str(error.value).startswith(f"{tmp_path / 'n.npz'}: ") and str(error.value).isprintable()


def test_a_diverged_restart_is_read_and_told(tmp_path, data, outcome):
    save(tmp_path / "m.npz", data, outcome)
    check_numbers(load(tmp_path / "m.npz"))
    head, params = arrays.load(tmp_path / "m.npz")
    arrays.save(tmp_path / "n.npz", head, {**params, "question": params["question"] * np.nan})
    with pytest.raises(BenchError, match="diverged"):
        check_numbers(load(tmp_path / "n.npz"))


def test_words_of_the_web_are_read_back(tmp_path, data, outcome):
    odd = ("it\x92s", "so\u00adft", "w" * 101, "")
    words = (*odd, *data.vocabulary[len(odd) :])
    save(tmp_path / "m.npz", dataclasses.replace(data, vocabulary=words), outcome)
    assert load(tmp_path / "m.npz").vocabulary == words


def test_a_file_that_is_none_or_cut_is_refused(tmp_path, data, outcome):
    with pytest.raises(BenchError, match="no such file"):
        load(tmp_path / "m.npz")
    save(tmp_path / "m.npz", data, outcome)
    content = (tmp_path / "m.npz").read_bytes()
    (tmp_path / "m.npz").write_bytes(content[:-100])
    with pytest.raises(BenchError, match=r"m\.npz: is not a saved model"):
        load(tmp_path / "m.npz")


def test_a_statement_is_told_from_others_by_every_part(data):
    memory = data.memory
    lines = [line.replace(".r", "").replace(".e", "").split() for line in small_triples.STATEMENTS]
    for at, (relation, first, second) in enumerate(lines):
        words = memory.text(at, data.vocabulary).split()
        wanted = [sorted(part.split("-")) for part in (first, relation, second)]
        ends = np.cumsum([0, *map(len, wanted)])
        assert [sorted(words[a:b]) for a, b in zip(ends, ends[1:], strict=False)] == wanted
        same = [memory.same(at, memory, there) for there in range(len(memory))]
        assert same == [there == at for there in range(len(memory))]
    turned = dataclasses.replace(memory, first=memory.second, second=memory.first)
    assert not any(memory.same(at, turned, at) for at in range(len(memory)))
    assert data.judged.texts[1] == ("what", "do", "sheep", "fear")
