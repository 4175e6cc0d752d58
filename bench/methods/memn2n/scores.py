"""Scoring questions: sets of any size, a fixed number at a time, so that one program does for
all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np

from bench.train.lanes import Array

CHUNK = 100
"""Questions scored at once; changes no result."""


class Questions(NamedTuple):
    """N questions: memory (N, M), question (N,), target (N,), all int32."""

    memory: Array
    question: Array
    target: Array


class Scores:
    """Losses and hits of N questions, which the device may still be computing.

    Args:
        parts: (R, `CHUNK`) each, chunk by chunk.
    """

    def __init__(self, questions: int, parts: Sequence[tuple[jax.Array, jax.Array]]):
        self._questions = questions
        self.parts = parts

    @property
    def loss(self) -> np.ndarray:
        """(R, N) float64."""
        return self._joined(0).astype(np.float64)

    @property
    def right(self) -> np.ndarray:
        """(R, N) bool."""
        return self._joined(1)

    def _joined(self, which: int) -> np.ndarray:
        parts = [np.asarray(part[which]) for part in self.parts]
        return np.concatenate(parts, axis=1)[:, : self._questions]


class Chunks(NamedTuple):
    """N questions, `CHUNK` at a time, the last chunk padded with empty ones."""

    parts: list[Questions]
    questions: int
    """N."""


def in_chunks(questions: Questions) -> Chunks:
    """Cuts N questions for scoring; once a training will do."""
    n, chunk = len(questions.target), CHUNK

    def part(array: np.ndarray, low: int) -> np.ndarray:
        rows = array[low : low + chunk]
        return np.concatenate([rows, np.zeros((chunk - len(rows), *rows.shape[1:]), rows.dtype)])

    memory, question, target = (np.asarray(array) for array in questions)
    return Chunks(
        [
            Questions(part(memory, low), part(question, low), part(target, low))
            for low in range(0, n, chunk)
        ],
        n,
    )
