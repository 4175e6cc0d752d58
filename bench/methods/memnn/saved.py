"""A trained restart as one .npz file, without pickle, with the words that its rows stand for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.core import arrays
from bench.core.rows import Row
from bench.methods.memnn.input import dictionary
from bench.methods.memnn.memory import Encoded

TRAINING = ("diverged", "train_error", "train_loss", "valid_error", "test_error")
"""The fields of its row that a saved model carries."""


def save(
    path: Path, params: Mapping[str, np.ndarray], run: Row, row: Row, encoded: Encoded
) -> None:
    """Writes a model atomically.

    The head has the run, the order of the n-grams, the ``features`` (the n-grams, words joined by a
    blank, a row of the tables each), the answers, how many memories there are, and how the training
    went.

    Args:
        params: of `bench.methods.memnn.score.shapes`.
        run: the group's canonical text and the seed.

    Raises:
        BenchError: the file can't be written.
    """
    order = row["ngrams"]
    head: dict[str, Any] = {
        "run": run,
        "ngrams": order,
        "features": [" ".join(gram) for gram in dictionary(encoded.texts, order)],
        "answers": list(encoded.answers),
        "memory_slots": encoded.train.memory.shape[1],
        "training": {name: row[name] for name in TRAINING},
    }
    arrays.save(path, head, params)
