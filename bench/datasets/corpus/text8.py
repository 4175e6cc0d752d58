"""Text8: the first 100 million letters of a Wikipedia, a to z and blanks alone (S15 section 5).

The first 93.3 million letters are the training text, the next 5.7 million the validation text, the
last million the test text. Rare words are <unk>: the corpus recipe of the authors' group replaces
those seen at most 10 times, which gives the 44 thousand words that the paper names; the paper's own
words are "less than 5", which does not. Both are data sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from pathlib import Path

from bench.core.dataset import AtHand, Wish
from bench.core.errors import BenchError
from bench.datasets import manifest
from bench.datasets.corpus import words
from bench.datasets.corpus.text import UNIT, Corpus
from bench.datasets.fetch import Release
from bench.datasets.sources import Lacking, Search
from bench.examples.tokens import Tokens

TOP = "text8"
NAME = f"{TOP}/text8"
MIRRORS = ("http://mattmahoney.net/dc/text8.zip",)
KNOWN = Path(__file__).with_name("text8.sha256")
CUTS = {"train": (0.0, 0.933), "valid": (0.933, 0.99), "test": (0.99, 1.0)}


class Text8(Corpus):
    """Text8 with a rule of rare words, 'fewer than N times'."""

    def __init__(self, name: str, rule: str):
        self.name = name
        self.least = int(re.findall(r"\d+", rule)[0])

    def find(self, units: Iterable[str], wish: Wish) -> Letters:
        """As `bench.core.dataset.DataSet.find`."""
        self.check(units)
        known = manifest.load(KNOWN)
        search = Search(
            self.name,
            Release(TOP, MIRRORS, known, "zip", base=TOP),
            mark="text8",
            needed=[NAME],
            check=partial(self._check, known[NAME], wish),
        )
        return search.first(wish, lambda why: Lacking())

    def known(self) -> AtHand:
        """The published file's."""
        return _at_hand("real", manifest.load(KNOWN)[NAME], self.least)

    def _check(self, known: str, wish: Wish, root: Path) -> Letters:
        file = root / "text8"
        found = manifest.sha256(file)
        if found != known and not wish.allow_unverified:
            raise BenchError(
                f"{file}: does not have its known SHA-256; restore the file from {MIRRORS[0]}, or "
                "use it as it is with --allow-unverified"
            )
        return Letters(file, found, "real" if found == known else "unverified", self.least)


def _at_hand(kind: str, sha256: str, least: int) -> AtHand:
    """The rule of rare words is part of the name: another one gives another text."""
    return AtHand(kind, {UNIT: {f"{NAME}, words seen {least} times or more": sha256}})


class Letters:
    """The file at hand (`bench.core.dataset.Found`)."""

    def __init__(self, file: Path, sha256: str, kind: str, least: int):
        self.root, self._file, self._sha256, self._least = file.parent, file, sha256, least
        self.at_hand = _at_hand(kind, sha256, least)
        self._read: dict[str, Tokens] = {}

    def read(self, unit: str, split: str) -> Tokens:
        """The tokens of a part of the file."""
        assert unit == UNIT
        if split not in self._read:
            self._read[split] = words.numbers(self._words(split), self._vocabulary, str(self._file))
        return self._read[split]

    @cached_property
    def _vocabulary(self) -> tuple[str, ...]:
        return words.vocabulary(self._words("train"), self._least)

    def _words(self, split: str) -> Iterator[list[str]]:
        data = manifest.read(self._file, self._sha256)
        odd = re.search(rb"[^a-z ]", data)
        if odd:
            raise BenchError(
                f"{self._file}: letter {odd.start() + 1} is none of a to z and blank; restore the "
                f"file from {MIRRORS[0]}"
            )
        first, last = (round(share * len(data)) for share in CUTS[split])
        return words.words(data[first:last], str(self._file), lines=False)
