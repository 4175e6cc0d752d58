"""Files of checkpoints: damage is seen, and every number comes back."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.core import arrays
from bench.core.errors import BenchError
from bench.train import checkpoint, pieces
from bench.train.progress import Progress, State


def test_any_single_damaged_byte_is_seen_or_harmless(tmp_path):
    """No byte of a checkpoint may crash the suite, or be read as other numbers."""
    saved = tmp_path / "x.npz"
    words = np.arange(6, dtype=np.float32)
    losses = np.arange(3, dtype=np.float32)
    state = State({"words": words}, {"loss": losses})
    progress = Progress(state, [[(1.0, 0.5, 2.0, 0.25)]], 2, 5, 3.0)
    checkpoint.save(saved, [4], progress)
    whole = saved.read_bytes()
    damaged, directory = 0, whole.index(b"PK\x01\x02")
    for place in range(len(whole)):
        for bit in range(8) if place >= directory else [place % 8]:
            flipped = whole[place] ^ (1 << bit)
            saved.write_bytes(whole[:place] + bytes([flipped]) + whole[place + 1 :])
            found = checkpoint.load(saved, [4])
            if found is None:
                damaged += 1
                continue
            assert (found.place, found.curves, found.seconds) == ((2, 5), progress.curves, 3.0)
            assert [set(part) for part in found.state] == [{"words"}, {"loss"}], f"byte {place}"
            np.testing.assert_array_equal(found.state.params["words"], words)
            np.testing.assert_array_equal(found.state.running["loss"], losses)
    assert damaged > len(whole) / 2


def test_a_checkpoint_keeps_losses_that_are_not_finite(tmp_path):
    row = (math.nan, 1.0, math.inf, 0.1 + 0.2)
    words = np.array([math.nan, 1.0], np.float32)
    progress = Progress(State({"words": words}, {}), [[row], []], 1, 0, 0.5)
    checkpoint.save(tmp_path / "x.npz", (1, 2), progress)
    back = checkpoint.load(tmp_path / "x.npz", (1, 2))
    np.testing.assert_array_equal(back.curves[0], [row])
    assert back.curves[1] == [] and isinstance(back.curves[0][0], tuple)
    np.testing.assert_array_equal(back.state.params["words"], words)
    assert back.state.params["words"].dtype == np.float32
    assert json.loads(json.dumps(back.seconds)) == 0.5


ARRAYS = st.dictionaries(
    st.sampled_from("abcd"),
    st.tuples(st.lists(st.integers(0, 5), max_size=3), st.sampled_from((np.float32, np.int64))),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(layouts=ARRAYS, most=st.integers(8, 200))
def test_pieces_hold_every_number_in_its_place(tmp_path_factory, layouts, most):
    draw = np.random.default_rng(0)
    named = {n: draw.integers(0, 99, size).astype(kind) for n, (size, kind) in layouts.items()}
    path = tmp_path_factory.mktemp("pieces") / "x.npz"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "MOST_BYTES", most)
        pieces.save(path, "first", {"a": np.zeros(100)})  # what it takes the place of
        pieces.save(path, ["head"], named)
    head, back = pieces.load(path)
    assert head == ["head"] and set(back) == set(named)
    for name, value in named.items():
        assert back[name].dtype == value.dtype
        np.testing.assert_array_equal(back[name], value)
    total = sum(value.nbytes for value in named.values())
    files = sorted(path.parent.iterdir())
    assert len(files) == 1 if total <= most else len(files) >= 1 + total / most
    for file in files:
        assert sum(value.nbytes for value in arrays.load(file)[1].values()) <= most


def test_pieces_of_which_one_is_missing_or_damaged_or_of_another_save_are_not_used(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(pieces, "MOST_BYTES", 100)
    saved = tmp_path / "x.npz"
    progress = Progress(State({"words": np.arange(60, dtype=np.float32)}, {}), [[]], 1, 0, 0.5)
    checkpoint.save(saved, [0], progress)
    back = checkpoint.load(saved, [0])
    np.testing.assert_array_equal(back.state.params["words"], np.arange(60))
    first, second, *_ = sorted(pieces.others(saved))
    whole = first.read_bytes()
    for wrong in (whole[:-1], second.read_bytes(), b""):
        first.write_bytes(wrong)
        assert checkpoint.load(saved, [0]) is None
    first.write_bytes(whole)
    assert checkpoint.load(saved, [0]) is not None
    other = tmp_path / "y.npz"
    checkpoint.save(other, [0], progress)
    first.write_bytes(min(pieces.others(other)).read_bytes())
    assert checkpoint.load(saved, [0]) is None
    first.unlink()
    assert checkpoint.load(saved, [0]) is None


def test_a_large_checkpoint_in_one_file_is_read_as_before(tmp_path, monkeypatch):
    saved = tmp_path / "x.npz"
    progress = Progress(State({"words": np.arange(60, dtype=np.float32)}, {}), [[]], 1, 7, 0.5)
    checkpoint.save(saved, [0], progress)
    monkeypatch.setattr(pieces, "MOST_BYTES", 100)
    assert checkpoint.load(saved, [0]).place == (1, 7)


def test_a_process_killed_while_it_writes_pieces_leaves_those_of_before(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "MOST_BYTES", 100)
    saved = tmp_path / "x.npz"
    made = [
        Progress(State({"words": np.full(60, k, np.float32)}, {}), [[]], k, 0, 0.5)
        for k in range(3)
    ]
    checkpoint.save(saved, [0], made[0])
    write = arrays.save
    for files in range(4):  # three pieces, then the head
        left = iter(range(files))

        def some(path, head, named, left=left):
            if next(left, None) is None:
                raise BenchError("killed")
            write(path, head, named)

        monkeypatch.setattr(arrays, "save", some)
        with pytest.raises(BenchError):
            checkpoint.save(saved, [0], made[1])
        assert checkpoint.load(saved, [0]).epoch == 0
        assert len(list(tmp_path.iterdir())) == 4 + min(files, 3)  # a full disk gets no fuller
        np.testing.assert_array_equal(checkpoint.load(saved, [0]).state.params["words"], 0.0)
    monkeypatch.setattr(arrays, "save", write)
    checkpoint.save(saved, [0], made[2])
    assert checkpoint.load(saved, [0]).epoch == 2
    assert len(list(tmp_path.iterdir())) == 4  # nothing of the others is left
