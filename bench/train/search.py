"""Settings of a method chosen on held-out training questions: a line of a CSV each.

No test question is read: what stands in the test's place are the training stories. A line is a
setting: the held-out error (%), the mean over units and restarts, and of each unit. Settings that
the file has are passed over, so that a search can be stopped, and grow.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from bench.core import devices, registry
from bench.core.arguments import Parser, guarded
from bench.core.cache import cache_dir
from bench.core.column import Column
from bench.core.dataset import Found, Wish
from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.core.method import Method

RESTARTS = 2
STREAM = 20150331
"""Its restarts are none of the tables'."""

Settings = dict[str, Any]


class Search(NamedTuple):
    """Settings, all with the same fields, tried on some units of a data set."""

    dataset: str
    units: Sequence[str]
    settings: Sequence[Settings]


def search(method: Method, column: Callable[..., Column], what: Search, path: Path) -> int:
    """Trains the settings that ``path`` lacks, and adds a line for each; 0.

    Args:
        column: makes one of the method's of an ``id``, a ``title`` and settings.

    Raises:
        BenchError: the file is of another search or can't be written, or the method holds no
            questions out.
    """
    found = registry.dataset(what.dataset).find(what.units, Wish(offline=True))
    device = devices.configure(cache_dir() / "xla")[0]
    fields = list(dict.fromkeys(name for setting in what.settings for name in setting))
    head = [*fields, "mean", *what.units]
    lines = _lines(path, head)
    _write(path, head, lines)  # before anything is trained: a path that can't be written says so
    done = [{name: line[name] for name in fields} for line in lines]
    for setting in what.settings:
        tried = column(id="search", title="search", **setting)
        told = {name: str(getattr(tried, name)) for name in fields}
        if told in done:
            continue
        errors = {unit: _error(method, tried, found, unit, device) for unit in what.units}
        lines.append(told | {"mean": f"{mean(errors.values()):.1f}"}
                     | {unit: f"{error:.1f}" for unit, error in errors.items()})  # fmt: skip
        _write(path, head, lines)
        print(lines[-1], flush=True)
    return 0


def _lines(path: Path, head: Sequence[str]) -> list[dict[str, str]]:
    """Those of a search that was begun."""
    if not path.exists():
        return []
    try:
        rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError) as error:
        raise BenchError(f"{path}: can't be read ({error}); name another file") from None
    if rows.fieldnames != list(head):
        raise BenchError(f"{path}: has not the columns {','.join(head)}; name another file")
    return list(rows)


def _write(path: Path, head: Sequence[str], lines: Sequence[Mapping[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, head, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    write_atomically(path, text.getvalue())


def _error(method: Method, column: Column, found: Found, unit: str, device: Any) -> float:
    """The held-out error (%), mean over restarts."""
    train = found.read(unit, "train")
    data = method.prepare(column, {unit: {"train": train, "test": train}})
    outcomes = method.trainer(column, data, [device], STREAM).train(range(RESTARTS))
    assert outcomes is not None
    errors = [outcome.row["valid_error"] for outcome in outcomes]
    if None in errors:
        raise BenchError(f"{column.where}: holds no training questions out to choose by")
    return mean(errors)


def main(
    method: Method,
    column: Callable[..., Column],
    searches: Mapping[str, Search],
    about: str,
    arguments: Sequence[str] | None = None,
) -> int:
    """The command line; the exit code.

    Args:
        searches: by name.
        about: what is chosen.
    """
    parser = Parser(description=about)
    parser.add_argument("search", choices=sorted(searches))
    parser.add_argument("csv", type=Path)

    def run() -> int:
        asked = parser.parse_args(arguments)
        return search(method, column, searches[asked.search], asked.csv)

    return guarded(run)
