"""Features of statements: the fewest columns that say what their bags say.

A statement's bags (see `bench.methods.memn2n.sentences`) have a column or two for each word, and
most of them are redundant: a word that only ever stands in one place of its sentences has a
weighted bag that is a multiple of its plain one. A hop's time is that of reading the bags of all
memories a few times, so bags X (S, C) are replaced by features Y (S, F) with X = Y L, and the
tables of embeddings E by L E:

*   One task: Y are linearly independent columns of X, and L what makes the others of them.
*   Several tasks jointly: a question's memories are of one task, so a memory holds the L features
    of its task alone, L of F, and they are found by the task's list of them. There are F = some
    hundred features, each a word's plain bag, its weighted bag, or both in a fixed proportion, so
    that L E takes rows of E instead of a product. So are those of one task with thousands of words:
    finding independent columns takes the cube of their number.

Nothing of this depends on the parameters, and none of it changes what the model computes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bench.train.lanes import Array

STEP = 8
"""Memories hold a multiple of so many features: vector units then have no remainders."""

MOST_ELIMINATED = 2e8
"""Statements times columns squared, about a second's work, beyond which no independent columns are
looked for. The bAbI tasks have 5e6 at most."""


class Mix(NamedTuple):
    """L of one task: (F, V) each, factors of the plain and of the weighted embeddings.

    ``weighted`` is None for BoW.
    """

    plain: Array
    weighted: Array | None


class Picked(NamedTuple):
    """L of several tasks, and who has which features.

    Attributes:
        again: (F-V,) int32, the words of the features past the first V, which are a word's each.
        plain, weighted: (F,) float32, factors of a feature's plain and weighted embedding.
        features: (G, L) int32, each task's features; 0 pads, where its statements have 0.
        task: (S,) int32, each statement's row of ``features``.
    """

    again: Array
    plain: Array
    weighted: Array
    features: Array
    task: Array


def features_of(
    plain: np.ndarray, weighted: np.ndarray | None, task: np.ndarray
) -> tuple[np.ndarray, Mix | Picked]:
    """The features that suit the data, see `of_one` and `of_several`."""
    columns = plain.shape[1] * (1 if weighted is None else 2)
    if task.any() or len(plain) * columns**2 > MOST_ELIMINATED:
        return of_several(plain, weighted, task)
    return of_one(plain, weighted)


def of_one(plain: np.ndarray, weighted: np.ndarray | None) -> tuple[np.ndarray, Mix]:
    """Independent columns of the bags of one task, and what the bags are of them.

    Args:
        plain, weighted: (S, V) bags; no ``weighted`` for BoW.

    Returns:
        (S, F) float32 and L, F a multiple of `STEP`.
    """
    words = plain.shape[1]
    bags = plain if weighted is None else np.concatenate([plain, weighted], axis=1)
    chosen, rows = independent(bags.astype(np.float64))
    rows = _padded(rows, axis=0).astype(np.float32)
    features = _padded(bags[:, chosen], axis=1).astype(np.float32)
    return features, Mix(rows[:, :words], None if weighted is None else rows[:, words:])


def of_several(
    plain: np.ndarray, weighted: np.ndarray | None, task: np.ndarray
) -> tuple[np.ndarray, Picked]:
    """Each task's own features of its statements.

    Args:
        plain, weighted: (S, V) bags; no ``weighted`` for BoW.
        task: (S,) int32, whose statement it is, from 0.

    Returns:
        (S, L) float32, a task's features in its own order, and what they are.
    """
    first: dict[int, tuple[float, float]] = {}
    more: dict[tuple[int, float, float], int] = {}
    words = plain.shape[1]
    lists: list[list[int]] = []
    columns: list[tuple[np.ndarray, list[np.ndarray]]] = []
    for number in range(int(task.max()) + 1):
        rows = np.flatnonzero(task == number)
        mine: list[int] = []
        values: list[np.ndarray] = []
        for word in np.flatnonzero(plain[rows].any(axis=0)):
            counts = plain[rows, word]
            if weighted is None:
                parts = [((1.0, 0.0), counts)]
            else:
                weights = weighted[rows, word]
                ratio = float(weights[counts > 0][0] / counts[counts > 0][0])
                if np.allclose(weights, ratio * counts, rtol=0.0, atol=1e-6):
                    parts = [((1.0, round(ratio, 7)), counts)]
                else:
                    parts = [((1.0, 0.0), counts), ((0.0, 1.0), weights)]
            for factors, value in parts:
                if first.setdefault(int(word), factors) == factors:
                    mine.append(int(word))
                else:
                    mine.append(more.setdefault((int(word), *factors), words + len(more)))
                values.append(value)
        lists.append(mine)
        columns.append((rows, values))
    width = -(-max(len(mine) for mine in lists) // STEP) * STEP
    features = np.zeros((len(plain), width), np.float32)
    table = np.zeros((len(lists), width), np.int32)
    for number, (rows, values) in enumerate(columns):
        table[number, : len(values)] = lists[number]
        for at, value in enumerate(values):
            features[rows, at] = value
    kinds = [(word, *first.get(word, (0.0, 0.0))) for word in range(words)] + list(more)
    of_each = np.array([factors for _, *factors in kinds], np.float32)
    again = np.array([word for word, *_ in more], np.int32)
    return features, Picked(again, of_each[:, 0], of_each[:, 1], table, task.astype(np.int32))


def independent(columns: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Gauss and Jordan: which columns are independent of those before, and all of them in their
    terms.

    Args:
        columns: (S, C) float64.

    Returns:
        r column numbers, and R (r, C) with columns = columns[:, numbers] @ R.
    """
    left = np.unique(columns, axis=0).copy()
    pivots: list[int] = []
    for column in range(left.shape[1]):
        at = len(pivots)
        if at == len(left):
            break
        row = at + int(np.argmax(np.abs(left[at:, column])))
        if abs(left[row, column]) < 1e-6:
            continue
        left[[at, row]] = left[[row, at]]
        left[at] /= left[at, column]
        others = np.arange(len(left)) != at
        left[others] -= left[others, column][:, None] * left[at]
        pivots.append(column)
    return pivots, left[: len(pivots)]


def _padded(array: np.ndarray, axis: int) -> np.ndarray:
    size = array.shape[axis]
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, max(-(-size // STEP), 1) * STEP - size)
    return np.pad(array, widths)
