"""The SHA-256 sums that the suite knows: of the release, of the default generated sets, of what
completes task 3."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.core.errors import BenchError
from bench.core.files import write_atomically
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
    write_atomically(path(name), "".join(f"{sums[file]}  {file}\n" for file in sorted(sums)))
    return path(name)


def same(name: str, found: str, pinned: str) -> None:
    """BenchError if what the simulator made has another SHA-256 than the manifest says."""
    if found != pinned:
        raise BenchError(
            f"{name}: the simulator gives other bytes here than where the suite was made (SHA-256 "
            f"{found[:8]}…, expected {pinned[:8]}…): a bug; please report it with the version of "
            f"Python ({sys.version.split()[0]}) and the platform ({sys.platform})"
        )
