"""An epoch of training and an evaluation, as pure functions of arrays with restarts vmapped.

Lanes, R of them, are the restarts that share a program; every array of parameters has R in front.
A lane's randomness depends on its own seed and epoch alone, so neither its companions nor a
resumption change its draws.

Shapes: R lanes, U updates an epoch, B batch, M memory slots, N examples.
"""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from bench.data.encode import NULL, Encoded, Examples
from bench.errors import BenchError
from bench.models.hops import Tier
from bench.models.memn2n import Batch, MemN2N, Tables, build_tables, null_masks, targets
from bench.spec import MemN2N as Spec
from bench.train import draws
from bench.train.clip import clip_each_matrix
from bench.train.initial import initial
from bench.train.lanes import Lanes
from bench.train.noise import draws_needed, insert_empties
from bench.train.scores import Questions, Scores, in_chunks
from bench.train.tiers import by_count, fit, tiers

Params = dict[str, jax.Array]


class Data(NamedTuple):
    """All arrays that an epoch reads."""

    tables: Tables
    train: Questions
    fit: jax.Array
    """(n,) int32 indices of the training questions that are trained on."""


class Metrics(NamedTuple):
    """An epoch's figures, (R,) each.

    Attributes:
        train_loss, train_error: float32 running means over questions: each batch before its
            update, noise included. Errors in [0, 1].
        fits: bool, whether all batches fitted their tiers; if not, nothing of this epoch counts.
    """

    train_loss: jax.Array
    train_error: jax.Array
    fits: jax.Array


def host_data(spec: Spec, encoded: Encoded) -> tuple[Data, Questions, Questions]:
    """The arrays of a group: everything training reads, the held-out and the test questions."""

    def questions(examples: Examples) -> Questions:
        return Questions(
            examples.memory, examples.question, targets(spec, encoded, examples.answer)
        )

    train = questions(encoded.train)
    data = Data(tables=build_tables(spec, encoded), train=train, fit=encoded.fit)
    valid = Questions(*(array[encoded.valid] for array in train))
    return data, valid, questions(encoded.test)


def updates_per_epoch(spec: Spec, examples: int) -> int:
    """U. released: full batches only; paper: the last, smaller batch counts too.

    Raises:
        BenchError: not even one full batch.
    """
    full, rest = divmod(examples, spec.batch)
    if full == 0:
        raise BenchError(f"{examples} training questions do not fill a batch of {spec.batch}")
    return full + (1 if rest and spec.readings.sampling == "paper" else 0)


