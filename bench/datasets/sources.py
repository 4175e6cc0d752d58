"""Where the files of a published data set may be: places tried in order, the first that has it
serves.

The folder given (``--data``) and the one that ``BENCH_DATA`` names are the user's word: they must
hold the data set, or the run is refused. Then come ``data/`` beside the package, the user's cache
(``BENCH_CACHE`` moves it), the network, and whatever else the data set has to offer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from bench.core.cache import cache_dir
from bench.core.dataset import Wish
from bench.core.errors import BenchError, NoData
from bench.datasets import fetch
from bench.datasets.fetch import Release

REPO_DATA = Path(__file__).resolve().parents[2] / "data"

T = TypeVar("T")


@dataclass(frozen=True)
class Lacking:
    """What a place gives that has not the data: why, '' where there is nothing to be told."""

    why: str = ""


@dataclass(frozen=True)
class Search(Generic[T]):
    """The search for a published data set.

    Attributes:
        dataset: its name.
        release: how it was published.
        mark: what a folder has that holds it, as a path in it; a folder's ends in '/'.
        needed: the files that must be there.
        check: compares the files in the folder that has the mark with what is known of them;
            raises BenchError if they are not what they should be.
    """

    dataset: str
    release: Release
    mark: str
    needed: Sequence[str]
    check: Callable[[Path], T]

    def first(self, wish: Wish, otherwise: Callable[[str], T | Lacking]) -> T:
        """The first place's that has it.

        Args:
            otherwise: the last place, told why there is no other: '' if no reason is known.

        Raises:
            BenchError: a place has it, but damaged, or no place does.
        """
        why = ""
        places: tuple[Callable[[], T | Lacking], ...] = (
            partial(self._named, wish.folder, "--data"),
            partial(self._named, os.environ.get("BENCH_DATA"), "BENCH_DATA"),
            partial(self._there, REPO_DATA),
            self._cached,
            partial(self._downloaded, wish.offline),
            lambda: otherwise(why),
        )
        for place in places:
            found = place()
            if not isinstance(found, Lacking):
                return found
            why = found.why or why
        told = why or f"fetch {' or '.join(self.release.mirrors)} and unpack it"
        unchecked = "" if self._fetchable else (
            " and --allow-unverified: the suite knows no SHA-256 of its files and downloads none"
        )  # fmt: skip
        raise NoData(
            f"data set {self.dataset} was not found in {REPO_DATA} or {cache_dir()}: {told}; then "
            f"pass --data DIR, the folder that holds {self.release.top}{unchecked}"
        )

    def _named(self, folder: str | Path | None, what: str) -> T | Lacking:
        if not folder:  # an empty BENCH_DATA is as good as none
            return Lacking()
        if not os.path.isdir(folder):  # unlike Path.is_dir, False where access is denied
            raise BenchError(
                f"{folder}: {what} does not name a folder; correct it, or leave it out to have the "
                "data found or made"
            )
        found = self._there(Path(folder))
        if isinstance(found, Lacking):
            top, mark = self.release.top, self.mark
            raise NoData(
                f"{folder}: {what} names this folder, but it does not hold {self.dataset}: neither "
                f"{top}/{mark} nor {mark} is in it; name the folder that holds {top}"
            )
        return found

    def _there(self, folder: Path) -> T | Lacking:
        """In ``folder``, or in the release's own folder there."""
        for root in (folder / self.release.top, folder):
            mark = os.path.join(root, self.mark)
            if os.path.isdir(mark) if self.mark.endswith("/") else os.path.isfile(mark):
                return self.check(root)
        return Lacking()

    def _cached(self) -> T | Lacking:
        try:
            return self._there(cache_dir())
        except BenchError as error:  # the cache is ours to mend
            return Lacking(str(error))

    def _downloaded(self, offline: bool) -> T | Lacking:
        if offline or not self._fetchable:
            return Lacking()
        try:
            return self.check(fetch.fetch(self.release, cache_dir(), self.needed))
        except BenchError as error:
            return Lacking(str(error))

    @property
    def _fetchable(self) -> bool:
        """Whether a download could be checked."""
        return set(self.needed) <= set(self.release.known)
