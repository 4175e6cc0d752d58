"""A small model with random parameters, saved as trainings save theirs."""

import jax
import numpy as np
import oracle
import tiny_data
from flax import nnx
from store_helpers import AT_HAND

from bench.core.runs import expand
from bench.examples.encode import Encoded
from bench.methods.memn2n.model import MemN2N
from bench.methods.memn2n.saved import Saved

TRAIN, TEST = tiny_data.stories(8, seed=1), tiny_data.stories(9, seed=2)
DATA = tiny_data.encoded(TRAIN, TEST, holdout=0.25)
TRAINING = {
    "diverged": None, "running_error": 10.0, "running_loss": 0.5, "train_error": 9.0,
    "train_loss": 0.4, "test_error": 50.0,
}  # fmt: skip


def group(spec):
    """What the model is a restart of."""
    return expand(spec, "babi-1k", ["1"], AT_HAND)[0]


def saved(spec, data: Encoded = DATA, seed: int = 0) -> Saved:
    """A model of this spec and data; parameters larger than the initial ones."""
    _, state = nnx.split(nnx.eval_shape(lambda: MemN2N(spec, data)))
    draw = np.random.default_rng(seed)
    shapes = {name: value.shape for name, value in nnx.to_pure_dict(state).items()}
    values = {name: 0.7 * draw.standard_normal(shape) for name, shape in sorted(shapes.items())}
    params = {n: v.astype(np.float32) for n, v in oracle.zero_null(spec, values).items()}
    run = {**group(spec).canonical(), "seed": seed}
    return Saved(jax.tree.map(np.asarray, params), run, data.sizes, TRAINING)
