"""Saved models come back as they were, and nothing else is taken for one."""

import dataclasses

import jax
import numpy as np
import pytest
import tiny_data
from attention_helpers import DATA, saved
from crafted_models import HEADS, MODELS, SPECS, crafted, head_of, npz
from flax import nnx
from tiny_data import quick_compile  # noqa: F401

from bench.core import arrays
from bench.core.errors import BenchError
from bench.core.plan import Job, model_path
from bench.core.progress import Progress
from bench.core.runner import Runner
from bench.core.runs import Group
from bench.core.store import Store
from bench.methods.memn2n.model import MemN2N
from bench.methods.memn2n.saved import TRAINING, check_numbers, load, save, shapes, spec_of


@pytest.mark.parametrize("tying", SPECS)
def test_a_saved_model_comes_back_bit_for_bit(tmp_path, tying):
    model = MODELS[tying]
    (tmp_path / "numpy.npz").write_bytes(npz(head_of(tying), model.params))
    save(tmp_path / "ours.npz", model)
    for path in tmp_path.iterdir():
        found = load(path)
        assert (found.run, found.sizes, found.training) == (model.run, model.sizes, model.training)
        assert found.params.keys() == model.params.keys()
        for name, value in model.params.items():
            np.testing.assert_array_equal(found.params[name], value)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"hops": 3},
        {"tying": "layerwise"},
        {"tying": "layerwise", "state_map": False, "hops": 7},
        {"tying": "untied", "hops": 3},
        {"tying": "untied", "temporal": False},
        {"temporal": False},
        {"tying": "layerwise", "readings": {"answer_space": "paper"}},
        {"tying": "untied", "readings": {"answer_space": "paper"}},
    ],
)
def test_the_shapes_are_the_models(tmp_path, changed):
    spec = tiny_data.column(**changed)
    _, state = nnx.split(nnx.eval_shape(lambda: MemN2N(spec, DATA)))
    made = {name: value.shape for name, value in nnx.to_pure_dict(state).items()}
    assert shapes(spec, DATA.sizes) == made
    save(tmp_path / "m.npz", saved(spec))
    assert {n: v.shape for n, v in load(tmp_path / "m.npz").params.items()} == made


def test_a_diverged_model_is_read_and_told(tmp_path):
    good = MODELS["adjacent"]
    params = {**good.params, "times": np.full_like(good.params["times"], np.nan)}
    training = {**dict.fromkeys(TRAINING), "diverged": 3, "test_error": 100.0}
    save(tmp_path / "m.npz", dataclasses.replace(good, params=params, training=training))
    found = load(tmp_path / "m.npz")
    assert found.training == training
    with pytest.raises(BenchError, match="diverged"):
        check_numbers(found)
    check_numbers(good)


FILES = crafted()


@pytest.mark.parametrize("name", FILES)
def test_a_crafted_file_is_refused_in_one_line(tmp_path, name):
    path = tmp_path / "m.npz"
    path.write_bytes(FILES[name])
    with pytest.raises(BenchError) as refused:
        check_numbers(load(path))
    assert refused.value.exit_code == 2
    said = str(refused.value)
    assert said.isprintable() and len(said) < len(str(path)) + 400
    assert said.startswith(f"{path}: ") or "diverged" in said
    assert any(remedy in said for remedy in ("--save-models", "choose a MemN2N", "use another"))


def test_every_value_of_the_head_was_tried():
    """All that `load` may be misled by has a crafted file; a field added needs one too."""
    head = head_of()
    assert {f"sizes/{name}" for name in head["sizes"]} <= HEADS.keys()
    assert set(head) | {"run/seed", "run/method", "run/spec"} <= HEADS.keys()


def test_a_sparse_file_is_not_read(tmp_path):
    path = tmp_path / "m.npz"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BenchError, match="is not a saved model"):
        load(path)


def test_changed_bytes_are_seen_or_change_nothing(tmp_path):
    draw = np.random.default_rng(0)
    content, whole = npz(head_of(), MODELS["adjacent"].params), MODELS["adjacent"]
    path, refused = tmp_path / "m.npz", 0
    for _ in range(300):
        changed = bytearray(content)
        changed[int(draw.integers(len(content)))] ^= int(draw.integers(1, 256))
        path.write_bytes(changed)
        try:
            found = load(path)
        except BenchError:
            refused += 1
            continue
        assert dataclasses.replace(found, params={}) == dataclasses.replace(whole, params={})
        for name, value in whole.params.items():
            np.testing.assert_array_equal(found.params[name], value)
    assert refused > 250


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
    with pytest.raises(BenchError, match=r"m\.npz: was saved by an earlier version.*delete it"):
        load(path)


@pytest.mark.parametrize(
    ("tying", "given", "padding"),
    [
        ("layerwise", {}, "slots"),
        ("layerwise", {"question_padding": "released"}, "released"),
        ("layerwise", {"null_columns": "paper"}, "released"),
        ("adjacent", {}, "released"),
    ],
)
def test_a_model_older_than_a_reading_is_read_as_it_was_trained(tying, given, padding):
    run = {"method": "memn2n", "spec": {"tying": tying, "readings": given}}
    older = dataclasses.replace(MODELS["adjacent"], run=run)
    assert spec_of(older).readings.question_padding == padding


def test_the_runner_saves_what_it_trained(tmp_path):
    data = tiny_data.encoded(tiny_data.stories(8, seed=1), tiny_data.stories(4, seed=2))
    column = tiny_data.column(restarts=2)
    group = Group(column, "babi-1k", ("1",), (("en/qa1_train.txt", "0" * 64),))
    store, models = Store(tmp_path / "store"), tmp_path / "models"
    runner = Runner(
        store,
        jax.devices()[:1],
        checkpoints=tmp_path,
        models=models,
        progress=Progress(hidden=True),
    )
    assert runner.run([Job(group, data, "generated", (0, 1), keep=True)])
    rows = store.rows(group)
    assert [row["seed"] for row in rows] == [0, 1, 2, 3, 4]  # the whole chunk
    for row in rows:
        model = load(model_path(models, group, row["seed"]))
        assert model.run == {**group.canonical(), "seed": row["seed"]}
        assert model.training == {name: row[name] for name in TRAINING}
        assert model.sizes == data.sizes
        assert model.params["words"].shape == (3, len(data.vocabulary), 4)
