"""A block of updates and an evaluation, as pure functions of arrays with restarts vmapped.

Lanes, R of them, are the restarts that share a program; every array of parameters has R in front.
A lane's randomness depends on its own seed and epoch alone, so neither its companions, nor a
resumption, nor how an epoch is cut into blocks change its draws.

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

from bench.core.errors import BenchError
from bench.examples.encode import NULL, Encoded, Examples
from bench.methods.memn2n.clip import clip_each_matrix
from bench.methods.memn2n.hops import Tier
from bench.methods.memn2n.model import Batch, MemN2N, Tables, build_tables, null_masks, targets
from bench.methods.memn2n.noise import draws_needed, insert_empties
from bench.methods.memn2n.scores import Chunks, Questions, Scores
from bench.methods.memn2n.spec import MemN2N as Spec
from bench.methods.memn2n.tiers import by_count, fit, tiers
from bench.train import draws
from bench.train.initial import initial
from bench.train.lanes import Array, Lanes

Params = dict[str, Array]

Running = dict[str, Array]
"""(R, U) float32 each, of the epoch's updates so far, 0 of those to come: 'loss', the sum over a
batch's questions, and 'wrong', how many; both before the update, noise included."""


class Data(NamedTuple):
    """All arrays that an epoch reads."""

    tables: Tables
    train: Questions
    fit: Array
    """(n,) int32 indices of the training questions that are trained on."""


