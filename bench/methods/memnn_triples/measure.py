"""F1 over the judged candidates of the test questions, and how many statements they look at.

A question is answered by its candidate of the highest score among those that are looked at, of
equals the last in the file; other statements of the memory are judged by nobody and ignored (W14
5.1). Precision is of the questions that have an answer, recall of all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from bench.examples.triples import Judged
from bench.methods.memnn_triples.hashing import Index


class Measured(NamedTuple):
    """Of the test questions.

    Attributes:
        f1: in [0, 1].
        candidates: statements of the memory that a question looks at, in the mean.
    """

    f1: float
    candidates: float


def scores(judged: Judged, question: np.ndarray, statement: np.ndarray, match: float) -> np.ndarray:
    """(C,) s(x, y) of every candidate and its question (`bench.methods.memnn_triples.spec`).

    Args:
        question, statement: (V, n), U's rows.
    """
    words = judged.statements.words
    asked = judged.questions @ question
    alike = judged.questions[judged.asked].multiply(words).sum(axis=1)
    return (asked[judged.asked] * (words @ statement)).sum(axis=1) + match * np.asarray(alike)


def f1(judged: Judged, scored: np.ndarray, seen: np.ndarray) -> float:
    """Harmonic mean of precision and recall.

    Args:
        scored: (C,) scores.
        seen: (C,) bool, the candidates that are looked at.
    """
    best = np.full(judged.questions.shape[0], -1)
    order = np.argsort(scored, kind="stable")
    order = order[seen[order]]
    best[judged.asked[order]] = order  # the last that is written is the highest
    answered = best >= 0
    right = int(judged.right[best[answered]].sum())
    if not right:
        return 0.0
    precision, recall = right / int(answered.sum()), right / len(best)
    return 2 * precision * recall / (precision + recall)


def measure(
    judged: Judged, memory: csr_array, scored: np.ndarray, buckets: np.ndarray | None
) -> Measured:
    """A model's figures.

    Args:
        memory: (M, V), the words of all statements.
        scored: (C,) scores.
        buckets: as of `bench.methods.memnn_triples.hashing.buckets`.
    """
    everything = np.ones(len(scored), bool)
    if buckets is None:
        return Measured(f1(judged, scored, everything), float(memory.shape[0]))
    candidates, whole = Index(buckets, judged.statements.words), Index(buckets, memory)
    seen, looked = ~everything, []
    for number in range(judged.questions.shape[0]):
        begin, end = judged.questions.indptr[number : number + 2]
        words = judged.questions.indices[begin:end]
        looked.append(len(whole.looked_at(words)))
        found = candidates.looked_at(words)
        seen[found[judged.asked[found] == number]] = True
    return Measured(f1(judged, scored, seen), float(np.mean(looked)))
