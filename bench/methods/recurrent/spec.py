"""A column of a recurrent network that answers questions (S15 section 4, W14 5.2): its settings."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from bench.core import fields
from bench.core.column import Column
from bench.core.errors import BenchError
from bench.core.fields import choice

NAME = "recurrent"

VERSION = 1
"""Raised by hand whenever the same spec on the same data would train to other numbers."""

MOST_DIM, MOST_WORDS = 4096, 100_000


@dataclass(frozen=True, kw_only=True)
class Recurrent(Column):
    """One column. The network reads the story's words, then the question's, and its last hidden
    state scores the answers; its loss is taken there alone.

    Attributes:
        dim: hidden units, and as many of a word's embedding.
        words: it reads so many at most: the latest of the story, and the question.
        text: what stands between statements. sentences: nothing. running: what joins them, of
            data that has such (`bench.examples.streams`).
        clip: the norm that the gradient of a batch's mean loss is held at.
        holdout: share of the training questions, the last ones, that are held out. Of all epochs'
            models the one that errs least on them is the restart's, of equals the one of the least
            cost.
    """

    cell: str = choice("lstm", "rnn")
    dim: int = 50
    words: int = 100
    text: str = choice("sentences", "running")
    epochs: int = 30
    batch: int = 32
    optimizer: str = choice("adam", "sgd")
    rate: float = 0.003
    clip: float = 5.0
    holdout: float = 0.1
    selection: str = choice("valid", "mean", run=False)
    method = NAME

    def __post_init__(self) -> None:
        super().__post_init__()
        fields.positive(self, self.where, "dim", "words", "epochs", "batch", "rate", "clip")
        for name, most in (("dim", MOST_DIM), ("words", MOST_WORDS)):
            if getattr(self, name) > most:
                raise BenchError(f"{self.where}: field '{name}' must be at most {most}")
        if not 0.0 < self.holdout < 1.0:
            raise BenchError(
                f"{self.where}: field 'holdout' must lie between 0 and 1, not {self.holdout}"
            )
        if self.joint:
            raise BenchError(f"{self.where}: field 'joint' must be False: units have a model each")

    @property
    def marks(self) -> tuple[str, ...]:
        """Its settings in short words, for labels and file names."""
        return (
            self.cell,
            f"d{self.dim}",
            f"{self.words}words",
            *["running"] * (self.text == "running"),
            *["sgd"] * (self.optimizer == "sgd"),
        )

    def capped(self, epochs: int) -> Recurrent:
        """The column under a budget of so many epochs."""
        return dataclasses.replace(self, epochs=min(self.epochs, epochs))
