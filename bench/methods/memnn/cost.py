"""What updates take, predicted: so long that a training can be stopped between two blocks."""

from __future__ import annotations

from bench.core import devices
from bench.methods.memnn.memory import Encoded
from bench.methods.memnn.spec import MemNN as Spec

STEP_SECONDS = 5e-5
BLOCK_SECONDS = 2.0


def step_seconds(spec: Spec, encoded: Encoded) -> float:
    """Predicted seconds of an update of one restart and order of n-grams, on a CPU core."""
    return STEP_SECONDS


def lane_bytes(spec: Spec, encoded: Encoded) -> int:
    """What a restart reads of an update's memories, roughly."""
    words = {word for text in encoded.texts for word in text}
    return 4 * spec.batch * encoded.train.memory.shape[1] * len(words) * max(spec.orders) ** 2


def block_updates(spec: Spec, encoded: Encoded) -> int:
    """How many updates a block has at most, as many restarts sharing a program as a CPU allows."""
    return max(1, int(BLOCK_SECONDS / (devices.CPU_LANES * step_seconds(spec, encoded))))
