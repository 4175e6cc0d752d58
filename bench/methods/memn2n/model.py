"""MemN2N, the end-to-end memory network (S15 section 2), on bags of words.

Neither memories nor outputs are ever formed. With a sentence's features x_i (its bags, in the
fewest columns: `bench.methods.memn2n.features`) and G = [L E; time o T] for an embedding matrix E
with its time rows T,

    u . m_i       = [x_i, onehot(t_i)] . (G u)
    sum_i p_i c_i = (sum_i p_i [x_i, onehot(t_i)]) G'

so a hop is two products of a memory's features with a vector of as many, and the embedding
dimension stays out of the inner loop.

Flax NNX holds the parameters: it is what Flax's authors recommend for new code, and `nnx.split`
gives the plain pytree that training, a pure function of (parameters, arrays, key), works on.

Shapes: B batch, M memory slots, V words with the null word, d embedding, K hops, F features.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from bench.core.errors import BenchError
from bench.examples.encode import NULL, Encoded
from bench.methods.memn2n import sentences
from bench.methods.memn2n.features import Mix, Picked, features_of
from bench.methods.memn2n.hops import Form, Memories, Tier, hops
from bench.methods.memn2n.spec import MemN2N as Spec
from bench.train.lanes import Array

MOST_BYTES = 1 << 29
"""Of all bags: some 8,000 words in as many sentences; the bAbI tasks jointly have 5 MB."""


class Tables(NamedTuple):
    """What the data fixes and every step reads.

    Attributes:
        statements: (S, F) float32 features, or (S, L) of several tasks; row 0, the empty memory, is
            zero.
        features: what they are.
        questions: (Q, V) or (Q, 2V) float32 bags.
    """

    statements: Array
    features: Mix | Picked
    questions: Array


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

    Parameters (zero as made: `bench.train.initial` draws them), adjacent tying (S15 2.2, type 1):
        words: (K+1, V, d): A_1 = B, then C_k = A_{k+1}, last C_K = W^T.
        times: (K+1, M, d): T_A1, then T_Ck.
    Layer-wise tying (type 2, RNN-like):
        words: (2, V, d): A, C; times: (2, M, d): T_A, T_C;
        B: (V, d); H: (d, d); W: (V+M, d), or (V, d) where the answer space is the paper's.
    Untied (ours):
        words: (2K, V, d): A_1, C_1, A_2, ...; times: (2K, M, d); B and W as above.
    Without temporal encoding (ours) ``times`` has no rows.
    """

    def __init__(self, spec: Spec, encoded: Encoded):
        self.hops = spec.hops
        self.noisy = spec.time_noise > 0
        own_ends = spec.tying != "adjacent"  # B and W apart from the memories' matrices
        readings = spec.readings
        self.released_null = own_ends and readings.null_columns == "released"
        self.form = Form(
            uses=_uses(spec),
            tiers=(),
            relu=spec.nonlinearity == "relu",
            linear=spec.linear_start,
            temporal=spec.temporal,
        )
        vocabulary, slots, d = len(encoded.vocabulary), encoded.memory_slots, spec.dim
        pe = sentences.weights(
            spec.encoding,
            readings.position_encoding,
            readings.time_scale,
            d,
            encoded.sentence_slots,
        )
        self.c = pe.c
        self.alpha = tuple(pe.alpha.tolist())
        self.time_weight = tuple(pe.time.tolist())
        paper_answers = readings.answer_space == "paper"
        self.answers = tuple(encoded.answers.tolist()) if paper_answers else None

        def zeros(*shape: int) -> nnx.Param:
            return nnx.Param(jnp.zeros(shape, jnp.float32))

        matrices = 1 + max(c for _, c in self.form.uses)
        indices = slots if spec.temporal else 0
        self.words = zeros(matrices, vocabulary, d)
        self.times = zeros(matrices, indices, d)
        self.B = zeros(vocabulary, d) if own_ends else None
        self.H = zeros(d, d) if spec.tying == "layerwise" and spec.state_map else None
        self.W = zeros(vocabulary + (0 if paper_answers else indices), d) if own_ends else None

    def __call__(
        self,
        tables: Tables,
        batch: Batch,
        linear: jax.Array | bool = False,
        tiers: tuple[Tier, ...] = (),
    ) -> tuple[jax.Array, jax.Array]:
        """Logits (B, answers) and attention (K, B, M) over the memory slots.

        Args:
            linear: drop the softmax of the memory layers (linear start, S15 4.1). May be traced.
            tiers: which slots of which questions may be occupied; all of all by default.

        The answers are all V words followed by the M time words (released), or the answer words in
        the order of `Encoded.answers` (paper); `targets` maps words to them. Empty slots score 0
        and take softmax mass, in the paper as in the released code.
        """
        words, times = self.words[...], self.times[...]
        slots = batch.memory.shape[1]
        tiers = tiers or (Tier(batch.memory.shape[0], 0, slots),)
        bags = tuple(
            tables.statements.at[batch.memory[: t.rows, t.low : t.high]].get(
                mode="promise_in_bounds"
            )
            for t in tiers
        )
        asked = tables.questions.at[batch.question].get(mode="promise_in_bounds")
        features = tables.features
        memories = Memories(
            bags=bags,
            local=None
            if isinstance(features, Mix)
            else features.features[features.task[batch.memory[:, 0]]],
            held=(batch.memory != NULL).astype(jnp.float32),
            time=batch.time if self.noisy else None,
        )
        u, attention = hops(
            self.form._replace(tiers=tiers),
            self._tables(features, words, times),
            asked @ self._encoding(words[0] if self.B is None else self.B[...]),
            None if self.H is None else self.H[...],
            memories,
            jnp.asarray(linear),
        )
        return self._logits(u, words, times), attention

    def _encoding(self, words: jax.Array) -> jax.Array:
        """(V, d) -> (V, d) or (2V, d): [c E; alpha o E], what a sentence's bags are multiplied
        by."""
        rows = [words if self.c == 1.0 else self.c * words]
        if self.alpha:
            rows.append(words * jnp.array(self.alpha, jnp.float32))
        return jnp.concatenate(rows)

    def _tables(self, features: Mix | Picked, words: jax.Array, times: jax.Array) -> jax.Array:
        """(T, F+M, d): G of each matrix, a row a feature and, if there are any, a time index."""
        if isinstance(features, Mix):
            stated = words[:, : features.plain.shape[1]]
            rows = jnp.einsum("fv,tvd->tfd", self.c * features.plain, stated)
            if self.alpha:
                rows += jnp.einsum("fv,tvd->tfd", features.weighted, stated * jnp.array(self.alpha))
        else:
            factor = self.c * features.plain[:, None]
            if self.alpha:
                factor += features.weighted[:, None] * jnp.array(self.alpha)
            once = factor.shape[0] - features.again.shape[0]
            again = words.at[:, features.again].get(mode="promise_in_bounds")
            rows = factor * jnp.concatenate([words[:, :once], again], axis=1)
        return jnp.concatenate([rows, times * jnp.array(self.time_weight, jnp.float32)], axis=1)

    def _logits(self, u: jax.Array, words: jax.Array, times: jax.Array) -> jax.Array:
        if self.W is not None:
            top = self.W[...]
        elif self.answers is None:
            top = jnp.concatenate([words[-1], times[-1]])
        else:
            top = words[-1]
        if self.answers is not None:
            top = top[np.array(self.answers)]
        return u @ top.T


