"""A column of MemNN: its settings, W14's model first and W15's extensions of it as switches."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from bench.core import fields
from bench.core.column import Column
from bench.core.errors import BenchError
from bench.core.fields import build, choice

NAME = "memnn"

VERSION = 1
"""Raised by hand whenever the same spec on the same data would train to other numbers."""

WHERE = "field 'speech'"

MOST_HOPS = 10
"""W15: hops go on until the null memory wins, at most ten."""

ORDERS: tuple[int, ...] = (1, 2, 3)
"""Of n-grams: words, and pairs, and triples of them (W15's NG)."""


@dataclass(frozen=True, kw_only=True)
class Speech:
    """R as a recurrent network that answers in sentences (W14 3.1). Build it with `speech`.

    It reads the question and the memories found, [x, m_o1, m_o2]; where the data has no supporting
    facts, running text and the question, and there is no O. Then it speaks, the likeliest word at
    every step. Its loss is taken on the answer's words and its end alone.

    Attributes:
        dim: hidden units, and as many of a word's embedding.
        words: of running text it reads the latest so many words, the question's among them.
        batch: answers an update.
        rate: of Adam.
        clip: the norm that the gradient of a batch's mean loss is held at.
    """

    cell: str = choice("lstm", "rnn")
    dim: int = 50
    words: int = 60
    epochs: int = 20
    batch: int = 32
    rate: float = 0.003
    clip: float = 5.0

    def __post_init__(self) -> None:
        fields.check(self, WHERE)
        fields.positive(self, WHERE, "dim", "words", "epochs", "batch", "rate", "clip")


@dataclass(frozen=True, kw_only=True)
class MemNN(Column):
    """One column of MemNN results. Build it with `memnn`.

    Attributes:
        hops: k of W14, at most so many supporting memories. With k > 1 there is a null memory: the
            target of the hop after the last fact, which ends the hops. k = 10 is W15's AM.
        ngrams: order of the n-grams in Phi, 1 to 3. 'held-out' trains all three side by side and
            keeps, for each restart, the one that errs least on the held-out training questions.
        nonlinear: E(x) = tanh(W tanh(Phi(x)^T U)) on both sides of the score (W15's NL).
        write_time: scores of triples with three features of writing times, and a tournament in
            place of the maximum (W14 3.4).
        slot_time: without ``write_time``: Phi of a memory says which slot it stands in, the oldest
            that is kept being the first: absolute times, which W14 3.4 had less success with.
        lists: word lists for the memories in a query. 'hop': one for each, so that R knows which
            is which; 'one': the same for all (W14's D = 3|W|).
        answers: of several words are in the data an answer of their own each. 'whole': R chooses
            among them; 'words': R says one word after another until a stop word wins (W15), where a
            training question's answer has several.
        dictionaries: 'three': a word of the question, of a memory in the query and of a candidate
            has rows apart (W14's D = 3|W|); 'one': they are the same row (D = |W|). The answers
            that R chooses from have rows of their own in both.
        contexts: a word that no training text has is known by its neighbours (W14 3.5); without,
            it is passed over.
        matches: features of the words that a candidate shares with the query (W14 3.6).
        shared: of an unseen word that is shared the features say 'itself', that one is; or, with
            contexts, 'neighbours', also what stands beside it in the memory, on either side.
        dropped: in training, the share of the known words that are taken for unseen, drawn anew
            for every question.
        supervision: 'facts', the supporting facts in order; 'words', none are known, and a memory
            is valid by the words it shares (MemNN-WSH of S15).
        stop_share: with 'words', a word in more than this share of the distinct training
            statements does not count; 1: every word counts.
        target: with 'words', which of a hop's valid memories is its target: one 'drawn' anew in
            every update, or the 'best', which the model itself ranks above the others then.
        loss: the margins of all wrong memories and answers are summed, or one of each is
            'sampled' (W14 3.1).
        negatives: with 'sum', where a hop has more wrong memories than this, each counts so much
            less that together they are what so many, drawn at random, would be on average: steps
            do not grow with the memory, and do not diverge where it is large.
        gamma: the margin.
        schedule: the rate is 'constant', or falls to 0 in a straight line.
        memory_size: the latest so many statements are kept.
        holdout: share of the training questions, the last ones, that are not trained on; 0 for
            none.
        batch: questions an update; their losses are summed.
        speech: R answers in sentences; None: it chooses a word. O is trained as it is beside an R
            that chooses; of the speaking R's epochs the one whose answers to the held-out questions
            are best is kept.
        text: what is read. 'sentences': statements, each a memory; 'stream': running text
            (`bench.examples.streams`), and a memory is a segment that a segmenter has cut from it,
            which each restart learns first (W14 3.2, `bench.methods.memnn.segmenter`).
    """

    hops: int = 2
    dim: int = 100
    ngrams: str = choice("1", "2", "3", "held-out")
    nonlinear: bool = False
    write_time: bool = True
    slot_time: bool = dataclasses.field(default=False, metadata={"neutral": False})
    lists: str = choice("hop", "one")
    answers: str = choice("whole", "words", neutral="whole")
    dictionaries: str = choice("three", "one", neutral="three")
    contexts: bool = dataclasses.field(default=False, metadata={"neutral": False})
    matches: bool = dataclasses.field(default=False, metadata={"neutral": False})
    shared: str = choice("itself", "neighbours", neutral="itself")
    dropped: float = dataclasses.field(default=0.0, metadata={"neutral": 0.0})
    supervision: str = choice("facts", "words")
    stop_share: float = 0.0
    target: str = choice("drawn", "best", neutral="drawn")
    loss: str = choice("sum", "sampled")
    negatives: int = 16
    gamma: float = 0.1
    rate: float = 0.01
    schedule: str = choice("linear", "constant")
    epochs: int = 10
    batch: int = 1
    memory_size: int = 80
    init_std: float = 0.1
    holdout: float = 0.0
    speech: Speech | None = dataclasses.field(default=None, metadata={"neutral": None})
    text: str = choice("sentences", "stream", neutral="sentences")
    method = NAME

    def __post_init__(self) -> None:
        super().__post_init__()
        where = self.where
        fields.positive(self, where, "hops", "dim", "epochs", "batch", "memory_size", "negatives")
        fields.positive(self, where, "gamma", "rate", "init_std")
        if self.hops > MOST_HOPS:
            raise BenchError(f"{where}: field 'hops' must be at most {MOST_HOPS}")
        if not 0.0 <= self.holdout < 1.0:
            raise BenchError(f"{where}: field 'holdout' must lie in [0, 1), not {self.holdout}")
        for name in ("ngrams", "selection"):
            if getattr(self, name) == "held-out" and not self.holdout:
                raise BenchError(f"{where}: {name}='held-out' contradicts holdout=0; hold some out")
        if not 0.0 <= self.dropped < 1.0:
            raise BenchError(f"{where}: field 'dropped' must lie in [0, 1), not {self.dropped}")
        if self.loss == "sampled" and self.negatives != MemNN.negatives:
            raise BenchError(f"{where}: field 'negatives' has no effect with loss='sampled'")
        if self.slot_time and self.write_time:
            raise BenchError(f"{where}: field 'slot_time' contradicts write_time=True; choose one")
        if self.dictionaries == "one" and self.lists == "hop":
            raise BenchError(f"{where}: field 'dictionaries'='one' contradicts lists='hop'")
        if self.supervision == "facts" and self.stop_share:
            raise BenchError(f"{where}: field 'stop_share' has no effect with supervision='facts'")
        if self.supervision == "facts" and self.target != "drawn":
            raise BenchError(f"{where}: field 'target' has no effect with supervision='facts'")
        if self.supervision == "words" and not 0.0 < self.stop_share <= 1.0:
            raise BenchError(
                f"{where}: field 'stop_share' must lie in (0, 1] with supervision='words', "
                f"not {self.stop_share}"
            )
        if self.answers == "words":
            self._check_spelling()
        if self.speech is not None:
            self._check_speech()
        if self.open:
            self._check_open()
        if self.text == "stream":
            self._check_stream()

    def _check_spelling(self) -> None:
        """Refuses what answers said word by word do not go with."""
        if self.speech is not None or self.open:
            raise BenchError(
                f"{self.where}: answers='words' contradicts fields 'speech', 'contexts', 'matches' "
                "and 'dropped'"
            )
        for name, needed in (("loss", "sum"), ("dictionaries", "three"), ("text", "sentences")):
            if getattr(self, name) != needed:
                raise BenchError(
                    f"{self.where}: answers='words' is written for {name}={needed!r} alone"
                )

    def _check_open(self) -> None:
        """Refuses what the modelling of unseen words does not go with."""
        if self.shared == "neighbours" and not (self.contexts and self.matches):
            raise BenchError(
                f"{self.where}: field 'shared'='neighbours' needs contexts=True and matches=True"
            )
        for name, needed in (
            ("ngrams", "1"), ("nonlinear", False), ("supervision", "facts"), ("lists", "one"),
            ("dictionaries", "three"), ("slot_time", False), ("speech", None), ("joint", False),
            ("text", "sentences"),
        ):  # fmt: skip
            if getattr(self, name) != needed:
                raise BenchError(
                    f"{self.where}: contexts, matches and dropped are written for "
                    f"{name}={needed!r} alone"
                )

    def _check_stream(self) -> None:
        """Refuses what word streams do not go with: a segmenter is taught by facts, and W14 has
        bags of words."""
        if self.speech is not None:
            raise BenchError(f"{self.where}: text='stream' contradicts field 'speech'")
        for name, only in (("supervision", "facts"), ("ngrams", "1")):
            if getattr(self, name) != only:
                raise BenchError(f"{self.where}: text='stream' goes with {name}={only!r} alone")

    def _check_speech(self) -> None:
        """Refuses what a speaking R does not go with."""
        where = self.where
        if not isinstance(self.speech, Speech):
            raise BenchError(f"{where}: field 'speech' must be a Speech, not {self.speech!r}")
        if not self.holdout:
            raise BenchError(f"{where}: field 'speech' contradicts holdout=0; hold some out")
        for name, wrong in (("ngrams", "held-out"), ("supervision", "words"), ("joint", True)):
            if getattr(self, name) == wrong:
                raise BenchError(f"{where}: field 'speech' contradicts {name}={wrong!r}")

    @property
    def open(self) -> bool:
        """Whether words that no training text has are modelled in any way."""
        return self.contexts or self.matches or self.dropped > 0.0 or self.shared == "neighbours"

    @property
    def orders(self) -> tuple[int, ...]:
        """The orders of n-grams that are trained."""
        return ORDERS if self.ngrams == "held-out" else (int(self.ngrams),)

    @property
    def marks(self) -> tuple[str, ...]:
        """Hops, n-grams, dimension, and what is not usual."""
        return (
            "am" if self.hops == MOST_HOPS else f"k{self.hops}",
            *["wsh"] * (self.supervision == "words"),
            *["best"] * (self.target == "best"),
            "ng" if self.ngrams == "held-out" else f"{self.ngrams}gram",
            *["nl"] * self.nonlinear,
            *["slottime" if self.slot_time else "notime"] * (not self.write_time),
            *["words"] * (self.answers == "words"),
            *["1dictionary"] * (self.dictionaries == "one"),
            *["contexts"] * self.contexts,
            *["matches"] * self.matches,
            *["neighbours"] * (self.shared == "neighbours"),
            *[f"dropped{self.dropped:g}"] * (self.dropped > 0.0),
            *["stream"] * (self.text == "stream"),
            f"d{self.dim}",
            *([f"{self.speech.cell}{self.speech.dim}"] if self.speech else []),
        )

    def capped(self, epochs: int) -> MemNN:
        """At most so many epochs, of O and of a speaking R each."""
        spoken = self.speech and dataclasses.replace(
            self.speech, epochs=min(self.speech.epochs, epochs)
        )
        return dataclasses.replace(self, epochs=min(self.epochs, epochs), speech=spoken)


def memnn(**settings: Any) -> MemNN:
    """A MemNN column from named fields; an unknown field is refused by name.

    Raises:
        BenchError: a field is unknown, missing, of the wrong type, or contradicts another.
    """
    return build(MemNN, settings, f"column '{settings.get('id', '?')}'")


def speech(**settings: Any) -> Speech:
    """A speaking R from named fields.

    Raises:
        BenchError: as `memnn`.
    """
    return build(Speech, settings, WHERE)
