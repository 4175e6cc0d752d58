"""A column of MemN2N: its settings, and each difference of the released code from the paper."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from bench.core import fields
from bench.core.column import Column
from bench.core.errors import BenchError
from bench.core.fields import build, choice

NAME = "memn2n"

VERSION = 4
"""Raised by hand whenever the same spec on the same data would train to other numbers.

``tests/methods/memn2n/test_trainer_version.py`` holds a fingerprint of a short training and fails
when the numbers move while this does not, and CI trains a committed restart again.
"""


MOST_HOPS, MOST_DIM, MOST_SLOTS = 100, 4096, 1000
"""Beyond these nothing is trained or read in reasonable time: S15 goes to 7 hops, d = 100, and 50
memories. (A saved model with layer-wise tying has no matrix a hop: no array bounds its hops.)"""


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Where the authors' released code differs from the paper's text (bAbI), one switch each.

    The default of every switch is the released code, except the clipping norm: Frobenius, since
    the released 2-norm costs a singular value decomposition a step and matches no better.
    """

    position_encoding: str = choice("released", "paper")
    """S15 4.1. paper: l_kj = (1 - j/J) - (k/d)(1 - 2j/J), J the sentence's own length.
    released: 1 + 4 (k - (d+1)/2)(j - (J+1)/2) / (d J), J = longest sentence of the data set + 1."""
    time_scale: str = choice("released", "paper")
    """paper: T is added unscaled. released: the time word sits in slot J and takes its PE
    weight."""
    answer_space: str = choice("released", "paper")
    """paper: softmax over the answer words. released: over all words, the null and the time
    words."""
    time_noise: str = choice("released", "paper")
    """With RN on. paper: ceil(n/10) empty memories are put in, the oldest fall out at the end.
    released: b ~ U{0..ceil(n/10)}; indices move, clipped at the memory size; nothing falls out."""
    clip_norm: str = choice("frobenius", "spectral")
    """The norm that is held at ``clip``. paper: frobenius. released: spectral (largest singular
    value). (Of the gradient of null rows that stay zero, which the released code counts, neither
    takes notice.)"""
    clip_rows: str = choice("together", "apart")
    """released: a matrix's word and time rows are one matrix. paper: A and T_A are two."""
    sampling: str = choice("released", "paper")
    """paper: epochs over the shuffled set. released: floor(N / batch) batches drawn with
    replacement."""
    halving: str = choice("released", "paper")
    """With halve_every = 25. paper: after 25, 50, 75 epochs. released: on entering 25, 50, 75,
    100."""
    linear_start_end: str = choice("released", "paper")
    """paper: when validation loss stops falling. released: after ``linear_start_epochs``."""
    null_columns: str = choice("released", "paper")
    """Without adjacent tying. paper: the null word's embedding is zero everywhere. released: the
    null rows of B and W are trained, so question padding is a learned bias."""
    question_padding: str = choice("released", "slots", neutral="slots")
    """Where that bias is. released: null words fill a question up to the longest sentence's length.
    slots (this suite's before): to J, one more, the slot of a memory's time word."""

    def __post_init__(self) -> None:
        fields.check(self, "readings")


