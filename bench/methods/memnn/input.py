"""I, the input map (W14 3.1): a text becomes Phi, the bag of its words, or of its n-grams (W15)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Text = tuple[str, ...]


def grams(text: Text, order: int) -> list[Text]:
    """All its n-grams of 1 to ``order`` words, as often as they occur."""
    sizes = range(1, order + 1)
    return [text[at : at + n] for n in sizes for at in range(len(text) - n + 1)]


def dictionary(texts: Sequence[Text], order: int) -> tuple[Text, ...]:
    """The n-grams that occur, sorted: what has a row in a table of embeddings."""
    return tuple(sorted({gram for text in texts for gram in grams(text, order)}))


def bags(texts: Sequence[Text], features: Sequence[Text], order: int) -> np.ndarray:
    """Phi of each text: (N, F) float32, how often it has each feature; others are passed over."""
    index = {gram: at for at, gram in enumerate(features)}
    found = np.zeros((len(texts), len(features)), np.float32)
    for row, text in enumerate(texts):
        for gram in grams(text, order):
            if gram in index:
                found[row, index[gram]] += 1.0
    return found


def contents(texts: Sequence[Text], stated: Sequence[Text], share: float) -> np.ndarray:
    """(N, W) bool: which words each text has, of those in at most this share of ``stated``."""
    words = dictionary([*texts, *stated], 1)
    in_stated = (bags(stated, words, 1) > 0).mean(axis=0)
    return (bags(texts, words, 1) > 0) & (in_stated <= share)
