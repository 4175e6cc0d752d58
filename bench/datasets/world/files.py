"""The files of the world's settings: made in the user's cache, the same bytes everywhere.

Their SHA-256 sums are known before they are made; `bench.datasets.world.pin` wrote them down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.core.cache import cache_dir
from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.datasets import manifest
from bench.datasets.world import text
from bench.datasets.world.settings import SETTINGS
from bench.datasets.world.simulator import VERSION, simulate
from bench.datasets.writing import locked, writing

QUESTIONS = 3_000
"""Of a file; 7,000 statements go with them (W14 5.2)."""
SPLITS = ("train", "test")
TOP = f"world-v{VERSION}"
MANIFEST = Path(__file__).resolve().parent / "manifests" / f"world_v{VERSION}.sha256"

_LOCK, _LOCK_WAIT = ".world.lock", 600.0


def names(unit: str) -> tuple[str, ...]:
    """A setting's files, by what they are known as in a run: 'world-v1/d1_actor_train.txt'."""
    return tuple(name(unit, split) for split in SPLITS)


def name(unit: str, split: str) -> str:
    """One of them."""
    return f"{TOP}/{unit}_{split}.txt"


def content(unit: str, split: str) -> bytes:
    """What a file holds."""
    return text.write(simulate(SETTINGS[unit], split, QUESTIONS))


def known() -> dict[str, str]:
    """File -> SHA-256 of all there are; raises as `bench.datasets.manifest.load`."""
    return manifest.load(MANIFEST)


def made(units: Iterable[str]) -> Path:
    """The cache's folder that holds `TOP`, with these settings' files in it as they should be.

    Raises:
        BenchError: the cache can't be written, or the simulator gives other bytes than are pinned.
    """
    pins = known()
    root = cache_dir()
    wanted = [(unit, split) for unit in units for split in SPLITS]
    if _lacking(root, wanted, pins):
        with writing(root):
            (root / TOP).mkdir(parents=True, exist_ok=True)
        with locked(root / TOP / _LOCK, "making the world's files", _LOCK_WAIT):
            for unit, split in _lacking(root, wanted, pins):
                data, file = content(unit, split), name(unit, split)
                manifest.same(file, manifest.digest(data), pins[file])
                write_atomically(root / file, data)
    return root


def _lacking(
    root: Path, wanted: Sequence[tuple[str, str]], pins: dict[str, str]
) -> list[tuple[str, str]]:
    found = []
    for unit, split in wanted:
        file = name(unit, split)
        if file not in pins:
            raise BenchError(
                f"{MANIFEST}: {file} is missing; restore the file, or write it with "
                "'python -m bench.datasets.world.pin'"
            )
        if not (root / file).is_file() or manifest.sha256(root / file) != pins[file]:
            found.append((unit, split))
    return found
