"""MemNN of one order of n-grams on one data set: I, G, O and R put together.

All functions are of one question; `bench.methods.memnn.step` maps them over batches and lanes.
Shapes: F features, M slots, H hops trained, K hops at most, A answers.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from bench.methods.memnn import input, loss, output, response, supervision
from bench.methods.memnn.memory import JOINED, Encoded
from bench.methods.memnn.parameters import shapes
from bench.methods.memnn.score import part
from bench.methods.memnn.spec import MemNN as Spec
from bench.methods.memnn.spelling import margins, say, spelling
from bench.methods.memnn.supervision import Lesson, Pick
from bench.train.lanes import Array

Params = dict[str, Array]

NO_ANSWER = -2
"""The model said what is none of the answers. A question's answer that is none of them is -1: the
two never match."""


class Tables(NamedTuple):
    """What I makes of all texts.

    Attributes:
        statements, questions: bags, (S, F) and (Q, F) float32.
        contents: with supervision by words, which words statements, questions and answers have,
            (S, W), (Q, W) and (A, W) bool.
    """

    statements: Array
    questions: Array
    contents: tuple[Array, Array, Array] | None


class Question(NamedTuple):
    """A row of `bench.methods.memnn.memory.Examples`."""

    memory: Array
    count: Array
    question: Array
    answer: Array
    support: Array


class Reply(NamedTuple):
    """The memories found (K,) (`bench.methods.memnn.output.find`), the answer, and R's margins."""

    found: Array
    answer: Array
    loss: Array


class Model:
    """The model and its loss.

    Args:
        order: of the n-grams.

    Attributes:
        hops: H, of training: no training question has more facts, and the null memory behind them.
        draws: how many random numbers a training question takes.
    """

    def __init__(self, spec: Spec, encoded: Encoded, order: int):
        self._spec = spec
        self._encoded = encoded
        self._order = order
        self._by_words = spec.supervision == "words"
        facts = spec.hops if self._by_words else encoded.facts
        self.hops = min(spec.hops, facts + 1)
        several = any(JOINED in answer for answer in encoded.answers)
        self.spelling = spelling(encoded.answers) if spec.answers == "words" and several else None
        self.draws = 2 * self._by_words + (self.hops + 1) * (spec.loss == "sampled")

    @cached_property
    def features(self) -> tuple[input.Text, ...]:
        """The n-grams of the training texts."""
        return input.dictionary(self._encoded.texts, self._order)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Parameter name -> shape."""
        spec = self._spec
        most = 2 if self._by_words else max(1, self._encoded.facts)
        lists = min(spec.hops, most) if spec.lists == "hop" else 1
        slots = self._encoded.train.memory.shape[-1] if spec.slot_time else 0
        words = len(self.spelling.words) if self.spelling else 0
        answers = words + 1 if words else len(self._encoded.answers)
        return shapes(
            len(self.features) + slots, lists, answers, spec.dim,
            nonlinear=spec.nonlinear, write_time=spec.write_time,
            apart=spec.dictionaries == "three", said=words,
        )  # fmt: skip

    def tables(self, encoded: Encoded) -> Tables:
        """The texts of its data set, or of what else restarts made of the same stories."""
        told, asked = encoded.statements, encoded.questions
        stated, put = (input.bags(texts, self.features, self._order) for texts in (told, asked))
        contents = None
        if self._by_words:
            answers = [tuple(answer.split(JOINED)) for answer in encoded.answers]
            texts = [*told, *asked, *answers]
            known = told[1 : encoded.known[0]]
            has = input.contents(texts, known, self._spec.stop_share)
            ends = len(told), len(told) + len(asked)
            contents = has[: ends[0]], has[ends[0] : ends[1]], has[ends[1] :]
        return Tables(stated, put, contents)

    def find(
        self, params: Params, tables: Tables, asked: Question
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        """The memories that O finds, (K,), supporting facts unseen; and what R is given: bags of
        the question, (F,), and of these memories, (K, F)."""
        bags, question = self._bags(tables, asked)
        o, hops = part(params, "O"), self._spec.hops
        found = output.find(o, question, bags, asked.count, hops, again=self._by_words)
        return found, question, output.facts(bags, found)

    def answer(self, params: Params, tables: Tables, asked: Question) -> Reply:
        """What the model says, supporting facts unseen."""
        gamma, r = self._spec.gamma, part(params, "R")
        found, question, facts = self.find(params, tables, asked)
        if self.spelling:
            answers = jnp.asarray(self.spelling.answers)
            same = jnp.all(answers == say(r, question, facts, answers.shape[1]), axis=1)
            answer = jnp.where(same.any(), jnp.argmax(same), NO_ANSWER)
            lost = margins(r, question, facts, answers[asked.answer], gamma)
            return Reply(found, answer, lost)
        scores = response.respond(r, question, facts)
        others = jnp.arange(len(scores)) != asked.answer
        lost = loss.of_answers(scores, asked.answer, others * 1.0, gamma)
        return Reply(found, jnp.argmax(scores), lost)

    def loss(self, params: Params, tables: Tables, asked: Question, drawn: jax.Array) -> jax.Array:
        """() the margins of all hops and of the answer, the right memories given.

        Args:
            drawn: (`draws`,) numbers in [0, 1).
        """
        spec, bags, question = self._spec, *self._bags(tables, asked)
        o, r = part(params, "O"), part(params, "R")
        pick = supervision.drawn(drawn)
        if spec.target == "best":
            pick = partial(output.among, jax.lax.stop_gradient(o), question, bags)
        lesson = self._lesson(tables, asked, pick)
        facts = output.facts(bags, lesson.target)
        scored = output.taught(o, question, bags, facts, lesson.target)
        if self.spelling:
            spelled = jnp.asarray(self.spelling.answers)[asked.answer]
            return loss.of_hops(spec, scored, lesson, drawn) + margins(
                r, question, facts, spelled, spec.gamma
            )
        answers = response.respond(r, question, facts)
        others = jnp.arange(len(answers)) != asked.answer
        return loss.margins(spec, scored, lesson, answers, asked.answer, others, drawn)

    def _bags(self, tables: Tables, asked: Question) -> tuple[jax.Array, jax.Array]:
        bags, question = tables.statements[asked.memory], tables.questions[asked.question]
        if self._spec.slot_time:
            slots = len(bags)
            bags = jnp.concatenate([bags, jnp.eye(slots)], axis=1)
            question = jnp.pad(question, (0, slots))
        return bags, question

    def _lesson(self, tables: Tables, asked: Question, pick: Pick) -> Lesson:
        if tables.contents is None:
            slots = asked.memory.shape[0]
            return supervision.from_facts(asked.support, asked.count, slots, self.hops)
        told, put, said = tables.contents
        whole = supervision.from_words(
            put[asked.question], told[asked.memory], said[asked.answer], asked.count, pick
        )
        return Lesson(whole.target[: self.hops], whole.wrong[: self.hops])
