"""Saved models come back as they were, and nothing else is taken for one."""

import numpy as np
import pytest

from bench.errors import BenchError
from bench.parameters import Saved, load, save


def test_a_saved_model_comes_back_bit_for_bit(tmp_path):
    params = {"words": np.random.default_rng(0).normal(size=(4, 7, 3)).astype(np.float32)}
    save(tmp_path / "m.npz", Saved(params, {"seed": 3}, ("", "a")))
    found = load(tmp_path / "m.npz")
    assert found.run == {"seed": 3} and found.vocabulary == ("", "a")
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
