"""A saved MemNN put to questions: its answers, and the memories it found (W14 3.1, W15's AM)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.examples.stories import Question, Spoken, Story
from bench.methods.memnn import output, unseen
from bench.methods.memnn.hearing import hears
from bench.methods.memnn.input import bags
from bench.methods.memnn.memory import JOINED, Encoded, encode_for_model
from bench.methods.memnn.model import Model, Params, Tables
from bench.methods.memnn.model import Question as Row
from bench.methods.memnn.saved import Saved, spec_of
from bench.methods.memnn.score import part
from bench.methods.memnn.speaker import speak
from bench.methods.memnn.spec import MemNN as Spec
from bench.methods.memnn.spelling import say
from bench.methods.memnn.step import questions

MOST_SAID = 20
"""Words that an R which speaks says at most."""


@dataclass(frozen=True)
class Found:
    """What a model makes of N questions.

    Attributes:
        slots: (N, K) int, the memory found in each hop, slot 0 the oldest statement that is
            remembered; -1 from the hop on that the null memory won.
        answers: N words, or of an R that speaks sentences.
        right: (N,) bool, whether it is the question's answer; False where that is not known. A
            sentence is right as `Spoken.accepts` has it, or if nothing is said of that, if it has
            the words of the answer.
    """

    slots: np.ndarray
    answers: tuple[str, ...]
    right: np.ndarray


def ask(saved: Saved, stories: Sequence[Story]) -> Found:
    """Puts every question of some stories to a model, supporting facts unseen.

    Args:
        stories: of words that it knows, or any words if it models unseen ones; a question's answer
            may be '' if it is not known.
    """
    spec = spec_of(saved.run)
    encoded = encode_for_model(
        stories, memory_size=saved.memory_slots, answers=saved.answers, whole=spec.slot_time,
        known=saved.features if spec.open else (),
    )  # fmt: skip
    params = {name: jnp.asarray(value) for name, value in saved.params.items()}
    asked = jax.tree.map(jnp.asarray, questions(encoded.test))
    if spec.speech:
        slots = _found(spec, saved, encoded, params, asked)
        answers = _said(spec, saved, encoded, slots)
        put = [question for story in stories for question in story.questions]
        right = [_right(*pair) for pair in zip(put, answers, strict=True)]
        texts = tuple(map(" ".join, answers))
    elif saved.spells:
        slots = _found(spec, saved, encoded, params, asked)
        texts = _spelled(saved, encoded, params, asked, slots)
        put = [question for story in stories for question in story.questions]
        right = [bool(q.answer) and q.answer == text for q, text in zip(put, texts, strict=True)]
    else:
        slots, chosen = _chosen(spec, saved, encoded, params, asked)
        texts = tuple(encoded.answers[answer] for answer in chosen)
        right = chosen == encoded.test.answer
    null = encoded.test.memory.shape[1]
    return Found(np.where(slots < null, slots, -1), texts, np.array(right, bool))


def _tables(saved: Saved, encoded: Encoded) -> Tables:
    told, put = (
        bags(texts, saved.features, saved.order)
        for texts in (encoded.statements, encoded.questions)
    )
    return Tables(told, put, None)


def _chosen(
    spec: Spec, saved: Saved, encoded: Encoded, params: Params, asked: Row
) -> tuple[np.ndarray, np.ndarray]:
    """Of an R that chooses: the memories found, (N, K), and the answers, (N,)."""
    if spec.open:
        model: Any = unseen.Model(spec, encoded, saved.order)
        tables = model.tables(encoded)
    else:
        model, tables = Model(spec, encoded, saved.order), _tables(saved, encoded)

    @jax.jit
    def replies(params: Params, tables: Any, asked: Row) -> tuple[jax.Array, jax.Array]:
        def one(asked: Row) -> tuple[jax.Array, jax.Array]:
            reply = model.answer(params, tables, asked)
            return reply.found, reply.answer

        return jax.lax.map(one, asked)  # one by one: a question's bags are as wide as all n-grams

    slots, answers = replies(params, jax.tree.map(jnp.asarray, tables), asked)
    return np.asarray(slots), np.asarray(answers)


def _found(spec: Spec, saved: Saved, encoded: Encoded, params: Params, asked: Row) -> np.ndarray:
    """(N, K) the memories that O finds, for an R that says more than a word."""
    model = Model(spec, encoded, saved.order)

    @jax.jit
    def finds(params: Params, tables: Tables, asked: Row) -> jax.Array:
        def one(asked: Row) -> jax.Array:
            bags, question = model.bags(tables, asked)
            o = part(params, "O")
            again = spec.supervision == "words"
            return output.find(o, question, bags, asked.count, spec.hops, again=again)

        return jax.lax.map(one, asked)

    tables = jax.tree.map(jnp.asarray, _tables(saved, encoded))
    return np.asarray(finds(params, tables, asked))


def _spelled(
    saved: Saved, encoded: Encoded, params: Params, asked: Row, slots: np.ndarray
) -> tuple[str, ...]:
    """The answers of an R that says word after word."""
    model = Model(spec_of(saved.run), encoded, saved.order)

    @jax.jit
    def says(params: Params, tables: Tables, asked: Row, slots: jax.Array) -> jax.Array:
        def one(of: tuple[Row, jax.Array]) -> jax.Array:
            bags, question = model.bags(tables, of[0])
            return say(part(params, "R"), question, output.facts(bags, of[1]), MOST_SAID)

        return jax.lax.map(one, (asked, slots))

    tables = jax.tree.map(jnp.asarray, _tables(saved, encoded))
    numbers = np.asarray(says(params, tables, asked, jnp.asarray(slots)))
    stop = len(saved.answers)
    return tuple(JOINED.join(saved.answers[n] for n in row if n < stop) for row in numbers)


def _said(spec: Spec, saved: Saved, encoded: Encoded, slots: np.ndarray) -> list[tuple[str, ...]]:
    """What R says of the memories found."""
    assert spec.speech is not None
    index = {word: number for number, word in enumerate(saved.vocabulary)}
    heard = hears(encoded, index, encoded.test, slots, spec.hops)
    own = {n.removeprefix("R/"): jnp.asarray(v) for n, v in saved.params.items() if n[:2] == "R/"}
    says = jax.jit(speak, static_argnums=(0, 3))
    numbers = np.asarray(says(spec.speech.cell, own, heard, MOST_SAID))
    return [tuple(saved.vocabulary[word] for word in row if word) for row in numbers]


def _right(question: Question, said: tuple[str, ...]) -> bool:
    spoken: Spoken | None = question.spoken
    if spoken is not None:
        return spoken.accepts(said)
    return bool(question.answer) and set(question.answer.split(",")) <= set(said)
