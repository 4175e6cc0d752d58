"""Questions put to a saved restart: of the statements that each looks at, by the restart's hashing,
the one of the highest score (W14 3.1 with k = 1, 3.3, 5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from bench.examples.triples import Statements
from bench.methods.memnn_triples import hashing
from bench.methods.memnn_triples.saved import Saved

NOTHING = -1


class Best(NamedTuple):
    """What a memory has for N questions.

    Attributes:
        statements: (N,) the statement of the highest score, of equals the last, as in
            `bench.methods.memnn_triples.measure`; `NOTHING` where none is looked at.
        scores: (N,) its score, minus infinity where there is none.
    """

    statements: np.ndarray
    scores: np.ndarray


def bags(texts: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> csr_array:
    """(N, V) texts as bags; words that are not in the vocabulary are passed over."""
    index = {word: number for number, word in enumerate(vocabulary)}
    words = [[index[word] for word in text if word in index] for text in texts]
    rows = np.repeat(np.arange(len(words)), list(map(len, words)))
    columns = np.array([number for text in words for number in text], np.int32)
    there = np.ones(len(columns), np.float32)
    return csr_array((there, (rows, columns)), (len(texts), len(vocabulary)))


def best(saved: Saved, memory: Statements, questions: csr_array) -> Best:
    """The best statement of each question. Without hashing each takes all embeddings of the memory.

    Args:
        questions: (N, V).
    """
    words, asked = memory.words, questions @ saved.question
    buckets = hashing.buckets(saved.spec, words, saved.statement, saved.run["seed"])
    index = None if buckets is None else hashing.Index(buckets, words)
    count = questions.shape[0]
    found = Best(np.full(count, NOTHING), np.full(count, -np.inf, np.float32))
    for number in range(count):
        question = questions[[number]]
        seen = np.arange(len(memory)) if index is None else index.looked_at(question.indices)
        if not len(seen):
            continue
        those = words[seen]
        scores = those @ saved.statement @ asked[number]
        scores += saved.match * (those @ question.T).toarray()[:, 0]
        found.statements[number] = seen[np.flatnonzero(scores == scores.max())[-1]]
        found.scores[number] = scores.max()
    return found
