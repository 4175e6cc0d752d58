"""The bAbI data sets, of S15 section 4."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from bench.core.dataset import AtHand, Found, Metric, Summary, Wish
from bench.core.errors import BenchError
from bench.datasets.babi import completed, default, layout, sums
from bench.datasets.babi.babi import TASKS
from bench.datasets.babi.check import Located, at_hand, check, required
from bench.datasets.babi.simulator import release
from bench.datasets.fetch import Release
from bench.datasets.sources import Lacking, Search
from bench.examples.stories import Story

ALL = tuple(task.number for task in TASKS)


class Tasks:
    """What all bAbI data sets have in common: units are the tasks' numbers, '1' to '20'."""

    reads: type = Story
    units: Sequence[str] = tuple(str(task) for task in ALL)
    titles: Mapping[str, str] = {str(task.number): task.name for task in TASKS}
    noun: str = "bAbI task"
    few: Sequence[str] = ("1", "6", "8")
    metric = Metric("test_error", "test error", "%", better="lower", least=0, most=100)
    summaries: Sequence[Summary] = (
        Summary("mean", "Mean error (%)", "mean"),
        Summary("failed", "Failed tasks (err. > 5%)", "above", limit=5.0),
    )
    questions = 1000
    compares = False
    own = False

    def __init__(self, name: str):
        self.name = name

    def label(self, units: Sequence[str]) -> str:
        """'qa07' of one task, 'joint20' of several."""
        return f"qa{int(units[0]):02d}" if len(units) == 1 else f"joint{len(units)}"


class Babi(Tasks):
    """A data set of the release, or its generated counterpart (`bench.core.dataset.DataSet`)."""

    def find(self, units: Iterable[str], wish: Wish) -> Located:
        """As `bench.core.dataset.DataSet.find`.

        A file whose SHA-256 is not known (task 3's 10k training set) may be missing: then a
        completed set stands in for it or, without its real parts, the unit is not at hand.
        """
        tasks = sorted({layout.task(unit) for unit in units})
        names = layout.names(self.name, tasks)
        if wish.generated:
            if self.name not in default.SIZES:
                raise BenchError(f"{self.name} has no generator; leave --generated out")
            return default.make(self.name, tasks)
        search = Search(
            self.name,
            Release(layout.TOP, layout.URLS, sums.load(sums.RELEASED), "tar.gz", also=_ALSO),
            mark=layout.subfolder(self.name) + "/",
            needed=required(names),
            check=partial(
                check, self.name, tasks,
                allow_unverified=wish.allow_unverified, allow_generated=wish.allow_generated,
            ),
        )  # fmt: skip
        return search.first(wish, partial(self._made, tasks, wish))

    def known(self) -> AtHand:
        """As `bench.core.dataset.DataSet.known`: the release's."""
        hashes = known_hashes(self.name)
        return at_hand("real" if hashes else "unverified", hashes)

    def whole(self, found: Found) -> AtHand:
        """As `bench.core.dataset.DataSet.whole`; nothing is added to a set of the user's."""
        assert isinstance(found, Located)
        return at_hand(found.kind, whole_hashes(found), found.about)

    def _made(self, tasks: Sequence[int], wish: Wish, why: str) -> Located | Lacking:
        if not wish.allow_generated or self.name not in default.SIZES:
            return Lacking()
        line = (
            f"no real bAbI data here and none could be downloaded ({_short(why)}): generated "
            "stories are used, and tables say GENERATED; for the real data unpack "
            f"{layout.URLS[0]} and pass --data DIR"
        )
        return default.make(self.name, tasks, begins=lambda: wish.say(line))


def known_hashes(dataset: str, tasks: Iterable[int] = ALL) -> dict[str, str]:
    """The SHA-256 sums of complete real data, from the manifests alone.

    Task 3 of babi-10k, whose training file's is not known, has those of the completed set.
    """
    known = sums.load(sums.RELEASED)
    names = layout.names(dataset, tasks)
    found = {name: known[name] for name in names if name in known}
    if completed.FILE in names and completed.FILE not in known:
        found |= completed.known()
    return found


def whole_hashes(found: Located) -> dict[str, str]:
    """Its files' SHA-256 sums, and the known ones of tasks that were not looked for."""
    known: dict[str, str] = {}
    if found.kind == "real":
        known = known_hashes(found.dataset)
    for as_released in (False, True):
        top = layout.generated_top(release.VERSION, as_released=as_released)
        if (found.kind, found.top) == ("generated", top):
            pins = default.pinned(found.dataset, ALL, as_released=as_released)
            known = pins if found.hashes.items() <= pins.items() else {}
    looked_for = {layout.unit(file) for file in (*found.hashes, *found.refused)}
    beside = {file: sha for file, sha in known.items() if layout.unit(file) not in looked_for}
    return {**beside, **found.hashes}


_ALSO = (completed.FILE, f"{layout.TOP}/README.txt", f"{layout.TOP}/LICENSE.txt")


def _short(why: str) -> str:
    """Why there is no real data, without the remedies, and of addresses the hosts alone."""
    why = (why or "--offline").partition(". Check the network")[0].partition("; the file")[0]
    why = why.removeprefix(f"could not download {layout.TOP}: ")
    return re.sub(r"https?://([^/\s]+)/\S*:", r"\1:", why)
