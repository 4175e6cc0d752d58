"""A block of updates and the scoring of questions, as programs with restarts vmapped.

A lane's randomness depends on its own seed and epoch alone: neither its companions, nor a
resumption, nor how an epoch is cut into blocks change its draws.

Shapes: R lanes, U updates an epoch, B batch, N questions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bench.methods.memnn import unseen
from bench.methods.memnn.memory import Encoded, Examples
from bench.methods.memnn.model import Model, Params, Question, Reply, Tables
from bench.methods.memnn.spec import MemNN as Spec
from bench.train import draws
from bench.train.lanes import Array, Lanes

CHUNK = 100
"""Questions scored at once; changes no result."""


class Drawn(NamedTuple):
    """An epoch's chance.

    Attributes:
        chosen: (R, U, B) int32, the training questions of each update, each once an epoch.
        weight: (R, U, B) float32, 0 where the last batch is not full.
        numbers: (R, U, B, D) float32 in [0, 1), what the losses draw from.
    """

    chosen: np.ndarray
    weight: np.ndarray
    numbers: np.ndarray


def questions(examples: Examples) -> Question:
    """The arrays that programs read; R in front where ``examples`` have it."""
    e = examples
    return Question(e.memory, e.count, e.question, e.answer, e.support)


def some(asked: Question, which: np.ndarray) -> Question:
    """Some of the questions."""
    axis = asked.count.ndim - 1
    return Question(*(np.take(np.asarray(array), which, axis) for array in asked))


def draw(
    lanes: Lanes, stream: int, seeds: np.ndarray, epoch: int, fit: np.ndarray, batch: int, each: int
) -> Drawn:
    """An epoch's order and numbers.

    Args:
        fit: (n,) the questions trained on.
        each: numbers for each of them.
    """
    count, restarts = len(fit), len(seeds)
    updates = -(-count // batch)
    whole = np.asarray(draws.uniform(lanes, stream, seeds, epoch, count * (1 + each)))
    order = np.argsort(whole[:, :count], axis=1, kind="stable")
    numbers = whole[:, count : count * (1 + each)].reshape(restarts, count, each)
    short = ((0, 0), (0, updates * batch - count))
    shape = (restarts, updates, batch)
    return Drawn(
        np.pad(fit[order], short).reshape(shape).astype(np.int32),
        np.pad(np.ones(order.shape, np.float32), short).reshape(shape),
        np.pad(numbers, (*short, (0, 0))).reshape(*shape, each),
    )


class Programs:
    """The functions of one order of n-grams (W14: SGD on the margins)."""

    def __init__(self, spec: Spec, encoded: Encoded, order: int, lanes: Lanes):
        self._spec = spec
        self._lanes = lanes
        made = unseen.Model if spec.open else Model
        self._model: Any = made(spec, encoded, order)  # each with tables of its own
        self.shapes = self._model.shapes
        self.draws = self._model.draws
        self.updates = -(-len(encoded.fit) // spec.batch)
        own = 0 if encoded.apart else None
        self._update = lanes.program(self._block, (0, 0, 0, None, own, 0, None, None))
        self._reply = lanes.program(self._replies, (0, own, None))
        self.read(encoded)

    def read(self, encoded: Encoded) -> None:
        """Goes on with other memories of the same questions: a word stream cut elsewhere."""
        put = self._lanes.split if encoded.apart else self._lanes.copy
        self._train = put(questions(encoded.train))
        self._tables = self._lanes.copy(self._model.tables(encoded))

    def block(
        self, params: Params, sums: Array, drawn: Drawn, updates: range, epoch: int, active: Array
    ) -> tuple[Params, Array]:
        """Some updates of an epoch counted from 1; ``sums`` (R,) of their losses grow."""
        ends = np.array([updates.start, updates.stop, epoch], np.int32)
        return self._update(
            params,
            sums,
            drawn,
            ends,
            self._train,
            active,
            self._tables,
            np.float32(self._spec.rate),
        )

    def replies(self, params: Params, asked: Question) -> Reply:
        """What the model finds and answers: (R, N, K), and (R, N) each."""
        parts = [self._reply(params, part, self._tables) for part in _chunks(asked)]
        count = asked.count.shape[-1]
        joined = (
            np.concatenate([np.asarray(a) for a in array], 1) for array in zip(*parts, strict=True)
        )
        return Reply(*(array[:, :count] for array in joined))

    def _block(
        self,
        params: Params,
        total: jax.Array,
        drawn: Drawn,
        ends: jax.Array,
        train: Question,
        active: jax.Array,
        tables: Tables,
        rate: jax.Array,
    ) -> tuple[Params, jax.Array]:
        spec = self._spec
        low, high, epoch = ends
        steps = spec.epochs * self.updates

        def loss(params: Params, which: jax.Array, weight: jax.Array, numbers: jax.Array) -> Array:
            asked = jax.tree.map(lambda array: array[which], train)
            each = jax.vmap(self._model.loss, (None, None, 0, 0))(params, tables, asked, numbers)
            return each @ weight

        def update(n: jax.Array, state: tuple[Params, jax.Array]) -> tuple[Params, jax.Array]:
            params, total = state
            value, grads = jax.value_and_grad(loss)(params, *(array[n] for array in drawn))
            size = rate
            if spec.schedule == "linear":
                size = rate * (1.0 - ((epoch - 1) * self.updates + n) / steps)
            return {k: p - size * grads[k] for k, p in params.items()}, total + value

        trained = jax.lax.fori_loop(low, high, update, (params, total))
        return jax.tree.map(lambda new, old: jnp.where(active, new, old), trained, (params, total))

    def _replies(self, params: Params, asked: Question, tables: Tables) -> Reply:
        return jax.vmap(self._model.answer, (None, None, 0))(params, tables, asked)


def _chunks(asked: Question) -> list[Question]:
    """Parts of `CHUNK` questions, the last one filled up with the first question."""
    count = asked.count.shape[-1]
    which = np.pad(np.arange(count), (0, -count % CHUNK)).reshape(-1, CHUNK)
    return [some(asked, part) for part in which]
