"""The SHA-256 sums that the suite knows: of the release, of the default generated sets, of what
completes task 3."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.datasets import manifest

FOLDER = Path(__file__).resolve().parent / "manifests"
RELEASED, COMPLETED = "babi_v1_2", "completed"


def generated(version: int) -> str:
    """The manifest's name of this version of the simulator."""
    return f"generated_v{version}"


def path(name: str) -> Path:
    """The file of a manifest."""
    return FOLDER / f"{name}.sha256"


def load(name: str) -> dict[str, str]:
    """File -> SHA-256; raises as `bench.datasets.manifest.load`."""
    return manifest.load(path(name))


def save(name: str, sums: Mapping[str, str]) -> Path:
    """Writes a manifest anew; returns its file."""
    return manifest.save(path(name), sums)