@dataclass(frozen=True, kw_only=True)
class MemN2N(Column):
    """One column of MemN2N results (S15 sections 2 and 4). Build it with `memn2n`."""

    encoding: str = choice("pe", "bow")
    hops: int = 3
    dim: int = 20
    memory_size: int = 50
    tying: str = choice("adjacent", "layerwise", "untied")
    """S15 2.2. adjacent: A_{k+1} = C_k, B = A_1, W^T = C_K. layerwise: one A and one C, with B and
    W of their own. untied (ours): every hop has its own A and C, with B and W of their own."""
    state_map: bool = field(default=True, metadata={"neutral": True})
    """Layer-wise tying: u_{k+1} = H u_k + o_k. False (ours) leaves H out."""
    temporal: bool = field(default=True, metadata={"neutral": True})
    """T_A and T_C are added to memories (S15 4.1). False (ours): there are none, nor time words; J
    of position encoding counts their slot all the same."""
    nonlinearity: str = choice("none", "relu")
    linear_start: bool = False
    linear_start_epochs: int = 0
    linear_start_rate: float = 0.0
    time_noise: float = 0.0
    epochs: int = 100
    rate: float = 0.01
    halve_every: int = 25
    batch: int = 32
    clip: float = 40.0
    init_std: float = 0.1
    holdout: float = 0.1
    readings: Readings = field(default_factory=Readings)
    selection: str = choice("released", "paper", run=False)
    """Which training error picks the restart. paper: the final model's. released: the running error
    of the last epoch's batches, noise included. Ties: lower training loss, then lower seed."""
    method = NAME

    def __post_init__(self) -> None:
        super().__post_init__()
        where = self.where
        if not isinstance(self.readings, Readings):
            raise BenchError(f"{where}: field 'readings' must be Readings, not {self.readings!r}")
        fields.positive(self, where, "hops", "dim", "memory_size", "epochs", "halve_every", "batch")
        fields.positive(self, where, "rate", "clip", "init_std")
        for name, most in (("hops", MOST_HOPS), ("dim", MOST_DIM), ("memory_size", MOST_SLOTS)):
            if getattr(self, name) > most:
                raise BenchError(f"{where}: field '{name}' must be at most {most}")
        if not 0.0 < self.holdout < 1.0:
            raise BenchError(
                f"{where}: field 'holdout' must lie between 0 and 1, not {self.holdout}"
            )
        if not 0.0 <= self.time_noise < 1.0:
            raise BenchError(
                f"{where}: field 'time_noise' must lie in [0, 1), not {self.time_noise}"
            )
        ls_fields = ("linear_start_epochs", "linear_start_rate")
        if self.linear_start:
            fields.positive(self, where, *ls_fields)
        else:
            for name in ls_fields:
                if getattr(self, name):
                    raise BenchError(
                        f"{where}: field '{name}' contradicts linear_start=False; "
                        f"set linear_start=True or leave '{name}' out"
                    )
        if not self.state_map and self.tying != "layerwise":
            raise BenchError(
                f"{where}: field 'state_map' contradicts tying='{self.tying}': it has no H"
            )
        if self.time_noise and not self.temporal:
            raise BenchError(
                f"{where}: field 'time_noise' contradicts temporal=False: it moves time indices"
            )
        contradictions = [
            (
                "position_encoding",
                self.encoding == "bow",
                "encoding='bow' has no position encoding",
            ),
            ("time_scale", self.encoding == "bow", "encoding='bow' scales no time word"),
            ("time_scale", not self.temporal, "temporal is False"),
            ("clip_rows", not self.temporal, "temporal is False, so there are no time rows"),
            ("time_noise", self.time_noise == 0.0, "time_noise=0 inserts no empty memories"),
            ("linear_start_end", not self.linear_start, "linear_start is False"),
            (
                "null_columns",
                self.tying == "adjacent",
                "adjacent tying has no B and W of their own",
            ),
            (
                "question_padding",
                not self.pads_questions,
                "no null word of a question has a weight",
            ),
        ]
        for name, idle, why in contradictions:
            if idle and getattr(self.readings, name) != getattr(Readings, name):
                raise BenchError(
                    f"{where}: reading '{name}' has no effect here ({why}); leave it out"
                )

    @property
    def pads_questions(self) -> bool:
        """Whether null words of a question count: the paper's positions end with the sentence."""
        ends = self.encoding == "pe" and self.readings.position_encoding == "paper"
        trained = self.tying != "adjacent" and self.readings.null_columns == "released"
        return trained and not ends

    def canonical(self) -> dict[str, Any]:
        """As `Column.canonical`, without a reading that has no effect: it is younger than runs."""
        found = super().canonical()
        if not self.pads_questions:
            found["readings"].pop("question_padding", None)
        return found

    @property
    def marks(self) -> tuple[str, ...]:
        """Encoding, ways of training, hops, tying, dimension, and what is not usual."""
        return (
            self.encoding,
            *["ls"] * self.linear_start,
            *["rn"] * (self.time_noise > 0),
            f"{self.hops}hop",
            self.tying,
            f"d{self.dim}",
            *["noh"] * (not self.state_map),
            *["notime"] * (not self.temporal),
            *["relu"] * (self.nonlinearity == "relu"),
        )

    def capped(self, epochs: int) -> MemN2N:
        """At most so many epochs, and so many of linear start before them."""
        return dataclasses.replace(
            self,
            epochs=min(self.epochs, epochs),
            linear_start_epochs=min(self.linear_start_epochs, epochs),
        )


def memn2n(**settings: Any) -> MemN2N:
    """A MemN2N column from named fields; an unknown field is refused by name.

    Raises:
        BenchError: a field is unknown, missing, of the wrong type, or contradicts another.
    """
    return build(MemN2N, settings, f"column '{settings.get('id', '?')}'")


def readings(**switches: Any) -> Readings:
    """`Readings` from named switches; an unknown switch is refused by name."""
    return build(Readings, switches, "readings")
