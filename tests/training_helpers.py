"""What the tests of MemN2N's training share: a tiny column, its outcomes, what compares them."""

import dataclasses
import functools
import itertools
from typing import NamedTuple

import jax
import numpy as np
import tiny_data

from bench.methods.memn2n import step
from bench.methods.memn2n.step import Programs
from bench.methods.memn2n.training import Trainer
from bench.train.lanes import Lanes

CPU = jax.devices("cpu")[0]
TRAIN, TEST = tiny_data.stories(8, seed=1), tiny_data.stories(4, seed=2)
DATA = tiny_data.encoded(TRAIN, TEST, holdout=0.25)  # 12 to train on, 4 held out, 8 to test
SPEC = tiny_data.column(linear_start=True, time_noise=0.1, rate=0.05, hops=2)
LONG = dataclasses.replace(SPEC, batch=1, epochs=60)
SEEDS = (3, 0, 7)


@functools.cache
def trainer() -> Trainer:
    return Trainer(SPEC, DATA, CPU)


@functools.cache
def uninterrupted():
    return trainer().train(SEEDS)


def programs(spec, data=DATA):
    """The jitted programs and their data."""
    lanes = Lanes((CPU,))
    return Programs(spec, data, lanes), lanes.copy(step.host_data(spec, data)[0])


class Metrics(NamedTuple):
    train_loss: jax.Array
    train_error: jax.Array


def epoch(made, params, seeds, number, rates, linear, active, data):
    """A whole epoch at once."""
    seeds = np.array(seeds, np.int32)
    drawn, nothing = made.draw(seeds, number, data), made.nothing_run(len(seeds))
    updates = range(made.updates)
    params, running = made.block(
        params, nothing, drawn, updates, np.array(rates, np.float32), linear, active, data
    )
    return params, Metrics(*made.means(running))


def one_epoch(made, data, params, *, seeds=(0,), number=1, rate=0.0, linear=False):
    lanes = len(seeds)
    on = np.ones(lanes, bool)
    return epoch(made, params, seeds, number, [rate] * lanes, np.full(lanes, linear), on, data)


def assert_same_outcomes(ours, theirs, *, timing=("seconds",)):
    """Every figure and parameter bit for bit (NaN equal to itself)."""
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        for field in dataclasses.fields(one):
            if field.name in timing:
                continue
            a, b = getattr(one, field.name), getattr(other, field.name)
            if field.name == "params":
                assert set(a) == set(b)
                for name in a:
                    np.testing.assert_array_equal(a[name], b[name], err_msg=name)
            else:
                np.testing.assert_array_equal(a, b, err_msg=field.name)


def same_params(ours, theirs) -> bool:
    return all(
        np.array_equal(one.params[n], other.params[n])
        for one, other in zip(ours, theirs, strict=True)
        for n in one.params
    )


def stop_after(blocks):
    asked = itertools.count()
    return lambda: next(asked) >= blocks