class Programs:
    """The functions of one spec on data of one shape (S15 4.2: SGD, cost summed over the batch).

    Args:
        lanes: where restarts run.
        stream: the group's, see `bench.train.draws`.

    Raises:
        BenchError: not even one full batch of training questions.
    """

    def __init__(self, spec: Spec, encoded: Encoded, lanes: Lanes, stream: int):
        self.spec = spec
        self.stream = stream
        self.lanes = lanes
        model = nnx.eval_shape(lambda: MemN2N(spec, encoded))
        self._graph, state = nnx.split(model)
        self._shapes = {name: x.shape for name, x in nnx.to_pure_dict(state).items()}
        self._masks = null_masks(model)
        self._updates = updates_per_epoch(spec, len(encoded.fit))
        self._slots = encoded.memory_slots
        self._covers: tuple[Tier, ...] = ()
        if spec.readings.sampling == "released":
            counts = np.count_nonzero(encoded.train.memory[encoded.fit], axis=1)
            self._covers = tiers(counts, spec.batch, encoded.memory_slots)
        noise = draws_needed(spec.time_noise, self._slots) if spec.time_noise > 0 else 0
        self._draws = (noise + 1, self._updates, spec.batch)
        axes = (0, 0, 0, 0, 0, None)
        self._tiered = lanes.program(partial(self._epoch, self._covers), axes)
        self._whole = lanes.program(partial(self._epoch, ()), axes)
        self._evaluate = lanes.program(self._score, (0, 0, None, None))
        self._attention = lanes.program(self._attend, (0, 0, None, None))

    def init(self, seeds: np.ndarray) -> Params:
        """Initial parameters, (R, ...) each, of (R,) int32 seeds."""
        drawn = initial(self.lanes, self.stream, seeds, self._shapes, self._masks, self.spec.init_std)
        return self.lanes.split(drawn)

    def epoch(
        self,
        params: Params,
        seeds: np.ndarray,
        number: int,
        rate: np.ndarray,
        linear: np.ndarray,
        active: np.ndarray,
        data: Data,
        *,
        whole: bool = False,
    ) -> tuple[Params, Metrics]:
        """Trains for an epoch, without waiting for it.

        Args:
            seeds, rate, linear, active: (R,) int32, float32, bool, bool. Inactive lanes keep their
                parameters.
            number: of the epoch, from 1.
            whole: compute every memory slot: for an epoch whose batches did not fit their tiers.
        """
        uniform = draws.uniform(self.lanes, self.stream, seeds, number, math.prod(self._draws))
        program = self._whole if whole else self._tiered
        return program(params, uniform, rate, linear, active, data)

    def evaluate(
        self, params: Params, linear: np.ndarray, tables: Tables, questions: Questions
    ) -> Scores:
        """The scores of N questions under a state with softmax, or without where ``linear`` (R,)."""
        parts = [
            self._evaluate(params, linear, tables, part) for part in in_chunks(questions)
        ]
        return Scores(len(questions.target), parts)

    def attention(
        self, params: Params, linear: np.ndarray, tables: Tables, questions: Questions
    ) -> np.ndarray:
        """(R, K, N, M) weights."""
        parts = [
            np.asarray(self._attention(params, linear, tables, part))
            for part in in_chunks(questions)
        ]
        return np.concatenate(parts, axis=2)[:, :, : len(questions.target)]

    def _logits(
        self,
        params: Params,
        tables: Tables,
        batch: Batch,
        linear: jax.Array,
        covers: tuple[Tier, ...] = (),
    ) -> tuple[jax.Array, jax.Array]:
        state = nnx.State({name: nnx.Param(value) for name, value in params.items()})
        model = nnx.merge(self._graph, state)
        return model(tables, batch, linear if self.spec.linear_start else False, covers)

    def _order(self, uniform: jax.Array, fit: jax.Array) -> tuple[jax.Array, jax.Array]:
        """An epoch's examples (U, B) and their weights (0 pads the last batch) from uniform numbers."""
        n, size = fit.shape[0], uniform.size
        if self.spec.readings.sampling == "released":
            return fit[jnp.floor(uniform * n).astype(jnp.int32)], jnp.ones(uniform.shape)
        shuffled = fit[jnp.argsort(uniform.reshape(-1)[:n])]
        order = jnp.zeros(size, fit.dtype).at[:n].set(shuffled)
        weight = (jnp.arange(size) < n).astype(jnp.float32)
        return order.reshape(uniform.shape), weight.reshape(uniform.shape)

    def _epoch(
        self,
        covers: tuple[Tier, ...],
        params: Params,
        uniform: jax.Array,
        rate: jax.Array,
        linear: jax.Array,
        active: jax.Array,
        data: Data,
    ) -> tuple[Params, Metrics]:
        spec = self.spec
        uniform = uniform[: math.prod(self._draws)].reshape(self._draws)
        chosen, weight = self._order(uniform[-1], data.fit)
        fits = jnp.array(True)
        if self._covers:  # sorted even where they are not used: the same noise for the same question
            count = jnp.sum(data.train.memory != NULL, axis=-1, dtype=jnp.int32)
            chosen = by_count(count[chosen], chosen)
            fits = fit(count[chosen], covers)
        memory = data.train.memory[chosen]
        if spec.time_noise > 0:
            memory, time = insert_empties(
                uniform[:-1], memory, spec.time_noise, spec.readings.time_noise
            )
        else:
            time = jnp.broadcast_to(jnp.arange(self._slots, dtype=jnp.int32), memory.shape)
        optimizer = optax.chain(
            clip_each_matrix(spec.clip, spec.readings.clip_norm, spec.readings.clip_rows),
            optax.scale_by_learning_rate(rate),
        )

        def update(
            params: Params, xs: tuple[jax.Array, jax.Array, jax.Array, jax.Array]
        ) -> tuple[Params, tuple[jax.Array, jax.Array]]:
            chosen, weight, memory, time = xs
            batch = Batch(memory, time, data.train.question[chosen])
            target = data.train.target[chosen]

            def cost(params: Params) -> tuple[jax.Array, jax.Array]:
                z, _ = self._logits(params, data.tables, batch, linear, covers)
                loss = cross_entropy(z, target)
                wrong = (prediction(z) != target).astype(jnp.float32)
                return jnp.sum(weight * loss), jnp.sum(weight * wrong)

            (loss, wrong), grads = jax.value_and_grad(cost, has_aux=True)(params)
            grads = {n: g * self._masks[n] if n in self._masks else g for n, g in grads.items()}
            steps, _ = optimizer.update(grads, optimizer.init(params))
            return optax.apply_updates(params, steps), (loss, wrong)

        trained, (losses, wrong) = jax.lax.scan(update, params, (chosen, weight, memory, time))
        params = {n: jnp.where(active, trained[n], params[n]) for n in params}
        seen = jnp.sum(weight)
        return params, Metrics(jnp.sum(losses) / seen, jnp.sum(wrong) / seen, fits)

    def _score(
        self, params: Params, linear: jax.Array, tables: Tables, questions: Questions
    ) -> tuple[jax.Array, jax.Array]:
        z, _ = self._logits(params, tables, self._batch(questions), linear)
        loss = cross_entropy(z, questions.target)
        return loss, prediction(z) == questions.target

    def _attend(
        self, params: Params, linear: jax.Array, tables: Tables, questions: Questions
    ) -> jax.Array:
        return self._logits(params, tables, self._batch(questions), linear)[1]

    def _batch(self, questions: Questions) -> Batch:
        slots = jnp.arange(self._slots, dtype=jnp.int32)
        time = jnp.broadcast_to(slots, questions.memory.shape)
        return Batch(questions.memory, time, questions.question)


def cross_entropy(logits: jax.Array, target: jax.Array) -> jax.Array:
    """(B,) negative log-likelihood of the targets under softmax (S15 eq. 3)."""
    return jax.nn.logsumexp(logits, axis=-1) - target_logit(logits, target)


def target_logit(logits: jax.Array, target: jax.Array) -> jax.Array:
    """(B,) the targets' logits, by a one-hot product: its gradient needs no scatter."""
    return jnp.sum(jax.nn.one_hot(target, logits.shape[-1], dtype=logits.dtype) * logits, axis=-1)


def prediction(logits: jax.Array) -> jax.Array:
    """(B,) int32: the index of the highest logit, the first of equals; one past the end if any is NaN.

    jnp.argmax in two plain reductions: on a CPU it alone takes a fifth of a training step.
    """
    answers = logits.shape[-1]
    highest = logits == jnp.max(logits, axis=-1, keepdims=True)
    return jnp.min(jnp.where(highest, jnp.arange(answers, dtype=jnp.int32), answers), axis=-1)
