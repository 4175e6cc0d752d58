"""A column of a recurrent language model (S15's Table 2, its baselines): its settings."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from bench.core import fields
from bench.core.column import Column
from bench.core.errors import BenchError
from bench.core.fields import choice

NAME = "recurrent_lm"

VERSION = 1
"""Raised by hand whenever the same spec on the same data would train to other numbers."""

MOST_DIM = 4096

SHORT_UPDATES = 60
"""Of an epoch under a budget of epochs: a whole one takes minutes."""


@dataclass(frozen=True, kw_only=True)
class RecurrentLM(Column):
    """One column. S15 quotes its recurrent models from others and gives no schedule, so this is
    ours: Adam or plain gradient descent, the rate divided by ``anneal`` after every epoch that has
    not lowered the validation cost; the model of the epoch of least validation cost counts.

    Attributes:
        dim: hidden units, and as many of a word's embedding.
        batch: pieces that the text is cut into, read side by side, each from its beginning to its
            end in an epoch.
        steps: words of each between two updates: so far a gradient goes back; the state goes on.
        clip: the norm that the gradient of the mean cost is held at.
        least_rate: training stops below it.
        updates: of an epoch, 0 for all that the pieces have. Other numbers are a budget's.
    """

    cell: str = choice("lstm", "rnn")
    dim: int = 100
    batch: int = 20
    steps: int = 35
    epochs: int = 15
    updates: int = field(default=0, metadata={"neutral": 0})
    optimizer: str = choice("adam", "sgd", neutral="adam")
    rate: float = 0.003
    anneal: float = 4.0
    least_rate: float = 1e-5
    clip: float = 1.0
    method = NAME

    def __post_init__(self) -> None:
        super().__post_init__()
        fields.positive(self, self.where, "dim", "batch", "steps", "epochs")
        fields.positive(self, self.where, "rate", "least_rate", "clip")
        if self.dim > MOST_DIM:
            raise BenchError(f"{self.where}: field 'dim' must be at most {MOST_DIM}")
        if self.updates < 0:
            raise BenchError(f"{self.where}: field 'updates' must be 0 or more")
        if self.anneal <= 1.0:
            raise BenchError(f"{self.where}: field 'anneal' must be above 1, not {self.anneal}")
        if self.joint:
            raise BenchError(f"{self.where}: field 'joint' must be False: a text has one model")

    @property
    def marks(self) -> tuple[str, ...]:
        """Its settings in short words, for labels and file names."""
        marks: tuple[str, ...] = (self.cell, f"d{self.dim}", f"{self.steps}steps")
        marks += ("sgd",) * (self.optimizer == "sgd")
        return (*marks, f"{self.updates}updates") if self.updates else marks

    def capped(self, epochs: int) -> RecurrentLM:
        """The column under a budget of so many epochs, short ones of `SHORT_UPDATES`."""
        updates = min(self.updates or SHORT_UPDATES, SHORT_UPDATES)
        return dataclasses.replace(self, epochs=min(self.epochs, epochs), updates=updates)
