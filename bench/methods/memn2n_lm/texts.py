"""The three texts of a unit as a language model takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bench.core.errors import BenchError
from bench.examples.tokens import Tokens
from bench.methods.memn2n_lm.spec import MemN2NLM
from bench.train.costs import SHORT_WORDS


@dataclass(frozen=True, eq=False)
class Texts:
    """Numbers of words, (T,) int32 each, of one vocabulary."""

    unit: str
    vocabulary: tuple[str, ...]
    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray


def texts(spec: MemN2NLM, parts: Mapping[str, Mapping[str, Tokens]]) -> Texts:
    """The texts of the one unit there is.

    Raises:
        BenchError: a text is too short for the memory.
    """
    ((unit, splits),) = parts.items()
    for split, tokens in splits.items():
        if len(tokens) < spec.memory + 2:
            raise BenchError(
                f"the {split} text of {len(tokens)} words is too short for a memory of "
                f"{spec.memory} and a word to predict; give a longer text, or {spec.where} a "
                "smaller 'memory'"
            )
    vocabulary = splits["train"].vocabulary
    most = SHORT_WORDS if spec.updates else None
    valid, test = (splits[name].ids[:most] for name in ("valid", "test"))
    return Texts(unit, vocabulary, splits["train"].ids, valid, test)
