"""The data sets of the experiments chosen: found, or left out where only generated data is
there."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence

from bench.core import kinds, registry
from bench.core.dataset import Found, Wish
from bench.core.experiment import Experiment

Data = dict[str, Found]


def find(wanted: Sequence[tuple[Experiment, Sequence[str]]], wish: Wish) -> Data:
    """Finds what the experiments need of these units; says on stderr what is used.

    Where no real data can be had, generated data serves. Data sets that set real against generated
    make no sense then, and are left out of the result, unless nothing else was wanted.

    Raises:
        BenchError: data is not what it should be, or only comparisons are wanted, and there is no
            real data to compare with.
    """
    needed: dict[str, dict[str, None]] = {}
    for experiment, units in wanted:
        for name in experiment.datasets:
            needed.setdefault(name, {}).update(dict.fromkeys(units))
    compares = [name for name in needed if registry.dataset(name).compares]
    comparing = all(set(e.datasets) & set(compares) for e, _ in wanted) and bool(compares)
    plain = [name for name in needed if name not in compares]
    told = False

    def say(line: str) -> None:
        nonlocal told
        if not told:  # once, however many data sets are lacking
            print(line, file=sys.stderr)
        told = True

    found: Data = {}
    for name in plain:
        one = dataclasses.replace(
            wish,
            generated=wish.generated and not comparing,
            allow_generated=not comparing,
            offline=wish.offline or told,
            say=say,
        )
        found[name] = registry.dataset(name).find(list(needed[name]), one)
    if compares and any(one.at_hand.kind == kinds.GENERATED for one in found.values()):
        which = [e.id for e, _ in wanted if set(e.datasets) & set(compares)]
        line = f"{', '.join(which)} is left out: it needs the real data beside"
        print(line, file=sys.stderr)
        compares = []
    for name in compares:
        one = dataclasses.replace(wish, generated=False)
        found[name] = registry.dataset(name).find(list(needed[name]), one)
    for name, data in found.items():
        at_hand = data.at_hand
        print(f"data: {name} is {at_hand.kind}, from {data.root}", file=sys.stderr)
        if at_hand.completion:
            print(f"data: {name}: {at_hand.completion}", file=sys.stderr)
    return found


def folder_name(profile: str, found: Mapping[str, Found]) -> str:
    """Where results go: the profile's name, and the kinds of data that keep it from being real."""
    seen = {one.at_hand.kind for name, one in found.items() if not registry.dataset(name).compares}
    return "-".join([profile, *sorted(seen - {kinds.REAL})])
