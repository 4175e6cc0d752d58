"""Saved models come back as they were, and nothing else is taken for one."""

import dataclasses

import jax
import numpy as np
import pytest
import tiny_data
from tiny_data import quick_compile  # noqa: F401

from bench.core import arrays
from bench.core.errors import BenchError
from bench.core.plan import Job, model_path
from bench.core.progress import Progress
from bench.core.runner import Runner
from bench.core.runs import Group
from bench.core.store import Store
from bench.examples.encode import Sizes
from bench.methods.memn2n.saved import TRAINING, Saved, load, save

SIZES = Sizes(("", "a", "b"), statement_words=2, answers=(1, 2), sentence_slots=4, memory_slots=5)
HEAD = {"run": {"seed": 3}, "sizes": dataclasses.asdict(SIZES), "training": dict.fromkeys(TRAINING)}


def test_a_saved_model_comes_back_bit_for_bit(tmp_path):
    params = {"words": np.random.default_rng(0).normal(size=(4, 7, 3)).astype(np.float32)}
    training = dict.fromkeys(TRAINING, 1.5)
    save(tmp_path / "m.npz", Saved(params, {"seed": 3}, SIZES, training))
    found = load(tmp_path / "m.npz")
    assert (found.run, found.sizes, found.training) == ({"seed": 3}, SIZES, training)
    assert found.params.keys() == params.keys()
    np.testing.assert_array_equal(found.params["words"], params["words"])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a model"])
def test_what_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "m.npz"
    path.write_bytes(content)
    with pytest.raises(BenchError, match="is not a saved model"):
        load(path)


def test_a_pickle_is_never_read(tmp_path):
    path = tmp_path / "m.npz"
    np.savez(path, head=np.array([{"run": 1}], dtype=object))
    with pytest.raises(BenchError, match="is not a saved model"):
        load(path)


def test_a_missing_model_says_how_to_get_one(tmp_path):
    with pytest.raises(BenchError, match="--save-models"):
        load(tmp_path / "none.npz")
    with pytest.raises(BenchError, match="cannot be read"):
        load(tmp_path)


def test_a_model_without_sizes_is_of_an_earlier_version(tmp_path):
    path = tmp_path / "m.npz"
    arrays.save(path, {"run": {"seed": 3}, "vocabulary": ["", "a"]}, {})
    with pytest.raises(BenchError, match="m.npz: was saved by an earlier version.*delete it"):
        load(path)


@pytest.mark.parametrize(
    "change",
    [
        {"run": []},
        {"run": {"seed": "3"}},
        {"training": {}},
        {"sizes": {}},
        {"sizes": HEAD["sizes"] | {"memory_slots": 0}},
        {"sizes": HEAD["sizes"] | {"statement_words": 4}},
        {"sizes": HEAD["sizes"] | {"answers": [3]}},
        {"sizes": HEAD["sizes"] | {"vocabulary": ["", 1, "b"]}},
    ],
)
def test_a_head_that_is_none_is_refused(tmp_path, change):
    path = tmp_path / "m.npz"
    arrays.save(path, HEAD, {})
    assert load(path).sizes == SIZES
    arrays.save(path, HEAD | change, {})
    with pytest.raises(BenchError, match="is not a saved model"):
        load(path)


def test_the_runner_saves_what_it_trained(tmp_path):
    data = tiny_data.encoded(tiny_data.stories(8, seed=1), tiny_data.stories(4, seed=2))
    column = tiny_data.column(restarts=2)
    group = Group(column, "babi-1k", (1,), (("en/qa1_train.txt", "0" * 64),))
    store, models = Store(tmp_path / "store"), tmp_path / "models"
    runner = Runner(
        store,
        jax.devices()[:1],
        checkpoints=tmp_path,
        models=models,
        progress=Progress(hidden=True),
    )
    assert runner.run([Job(group, data, "generated", (0, 1))])
    rows = store.rows(group)
    assert [row["seed"] for row in rows] == [0, 1]
    for row in rows:
        model = load(model_path(models, group, row["seed"]))
        assert model.run == {**group.canonical(), "seed": row["seed"]}
        assert model.training == {name: row[name] for name in TRAINING}
        assert model.sizes == data.sizes
        assert model.params["words"].shape == (3, len(data.vocabulary), 4)