def _uses(spec: Spec) -> tuple[tuple[int, int], ...]:
    """Which of the stacked matrices are a hop's A and C."""
    form = {
        "adjacent": lambda k: (k, k + 1),
        "layerwise": lambda k: (0, 1),
        "untied": lambda k: (2 * k, 2 * k + 1),
    }
    return tuple(form[spec.tying](k) for k in range(spec.hops))


def null_masks(model: MemN2N) -> dict[str, np.ndarray]:
    """For each parameter with null rows that stay zero, a 0/1 factor that keeps them so."""
    names = ["words"]
    if model.B is not None and not model.released_null:
        names += ["B", "W"]
    masks = {}
    for name in names:
        shape = getattr(model, name).shape
        mask = np.ones((*shape[:-1], 1), np.float32)
        mask[..., NULL, :] = 0.0
        masks[name] = mask
    return masks


def build_tables(spec: Spec, encoded: Encoded) -> Tables:
    """The data's features and bags under the spec's encoding, as NumPy arrays.

    Raises:
        BenchError: so many words and sentences that the bags would not fit `MOST_BYTES`.
    """
    columns = 2 if spec.encoding == "pe" else 1
    size = len(encoded.statements) * encoded.statement_words
    size = 4 * columns * (size + len(encoded.questions) * len(encoded.vocabulary))
    if size > MOST_BYTES:
        raise BenchError(
            f"column '{spec.id}': a vocabulary of {len(encoded.vocabulary):,} words and "
            f"{len(encoded.statements) + len(encoded.questions):,} different sentences take "
            f"{size / 2**30:.1f} GiB as bags of words, and {MOST_BYTES / 2**30:g} are the most "
            "that this model trains on in reasonable time; use fewer stories or words"
        )
    form = spec.readings.position_encoding
    padded = 0
    if spec.pads_questions:
        padded = encoded.sentence_slots - (spec.readings.question_padding == "released")
    v = encoded.statement_words
    bags = sentences.bags(encoded.statements, v, spec.encoding, form)
    plain, weighted = bags[:, :v], bags[:, v:] if spec.encoding == "pe" else None
    statements, kinds = features_of(plain, weighted, encoded.statement_task)
    return Tables(
        statements=statements,
        features=kinds,
        questions=sentences.bags(
            encoded.questions, len(encoded.vocabulary), spec.encoding, form, padded=padded
        ),
    )


def targets(spec: Spec, encoded: Encoded, answer: np.ndarray) -> np.ndarray:
    """(N,) int32: word indices as indices into the logits of this spec."""
    if spec.readings.answer_space == "paper":
        return np.searchsorted(encoded.answers, answer).astype(np.int32)
    return answer.astype(np.int32)
