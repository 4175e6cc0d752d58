"""The data sets of the experiments chosen: found, or left out where only generated data is
there."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.core.spec import Experiment
from bench.datasets.babi import completed
from bench.datasets.babi.cross import CROSSED, Crossed, locate_any
from bench.datasets.babi.locate import Located, locate, locate_generated

Data = dict[str, Located | Crossed]


def find(
    chosen: Sequence[Experiment],
    tasks: Sequence[int],
    *,
    data_dir: Path | None,
    generated: bool,
    allow_unverified: bool,
    offline: bool,
) -> Data:
    """Finds what the experiments need of these tasks; says on stderr what is used.

    Where no real data can be had, generated stories serve, and experiments that compare data sets
    are left out (their crossed data sets are then missing from the result).

    Args:
        generated: use generated data whatever is there.

    Raises:
        BenchError: as `bench.datasets.babi.locate.locate`; or only comparisons are wanted, and there is no
            real data to compare with.
    """
    told: list[str] = []

    def say(line: str) -> None:
        if not told:  # once, however many data sets are lacking
            print(line, file=sys.stderr)
        told.append(line)

    needed: dict[str, set[int]] = {}
    for experiment in chosen:
        for name in experiment.datasets:
            needed.setdefault(name, set()).update(t for t in tasks if t in experiment.tasks)
    comparing = all(experiment.table == "data sets" for experiment in chosen)
    found: Data = {}
    for name in (name for name in needed if name not in CROSSED):
        if generated and not comparing:
            found[name] = locate_generated(name, needed[name])
            continue
        found[name] = locate(
            name,
            needed[name],
            data_dir=data_dir,
            allow_unverified=allow_unverified,
            allow_generated=not comparing,
            allow_download=not (offline or told),
            say=say,
        )
    crossed = [name for name in needed if name in CROSSED]
    if crossed and any(data.kind == "generated" for data in found.values()):
        print("generated_vs_real is left out: it needs the real data beside", file=sys.stderr)
        crossed = []
    for name in crossed:
        found[name] = locate_any(
            name,
            needed[name],
            data_dir=data_dir,
            allow_unverified=allow_unverified,
            allow_download=not offline,
        )
    for name, data in found.items():
        print(f"data: {name} is {data.kind}, from {data.root}", file=sys.stderr)
        if isinstance(data, Located) and data.completed:
            print(
                f"data: {name}, task {completed.TASK}: no training file of a known SHA-256 is at hand, and "
                f"generated stories complete its real pieces: {completed.ABOUT}",
                file=sys.stderr,
            )
    return found


def folder_name(profile: str, found: Mapping[str, Located | Crossed]) -> str:
    """Where results go: the profile's name, and the kinds of data that keep it from being real."""
    kinds = {data.kind for data in found.values() if isinstance(data, Located)}
    return "-".join([profile, *sorted(kinds - {"real"})])
