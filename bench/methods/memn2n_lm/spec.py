"""A column of MemN2N as a language model (S15 section 5): its settings, and the two differences of
the released code from the paper."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from bench.core import fields
from bench.core.column import Column
from bench.core.errors import BenchError
from bench.core.fields import choice

NAME = "memn2n_lm"

VERSION = 1
"""Raised by hand whenever the same spec on the same data would train to other numbers."""

ROUNDING = 2
"""Raised by hand where only the order of sums is another. 2: rows are padded to whole cache lines,
the output layer's products go over first axes, a lane alone is not vmapped, and on GPUs hops are
fused. (On GPUs sums over the words of a batch come in any order, whatever this says.)"""

MOST_HOPS, MOST_DIM, MOST_MEMORY = 100, 4096, 4096

SHORT_UPDATES = 60
"""Of an epoch under a budget of epochs: a whole one takes minutes."""


@dataclass(frozen=True, kw_only=True)
class MemN2NLM(Column):
    """One row of Table 2; the defaults are its Penn Treebank rows'.

    A memory is one word, m_i = A x_i + T_A(i) and c_i = C x_i + T_C(i), the latest ``memory`` words
    before the one that is predicted; the first state is ``initial_state`` everywhere.

    Attributes:
        rectified: which units of the state a ReLU is on after every hop; 'half' the last half.
        anneal: what the rate is divided by (`bench.methods.memn2n_lm.schedule`).
        least_rate: training stops below it.
        updates: of an epoch, 0 for as many as batches make up the text. Other numbers are a
            budget's, not the paper's.
    """

    hops: int = 6
    memory: int = 100
    dim: int = 150
    tying: str = choice("layerwise", "adjacent")
    """layerwise: one A and one C, u_{k+1} = H u_k + o_k, and W of its own. adjacent (ours):
    A_{k+1} = C_k, W^T = C_K, u_{k+1} = u_k + o_k."""
    rectified: str = choice("half", "all", "none")
    initial_state: float = 0.1
    epochs: int = 100
    updates: int = field(default=0, metadata={"neutral": 0})
    batch: int = 128
    rate: float = 0.01
    anneal: float = 1.5
    least_rate: float = 1e-5
    clip: float = 50.0
    init_std: float = 0.05
    annealing: str = choice("released", "paper")
    """When the rate falls after an epoch. paper: the validation cost has not fallen. released: it
    is above 0.9999 of the one before."""
    sampling: str = choice("released", "once")
    """The positions of an epoch. released: drawn with replacement. once: each one once, in random
    order (the paper says nothing)."""
    lacking: str = choice("masked", "empty", neutral="masked")
    """What the first words of a text have in place of memories that are not there. masked: nothing.
    empty: memories of zeros, which score 0 and take their share of the softmax, as in question
    answering."""
    products: str = choice("float32", "tf32", neutral="float32")
    """What the factors of the output layer's three products are rounded to. tf32 has 10 bits of a
    mantissa, and a GPU's tensor cores for it; on CPUs the numbers are the same and slower."""
    method = NAME

    def __post_init__(self) -> None:
        super().__post_init__()
        fields.positive(self, self.where, "hops", "memory", "dim", "epochs", "batch")
        fields.positive(self, self.where, "rate", "least_rate", "clip", "init_std")
        for name, most in (("hops", MOST_HOPS), ("dim", MOST_DIM), ("memory", MOST_MEMORY)):
            if getattr(self, name) > most:
                raise BenchError(f"{self.where}: field '{name}' must be at most {most}")
        if self.updates < 0:
            raise BenchError(f"{self.where}: field 'updates' must be 0 or more")
        if self.anneal <= 1.0:
            raise BenchError(f"{self.where}: field 'anneal' must be above 1, not {self.anneal}")
        if self.joint:
            raise BenchError(f"{self.where}: field 'joint' must be False: a text has one model")

    @property
    def marks(self) -> tuple[str, ...]:
        """Its settings in short words, for labels and file names."""
        marks = [f"{self.hops}hop", f"{self.memory}words", f"d{self.dim}"]
        for name, usual in (("tying", "layerwise"), ("rectified", "half")):
            value = getattr(self, name)
            if value != usual:
                marks.append(f"{name}-{value}" if name == "rectified" else value)
        marks += [f"{n}-{getattr(self, n)}" for n in ("annealing", "sampling")
                  if getattr(self, n) != "released"]  # fmt: skip
        marks += ["empty"] * (self.lacking == "empty") + ["tf32"] * (self.products == "tf32")
        return tuple([*marks, f"{self.updates}updates"] if self.updates else marks)

    def capped(self, epochs: int) -> MemN2NLM:
        """The column under a budget of so many epochs, short ones of `SHORT_UPDATES`."""
        updates = min(self.updates or SHORT_UPDATES, SHORT_UPDATES)
        return dataclasses.replace(self, epochs=min(self.epochs, epochs), updates=updates)
