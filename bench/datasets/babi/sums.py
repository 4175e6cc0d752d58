"""The SHA-256 sums that the suite knows: of the release, of the default generated sets, of what
completes task 3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.core.errors import BenchError
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


def pinned(name: str, files: Iterable[str], again: str, beside: str = "") -> dict[str, str]:
    """The SHA-256 sums of these files in a manifest, and in another ``beside`` it.

    Args:
        again: what writes the manifest anew, arguments of `bench.datasets.babi.pin`.

    Raises:
        BenchError: one is missing.
    """
    listed = {**(load(beside) if beside else {}), **load(name)}
    files = list(files)
    for file in files:
        if file not in listed:
            remedy = (
                f"restore the file, or write it with 'python -m bench.datasets.babi.pin{again}'"
            )
            raise BenchError(f"{path(name)}: {file} is missing; {remedy}")
    return {file: listed[file] for file in files}


def save(name: str, sums: Mapping[str, str]) -> Path:
    """Writes a manifest anew; returns its file."""
    return manifest.save(path(name), sums)
