"""A trained restart's parameters as one .npz file, without pickle, with all that reading a story
needs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.core import arrays
from bench.core.errors import BenchError
from bench.examples.encode import Sizes

TRAINING = (
    "diverged", "running_error", "running_loss", "train_error", "train_loss", "test_error",
)  # fmt: skip
"""The fields of its row (`bench.core.store.FIELDS`) that a saved model carries."""


@dataclass(frozen=True)
class Saved:
    """A saved model.

    Attributes:
        params: parameter name -> float32 array, shapes as in `bench.methods.memn2n.model.MemN2N`.
        run: what was trained: the group's canonical text and the seed.
        sizes: the words that the rows stand for, and the other sizes of the data trained on.
        training: how it went, the fields `TRAINING`.
    """

    params: dict[str, np.ndarray]
    run: dict[str, Any]
    sizes: Sizes
    training: dict[str, Any]

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The words; index 0 is the null word."""
        return self.sizes.vocabulary


def save(path: Path, saved: Saved) -> None:
    """Writes a model atomically.

    Raises:
        BenchError: the file can't be written.
    """
    head = {"run": saved.run, "sizes": dataclasses.asdict(saved.sizes), "training": saved.training}
    arrays.save(path, head, saved.params)


def load(path: Path) -> Saved:
    """Reads a model.

    Raises:
        BenchError: there is no such file, or it is not a saved model, or one of before models
            carried their sizes.
    """
    again = "delete it and train with --save-models again"
    try:
        head, params = arrays.load(path)
        if isinstance(head, dict) and {"run", "vocabulary"} == set(head):
            raise BenchError(
                f"{path}: was saved by an earlier version, without its data's sizes; {again}"
            )
        run, training = head["run"], head["training"]
        sizes = _sizes(head["sizes"])
        if (
            not isinstance(run, dict)
            or type(run["seed"]) is not int
            or set(training) != set(TRAINING)
        ):
            raise TypeError("head")
        return Saved(params, run, sizes, training)
    except FileNotFoundError as error:
        raise BenchError(f"{path}: no such file; train with --save-models first") from error
    except OSError as error:
        raise BenchError(
            f"{path}: cannot be read ({error.strerror or error}); name a saved model"
        ) from error
    except (arrays.Damaged, KeyError, TypeError) as error:
        raise BenchError(f"{path}: is not a saved model; train with --save-models again") from error


def _sizes(value: dict[str, Any]) -> Sizes:
    """TypeError if it is not one."""
    sizes = Sizes(**{name: tuple(v) if isinstance(v, list) else v for name, v in value.items()})
    counts = (sizes.statement_words, sizes.sentence_slots, sizes.memory_slots)
    if (
        not all(type(n) is int and n > 0 for n in counts)
        or not all(isinstance(word, str) for word in sizes.vocabulary)
        or not all(type(i) is int and 0 <= i < len(sizes.vocabulary) for i in sizes.answers)
        or sizes.statement_words > len(sizes.vocabulary)
    ):
        raise TypeError("sizes")
    return sizes
