"""What updates take, predicted: so long that a training can be stopped between two blocks."""

from __future__ import annotations

from bench.core import devices
from bench.core.method import Work
from bench.methods.memnn.hearing import Heard
from bench.methods.memnn.memory import Encoded
from bench.methods.memnn.segments import Streams
from bench.methods.memnn.spec import MemNN as Spec
from bench.methods.memnn.spec import Speech
from bench.train import cell_cost

STEP_SECONDS = 5e-5
"""Of an update of one restart and order of n-grams, on a CPU core."""

BLOCK_SECONDS = 2.0


def choosing_work(spec: Spec, encoded: Encoded) -> Work:
    """What a restart takes whose R chooses a word: O and R."""
    words = {word for text in encoded.texts for word in text}
    return _work(spec, len(encoded.fit), encoded.train.memory.shape[1], len(words))


def streaming_work(spec: Spec, streams: Streams) -> Work:
    """What a restart takes that cuts word streams: O and R; its segmenter takes little."""
    return _work(spec, len(streams.fit), spec.memory_size, len(streams.words))


def speaking_work(spec: Spec, heard: Heard) -> Work:
    """What a restart takes whose R speaks: O, where there are facts, and R."""
    assert spec.speech is not None
    speech, updates = spec.speech, len(heard.encoded.fit) / spec.speech.batch
    seconds = speech_seconds(speech, heard.length) * updates * speech.epochs
    weights = cell_cost.step_bytes(speech.cell, speech.dim, speech.batch)
    if not heard.finds:
        return Work(seconds, weights)
    first = choosing_work(spec, heard.encoded)
    return Work(first.seconds + seconds, max(first.lane_bytes, weights))


def speech_seconds(speech: Speech, words: int) -> float:
    """Of an update of one speaking R, which hears and says so many words."""
    return speech.batch * words * cell_cost.word_seconds(speech.cell, speech.dim)


def block_updates(seconds: float) -> int:
    """How many updates of so many seconds a block has at most, as many restarts sharing a program
    as a CPU allows."""
    return max(1, int(BLOCK_SECONDS / (devices.CPU_LANES * seconds)))


def _work(spec: Spec, questions: int, slots: int, words: int) -> Work:
    """Bytes are those that a restart reads of an update's memories, roughly."""
    updates = questions / spec.batch * spec.epochs * len(spec.orders)
    lane_bytes = 4 * spec.batch * slots * words * max(spec.orders) ** 2
    return Work(STEP_SECONDS * updates, lane_bytes)
