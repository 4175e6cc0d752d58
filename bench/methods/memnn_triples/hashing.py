"""Hashing the memory: which statements a question looks at (W14 3.3).

A statement lies in the bucket of each of its words. 'words': a bucket a word. 'clusters': a bucket
a cluster of words, by K-means over U's rows for statements' words, so that words of like meaning
share one.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_array, csr_array

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
    found = np.full(words, NOWHERE, np.int64)
    some = np.flatnonzero((held > 0) & (held <= spec.common * statements))
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


class Index:
    """Statements by their buckets.

    Args:
        buckets: (V,) as `buckets` gives it.
        statements: (M, V).
    """

    def __init__(self, buckets: np.ndarray, statements: csr_array):
        held = buckets[statements.indices]
        rows = np.repeat(np.arange(statements.shape[0]), np.diff(statements.indptr))
        kept = held != NOWHERE
        shape = (statements.shape[0], int(buckets.max(initial=NOWHERE)) + 1)
        there = np.ones(int(kept.sum()), bool)
        self._buckets, self._held = buckets, csc_array((there, (rows[kept], held[kept])), shape)

    def looked_at(self, words: np.ndarray) -> np.ndarray:
        """The statements that share a bucket with one of these words, in order."""
        wanted = np.unique(self._buckets[words])
        ends, rows = self._held.indptr, self._held.indices
        parts = [rows[ends[b] : ends[b + 1]] for b in wanted[wanted != NOWHERE]]
        return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
