"""Old names, until nothing imports them: `bench.datasets.babi.DATASETS` has what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from bench.core.dataset import Wish
from bench.datasets.babi import layout
from bench.datasets.babi.check import Located
from bench.datasets.babi.dataset import Babi, known_hashes
from bench.datasets.sources import cache_dir

__all__ = ["Located", "cache_dir", "known_hashes", "locate", "locate_generated"]


def locate(
    dataset: str,
    tasks: Iterable[int],
    *,
    data_dir: Path | None,
    allow_unverified: bool = False,
    allow_generated: bool = False,
    allow_download: bool = True,
    say: Callable[[str], None] = lambda line: None,
) -> Located:
    wish = Wish(
        folder=data_dir,
        allow_generated=allow_generated,
        allow_unverified=allow_unverified,
        offline=not allow_download,
        say=say,
    )
    layout.subfolder(dataset)
    return Babi(dataset).find(map(str, tasks), wish)


def locate_generated(dataset: str, tasks: Iterable[int]) -> Located:
    return Babi(dataset).find(map(str, tasks), Wish(generated=True))
