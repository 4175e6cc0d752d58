"""Sentence representations as bags: BoW and position encoding (S15 4.1).

Position encoding has rank 2: every form here is l_kj = c + alpha_k beta_j. So a sentence is two
vectors over the vocabulary, its bag (sum of one-hot words) and its weighted bag (the same with
weights beta_j), both fixed by the data, and sum_j l_j o A x_j = c bag A + alpha o (wbag A).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.examples.encode import NULL


@dataclass(frozen=True)
class Weights:
    """l_kj = c + alpha_k beta_j for d dimensions.

    Attributes:
        c: the constant; BoW is c = 1 alone.
        alpha: (d,) float64; empty for BoW, whose weighted bag is not needed.
        time: (d,) float64, what the time word's embedding is multiplied by.
    """

    c: float
    alpha: np.ndarray
    time: np.ndarray


def weights(encoding: str, form: str, time_scale: str, dim: int, slots: int) -> Weights:
    """The d-dimensional part of the encoding.

    Args:
        encoding: 'bow' or 'pe'.
        form: 'released' or 'paper' (S15 4.1), see `beta`.
        time_scale: 'paper' leaves T unscaled; 'released' puts the time word into the last slot, so
            PE scales it (BoW does not).
        dim: d.
        slots: J of the released form.
    """
    k = np.arange(1, dim + 1, dtype=np.float64)
    if encoding == "bow":
        return Weights(1.0, np.zeros(0), np.ones(dim))
    if form == "released":
        c, alpha, last = 1.0, (2 * k - dim - 1) / dim, (slots - 1) / slots
    else:
        c, alpha, last = 0.5, 2 * k / dim - 1, 0.5
    time = c + alpha * last if time_scale == "released" else np.ones(dim)
    return Weights(c, alpha, time)


def beta(form: str, length: int, slots: int) -> np.ndarray:
    """(length,) float64: the position's factor of a sentence's words 1..length.

    'released': (2j - J - 1) / J with J the data set's ``slots``; 'paper': j/J - 1/2 with J the
    sentence's own length.
    """
    j = np.arange(1, length + 1, dtype=np.float64)
    if form == "released":
        return (2 * j - slots - 1) / slots
    return j / max(length, 1) - 0.5


def bags(
    sentences: np.ndarray, words: int, encoding: str, form: str, *, padded: int = 0
) -> np.ndarray:
    """Bags of sentences, the weighted bag beside the plain one.

    Args:
        sentences: (S, J) int32 words, padded with `NULL`.
        words: V, or more, or fewer if the sentences hold no word beyond.
        padded: so many words there are at least, null words behind a sentence's own (the released
            code counts a question's; it matters only where the null row of B is trained).

    Returns:
        (S, 2V) float32 ``[bag, wbag]`` for 'pe', (S, V) for 'bow'; column `NULL` is zero unless
        ``padded``.
    """
    count, slots = sentences.shape
    lengths = np.maximum(np.count_nonzero(sentences != NULL, axis=1), padded)
    row, place = np.nonzero(np.arange(slots) < lengths[:, None])
    factors = [np.ones(len(row))]
    if encoding == "pe":
        by_length = np.zeros((slots + 1, slots))
        for length in np.unique(lengths):
            by_length[length, :length] = beta(form, int(length), slots)
        factors.append(by_length[lengths[row], place])
    parts = []
    for factor in factors:
        bag = np.zeros((count, words))
        np.add.at(bag, (row, sentences[row, place]), factor)
        parts.append(bag.astype(np.float32))
    return np.concatenate(parts, axis=1)
