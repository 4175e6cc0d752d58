"""A saved model put to questions: its answers, and where it looks (S15 2, eq. 1; section 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from bench.core.arrays import Layout
from bench.examples.encode import NULL, Sizes, encode_for_model
from bench.examples.stories import Story
from bench.methods.memn2n.model import Batch, MemN2N, Tables, build_tables
from bench.methods.memn2n.saved import Saved, check, check_numbers, spec_of
from bench.methods.memn2n.scores import Questions, in_chunks


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


def attend(saved: Saved, parts: Sequence[tuple[int, Sequence[Story]]]) -> Attended:
    """Puts every question of some stories to a model, without noise and with the softmax.

    Args:
        parts: (task, stories) pairs; a question's answer may be '' if it is not known.

    Raises:
        BenchError: the model can't read a sentence, its arrays are not of its spec's shapes, or its
            training diverged.
    """
    spec = spec_of(saved)
    check(saved, {name: Layout(v.dtype, v.shape) for name, v in saved.params.items()})
    check_numbers(saved)
    encoded = encode_for_model(parts, saved.sizes)
    graph, _ = nnx.split(nnx.eval_shape(lambda: MemN2N(spec, encoded)))
    params = nnx.State(
        {name: nnx.Param(jnp.asarray(value)) for name, value in saved.params.items()}
    )
    tables = jax.tree.map(jnp.asarray, build_tables(spec, encoded))

    @jax.jit
    def apply(params: nnx.State, tables: Tables, batch: Batch) -> tuple[jax.Array, jax.Array]:
        return nnx.merge(graph, params)(tables, batch, False)

    asked = encoded.test
    best, odds, weights = [], [], []
    questions = Questions(*map(jnp.asarray, (asked.memory, asked.question, asked.answer)))
    for part in in_chunks(questions).parts:
        time = jnp.broadcast_to(jnp.arange(part.memory.shape[1]), part.memory.shape)
        logits, attention = apply(params, tables, Batch(part.memory, time, part.question))
        z = np.asarray(logits).astype(np.float64)
        best.append(np.argmax(z, axis=-1))
        odds.append(1.0 / np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1))
        weights.append(np.swapaxes(np.asarray(attention), 0, 1))
    count = len(asked)
    words = np.concatenate(best)[:count]
    if spec.readings.answer_space == "paper":
        words = encoded.answers[words]
    return Attended(
        weights=np.concatenate(weights)[:count],
        held=np.count_nonzero(asked.memory != NULL, axis=1),
        answers=tuple(_word(saved.sizes, int(i)) for i in words),
        probability=np.concatenate(odds)[:count].astype(np.float32),
        right=(words == asked.answer) & (asked.answer != NULL),
    )


def _word(sizes: Sizes, index: int) -> str:
    if index >= len(sizes.vocabulary):
        return f"time word {index - len(sizes.vocabulary)}"
    return sizes.vocabulary[index] or "null word"
