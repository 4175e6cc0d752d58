"""Memory use: what is measured of a saved model, its pages, and a model that reads a text."""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import jax
import numpy as np
import oracle_lm
import pytest
import tiny_lm

from bench import cli
from bench.core import registry
from bench.core.errors import BenchError
from bench.core.profiles import PROFILES
from bench.core.provenance import versions
from bench.methods.memn2n_lm import METHOD
from bench.methods.memn2n_lm.saved import Saved, save
from bench.studies.memory_use import STUDY
from bench.studies.memory_use.activation import activations, following
from bench.studies.memory_use.store import ROWS
from bench.tables.report import SUFFIXES

VOCABULARY = ("<unk>", "<eos>", *(f"w{i}" for i in range(tiny_lm.WORDS - 2)))


def model(**fields):
    spec = tiny_lm.column(**fields)
    params = tiny_lm.params(spec)
    run = {"method": METHOD.name, "version": METHOD.version, "spec": spec.canonical(), "seed": 0}
    single = {name: value.astype(np.float32) for name, value in params.items()}
    return spec, params, Saved(single, run, VOCABULARY)


def test_the_mean_attention_is_the_equations():
    spec, params, saved = model()
    text = tiny_lm.text(140)
    costs, means = activations(saved, text)
    wanted, nats = np.zeros((spec.hops, spec.memory)), []
    for at in range(len(text)):
        nat, looked = oracle_lm.cost(params, text, at, **tiny_lm.settings(spec))
        nats.append(nat)
        for hop, weights in enumerate(looked):
            wanted[hop, : len(weights)] += weights / len(text)
    np.testing.assert_allclose(costs, nats, rtol=1e-4)
    np.testing.assert_allclose(means, wanted, atol=1e-5)


@pytest.mark.parametrize("lacking", ("masked", "empty"))
@pytest.mark.parametrize("length", [1, 3, 50])
def test_what_follows_is_the_equations(length, lacking):
    spec, params, saved = model(lacking=lacking)
    text = tiny_lm.text(length)
    chances, attention = following(saved, text)
    for word in range(tiny_lm.WORDS):
        longer = np.append(text, word)
        nat, looked = oracle_lm.cost(params, longer, length, **tiny_lm.settings(spec))
        assert chances[word] == pytest.approx(math.exp(-nat), rel=1e-4)
    np.testing.assert_allclose(attention, np.array(looked), atol=1e-5)


def row(**fields):
    usual = {
        "id": "0" * 16, "group": "1" * 16, "version": 1, "dataset": "ptb", "seed": 0,
        "kind": "real", "model": "ptb_text_m", "words": 10, "test_ppl": 100.5,
        "means": [[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]], "device": "cpu x", "commit": "abcdef0",
        "versions": dict(versions()),
    }  # fmt: skip
    return {**usual, **fields}


def test_pages_have_every_number_and_are_the_same_bytes_every_time(tmp_path):
    assert STUDY.files(tmp_path, PROFILES["paper"], None) == {}
    ROWS.save(tmp_path, row())
    files = STUDY.files(tmp_path, PROFILES["paper"], None)
    assert set(files) == {f"memory_use.{end}" for end in ("csv", "md", "png", "pdf")}
    assert files == STUDY.files(tmp_path, PROFILES["paper"], None)
    assert {Path(name).suffix for name in files} <= set(SUFFIXES)  # else no check would see them
    lines = files["memory_use.csv"].decode().splitlines()
    assert lines[-1] == "ptb,ptb_text_m,0,2,3,0.800000,1,real" and len(lines) == 7
    page = files["memory_use.md"].decode()
    assert "| 2 | 100.0 | 80.0 | 3 |" in page and "GENERATED" not in page
    assert "NOT MEASURED" not in page
    asked = SimpleNamespace(experiment=registry.experiments()["memory_use"])
    told = STUDY.files(tmp_path, PROFILES["paper"], asked)["memory_use.md"].decode()
    assert "NOT MEASURED: Text8." in told and "profile" not in told
    told = STUDY.files(tmp_path, PROFILES["smoke"], asked)["memory_use.md"].decode()
    assert "NOT MEASURED" not in told and "SMOKE profile, not a reproduction" in told
    ROWS.save(tmp_path, row(id="2" * 16, kind="generated"))
    assert "GENERATED" in STUDY.files(tmp_path, PROFILES["smoke"], None)["memory_use.md"].decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"means": [[0.5], [0.5, 0.5]]}, "different lengths"),
        ({"means": [[0.9, 0.9]]}, "more than all attention"),
        ({"means": [[]]}, "'means'"),
        ({"test_ppl": 0.5}, "'test_ppl'"),
        ({"kind": "true"}, "'kind'"),
    ],
)
def test_a_damaged_row_is_refused(tmp_path, fields, said):
    path = ROWS.path(tmp_path)
    path.parent.mkdir()
    path.write_text(json.dumps(row(**fields)) + "\n")
    with pytest.raises(BenchError, match=f"memory_use.jsonl:1: .*{said}"):
        ROWS.read(tmp_path)


def test_a_saved_model_reads_a_text_and_goes_on(tmp_path, capsys):
    _, params, saved = model()
    path, text = tmp_path / "model.npz", tmp_path / "text.txt"
    save(path, saved)
    text.write_bytes(b"\xef\xbb\xbfw1 w2\nw3 strange w4\n")
    assert cli.main(["read", str(path), str(text), "--go-on", "3"]) == 0
    out = capsys.readouterr().out
    for said in ("w1", "strange  (read as <unk>)", "over 6 words", "back  word", "hop 3"):
        assert said in out, said
    assert len(out.splitlines()[-1].split()) == 2 + 3
    read = np.array([VOCABULARY.index(w) for w in ("w1", "w2", "<eos>", "w3", "<unk>", "w4")])
    nats = [oracle_lm.cost(params, read, at, **tiny_lm.settings(saved.spec))[0] for at in range(6)]
    assert f"perplexity {math.exp(np.mean(nats)):.2f}" in out


def test_what_can_t_be_read_is_one_line(tmp_path, capsys):
    _, _, saved = model()
    path, text = tmp_path / "model.npz", tmp_path / "text.txt"
    save(path, saved)
    for content, said in ((b" \n", "has no words"), (b"\xff", "not UTF-8")):
        text.write_bytes(content)
        assert cli.main(["read", str(path), str(text)]) == 2
        assert said in capsys.readouterr().err
    assert cli.main(["read", str(tmp_path / "none.npz"), str(text)]) == 2
    assert "no such file" in capsys.readouterr().err
    text.write_text("1 a b\n2 where is a?\n")
    assert cli.main(["ask", str(path), str(text)]) == 2
    assert "its method is 'memn2n_lm', not memn2n" in capsys.readouterr().err
    diverged = {name: np.full_like(value, np.nan) for name, value in saved.params.items()}
    save(path, Saved(diverged, saved.run, VOCABULARY))
    text.write_text("w1 w2\n")
    assert cli.main(["read", str(path), str(text)]) == 2
    assert "diverged" in capsys.readouterr().err
    assert jax.devices()
