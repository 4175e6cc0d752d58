"""A saved MemNN put to questions: its answers, and the memories it found (W14 3.1, W15's AM)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from bench.examples.stories import Story
from bench.methods.memnn.input import bags
from bench.methods.memnn.memory import encode_for_model
from bench.methods.memnn.model import Model, Params, Question, Tables
from bench.methods.memnn.saved import Saved, spec_of
from bench.methods.memnn.step import questions


@dataclass(frozen=True)
class Found:
    """What a model makes of N questions.

    Attributes:
        slots: (N, K) int, the memory found in each hop, slot 0 the oldest statement that is
            remembered; -1 from the hop on that the null memory won.
        answers: N words.
        right: (N,) bool, whether it is the question's answer; False where that is not known.
    """

    slots: np.ndarray
    answers: tuple[str, ...]
    right: np.ndarray


def find(saved: Saved, stories: Sequence[Story]) -> Found:
    """Puts every question of some stories to a model, supporting facts unseen.

    Args:
        stories: of words that it knows; a question's answer may be '' if it is not known.
    """
    spec = spec_of(saved.run)
    encoded = encode_for_model(
        stories, memory_size=saved.memory_slots, answers=saved.answers, whole=spec.slot_time
    )
    model = Model(spec, encoded, saved.order)
    told, put = (
        bags(texts, saved.features, saved.order)
        for texts in (encoded.statements, encoded.questions)
    )
    tables = Tables(told, put, None)

    @jax.jit
    def replies(params: Params, tables: Tables, asked: Question) -> tuple[jax.Array, jax.Array]:
        def one(asked: Question) -> tuple[jax.Array, jax.Array]:
            reply = model.answer(params, tables, asked)
            return reply.found, reply.answer

        return jax.lax.map(one, asked)  # one by one: a question's bags are as wide as all n-grams

    asked = jax.tree.map(jnp.asarray, questions(encoded.test))
    params = {name: jnp.asarray(value) for name, value in saved.params.items()}
    slots, answers = map(np.asarray, replies(params, jax.tree.map(jnp.asarray, tables), asked))
    null = encoded.test.memory.shape[1]
    return Found(
        slots=np.where(slots < null, slots, -1),
        answers=tuple(saved.answers[answer] for answer in answers),
        right=answers == encoded.test.answer,
    )
