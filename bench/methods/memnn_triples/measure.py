"""F1 over the judged candidates of the test questions, and how many statements they look at.

A question is answered by its candidate of the highest score among those that are looked at; other
statements of the memory are judged by nobody and ignored, as in Bordes et al. (2014). Precision is
of the questions that have an answer, recall of all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bench.examples.triples import Judged, Triples
from bench.methods.memnn_triples import hashing


class Measured(NamedTuple):
    """Of the test questions.

    Attributes:
        f1: in [0, 1].
        candidates: statements of the memory that a question looks at, in the mean.
    """

    f1: float
    candidates: float


def scores(judged: Judged, question: np.ndarray, statement: np.ndarray, match: float) -> np.ndarray:
    """(C,) s(x, y) of every candidate and its question (`bench.methods.memnn_triples.spec`)."""
    words = judged.statements.words
    asked = judged.questions @ question
    embedded = words @ statement
    alike = judged.questions[judged.asked].multiply(words).sum(axis=1)
    return (asked[judged.asked] * embedded).sum(axis=1) + match * np.asarray(alike)


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
    data: Triples, buckets: np.ndarray | None, question: np.ndarray, statement: np.ndarray,
    match: float,
) -> Measured:  # fmt: skip
    """A model's figures on the test questions.

    Args:
        buckets: as of `bench.methods.memnn_triples.hashing.buckets`.
        question, statement: (V, n), U's rows.
    """
    judged = data.judged
    assert judged is not None
    scored = scores(judged, question, statement, match)
    if buckets is None:
        return Measured(f1(judged, scored, np.ones(len(scored), bool)), float(len(data.memory)))
    memory, candidates = data.memory.words, judged.statements.words
    seen, looked = np.zeros(len(scored), bool), []
    for number in range(judged.questions.shape[0]):
        begin, end = judged.questions.indptr[number : number + 2]
        words = judged.questions.indices[begin:end]
        looked.append(int(hashing.looked_at(buckets, words, memory).sum()))
        own = judged.asked == number
        seen[own] = hashing.looked_at(buckets, words, candidates[own])
    return Measured(f1(judged, scored, seen), float(np.mean(looked)))
