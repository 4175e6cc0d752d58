"""A trained restart, both its models, as one .npz file, without pickle, with its words. Files may
come from anybody: what one says is checked before its arrays are unpacked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.core import arrays, saved_models
from bench.core.errors import BenchError
from bench.core.fields import build
from bench.core.rows import Row
from bench.core.saved_models import none, short
from bench.methods.memnn_triples.row import MODELS
from bench.methods.memnn_triples.spec import NAME, VERSION, MemNNTriples

TITLE = "large-scale MemNN"


@dataclass(frozen=True)
class Saved:
    """A saved restart.

    Attributes:
        question, statement: (V, n) float32, U's rows, of the model that its column reports.
        spec: what it was trained by.
        run: what was trained: the group's canonical text and the seed.
        vocabulary: V words, of any letters, as the web has them.
    """

    question: np.ndarray
    statement: np.ndarray
    spec: MemNNTriples
    run: dict[str, Any]
    vocabulary: tuple[str, ...]

    @property
    def match(self) -> float:
        """What a shared word adds to the score."""
        return self.spec.match if self.spec.reports == "match" else 0.0


def save(path: Path, params: Mapping[str, np.ndarray], run: Row, words: tuple[str, ...]) -> None:
    """Writes a restart atomically.

    Args:
        params: ``question`` and ``statement``, of both models.

    Raises:
        BenchError: the file can't be written.
    """
    arrays.save(path, {"run": run, "vocabulary": list(words)}, params)


def load(path: Path) -> Saved:
    """Reads a restart.

    Raises:
        BenchError: there is no such file, or it is no such model, its arrays are not those of its
            spec. Its numbers need not be finite: a diverged training's are not.
    """
    with saved_models.reading(path):
        stored = arrays.Stored(path)
        saved_models.check_method(stored.head, NAME, TITLE)
        saved = _of(stored.head)
        shape = (len(MODELS), len(saved.vocabulary), saved.spec.dim)
        saved_models.check_layouts(stored.layouts, {"question": shape, "statement": shape})
        which = MODELS.index(saved.spec.reports)
        params = {name: value[which].copy() for name, value in stored.arrays().items()}
        return dataclasses.replace(saved, **params)


def check_numbers(saved: Saved) -> None:
    """BenchError if a parameter is not finite."""
    saved_models.check_numbers({"question": saved.question, "statement": saved.statement})


def _of(head: Any) -> Saved:
    """A restart without its arrays."""
    if not isinstance(head, dict) or set(head) != {"run", "vocabulary"}:
        raise none("its head")
    words = head["vocabulary"]
    if not isinstance(words, list) or not words or not all(isinstance(w, str) for w in words):
        raise none("its vocabulary")
    run, nothing = saved_models.run_of(head["run"], VERSION), np.zeros((0, 0), np.float32)
    return Saved(nothing, nothing, _spec(run), run, tuple(words))


def _spec(run: Mapping[str, Any]) -> MemNNTriples:
    fields = saved_models.fields_of(run, NAME, TITLE)
    try:
        return build(MemNNTriples, {**fields, "id": "saved", "title": "saved"}, "spec")
    except (BenchError, TypeError) as error:
        raise none(f"its spec: {short(error, 200)}") from error
