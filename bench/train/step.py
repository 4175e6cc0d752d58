"""An epoch of training and an evaluation, as pure jitted functions with restarts vmapped.

Lanes, R of them, are the restarts that share a program; every array of parameters has R in front.
A lane's randomness depends on its own seed and epoch alone, so neither its companions nor a
resumption change its draws.

Shapes: R lanes, U updates an epoch, B batch, M memory slots, N examples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from bench.data.encode import NULL, Encoded, Examples
from bench.errors import BenchError
from bench.models.memn2n import Batch, MemN2N, Tables, build_tables, null_masks, targets
from bench.spec import MemN2N as Spec
from bench.train.clip import clip_each_matrix
from bench.models.hops import Tier
from bench.train.tiers import by_count, fit, tiers
from bench.train.noise import draws_needed, insert_empties

Params = dict[str, jax.Array]

EVALUATION_CHUNK = 100
"""Questions scored at once: bounds memory, changes no result."""


class Questions(NamedTuple):
    """N examples on the device: memory (N, M), question (N,), target (N,), all int32."""

    memory: jax.Array
    question: jax.Array
    target: jax.Array


class Data(NamedTuple):
    """All arrays that an epoch reads."""

    tables: Tables
    train: Questions
    fit: jax.Array
    """(n,) int32 indices of the training questions that are trained on."""
    valid: Questions


class Metrics(NamedTuple):
    """An epoch's figures, (R,) float32 each: means over questions, errors in [0, 1].

    The train figures are running ones: each batch before its update, noise included.
    """

    train_loss: jax.Array
    train_error: jax.Array
    valid_loss: jax.Array
    valid_error: jax.Array


@dataclass(frozen=True)
class Programs:
    """What `make_train` returns; every function is jitted and pure.

    Attributes:
        init: (R,) seeds -> parameters.
        epoch: (params, seeds (R,), epoch number, rates (R,), linear (R,) bool, active (R,) bool,
            data) -> (params, `Metrics`). Inactive lanes keep their parameters.
        evaluate: (params, linear (R,), tables, questions) -> losses (R, N), right (R, N) bool.
        attention: the same arguments -> (R, K, N, M) weights.
    """

    init: Callable[..., Params]
    epoch: Callable[..., tuple[Params, Metrics]]
    evaluate: Callable[..., tuple[jax.Array, jax.Array]]
    attention: Callable[..., jax.Array]


def host_data(spec: Spec, encoded: Encoded) -> tuple[Data, Questions]:
    """The arrays of a group: everything training reads, and the test questions apart from it."""

    def questions(examples: Examples) -> Questions:
        return Questions(
            examples.memory, examples.question, targets(spec, encoded, examples.answer)
        )

    train = questions(encoded.train)
    data = Data(
        tables=build_tables(spec, encoded),
        train=train,
        fit=encoded.fit,
        valid=Questions(*(array[encoded.valid] for array in train)),
    )
    return data, questions(encoded.test)


def updates_per_epoch(spec: Spec, examples: int) -> int:
    """U. released: full batches only; paper: the last, smaller batch counts too.

    Raises:
        BenchError: not even one full batch.
    """
    full, rest = divmod(examples, spec.batch)
    if full == 0:
        raise BenchError(f"{examples} training questions do not fill a batch of {spec.batch}")
    return full + (1 if rest and spec.readings.sampling == "paper" else 0)


def make_train(spec: Spec, encoded: Encoded) -> Programs:
    """The programs of one spec on data of one shape (S15 4.2: SGD, cost summed over the batch)."""
    graph, _ = nnx.split(nnx.eval_shape(lambda: MemN2N(spec, encoded, nnx.Rngs(params=0))))
    masks = null_masks(nnx.eval_shape(lambda: MemN2N(spec, encoded, nnx.Rngs(params=0))))
    updates = updates_per_epoch(spec, len(encoded.fit))
    noisy = spec.time_noise > 0
    covers = tiers(
        np.count_nonzero(encoded.train.memory[encoded.fit], axis=1), spec.batch, encoded.memory_slots
    )
    covers = covers if spec.readings.sampling == "released" else ()

    def model(params: Params) -> MemN2N:
        state = nnx.State({name: nnx.Param(value) for name, value in params.items()})
        return nnx.merge(graph, state)

    def init(seed: jax.Array) -> Params:
        rngs = nnx.Rngs(params=jax.random.fold_in(jax.random.key(seed), 0))
        _, state = nnx.split(MemN2N(spec, encoded, rngs))
        return nnx.to_pure_dict(state)

    def logits(
        params: Params, tables: Tables, batch: Batch, linear: jax.Array, covers: tuple[Tier, ...] = ()
    ) -> tuple[jax.Array, jax.Array]:
        return model(params)(tables, batch, linear if spec.linear_start else False, covers)

    def draw(
        key: jax.Array, fit: jax.Array, slots: int
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        """The epoch's examples (U, B), their weights (0 pads the last batch), and the uniform
        numbers (., U, B) left for the noise. One call for all: each costs a second to compile."""
        n, shape = fit.shape[0], (updates, spec.batch)
        for_noise = draws_needed(spec.time_noise, slots) if noisy else 0
        uniform = jax.random.uniform(key, (for_noise + 1, *shape))
        if spec.readings.sampling == "released":
            return fit[jnp.floor(uniform[-1] * n).astype(jnp.int32)], jnp.ones(shape), uniform[:-1]
        shuffled = jax.random.permutation(jax.random.fold_in(key, 1), fit)
        order = jnp.zeros(updates * spec.batch, fit.dtype).at[:n].set(shuffled)
        weight = (jnp.arange(order.size) < n).astype(jnp.float32)
        return order.reshape(shape), weight.reshape(shape), uniform[:-1]

    def epoch(
        params: Params,
        seed: jax.Array,
        number: jax.Array,
        rate: jax.Array,
        linear: jax.Array,
        active: jax.Array,
        data: Data,
    ) -> tuple[Params, Metrics]:
        key = jax.random.fold_in(jax.random.key(seed), number)
        slots = data.train.memory.shape[-1]
        chosen, weight, uniform = draw(key, data.fit, slots)
        if covers:
            count = jnp.sum(data.train.memory != NULL, axis=-1, dtype=jnp.int32)
            chosen = by_count(count[chosen], chosen)
            fits = fit(count[chosen], covers)
        else:
            fits = jnp.array(True)
        memory = data.train.memory[chosen]
        if noisy:
            memory, time = insert_empties(
                uniform, memory, spec.time_noise, spec.readings.time_noise
            )
        else:
            time = jnp.broadcast_to(jnp.arange(slots, dtype=jnp.int32), memory.shape)
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
                z, _ = logits(params, data.tables, batch, linear, covers)
                loss = cross_entropy(z, target)
                wrong = (prediction(z) != target).astype(jnp.float32)
                return jnp.sum(weight * loss), jnp.sum(weight * wrong)

            (loss, wrong), grads = jax.value_and_grad(cost, has_aux=True)(params)
            grads = {n: g * masks[n] if n in masks else g for n, g in grads.items()}
            steps, _ = optimizer.update(grads, optimizer.init(params))
            return optax.apply_updates(params, steps), (loss, wrong)

        trained, (losses, wrong) = jax.lax.scan(update, params, (chosen, weight, memory, time))
        params = {n: jnp.where(active, trained[n], params[n]) for n in params}
        seen = jnp.sum(weight)
        valid_loss, valid_right = evaluate(params, linear, data.tables, data.valid)
        return params, Metrics(
            jnp.sum(losses) / seen,
            jnp.sum(wrong) / seen,
            jnp.mean(valid_loss),
            1.0 - jnp.mean(valid_right.astype(jnp.float32)),
        )

    def chunked(
        per_chunk: Callable[[Batch, jax.Array], Any], questions: Questions
    ) -> Any:
        """``per_chunk`` over N questions, `EVALUATION_CHUNK` at a time, joined along N."""
        n, slots = questions.memory.shape
        chunk = min(EVALUATION_CHUNK, n)
        padded = -(-n // chunk) * chunk

        def pad(x: jax.Array) -> jax.Array:
            full = jnp.zeros((padded, *x.shape[1:]), x.dtype).at[:n].set(x)
            return full.reshape(-1, chunk, *x.shape[1:])

        time = jnp.broadcast_to(jnp.arange(slots, dtype=jnp.int32), (chunk, slots))
        out = jax.lax.map(
            lambda q: per_chunk(Batch(q.memory, time, q.question), q.target),
            jax.tree.map(pad, questions),
        )
        return jax.tree.map(lambda x: x.reshape(padded, *x.shape[2:])[:n], out)

    def evaluate(
        params: Params, linear: jax.Array, tables: Tables, questions: Questions
    ) -> tuple[jax.Array, jax.Array]:
        def per_chunk(batch: Batch, target: jax.Array) -> tuple[jax.Array, jax.Array]:
            z, _ = logits(params, tables, batch, linear)
            loss = cross_entropy(z, target)
            return loss, prediction(z) == target

        return chunked(per_chunk, questions)

    def attention(
        params: Params, linear: jax.Array, tables: Tables, questions: Questions
    ) -> jax.Array:
        def per_chunk(batch: Batch, target: jax.Array) -> jax.Array:
            del target
            _, weights = logits(params, tables, batch, linear)
            return jnp.swapaxes(weights, 0, 1)

        return jnp.swapaxes(chunked(per_chunk, questions), 0, 1)

    lanes = (0, 0, None, 0, 0, 0, None)
    return Programs(
        init=jax.jit(jax.vmap(init)),
        epoch=jax.jit(jax.vmap(epoch, in_axes=lanes)),
        evaluate=jax.jit(jax.vmap(evaluate, in_axes=(0, 0, None, None))),
        attention=jax.jit(jax.vmap(attention, in_axes=(0, 0, None, None))),
    )


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


def to_device(tree: Any, device: jax.Device) -> Any:
    """NumPy arrays (or JAX ones) of a pytree, committed to a device."""
    return jax.tree.map(lambda x: jax.device_put(np.asarray(x), device), tree)
