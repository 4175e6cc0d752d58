"""Stories small enough to train on in a test: ten words, 2 to 4 a sentence, 3 to 7 sentences."""

import dataclasses

import jax
import numpy as np
import pytest

from bench.examples.encode import Encoded, encode
from bench.examples.stories import Question, Story
from bench.methods.memn2n.spec import MemN2N, memn2n
from bench.methods.memn2n.spec import readings as build_readings
from bench.methods.memn2n.training import Trainer

PEOPLE = ("ann", "bob", "cid")
PLACES = ("attic", "barn", "cave")
SLOTS = 6


@pytest.fixture(autouse=True, scope="module")
def quick_compile():
    """Import it, and the module's programs are compiled five times faster, to slower code."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


def stories(count: int, seed: int) -> tuple[Story, ...]:
    """Random stories of 3..7 statements with 2 questions each; the answer is where the person is.

    The first story opens with a question before any statement, and its longest has 7 statements, so
    that an empty memory and one that falls out of the 6 slots both occur.
    """
    draw = np.random.default_rng(seed)
    told = []
    for number in range(count):
        length = 7 if number == 0 else int(draw.integers(3, 8))
        statements: list[tuple[str, ...]] = []
        where: dict[str, list[tuple[int, str]]] = {}
        for i in range(length):
            person, place = str(draw.choice(PEOPLE)), str(draw.choice(PLACES))
            middle = (("went", "to"), ("went",), ())[int(draw.integers(3))]
            statements.append((person, *middle, place))
            where.setdefault(person, []).append((i, place))
        asked = []
        times = (0, length) if number == 0 else sorted(map(int, draw.integers(1, length + 1, 2)))
        for seen in times:
            person = str(draw.choice(PEOPLE))
            known = [(i, place) for i, place in where.get(person, []) if i < seen]
            support, answer = ((known[-1][0],), known[-1][1]) if known else ((0,), PLACES[seen % 3])
            words = ("where", "went", person) if draw.random() < 0.5 else ("where", person)
            asked.append(Question(words, answer, support, seen, 1 + seen))
        told.append(Story(tuple(statements), tuple(asked)))
    return tuple(told)


def encoded(
    train: tuple[Story, ...], test: tuple[Story, ...], *, holdout: float = 0.1, slots: int = SLOTS
) -> Encoded:
    """One task's stories as arrays."""
    return encode([(1, train)], [(1, test)], memory_size=slots, holdout=holdout)


def column(readings: dict[str, str] | None = None, **fields) -> MemN2N:
    """A tiny column: d = 4, 2 hops, batches of 3."""
    small = dict(id="tiny", title="tiny", dim=4, hops=2, memory_size=SLOTS, batch=3, epochs=4)
    if fields.get("linear_start"):
        small |= dict(linear_start_epochs=2, linear_start_rate=0.02)
    return memn2n(**small | fields, readings=build_readings(**readings or {}))


def change_questions(told: tuple[Story, ...], change) -> tuple[Story, ...]:
    """The stories with ``change(number, question)`` in place of each question, numbered through."""
    number = -1
    out = []
    for story in told:
        asked = []
        for question in story.questions:
            number += 1
            asked.append(change(number, question))
        out.append(dataclasses.replace(story, questions=tuple(asked)))
    return tuple(out)


def trainer(spec: MemN2N, data: Encoded, stream: int = 0) -> Trainer:
    """A trainer on one device."""
    return Trainer(spec, data, jax.devices()[0], stream=stream)
