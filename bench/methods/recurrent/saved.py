"""A trained network as one .npz file, without pickle, with its words and answers."""

from __future__ import annotations

from pathlib import Path

from bench.core import arrays
from bench.core.method import Outcome
from bench.core.rows import Row
from bench.methods.recurrent.sequences import Sequences


def save(path: Path, run: Row, outcome: Outcome, data: Sequences) -> None:
    """Writes a restart's parameters (`bench.train.cells`) atomically.

    Raises:
        BenchError: the file can't be written.
    """
    head = {"run": run, "vocabulary": list(data.vocabulary), "answers": list(data.answers)}
    arrays.save(path, head, outcome.params)
