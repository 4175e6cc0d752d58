"""Tokens: a running text as numbers of its words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Tokens:
    """A text; the texts of a unit share one vocabulary.

    Attributes:
        vocabulary: V words.
        ids: (T,) int32, each below V.
    """

    vocabulary: tuple[str, ...]
    ids: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)
