"""The settings of the papers' columns, and the search that chose them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

BASE: Mapping[str, Any] = dict(
    cell="lstm", dim=50, words=100, optimizer="adam", rate=0.003, epochs=20
)

SEARCHES: Mapping[str, tuple[Sequence[str], Sequence[Mapping[str, Any]]]] = {
    "babi-1k": (
        ("1", "5", "6", "15", "20"),
        (
            BASE,
            {**BASE, "rate": 0.01},
            {**BASE, "rate": 0.001},
            {**BASE, "words": 50},
            {**BASE, "dim": 25},
            {**BASE, "optimizer": "sgd", "rate": 0.3},
            {**BASE, "dim": 100},
        ),
    ),
}
"""Data set -> units and settings."""
