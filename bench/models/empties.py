"""How many empty memories RN may put among a question's (S15 4.1)."""

from __future__ import annotations

import math

import numpy as np


def most_empties(share: float, slots: int) -> np.ndarray:
    """(M+1,) int32: ceil(share n) for n = 0..M memories; rounding keeps 0.1 * 30 at 3."""
    return np.array([math.ceil(round(share * n, 9)) for n in range(slots + 1)], np.int32)
