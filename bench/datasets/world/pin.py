"""Writes the manifest of the world's files anew, after the simulator's VERSION was raised.

``python -m bench.datasets.world.pin``
"""

from __future__ import annotations

from pathlib import Path

from bench.datasets import manifest
from bench.datasets.world import files
from bench.datasets.world.settings import SETTINGS


def pin() -> Path:
    """Makes all files in memory; returns the manifest written."""
    found = {
        files.name(unit, split): manifest.digest(files.content(unit, split))
        for unit in SETTINGS
        for split in files.SPLITS
    }
    return manifest.save(files.MANIFEST, found)


if __name__ == "__main__":
    print(pin())
