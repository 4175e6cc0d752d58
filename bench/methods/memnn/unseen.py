"""Words that no training text has (W14 3.5, 3.6): a model that knows them by their neighbours, and
by where else they stand.

A word without a row of its own has its context: the words that stand to the left of it, and to the
right, in the sentences of the memory, as two bags (D = 5|W|, one dictionary of neighbours each for
O and for R). A bag is divided by its words, so that a context weighs what a word does and does not
grow with the memory. In training, whenever a question is asked, each known
word is taken for unseen with probability ``dropped``.

Match features say which words a candidate, a memory or an answer, has in common with the question
and with each memory in the query (D = 8|W| with the question and two memories): one for each known
word, and one for all others together. Of these, with the switch ``shared``, the words in their
contexts have features, too, on the left and on the right apart: what stands before a room stands
behind an actor, and so is one that is shared told from the other. R chooses among the known answers
and the words of the memory that are not known, or are taken for unseen.

All functions are of one question. Shapes: W known words, V all words, M slots, n dimension, C
answers and words, T texts: the question, and the memories of a query.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bench.methods.memnn import input, loss, output, response, supervision
from bench.methods.memnn.memory import Encoded
from bench.methods.memnn.model import Params, Question, Reply
from bench.methods.memnn.parameters import of_unseen, shapes
from bench.methods.memnn.score import Part, part
from bench.methods.memnn.spec import MemNN as Spec
from bench.train.lanes import Array

NOTHING = -1
"""In place of the word of an answer that is none."""

BITS = 32
"""Of a number in `Tables.beside`."""


class Tables(NamedTuple):
    """What I makes of all texts.

    Attributes:
        statements, questions: bags, (S, V) and (Q, V) float32.
        beside: (S, 2, V, B) uint32, the known words to the left and to the right of each word in a
            statement, a bit each.
        answers: (C,) int32, the word that each answer is, and then all words that are none.
    """

    statements: Array
    questions: Array
    beside: Array
    answers: Array


class Context(NamedTuple):
    """The words of a question's memory.

    Attributes:
        seen: (V,) bool, those with a row of their own.
        left, right: (V, W) float32, the seen words that stand to the left or right of a word, in
            equal shares.
    """

    seen: jax.Array
    left: jax.Array
    right: jax.Array


class Model:
    """The model and its loss; as `bench.methods.memnn.model.Model`."""

    def __init__(self, spec: Spec, encoded: Encoded, order: int):
        self._spec = spec
        self._encoded = encoded
        self._order = order
        self.hops = min(spec.hops, encoded.facts + 1)
        self.dropped = len(self.features) if spec.dropped else 0
        self.draws = self.dropped + (self.hops + 1) * (spec.loss == "sampled")

    @cached_property
    def features(self) -> tuple[input.Text, ...]:
        """The known words, each as a text."""
        return input.dictionary(self._encoded.texts, self._order)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Parameter name -> shape."""
        spec, words = self._spec, len(self.features)
        known = len(self._encoded.answers) - len(self._encoded.new_words)
        found = shapes(words, 1, known, spec.dim, nonlinear=False, write_time=spec.write_time)
        return found | of_unseen(
            words, spec.hops, spec.dim, contexts=spec.contexts, matches=spec.matches,
            neighbours=spec.shared == "neighbours",
        )  # fmt: skip

    def tables(self, encoded: Encoded) -> Tables:
        """The data set's texts."""
        words = (*self.features, *((word,) for word in encoded.new_words))
        stated, put = (
            input.bags(texts, words, self._order)
            for texts in (encoded.statements, encoded.questions)
        )
        index = {word: at for at, (word,) in enumerate(words)}
        answers = [index.get(answer, NOTHING) for answer in encoded.answers]
        answers += sorted(set(range(len(words))) - set(answers))
        beside = _beside(encoded.statements, index, len(self.features))
        return Tables(stated, put, beside, np.array(answers, np.int32))

    def answer(self, params: Params, tables: Tables, asked: Question) -> Reply:
        """What the model says, supporting facts unseen."""
        spec, at = self._spec, _at(tables, asked)
        context = self._context(tables, asked, jnp.ones(len(self.features), bool))
        o = _worded(part(params, "O"), context)
        found = output.find(o, at.question, at.bags, asked.count, spec.hops, again=False)
        facts = output.facts(at.bags, found)
        scores, there = self._respond(part(params, "R"), context, tables, at, facts)
        others = there & (jnp.arange(len(scores)) != asked.answer)
        margins = loss.of_answers(scores, asked.answer, others * 1.0, spec.gamma)
        return Reply(found, jnp.argmax(jnp.where(there, scores, -jnp.inf)), margins)

    def loss(self, params: Params, tables: Tables, asked: Question, drawn: jax.Array) -> jax.Array:
        """() as `bench.methods.memnn.model.Model.loss`."""
        spec, at = self._spec, _at(tables, asked)
        kept = jnp.ones(len(self.features), bool)
        if self.dropped:
            kept = drawn[: self.dropped] >= spec.dropped
        context = self._context(tables, asked, kept)
        o = _worded(part(params, "O"), context)
        lesson = supervision.from_facts(asked.support, asked.count, len(at.bags), self.hops)
        facts = output.facts(at.bags, lesson.target)
        shared = None
        if "match" in o:
            texts = jnp.concatenate([at.question[None], facts[:-1]])
            each = jax.vmap(output.shared, (None, 0, 0))(at.bags, texts, o["match"][: self.hops])
            shared = jnp.cumsum(each, axis=0)
        scored = output.taught(o, at.question, at.bags, facts, lesson.target, shared)
        answers, there = self._respond(part(params, "R"), context, tables, at, facts)
        others = there & (jnp.arange(len(answers)) != asked.answer)
        return loss.margins(spec, scored, lesson, answers, asked.answer, others, drawn)

    def _context(self, tables: Tables, asked: Question, kept: jax.Array) -> Context:
        """
        Args:
            kept: (W,) bool, the known words that are not taken for unseen.
        """
        beside = tables.beside[asked.memory]
        every = jax.lax.reduce(beside, np.uint32(0), jax.lax.bitwise_or, (0,))  # (2, V, B)
        bits = (every[..., None] >> jnp.arange(BITS, dtype=jnp.uint32)) & 1
        stand = bits.reshape(*every.shape[:2], -1)[..., : len(kept)] > 0
        left, right = (stand & kept) * 1.0
        more = every.shape[1] - len(kept)
        return Context(jnp.pad(kept, (0, more)), _shares(left), _shares(right))

    def _respond(
        self, r: Part, context: Context, tables: Tables, at: _At, facts: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """(C,) scores of the answers and words, and which can be chosen: the known answers, and of
        the words that are not known those of the memory."""
        which = tables.answers
        one = (which != NOTHING)[:, None] * jax.nn.one_hot(which, len(context.seen))  # (C, V)
        known = len(r["answer"])
        visible = (which == NOTHING) | context.seen[which]
        rows = jnp.pad(r["answer"], ((0, len(which) - known), (0, 0)))
        rows = jnp.where(visible[:, None], rows, one @ _neighbours(r, context))
        worded = _worded(r, context)
        if "match" in worded:
            texts = jnp.concatenate([at.question[None], facts])
            each = jax.vmap(output.shared, (None, 0, 0))(one, texts, worded["match"][: len(texts)])
            rows += each.sum(axis=0)
        told = one @ at.bags.sum(axis=0) > 0
        there = jnp.where(visible, jnp.arange(len(which)) < known, told)
        return response.respond({**worded, "answer": rows}, at.question, facts), there


def _shares(bags: jax.Array) -> jax.Array:
    """Bags (V, W), each divided by what is in it."""
    return bags / jnp.maximum(bags.sum(axis=1, keepdims=True), 1.0)


class _At(NamedTuple):
    bags: jax.Array
    question: jax.Array


def _at(tables: Tables, asked: Question) -> _At:
    return _At(tables.statements[asked.memory], tables.questions[asked.question])


def _neighbours(of: Part, context: Context) -> jax.Array:
    """(V, n) of words by their contexts, zeros where these say nothing."""
    if "left" not in of:
        return jnp.zeros((len(context.seen), of["question"].shape[-1]))
    return context.left @ of["left"] + context.right @ of["right"]


def _worded(of: Part, context: Context) -> Part:
    """The part with tables of all words in place of the known ones'."""
    seen, more = context.seen[:, None], len(context.seen) - of["question"].shape[0]
    unknown = _neighbours(of, context)

    def every(table: Array) -> jax.Array:
        return jnp.where(seen, jnp.pad(table, ((0, more), (0, 0))), unknown)

    found = {**of, "question": every(of["question"]), "support": every(of["support"][0])[None]}
    if "memory" in of:
        found["memory"] = every(of["memory"])
    if "match" in of:
        words = of["match"][:, :-1]
        other = of["match"][:, -1:]
        if "match_left" in of:
            other = other + context.left @ of["match_left"] + context.right @ of["match_right"]
        own = jnp.pad(words, ((0, 0), (0, more), (0, 0)))
        found["match"] = jnp.where(seen, own, other)
    return found


def _beside(texts: Sequence[input.Text], index: dict[str, int], known: int) -> np.ndarray:
    """See `Tables.beside`; the first ``known`` words of ``index`` are known."""
    found = np.zeros((len(texts), 2, len(index), -(-known // BITS)), np.uint32)
    for row, text in zip(found, texts, strict=True):
        numbers = [index[word] for word in text]
        for at, word in enumerate(numbers):
            for side, others in enumerate((numbers[:at], numbers[at + 1 :])):
                for other in others:
                    if other < known:
                        row[side, word, other // BITS] |= np.uint32(1 << other % BITS)
    return found
