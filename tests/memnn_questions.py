"""A small data set of two-fact questions, and a question of it as the model and the equations read
it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from data_helpers import FIXTURE_EN
from tiny_data import change_questions

from bench.datasets.babi.babi import TASKS, parse
from bench.examples.stories import Question, Story
from bench.methods.memnn.memory import encode
from bench.methods.memnn.model import Model
from bench.methods.memnn.spec import MemNN
from bench.methods.memnn.step import questions


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


STORY = Story(
    tuple(
        map(
            _words,
            (
                "joe went to the kitchen", "fred took the milk there", "joe got the ball there",
                "fred went to the office", "joe went to the office",
            ),
        )
    ),
    (
        Question(_words("where is joe"), "kitchen", (0,), 3, 4),
        Question(_words("where is the milk"), "office", (1, 3), 5, 7),
    ),
)  # fmt: skip


def fixture_stories():
    """Task 8 of the fixture, whose questions have several facts."""
    files = {split: FIXTURE_EN / f"{TASKS[7].stem}_{split}.txt" for split in ("train", "test")}
    return {"8": {split: parse(path.read_bytes(), path.name) for split, path in files.items()}}


def wrong_test_facts(parts):
    """The data with other statements as the facts of its test questions, as many as they were."""

    def fooled(number, question):
        others = [at for at in range(question.seen) if at not in question.support]
        facts = (*others, *question.support)[: len(question.support)]
        return dataclasses.replace(question, support=facts)

    return {u: {**s, "test": change_questions(s["test"], fooled)} for u, s in parts.items()}


@dataclass
class Made:
    """A question as the model reads it, and as the equations do."""

    model: Model
    tables: Any
    asked: Any
    question: np.ndarray
    memories: np.ndarray
    facts: tuple[int, ...]
    answer: int


def question_of(spec: MemNN) -> Made:
    """The second question of `STORY` under a spec."""
    parts = {"1": {"train": [STORY], "test": [STORY]}}
    encoded = encode(parts, memory_size=spec.memory_size, holdout=0.0)
    model = Model(spec, encoded, spec.orders[0])
    tables = model.tables(encoded)
    asked = type(questions(encoded.train))(*(a[1] for a in questions(encoded.train)))
    bags = tables.statements[asked.memory[: asked.count]].astype(float)
    question = tables.questions[asked.question].astype(float)
    if spec.slot_time:  # a bag says which of the slots, 5 in use, it is of
        slots = len(asked.memory)
        bags = np.hstack([bags, np.eye(slots)[: int(asked.count)]])
        question = np.append(question, np.zeros(slots))
    facts = STORY.questions[1].support[: spec.hops]
    return Made(model, tables, asked, question, bags, facts, int(asked.answer))
