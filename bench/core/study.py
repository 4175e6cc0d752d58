"""What a study owes the spine: a measurement that is no training, with pages of its own.

One is added as a folder of `bench.studies`, whose package has ``STUDY``, an object that is a
`Study`, and may have ``COMMANDS`` (`bench.core.command.Command`). An experiment may name a study:
then the study measures after the experiment's columns were trained, and its pages stand in the
place of the experiment's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bench.core.dataset import Wish
from bench.core.profiles import Profile


@dataclass(frozen=True)
class Site:
    """Where and how a study measures.

    Attributes:
        results: the profile's folder.
        wish: where its data may come from.
        stop: whether the time is up: what is left stays for another run.
    """

    results: Path
    profile: Profile
    wish: Wish
    stop: Callable[[], bool]


class Study(Protocol):
    """A measurement with rows, pages and, if it can be run, a script of its own.

    Attributes:
        name: its folder, and the name of its files of rows.
        title: for people.
        how: how it is run, in a few words for lists.
    """

    name: str
    title: str
    how: str

    def measure(self, units: Sequence[str], site: Site) -> bool:
        """Measures what is not stored yet; False if the time was up before it was done.

        Raises:
            BenchError: what it needs can't be had, or its rows are damaged.
        """

    def files(self, results: Path, profile: Profile, trained: Any) -> Mapping[str, bytes]:
        """Its pages, tables and figures by name, from its rows alone; none if there are none.

        Args:
            trained: what was trained for the experiment that names it
                (`bench.tables.gather.ExperimentResult`), None without one.
        """
