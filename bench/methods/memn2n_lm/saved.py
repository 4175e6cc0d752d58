"""A trained language model as one .npz file, without pickle, with its words. Files may come from
anybody: what one says is checked before its arrays are unpacked."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.core import arrays, saved_models
from bench.core.errors import BenchError
from bench.core.fields import build
from bench.core.saved_models import none, short
from bench.methods.memn2n_lm.spec import NAME, VERSION, MemN2NLM

MOST_WORDS = 200_000
MOST_HEAD_BYTES = 1 << 25


@dataclass(frozen=True)
class Saved:
    """A saved model.

    Attributes:
        params: parameter name -> float32 array (`bench.methods.memn2n_lm.model.shapes`).
        run: what was trained: the group's canonical text and the seed.
        vocabulary: its words.
    """

    params: dict[str, np.ndarray]
    run: dict[str, Any]
    vocabulary: tuple[str, ...]

    @property
    def spec(self) -> MemN2NLM:
        """The spec it was trained by; BenchError if this version knows no such."""
        fields = saved_models.fields_of(self.run, NAME, "language")
        try:
            return build(MemN2NLM, {**fields, "id": "saved", "title": "saved"}, "spec")
        except (BenchError, TypeError) as error:
            raise none(f"its spec: {short(error, 200)}") from error


def save(path: Path, saved: Saved) -> None:
    """Writes a model atomically.

    Raises:
        BenchError: the file can't be written.
    """
    arrays.save(path, {"run": saved.run, "vocabulary": list(saved.vocabulary)}, saved.params)


def load(path: Path) -> Saved:
    """Reads a model.

    Raises:
        BenchError: there is no such file, or it is not a language model, or its arrays are not
            those of its spec.
    """
    from bench.methods.memn2n_lm.model import shapes

    with saved_models.reading(path):
        stored = arrays.Stored(path, most_head=MOST_HEAD_BYTES)
        saved_models.check_method(stored.head, NAME, "language")
        saved = _of(stored.head)
        wanted = shapes(saved.spec, len(saved.vocabulary))
        saved_models.check_layouts(stored.layouts, wanted)
        return dataclasses.replace(saved, params=stored.arrays())


def _of(head: Any) -> Saved:
    """A model without its arrays."""
    if not isinstance(head, dict) or set(head) != {"run", "vocabulary"}:
        raise none("its head")
    words = head["vocabulary"]
    if not isinstance(words, list) or not 0 < len(words) <= MOST_WORDS:
        raise none(f"its vocabulary: 1 to {MOST_WORDS} words are read")
    if not all(isinstance(word, str) and word.isprintable() for word in words):
        raise none("its vocabulary")
    return Saved({}, saved_models.run_of(head["run"], VERSION), tuple(words))
