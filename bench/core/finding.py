"""The data sets of the experiments chosen: found, or left out where only generated data is
there."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.core import kinds, registry
from bench.core.column import Column
from bench.core.dataset import Found, Wish
from bench.core.errors import BenchError, NoData
from bench.core.experiment import Experiment

Data = dict[str, Found]


@dataclass(frozen=True)
class Wanted:
    """An experiment's columns that are to be run, and the units they are run on."""

    experiment: Experiment
    columns: Sequence[Column]
    units: Sequence[str]

    @property
    def datasets(self) -> tuple[str, ...]:
        """The names of the data sets that these columns need."""
        return tuple(dict.fromkeys(self.experiment.dataset_of(c) for c in self.columns))


def find(wanted: Sequence[Wanted], wish: Wish) -> Data:
    """Finds what the experiments need; says on stderr what is used.

    Where no real data can be had, generated data serves, unless other data that could be lacking is
    real: results on both would share a folder. Data sets that set real against generated
    make no sense then, and are left out of the result, unless nothing else was wanted. So are those
    that can't be had at all.

    Raises:
        BenchError: data is not what it should be, no column has the units, or only comparisons are
            wanted, and there is no real data to compare with.
    """
    needed: dict[str, dict[str, None]] = {}
    for one in wanted:
        for name in one.datasets:
            own = registry.own(name, one.units)
            if own:
                needed.setdefault(name, {}).update(dict.fromkeys(own))
    if wanted and not needed:
        names = ", ".join(one.experiment.id for one in wanted)
        units = ", ".join(dict.fromkeys(unit for one in wanted for unit in one.units))
        raise BenchError(
            f"{names}: the data of the columns that are run has none of {units}; choose other "
            "columns or units"
        )
    compares = [name for name in needed if registry.dataset(name).compares]
    comparing = bool(compares) and all(set(one.datasets) & set(compares) for one in wanted)
    if comparing and wish.generated:
        those = ", ".join(one.experiment.id for one in wanted)
        raise BenchError(
            f"--generated: {those} sets real against generated data; leave the option out"
        )
    plain = [name for name in needed if name not in compares]
    told = False

    def say(line: str) -> None:
        nonlocal told
        if not told:  # once, however many data sets are lacking
            print(line, file=sys.stderr)
        told = True

    found: Data = {}
    lacked: NoData | None = None
    for name in plain:
        wished = dataclasses.replace(
            wish,
            allow_generated=not comparing and all(_made(found[n]) for n in found if not _own(n)),
            offline=wish.offline or told,
            say=say,
        )
        try:
            found[name] = registry.dataset(name).find(list(needed[name]), wished)
        except NoData as lacking:
            lacked = lacked or lacking
            print(f"left out: {lacking}", file=sys.stderr)
    if lacked and not found and not compares:
        raise lacked
    if compares and any(map(_made, found.values())):
        which = [one.experiment.id for one in wanted if set(one.datasets) & set(compares)]
        line = f"{', '.join(which)} is left out: it needs the real data beside"
        print(line, file=sys.stderr)
        compares = []
    for name in compares:
        wished = dataclasses.replace(wish, generated=False)
        found[name] = registry.dataset(name).find(list(needed[name]), wished)
    for name, data in found.items():
        at_hand = data.at_hand
        print(f"data: {name} is {at_hand.kind}, from {data.root}", file=sys.stderr)
        if at_hand.completion:
            print(f"data: {name}: {at_hand.completion}", file=sys.stderr)
    return found


def _own(name: str) -> bool:
    return registry.dataset(name).own


def _made(data: Found) -> bool:
    return data.at_hand.kind == kinds.GENERATED


def left(wanted: Sequence[Wanted], found: Mapping[str, Found]) -> list[Wanted]:
    """What can be run of it: the columns whose data was found and has some of the units, and none
    of an experiment that sets real against generated data where there is no real."""
    those = (
        dataclasses.replace(
            one,
            columns=[
                column
                for column in one.columns
                if (name := one.experiment.dataset_of(column)) in found
                and registry.own(name, one.units)
            ],
        )
        for one in wanted
        if not any(registry.dataset(n).compares and n not in found for n in one.datasets)
    )
    return [one for one in those if one.columns]


def folder_name(profile: str, found: Mapping[str, Found]) -> str:
    """Where results go: the profile's name, and the kinds of data that keep it from being real."""
    seen = {one.at_hand.kind for name, one in found.items() if not registry.dataset(name).compares}
    return "-".join([profile, *sorted(seen - {kinds.REAL})])
