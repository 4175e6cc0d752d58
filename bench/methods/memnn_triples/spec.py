"""A column of W14's memory network over triples (W14 5.1): its settings."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from bench.core import fields
from bench.core.column import Column
from bench.core.errors import BenchError
from bench.core.fields import choice

NAME = "memnn_triples"

VERSION = 1
"""Raised by hand whenever the same spec on the same data would train to other numbers."""

SHORT_UPDATES = 60
"""Of an epoch under a budget of epochs."""


@dataclass(frozen=True, kw_only=True)
class MemNNTriples(Column):
    """One column. A question x is answered by the statement y of the highest score

        s(x, y) = Phi_x(x)^T U^T U Phi_y(y) + match Phi_x(x)^T Phi_y(y),

    a bag of words each, with word lists apart (D = 2|W|: k = 1, and R returns the statement). Every
    restart trains two models on the same draws: without the match of words (match = 0) and with it
    (W14 3.6).

    Of the settings W14 gives n and K for these experiments; margin and rate are those of its
    simulations, the rest is ours. A wrong statement is any other one, drawn at random; Bordes et
    al. (2014), whom W14 follows, make it of the right one.

    Attributes:
        reports: which of the two the metric ``f1`` is of.
        hashing: which statements are scored (W14 3.3). 'none': all. 'words': those that share with
            the question a word that has a bucket. 'clusters': those that have a word of the same
            cluster, of K-means over U's rows for statements' words.
        clusters: K.
        common: a word in more than this share of the statements has no bucket (ours: the paper does
            not say which words have one).
        match: what a shared word adds to the score.
        gamma: the margin.
        updates: of an epoch, 0 for as many as batches make up the memory.
        batch: pairs of a question and a statement an update, and as many of paraphrases.
    """

    reports: str = choice("embedding", "match")
    hashing: str = choice("none", "words", "clusters")
    clusters: int = field(default=1000, metadata={"neutral": 1000})
    common: float = field(default=0.001, metadata={"neutral": 0.001})
    dim: int = 128
    match: float = 0.02
    gamma: float = 0.1
    rate: float = 0.01
    epochs: int = 20
    updates: int = field(default=0, metadata={"neutral": 0})
    batch: int = 32
    init_std: float = 0.1
    method = NAME

    def __post_init__(self) -> None:
        super().__post_init__()
        names = ("clusters", "common", "dim", "match", "gamma", "rate", "epochs", "batch")
        fields.positive(self, self.where, *names, "init_std")
        if self.updates < 0:
            raise BenchError(f"{self.where}: field 'updates' must be 0 or more")
        if self.common > 1.0:
            raise BenchError(f"{self.where}: field 'common' must be at most 1, not {self.common}")
        for name, hashes in (("clusters", ("clusters",)), ("common", ("words", "clusters"))):
            usual = getattr(MemNNTriples, name)
            if self.hashing not in hashes and getattr(self, name) != usual:
                raise BenchError(
                    f"{self.where}: field '{name}' has no effect with hashing='{self.hashing}'"
                )
        if self.joint:
            raise BenchError(f"{self.where}: field 'joint' must be False: a memory has one model")

    @property
    def marks(self) -> tuple[str, ...]:
        """Its settings in short words, for labels and file names."""
        hashed = {"none": (), "words": ("words",), "clusters": (f"{self.clusters}clusters",)}
        short = (f"{self.updates}updates",) if self.updates else ()
        return (self.reports, f"d{self.dim}", *hashed[self.hashing], *short)

    def capped(self, epochs: int) -> MemNNTriples:
        """The column under a budget of so many epochs, short ones of `SHORT_UPDATES`."""
        updates = min(self.updates or SHORT_UPDATES, SHORT_UPDATES)
        return dataclasses.replace(self, epochs=min(self.epochs, epochs), updates=updates)
