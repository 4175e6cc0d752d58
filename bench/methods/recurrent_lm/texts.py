"""The three texts of a unit as a recurrent language model takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bench.core.errors import BenchError
from bench.examples.tokens import Tokens
from bench.methods.recurrent_lm.spec import RecurrentLM
from bench.train.costs import SHORT_WORDS


@dataclass(frozen=True, eq=False)
class Texts:
    """Numbers of words of one vocabulary.

    Attributes:
        train: (B, L) int32, the pieces read side by side; what does not fill the last is left out.
        valid, test: (T,) int32.
    """

    unit: str
    vocabulary: tuple[str, ...]
    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray


def texts(spec: RecurrentLM, parts: Mapping[str, Mapping[str, Tokens]]) -> Texts:
    """The texts of the one unit there is.

    Raises:
        BenchError: the training text is too short for its pieces.
    """
    ((unit, splits),) = parts.items()
    train = splits["train"]
    length = len(train) // spec.batch
    if length < spec.steps:
        raise BenchError(
            f"the train text of {len(train)} words makes no {spec.batch} pieces of {spec.steps}; "
            f"give a longer text, or {spec.where} a smaller 'batch' or fewer 'steps'"
        )
    most = SHORT_WORDS if spec.updates else None
    pieces = train.ids[: spec.batch * length].reshape(spec.batch, length)
    valid, test = (splits[name].ids[:most] for name in ("valid", "test"))
    return Texts(unit, train.vocabulary, pieces, valid, test)
