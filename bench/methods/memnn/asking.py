"""A saved MemNN put to questions: its answers, and the memories it found (W14 3.1, W15's AM)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.core.errors import BenchError
from bench.examples.stories import Question, Story
from bench.methods.memnn import unseen
from bench.methods.memnn.hearing import hears
from bench.methods.memnn.input import bags
from bench.methods.memnn.memory import JOINED, Encoded, encode_for_model
from bench.methods.memnn.model import Model, Params, Tables
from bench.methods.memnn.model import Question as Row
from bench.methods.memnn.response import respond
from bench.methods.memnn.saved import Saved, spec_of
from bench.methods.memnn.score import part
from bench.methods.memnn.speaker import speak
from bench.methods.memnn.spec import MemNN as Spec
from bench.methods.memnn.spelling import say
from bench.methods.memnn.step import questions

MOST_SAID = 20
"""Words that an R which says several says at most."""

Said = tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What a model makes of N questions.

    Attributes:
        slots: (N, K) int, the memory found in each hop, slot 0 the oldest statement that is
            remembered; -1 from the hop on that the null memory won.
        answers: N words, or of an R that speaks sentences; '' where nothing was said.
        right: (N,) bool, whether it is the question's answer; False where that is not known. A
            sentence is right as `bench.examples.stories.Spoken.accepts` has it, or if nothing is
            said of that, if it has the words of the answer.
    """

    slots: np.ndarray
    answers: tuple[str, ...]
    right: np.ndarray


def ask(saved: Saved, stories: Sequence[Story]) -> Found:
    """Puts every question of some stories to a model, supporting facts unseen. One of word streams
    reads statements as they are given: no segmenter runs.

    Args:
        stories: of words that it knows, or any words if it models unseen ones; a question's answer
            may be '' if it is not known.
    """
    spec = spec_of(saved.run)
    encoded = encode_for_model(
        stories, memory_size=saved.memory_slots, answers=saved.answers, whole=spec.slot_time,
        known=saved.features if spec.open else (),
    )  # fmt: skip
    if spec.speech:
        slots, said = _spoken(saved, spec, encoded)
    elif saved.spells:
        slots, said = _spelled(saved, spec, encoded)
    else:
        slots, said = _chosen(saved, spec, encoded)
    asked = [question for story in stories for question in story.questions]
    right = [_right(spec, *pair) for pair in zip(asked, said, strict=True)]
    null = encoded.test.memory.shape[1]
    texts = tuple(map((" " if spec.speech else JOINED).join, said))
    return Found(np.where(slots < null, slots, -1), texts, np.array(right, bool))


def scored(saved: Saved, stories: Sequence[Story]) -> tuple[tuple[str, ...], np.ndarray]:
    """Answers to every question, and R's score of each, (N,). Words that the model does not know
    are passed over.

    Args:
        saved: one that chooses among answers that it knows.

    Raises:
        BenchError: it is none such.
    """
    spec = spec_of(saved.run)
    if spec.speech or spec.open or saved.spells:
        raise BenchError("the model makes its answers; use one that chooses among those it knows")
    encoded = encode_for_model(
        stories, memory_size=saved.memory_slots, answers=saved.answers, whole=spec.slot_time
    )
    model = Model(spec, encoded, saved.order)

    def one(params: Params, tables: Tables, asked: Row) -> tuple[jax.Array, jax.Array]:
        _, question, facts = model.find(params, tables, asked)
        scores = respond(part(params, "R"), question, facts)
        return jnp.argmax(scores), scores.max()

    numbers, scores = _each(one, saved, _tables(saved, encoded), encoded)
    return tuple(saved.answers[number] for number in numbers), scores


def _right(spec: Spec, question: Question, said: Said) -> bool:
    if spec.speech and question.spoken is not None:
        return question.spoken.accepts(said)
    answer = question.answer.split(JOINED)
    if spec.speech:
        return answer != [""] and set(answer) <= set(said)
    return answer != [""] and JOINED.join(said) == question.answer


def _chosen(saved: Saved, spec: Spec, encoded: Encoded) -> tuple[np.ndarray, list[Said]]:
    """The memories found, (N, K), and the answers, of an R that chooses one."""
    model: Any = Model(spec, encoded, saved.order)
    tables: Any = _tables(saved, encoded)
    if spec.open:
        model = unseen.Model(spec, encoded, saved.order)
        tables = model.tables(encoded)

    def one(params: Params, tables: Any, asked: Row) -> tuple[jax.Array, jax.Array]:
        reply = model.answer(params, tables, asked)
        return reply.found, reply.answer

    slots, numbers = _each(one, saved, tables, encoded)
    return slots, [(encoded.answers[number],) for number in numbers]


def _spelled(saved: Saved, spec: Spec, encoded: Encoded) -> tuple[np.ndarray, list[Said]]:
    """As `_chosen`, of an R that says one word after another."""
    model = Model(spec, encoded, saved.order)

    def one(params: Params, tables: Tables, asked: Row) -> tuple[jax.Array, jax.Array]:
        found, question, facts = model.find(params, tables, asked)
        return found, say(part(params, "R"), question, facts, MOST_SAID)

    slots, numbers = _each(one, saved, _tables(saved, encoded), encoded)
    stop = len(saved.answers)
    return slots, [tuple(saved.answers[n] for n in row if n < stop) for row in numbers]


def _spoken(saved: Saved, spec: Spec, encoded: Encoded) -> tuple[np.ndarray, list[Said]]:
    """As `_chosen`, of an R that speaks."""
    assert spec.speech is not None
    model = Model(spec, encoded, saved.order)
    (slots,) = _each(lambda *given: model.find(*given)[:1], saved, _tables(saved, encoded), encoded)
    index = {word: number for number, word in enumerate(saved.vocabulary)}
    heard = hears(encoded, index, encoded.test, slots, spec.hops)
    own = {n.removeprefix("R/"): jnp.asarray(v) for n, v in saved.params.items() if n[:2] == "R/"}
    numbers = jax.jit(speak, static_argnums=(0, 3))(spec.speech.cell, own, heard, MOST_SAID)
    return slots, [tuple(saved.vocabulary[n] for n in row if n) for row in np.asarray(numbers)]


def _tables(saved: Saved, encoded: Encoded) -> Tables:
    told, put = (
        bags(texts, saved.features, saved.order)
        for texts in (encoded.statements, encoded.questions)
    )
    return Tables(told, put, None)


def _each(
    one: Callable[[Params, Any, Row], tuple], saved: Saved, tables: Any, encoded: Encoded
) -> list[np.ndarray]:
    """What ``one`` makes of every question: one by one, as its bags are as wide as all n-grams."""

    @jax.jit
    def every(params: Params, tables: Any, asked: Row) -> tuple:
        return jax.lax.map(lambda asked: one(params, tables, asked), asked)

    given = jax.tree.map(jnp.asarray, (saved.params, tables, questions(encoded.test)))
    return [np.asarray(array) for array in every(*given)]
