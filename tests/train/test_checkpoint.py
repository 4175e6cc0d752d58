"""Files of checkpoints: damage is seen, and every number comes back."""

import json
import math

import numpy as np

from bench.train import checkpoint
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
