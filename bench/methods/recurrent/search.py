"""The search that chose the settings of the columns: on training questions held out, alone.

    python -m bench.methods.recurrent.search babi-1k bench/methods/recurrent/search_babi.csv

The test questions are not read. A line of the CSV is a setting: the least validation error (%) of
all epochs, mean over units and restarts, and of each unit. Settings that the file has are passed
over.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from bench.core import devices, registry
from bench.core.cache import cache_dir
from bench.core.dataset import Found, Wish
from bench.methods.recurrent.method import METHOD
from bench.methods.recurrent.protocols import SEARCHES
from bench.methods.recurrent.spec import Recurrent

RESTARTS = 2
STREAM = 20150331
"""Its restarts are none of the tables'."""


def search(dataset: str, path: Path) -> None:
    """Trains the settings of `SEARCHES` that ``path`` lacks, and adds a line for each."""
    units, settings = SEARCHES[dataset]
    found = registry.dataset(dataset).find(units, Wish(offline=True))
    device = devices.configure(cache_dir() / "xla")[0]
    fields = list(dict.fromkeys(name for setting in settings for name in setting))
    lines = list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []
    done = [{name: line[name] for name in fields} for line in lines]
    for setting in settings:
        column = Recurrent(id="search", title="search", **setting)
        told = {name: str(getattr(column, name)) for name in fields}
        if told in done:
            continue
        errors = {unit: _error(column, found, unit, device) for unit in units}
        lines.append(told | {"mean": f"{mean(errors.values()):.1f}"}
                     | {unit: f"{error:.1f}" for unit, error in errors.items()})  # fmt: skip
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, [*fields, "mean", *units], lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)
        print(lines[-1], flush=True)


def _error(column: Recurrent, found: Found, unit: str, device: Any) -> float:
    """The least validation error of a restart's epochs, mean over restarts."""
    train = found.read(unit, "train")
    data = METHOD.prepare(column, {unit: {"train": train, "test": train}})
    few = dataclasses.replace(data, test=data.valid)
    outcomes = METHOD.trainer(column, few, [device], STREAM).train(range(RESTARTS))
    assert outcomes is not None
    return mean(outcome.row["valid_error"] for outcome in outcomes)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", choices=sorted(SEARCHES))
    parser.add_argument("csv", type=Path)
    asked = parser.parse_args(arguments)
    search(asked.dataset, asked.csv)


if __name__ == "__main__":
    main()