class Drawn(NamedTuple):
    """An epoch's random numbers and what follows from them, R lanes.

    Attributes:
        uniform: (R, at least the epoch's draws) float32.
        chosen: (R, U, B) int32, the training questions of each batch.
        fits: (R,) bool, whether all batches fit their tiers.
    """

    uniform: jax.Array
    chosen: jax.Array
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
        block: most updates of a block; None takes an epoch's. Changes no result.

    Attributes:
        updates: U.
        block_updates: most of a block.

    Raises:
        BenchError: not even one full batch of training questions.
    """

    def __init__(
        self,
        spec: Spec,
        encoded: Encoded,
        lanes: Lanes,
        *,
        stream: int = 0,
        block: int | None = None,
    ):
        self.spec = spec
        self.lanes = lanes
        self._stream = stream
        model = nnx.eval_shape(lambda: MemN2N(spec, encoded))
        self._graph, state = nnx.split(model)
        self._shapes = {name: x.shape for name, x in nnx.to_pure_dict(state).items()}
        self._masks = null_masks(model)
        self.updates = updates_per_epoch(spec, len(encoded.fit))
        self.block_updates = min(block or self.updates, self.updates)
        self._slots = encoded.memory_slots
        self._covers: tuple[Tier, ...] = ()
        if spec.readings.sampling == "released":
            counts = np.count_nonzero(encoded.train.memory[encoded.fit], axis=1)
            self._covers = tiers(counts, spec.batch, encoded.memory_slots)
        noise = draws_needed(spec.time_noise, self._slots) if spec.time_noise > 0 else 0
        self._draws = (noise + 1, self.updates, spec.batch)
        self._trained = len(encoded.fit)
        self._choose = lanes.program(self._chosen, (0, None))
        axes = (0, 0, 0, 0, None, None, 0, 0, 0, None)
        self._blocks = {
            (tiered, whole): lanes.program(
                partial(self._block, self._covers if tiered else (), whole), axes
            )
            for tiered in (True, False)
            for whole in (True, False)
        }
        self._mean = lanes.program(self._means, (0,))
        self._evaluate = lanes.program(self._score, (0, 0, None, None))
        self._attention = lanes.program(self._attend, (0, 0, None, None))

    def init(self, seeds: np.ndarray) -> Params:
        """Initial parameters, (R, ...) each, of (R,) int32 seeds."""
        drawn = initial(
            self.lanes, self._stream, seeds, self._shapes, self._masks, self.spec.init_std
        )
        return self.lanes.split(drawn)

    def draw(self, seeds: np.ndarray, number: int, data: Data) -> Drawn:
        """The chance of epoch ``number``, counted from 1, of (R,) int32 seeds."""
        uniform = draws.uniform(self.lanes, self._stream, seeds, number, math.prod(self._draws))
        return Drawn(uniform, *self._choose(uniform, data))

    def block(
        self,
        params: Params,
        running: Running,
        drawn: Drawn,
        updates: range,
        rate: np.ndarray,
        linear: np.ndarray,
        active: np.ndarray,
        data: Data,
    ) -> tuple[Params, Running]:
        """Trains for some updates of an epoch, at most a block's, without waiting for them.

        Args:
            running: of the updates of this epoch before them; `nothing_run` at its beginning.
            drawn: the epoch's.
            rate, linear, active: (R,) float32, bool, bool. Inactive lanes keep their parameters.
        """
        # Tiers change no result in exact arithmetic; an epoch that a batch of does not fit
        # computes every memory slot, in all of its lanes.
        fits = not self._covers or np.asarray(drawn.fits).all()
        program = self._blocks[bool(fits), len(updates) == self.updates]
        low, high = np.int32(updates.start), np.int32(updates.stop)
        return program(
            params, running, drawn.uniform, drawn.chosen, low, high, rate, linear, active, data
        )

    def nothing_run(self, lanes: int) -> Running:
        """What an epoch of R lanes begins with."""
        shape = (lanes, self.updates)
        return self.lanes.split({name: np.zeros(shape, np.float32) for name in ("loss", "wrong")})

    def means(self, running: Running) -> tuple[jax.Array, jax.Array]:
        """(R,) loss and error over the questions of a whole epoch; the error is in [0, 1]."""
        return self._mean(running)

    def evaluate(self, params: Params, linear: np.ndarray, tables: Tables, asked: Chunks) -> Scores:
        """The scores of N questions under a state with softmax, or without where ``linear``
        (R,)."""
        parts = [self._evaluate(params, linear, tables, part) for part in asked.parts]
        return Scores(asked.questions, parts)

    def attention(
        self, params: Params, linear: np.ndarray, tables: Tables, asked: Chunks
    ) -> np.ndarray:
        """(R, K, N, M) weights."""
        parts = [np.asarray(self._attention(params, linear, tables, part)) for part in asked.parts]
        return np.concatenate(parts, axis=2)[:, :, : asked.questions]

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

    def _chosen(self, uniform: jax.Array, data: Data) -> tuple[jax.Array, jax.Array]:
        """An epoch's questions (U, B), and whether they fit their tiers."""
        chosen = self._order(self._shaped(uniform)[-1], data.fit)
        if not self._covers:
            return chosen, jnp.array(True)
        # Sorted even where tiers are not used: the same noise for the same question.
        count = jnp.sum(data.train.memory != NULL, axis=-1, dtype=jnp.int32)
        chosen = by_count(count[chosen], chosen)
        return chosen, fit(count[chosen], self._covers)

    def _order(self, uniform: jax.Array, fit: jax.Array) -> jax.Array:
        """An epoch's questions (U, B), 0 past the last one, from uniform numbers."""
        n, size = fit.shape[0], uniform.size
        if self.spec.readings.sampling == "released":
            return fit[jnp.floor(uniform * n).astype(jnp.int32)]
        shuffled = fit[jnp.argsort(uniform.reshape(-1)[:n])]
        return jnp.zeros(size, fit.dtype).at[:n].set(shuffled).reshape(uniform.shape)

    def _weight(self) -> jax.Array:
        """(U, B) of an epoch's questions: 0 pads the last batch."""
        shape = self._draws[1:]
        if self.spec.readings.sampling == "released":
            return jnp.ones(shape)
        return (jnp.arange(math.prod(shape)) < self._trained).astype(jnp.float32).reshape(shape)

    def _means(self, running: Running) -> tuple[jax.Array, jax.Array]:
        seen = jnp.sum(self._weight())
        return jnp.sum(running["loss"]) / seen, jnp.sum(running["wrong"]) / seen

    def _shaped(self, uniform: jax.Array) -> jax.Array:
        return uniform[: math.prod(self._draws)].reshape(self._draws)

    def _block(
        self,
        covers: tuple[Tier, ...],
        whole: bool,
        params: Params,
        running: Running,
        uniform: jax.Array,
        chosen: jax.Array,
        low: jax.Array,
        high: jax.Array,
        rate: jax.Array,
        linear: jax.Array,
        active: jax.Array,
        data: Data,
    ) -> tuple[Params, Running]:
        spec = self.spec
        # A window of fixed length that holds low..high-1: the last one of an epoch begins earlier.
        size = self.block_updates
        first = jnp.minimum(low, self.updates - size)
        chosen = jax.lax.dynamic_slice_in_dim(chosen, first, size)
        memory = data.train.memory[chosen]
        if spec.time_noise > 0:
            noise = jax.lax.dynamic_slice_in_dim(self._shaped(uniform)[:-1], first, size, axis=1)
            memory, time = insert_empties(noise, memory, spec.time_noise, spec.readings.time_noise)
        else:
            time = jnp.broadcast_to(jnp.arange(self._slots, dtype=jnp.int32), memory.shape)
        weight = jax.lax.dynamic_slice_in_dim(self._weight(), first, size)
        optimizer = optax.chain(
            clip_each_matrix(spec.clip, spec.readings.clip_norm, spec.readings.clip_rows),
            optax.scale_by_learning_rate(rate),
        )

        def update(params: Params, xs: tuple[jax.Array, ...]) -> tuple[Params, Running]:
            chosen, weight, memory, time = xs
            batch = Batch(memory, time, data.train.question[chosen])
            target = data.train.target[chosen]

            def cost(params: Params) -> tuple[jax.Array, Running]:
                z, _ = self._logits(params, data.tables, batch, linear, covers)
                loss = cross_entropy(z, target)
                wrong = (prediction(z) != target).astype(jnp.float32)
                sums = {"loss": jnp.sum(weight * loss), "wrong": jnp.sum(weight * wrong)}
                return sums["loss"], sums

            (_, sums), grads = jax.value_and_grad(cost, has_aux=True)(params)
            grads = {n: g * self._masks[n] if n in self._masks else g for n, g in grads.items()}
            steps, _ = optimizer.update(grads, optimizer.init(params))
            return optax.apply_updates(params, steps), sums

        def nth(n: jax.Array, state: tuple[Params, Running]) -> tuple[Params, Running]:
            params, sums = update(state[0], jax.tree.map(lambda x: x[n], batches))
            return params, {name: state[1][name].at[first + n].set(sums[name]) for name in sums}

        batches = (chosen, weight, memory, time)
        if whole:  # a loop of fixed length is 5 % faster
            trained, running = jax.lax.scan(update, params, batches)
        else:
            ends = low - first, high - first
            trained, running = jax.lax.fori_loop(*ends, nth, (params, running))
        return {n: jnp.where(active, trained[n], params[n]) for n in params}, running

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
    """(B,) int32: the index of the highest logit, the first of equals; one past the end if any is
    NaN.

    jnp.argmax in two plain reductions: on a CPU it alone takes a fifth of a training step.
    """
    answers = logits.shape[-1]
    highest = logits == jnp.max(logits, axis=-1, keepdims=True)
    return jnp.min(jnp.where(highest, jnp.arange(answers, dtype=jnp.int32), answers), axis=-1)
