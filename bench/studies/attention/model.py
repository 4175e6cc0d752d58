"""A saved model put to questions: its answers, and where it looks (S15 2, eq. 1; section 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from bench.core.errors import BenchError
from bench.core.spec import MemN2N as Spec
from bench.core.spec import memn2n, readings
from bench.examples.encode import NULL, Encoded, Sizes, encode_for_model
from bench.examples.stories import Story
from bench.methods.memn2n.model import Batch, MemN2N, build_tables, targets
from bench.methods.memn2n.saved import Saved

CHUNK = 100
"""Questions put at once: bounds memory, changes no result."""


@dataclass(frozen=True)
class Attended:
    """What a model makes of N questions.

    Attributes:
        weights: (N, K, M) float32, the weight p_i of every memory slot in every hop; slot 0 is the
            statement before the question, and a hop's weights sum to 1, empty slots included.
        held: (N,) int, how many slots hold a statement: the first ones.
        answers: N words; 'time word t' or 'null word' where the model answers that, which the
            released code's softmax allows.
        probability: (N,) float32, the softmax's share of that answer.
        right: (N,) bool, whether it is the question's answer; False where that is not known.
    """

    weights: np.ndarray
    held: np.ndarray
    answers: tuple[str, ...]
    probability: np.ndarray
    right: np.ndarray


def spec_of(saved: Saved) -> Spec:
    """The spec a model was trained by.

    Raises:
        BenchError: it is of another method, or of fields that this version does not know.
    """
    run = saved.run
    if run.get("method") != "memn2n" or not isinstance(run.get("spec"), dict):
        raise BenchError(f"its method is '{run.get('method')}', not memn2n; choose a MemN2N model")
    fields = dict(run["spec"])
    switches = fields.pop("readings", {})
    return memn2n(**fields, id="saved", title="saved", readings=readings(**switches))


def attend(saved: Saved, parts: Sequence[tuple[int, Sequence[Story]]]) -> Attended:
    """Puts every question of some stories to a model, without noise and with the softmax.

    Args:
        parts: (task, stories) pairs; a question's answer may be '' if it is not known.

    Raises:
        BenchError: the model can't read a sentence, its arrays are not of its spec's shapes, or its
            training diverged.
    """
    spec = spec_of(saved)
    encoded = encode_for_model(parts, saved.sizes)
    graph, state = nnx.split(nnx.eval_shape(lambda: MemN2N(spec, encoded)))
    _check(saved, {name: value.shape for name, value in nnx.to_pure_dict(state).items()})
    params = nnx.State(
        {name: nnx.Param(jnp.asarray(value)) for name, value in saved.params.items()}
    )
    tables = jax.tree.map(jnp.asarray, build_tables(spec, encoded))
    slots = saved.sizes.memory_slots
    time = np.broadcast_to(np.arange(slots, dtype=np.int32), (CHUNK, slots))

    @jax.jit
    def apply(batch: Batch) -> tuple[jax.Array, jax.Array]:
        return nnx.merge(graph, params)(tables, batch, False)

    asked = encoded.test
    logits, weights = [], []
    for start in range(0, len(asked), CHUNK):
        memory, question = (
            _filled(part[start : start + CHUNK]) for part in (asked.memory, asked.question)
        )
        z, p = apply(Batch(memory, time, question))
        logits.append(np.asarray(z))
        weights.append(np.swapaxes(np.asarray(p), 0, 1))
    count = len(asked)
    every = np.concatenate(logits)[:count].astype(np.float64)
    best = np.argmax(every, axis=-1)
    odds = np.exp(every - every.max(axis=-1, keepdims=True))
    return Attended(
        weights=np.concatenate(weights)[:count],
        held=np.count_nonzero(asked.memory != NULL, axis=1),
        answers=tuple(_word(spec, encoded, saved.sizes, int(i)) for i in best),
        probability=(odds.max(axis=-1) / odds.sum(axis=-1)).astype(np.float32),
        right=(best == targets(spec, encoded, asked.answer)) & (asked.answer != NULL),
    )


def _filled(rows: np.ndarray) -> np.ndarray:
    """The last chunk as long as the others, so that one program serves all."""
    return np.concatenate([rows, np.zeros((CHUNK - len(rows), *rows.shape[1:]), rows.dtype)])


def _check(saved: Saved, shapes: dict[str, tuple[int, ...]]) -> None:
    found = {name: value.shape for name, value in saved.params.items()}
    if found != shapes:
        raise BenchError(
            "the model's arrays are not those of its spec; train with --save-models again"
        )
    if not all(np.isfinite(value).all() for value in saved.params.values()):
        raise BenchError("the model's training diverged: it has no numbers; use another restart's")


def _word(spec: Spec, encoded: Encoded, sizes: Sizes, index: int) -> str:
    if spec.readings.answer_space == "paper":
        index = int(encoded.answers[index])
    if index >= len(sizes.vocabulary):
        return f"time word {index - len(sizes.vocabulary)}"
    return sizes.vocabulary[index] or "null word"
