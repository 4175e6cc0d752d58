"""Batches: pairs drawn at random, as bags of one length.

Bags stay sparse on the host, where a memory of millions of statements has room; what an update
needs is cut from them block by block.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from bench.examples.triples import Triples

MOST_WORDS = 24
"""Of a part of a statement, and of a question; of a longer one some are left out."""

NUMBERS = 6
"""Drawn for each place of a batch: a statement, how it is asked for, and a wrong statement; a pair
of paraphrases, a wrong one, and which way round the pair is."""


class Bags(NamedTuple):
    """(..., L) numbers of words and their counts."""

    words: np.ndarray
    counts: np.ndarray


class Batches:
    """What is trained on.

    Args:
        data: with at least two statements and two paraphrases.
    """

    def __init__(self, data: Triples):
        self._data = data
        asking, ends = data.patterns, data.endings
        special = sorted(set(asking.ending[asking.ending >= 0].tolist()))
        kinds = np.full(len(ends), -1, np.int32)
        for word in special:
            kinds[ends == word] = word
        self._kinds = kinds
        self._ways = {kind: np.flatnonzero(asking.ending == kind) for kind in (-1, *special)}
        memory = data.memory
        self._arguments = [_width(part) for part in (memory.first, memory.second)]
        self._relation, self._pattern = _width(memory.relation), _width(asking.words)
        self._question = max(map(_width, data.paraphrases))

    def statements(self, numbers: np.ndarray) -> tuple[Bags, Bags, Bags]:
        """Questions made of statements, these, and wrong ones, for uint32 (..., `NUMBERS`)."""
        memory, asking = self._data.memory, self._data.patterns
        which = (numbers[..., 0] % len(memory)).astype(np.int64)
        pattern = np.empty(which.shape, np.int64)
        for kind, ways in self._ways.items():
            those = self._kinds[which] == kind
            pattern[those] = ways[numbers[..., 1][those] % len(ways)]
        given = np.where(
            asking.asks_second[pattern][..., None],
            np.arange(2) == 0,  # the first argument stands in the question, or the second
            np.arange(2) == 1,
        )
        parts = [rows(asking.words, pattern, self._pattern)]
        parts.append(rows(memory.relation, which, self._relation))
        for place, argument in enumerate((memory.first, memory.second)):
            bag = rows(argument, which, self._arguments[place])
            parts.append(Bags(bag.words, bag.counts * given[..., place, None]))
        wrong = (numbers[..., 2] % (len(memory) - 1)).astype(np.int64)
        wrong += wrong >= which
        return joined(parts), self._whole(which), self._whole(wrong)

    def paraphrases(self, numbers: np.ndarray) -> tuple[Bags, Bags, Bags]:
        """Questions, others that mean the same, and wrong ones."""
        one, other = self._data.paraphrases
        count = one.shape[0]
        which = (numbers[..., 3] % count).astype(np.int64)
        wrong = (numbers[..., 4] % (count - 1)).astype(np.int64)
        wrong += wrong >= which
        turned = (numbers[..., 5] % 2 == 1)[..., None]
        bags = [rows(side, which, self._question) for side in (one, other)]
        ahead, behind = (
            Bags(*(np.where(turned, a, b) for a, b in zip(first, last, strict=True)))
            for first, last in (bags[::-1], bags)
        )
        return ahead, behind, rows(other, wrong, self._question)

    def _whole(self, which: np.ndarray) -> Bags:
        memory = self._data.memory
        widths = (self._arguments[0], self._relation, self._arguments[1])
        parts = (memory.first, memory.relation, memory.second)
        return joined([rows(part, which, width) for part, width in zip(parts, widths, strict=True)])


def rows(bags: csr_array, which: np.ndarray, width: int) -> Bags:
    """Rows of a sparse matrix as bags of ``width`` places; the last of a longer row are cut."""
    if not bags.nnz:
        shape = (*which.shape, width)
        return Bags(np.zeros(shape, np.int32), np.zeros(shape, np.float32))
    begin = bags.indptr[which].astype(np.int64)[..., None]
    place = np.arange(width)
    there = place < (bags.indptr[which + 1].astype(np.int64)[..., None] - begin)
    at = np.where(there, begin + place, 0)
    words = np.where(there, bags.indices[at], 0).astype(np.int32)
    return Bags(words, np.where(there, bags.data[at], 0.0).astype(np.float32))


def joined(parts: list[Bags]) -> Bags:
    """One bag of the words of several."""
    return Bags(*(np.concatenate(some, axis=-1) for some in zip(*parts, strict=True)))


def _width(bags: csr_array) -> int:
    return min(int(np.diff(bags.indptr).max(initial=1)), MOST_WORDS)
