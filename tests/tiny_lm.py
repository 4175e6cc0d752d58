"""A small language model and text for tests."""

from __future__ import annotations

import numpy as np

from bench.methods.memn2n_lm.model import shapes
from bench.methods.memn2n_lm.spec import MemN2NLM
from bench.methods.memn2n_lm.texts import Texts

WORDS = 11


def column(**fields):
    usual = dict(id="tiny", title="tiny", hops=3, memory=6, dim=8, batch=16, epochs=2)
    return MemN2NLM(**usual | fields)


def settings(spec):
    """What the oracle takes of a spec."""
    return dict(
        hops=spec.hops, memory=spec.memory, tying=spec.tying, rectified=spec.rectified,
        initial=spec.initial_state, lacking=spec.lacking,
    )  # fmt: skip


def params(spec, words=WORDS, seed=0, std=0.4):
    draw = np.random.default_rng(seed)
    return {name: draw.normal(0, std, shape) for name, shape in shapes(spec, words).items()}


def text(length, words=WORDS, seed=1):
    return np.random.default_rng(seed).integers(0, words, length).astype(np.int32)


def texts(train=400, valid=150, test=140, words=WORDS):
    parts = (text(n, words, seed) for seed, n in enumerate((train, valid, test)))
    return Texts("tiny", tuple(f"w{i}" for i in range(words)), *parts)
