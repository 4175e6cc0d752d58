"""Hashing the memory: which statements a question looks at (W14 3.3).

A statement lies in the bucket of each of its words. 'words': a bucket a word. 'clusters': a bucket
a cluster of words, by K-means over U's rows for statements' words, so that words of like meaning
share one.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from bench.methods.memnn_triples.spec import MemNNTriples

NOWHERE = -1


def buckets(
    spec: MemNNTriples, memory: csr_array, table: np.ndarray, seed: int
) -> np.ndarray | None:
    """(V,) the bucket of each word, `NOWHERE` of none; None where everything is looked at.

    Args:
        memory: (M, V), the words of all statements.
        table: (V, n), U's rows for statements' words.
    """
    if spec.hashing == "none":
        return None
    statements, words = memory.shape
    held = np.bincount(memory.indices, minlength=words)
    kept = (held > 0) & (held <= spec.common * statements)
    found = np.full(words, NOWHERE, np.int64)
    some = np.flatnonzero(kept)
    if spec.hashing == "words":
        found[some] = some
    elif len(some):
        found[some] = clusters(table[some], min(spec.clusters, len(some)), seed)
    return found


def clusters(rows: np.ndarray, count: int, seed: int) -> np.ndarray:
    """(W,) the cluster of each row, by K-means."""
    from sklearn.cluster import MiniBatchKMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # the order of sums, and so the clusters, hang on the threads
        means = MiniBatchKMeans(count, random_state=seed, n_init=1, batch_size=4096)
        return np.asarray(means.fit_predict(np.asarray(rows, np.float64)), np.int64)


def looked_at(found: np.ndarray, question: np.ndarray, statements: csr_array) -> np.ndarray:
    """(M,) bool, whether each statement shares a bucket with the question.

    Args:
        found: as `buckets` gives it.
        question: numbers of its words.
    """
    wanted = np.unique(found[question])
    wanted = wanted[wanted != NOWHERE]
    if not len(wanted):
        return np.zeros(statements.shape[0], bool)
    hit = np.isin(found, wanted)[statements.indices]
    ends = np.concatenate([[0], np.cumsum(hit)])[statements.indptr]
    return np.diff(ends) > 0
