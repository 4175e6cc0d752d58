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
from typing import TYPE_CHECKING, Any, Protocol

from bench.core.dataset import Found, Wish

if TYPE_CHECKING:
    from bench.core.profiles import Profile
    from bench.core.runs import Group


@dataclass(frozen=True)
class Site:
    """Where and how a study measures.

    Attributes:
        results: the profile's folder.
        groups: what was trained for the experiment.
        found: data set -> its files.
        models: the folder of saved models.
        wish: where other data may come from.
        stop: whether the time is up: what is left stays for another run.
        say: told how it goes, a line at a time.
    """

    results: Path
    profile: Profile
    groups: Sequence[Group]
    found: Mapping[str, Found]
    models: Path
    wish: Wish
    stop: Callable[[], bool]
    say: Callable[[str], None]


class Study(Protocol):
    """A measurement with rows and pages; a study subclasses it and has the defaults given here.

    Attributes:
        name: its folder, and the name of its files of rows.
        title: for people.
        how: how it is run, in a few words for lists.
    """

    name: str
    title: str
    how: str

    def models(self, results: Path, group: Group) -> set[int]:
        """The seeds of a group whose saved models are still needed; none by default."""
        return set()

    def measure(self, site: Site) -> bool:
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

    def readme(self, results: Path) -> str:
        """What the README's block of numbers says of it, as Markdown; '' for nothing."""
        return ""
