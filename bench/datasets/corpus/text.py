"""What the data sets of running text have in common: one unit, its three texts, perplexity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bench.core.dataset import AtHand, Found, Metric, Summary
from bench.core.errors import BenchError
from bench.datasets import manifest
from bench.datasets.corpus import words
from bench.examples.tokens import Tokens

UNIT = "text"
SPLITS = ("train", "valid", "test")


class Corpus:
    """As `bench.core.dataset.DataSet`."""

    reads: type = Tokens
    units: Sequence[str] = (UNIT,)
    titles: Mapping[str, str] = {UNIT: ""}
    noun: str = "text"
    few: Sequence[str] = (UNIT,)
    metric = Metric("test_ppl", "test perplexity", "", better="lower", least=1.0)
    summaries: Sequence[Summary] = ()
    questions = 0
    compares = False
    own = False
    name: str

    def label(self, units: Sequence[str]) -> str:
        """Always the same: a corpus is one text."""
        del units
        return UNIT

    def check(self, units: Iterable[str]) -> None:
        """BenchError if one of these is not the unit that there is."""
        for unit in units:
            if unit != UNIT:
                raise BenchError(f"data set {self.name} has no unit '{unit}'; its unit: {UNIT}")

    def known(self) -> AtHand:
        """As `bench.core.dataset.DataSet.known`: nothing, unless a subclass knows its files."""
        return AtHand("unverified", {})

    def whole(self, found: Found) -> AtHand:
        """As `bench.core.dataset.DataSet.whole`: there is one unit."""
        return found.at_hand


@dataclass(frozen=True, eq=False)
class Texts:
    """A corpus at hand, a file a text (`bench.core.dataset.Found`).

    Attributes:
        files: split -> its file.
        hashes: split -> (name, SHA-256) of the file.
        least: rarer words of the training text are one (`bench.datasets.corpus.words.vocabulary`).
    """

    root: Path
    kind: str
    files: Mapping[str, Path]
    hashes: Mapping[str, tuple[str, str]]
    least: int = 1
    about: str = ""
    _read: dict[str, Tokens] = field(default_factory=dict, repr=False)

    @property
    def at_hand(self) -> AtHand:
        return AtHand(self.kind, {UNIT: dict(self.hashes.values())}, self.about)

    def read(self, unit: str, split: str) -> Tokens:
        """The tokens of a text; the bytes read are those checked."""
        assert unit == UNIT
        if split not in self._read:
            found = words.numbers(self._words(split), self._vocabulary, str(self.files[split]))
            self._read[split] = found
        return self._read[split]

    @cached_property
    def _vocabulary(self) -> tuple[str, ...]:
        return words.vocabulary(self._words("train"), self.least)

    def _words(self, split: str) -> Iterator[list[str]]:
        file = self.files[split]
        data = manifest.read(file, self.hashes[split][1])
        return words.words(data, str(file), lines=True)
