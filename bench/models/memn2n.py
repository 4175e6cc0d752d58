"""MemN2N, the end-to-end memory network (S15 section 2), on bags of words.

Neither memories nor outputs are ever formed. With a sentence's bags (see `bench.models.sentences`)
and G = [c E; alpha o E; time o T] for an embedding matrix E with its time rows T,

    u . m_i       = [bag_i, wbag_i, onehot(t_i)] . (G u)
    sum_i p_i c_i = (sum_i p_i [bag_i, wbag_i, onehot(t_i)]) G'

so a hop is two products of a memory's bags with a vocabulary-sized vector, and the embedding
dimension stays out of the inner loop.

Flax NNX holds the parameters: it is what Flax's authors recommend for new code, and `nnx.split`
gives the plain pytree that training, a pure function of (parameters, arrays, key), works on.

Shapes: B batch, M memory slots, V words with the null word, d embedding, K hops, F statement
features: the words that occur in statements, padded to a multiple of 8 (BoW), or twice that (PE).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from bench.data.encode import NULL, Encoded
from bench.models import sentences
from bench.spec import MemN2N as Spec


class Tables(NamedTuple):
    """What the data fixes and every step reads.

    Attributes:
        statements: (S, F) float32 bags; row 0, the empty memory, is zero.
        questions: (Q, V) or (Q, 2V) float32 bags.
    """

    statements: jax.Array
    questions: jax.Array


class Batch(NamedTuple):
    """B questions.

    Attributes:
        memory: (B, M) int32, statements, latest first, 0 where empty.
        time: (B, M) int32, time index 0..M-1 of each slot (read for occupied slots only).
        question: (B,) int32.
    """

    memory: jax.Array
    time: jax.Array
    question: jax.Array


class MemN2N(nnx.Module):
    """The model of one spec on one data set's sizes.

    Parameters (N(0, init_std^2), null rows zero), adjacent tying (S15 2.2, type 1):
        words: (K+1, V, d): A_1 = B, then C_k = A_{k+1}, last C_K = W^T.
        times: (K+1, M, d): T_A1, then T_Ck.
    Layer-wise tying (type 2, RNN-like):
        words: (2, V, d): A, C; times: (2, M, d): T_A, T_C;
        B: (V, d); H: (d, d); W: (V+M, d), or (V, d) where the answer space is the paper's.
    """

    def __init__(self, spec: Spec, encoded: Encoded, rngs: nnx.Rngs):
        self.hops = spec.hops
        self.layerwise = spec.tying == "layerwise"
        self.relu = spec.nonlinearity == "relu"
        self.noisy = spec.time_noise > 0
        readings = spec.readings
        self.released_null = self.layerwise and readings.null_columns == "released"
        self.width = sentences.statement_width(encoded)
        vocabulary, slots, d = len(encoded.vocabulary), encoded.memory_slots, spec.dim
        pe = sentences.weights(
            spec.encoding, readings.position_encoding, readings.time_scale, d, encoded.sentence_slots
        )
        self.c = pe.c
        self.alpha = tuple(pe.alpha.tolist())
        self.time_weight = tuple(pe.time.tolist())
        paper_answers = readings.answer_space == "paper"
        self.answers = tuple(encoded.answers.tolist()) if paper_answers else None

        def normal(*shape: int) -> nnx.Param:
            return nnx.Param(spec.init_std * jax.random.normal(rngs.params(), shape, jnp.float32))

        matrices = 2 if self.layerwise else spec.hops + 1
        self.words = normal(matrices, vocabulary, d)
        self.times = normal(matrices, slots, d)
        if self.layerwise:
            self.B = normal(vocabulary, d)
            self.H = normal(d, d)
            self.W = normal(vocabulary + (0 if paper_answers else slots), d)
        for name, mask in null_masks(self).items():
            param = getattr(self, name)
            param.set_value(param.get_value() * mask)

    def __call__(
        self, tables: Tables, batch: Batch, linear: jax.Array | bool = False
    ) -> tuple[jax.Array, jax.Array]:
        """Logits (B, answers) and attention (K, B, M) over the memory slots.

        Args:
            linear: drop the softmax of the memory layers (linear start, S15 4.1). May be traced.

        The answers are all V words followed by the M time words (released), or the answer words in
        the order of `Encoded.answers` (paper); `targets` maps words to them. Empty slots score 0
        and take softmax mass, in the paper as in the released code.
        """
        words, times = self.words[...], self.times[...]
        bags = tables.statements.at[batch.memory].get(mode="promise_in_bounds")
        asked = tables.questions.at[batch.question].get(mode="promise_in_bounds")
        slots, features = times.shape[1], bags.shape[-1]
        held = (batch.memory != NULL).astype(jnp.float32)
        tables_g = [self._table(self._stated(w), t) for w, t in zip(words, times, strict=True)]
        u = asked @ self._table(self.B[...] if self.layerwise else words[0], None)
        attention = []
        for hop in range(self.hops):
            a, c = (tables_g[0], tables_g[1]) if self.layerwise else tables_g[hop : hop + 2]
            seen = u @ a.T
            scores = jnp.einsum("bmf,bf->bm", bags, seen[:, :features])
            scores += held * self._at_time(seen[:, features:], batch.time)
            p = _attend(scores, linear)
            attention.append(p)
            mixed = jnp.einsum("bmf,bm->bf", bags, p)
            o = jnp.concatenate([mixed, self._by_time(held * p, batch.time, slots)], axis=-1) @ c
            u = o + (u @ self.H[...].T if self.layerwise else u)
            if self.relu:
                u = jax.nn.relu(u)
        return self._logits(u, words, times), jnp.stack(attention)

    def _stated(self, words: jax.Array) -> jax.Array:
        """(V, d) -> the rows of the words that statements are made of, padded."""
        rows = words[: self.width]
        return jnp.pad(rows, ((0, self.width - rows.shape[0]), (0, 0)))

    def _table(self, words: jax.Array, times: jax.Array | None) -> jax.Array:
        """G = [c E; alpha o E; time o T], a row a feature and, if there are any, a time index."""
        rows = [words if self.c == 1.0 else self.c * words]
        if self.alpha:
            rows.append(words * jnp.array(self.alpha, jnp.float32))
        if times is not None:
            rows.append(times * jnp.array(self.time_weight, jnp.float32))
        return jnp.concatenate(rows)

    def _at_time(self, by_index: jax.Array, time: jax.Array) -> jax.Array:
        """(B, M) per time index -> (B, M) per slot. Without noise slot i has index i."""
        if not self.noisy:
            return by_index
        return jnp.take_along_axis(by_index, time, axis=1, mode="promise_in_bounds")

    def _by_time(self, by_slot: jax.Array, time: jax.Array, slots: int) -> jax.Array:
        """(B, M) per slot -> (B, M) per time index: the transpose of `_at_time`."""
        if not self.noisy:
            return by_slot

        def scatter(values: jax.Array, index: jax.Array) -> jax.Array:
            return jnp.zeros(slots, values.dtype).at[index].add(
                values, mode="promise_in_bounds"
            )

        return jax.vmap(scatter)(by_slot, time)

    def _logits(self, u: jax.Array, words: jax.Array, times: jax.Array) -> jax.Array:
        if self.layerwise:
            top = self.W[...]
        elif self.answers is None:
            top = jnp.concatenate([words[-1], times[-1]])
        else:
            top = words[-1]
        if self.answers is not None:
            top = top[np.array(self.answers)]
        return u @ top.T


def _attend(scores: jax.Array, linear: jax.Array | bool) -> jax.Array:
    """(B, M) scores -> weights p_i (S15 eq. 1), or the scores themselves in linear start."""
    if linear is False:
        return jax.nn.softmax(scores)
    return jnp.where(linear, scores, jax.nn.softmax(scores))


def null_masks(model: MemN2N) -> dict[str, np.ndarray]:
    """For each parameter with null rows that stay zero, a 0/1 factor that keeps them so."""
    names = ["words"]
    if model.layerwise and not model.released_null:
        names += ["B", "W"]
    masks = {}
    for name in names:
        shape = getattr(model, name).shape
        mask = np.ones((*shape[:-1], 1), np.float32)
        mask[..., NULL, :] = 0.0
        masks[name] = mask
    return masks


def build_tables(spec: Spec, encoded: Encoded) -> Tables:
    """The data's bags under the spec's encoding, as NumPy arrays."""
    form = spec.readings.position_encoding
    padding = spec.tying == "layerwise" and spec.readings.null_columns == "released"
    v = len(encoded.vocabulary)
    return Tables(
        statements=sentences.bags(
            encoded.statements, sentences.statement_width(encoded), spec.encoding, form
        ),
        questions=sentences.bags(
            encoded.questions, v, spec.encoding, form, null_padding=padding
        ),
    )


def targets(spec: Spec, encoded: Encoded, answer: np.ndarray) -> np.ndarray:
    """(N,) int32: word indices as indices into the logits of this spec."""
    if spec.readings.answer_space == "paper":
        return np.searchsorted(encoded.answers, answer).astype(np.int32)
    return answer.astype(np.int32)
