"""GENERATED.json: what each file of a generated set is, canonical and never half-written."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.core import rows
from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.datasets import manifest
from bench.datasets.babi import layout

NAME = "GENERATED.json"

Settings = tuple[int, int, int, bool]
"""Training questions, test questions, seed, as_released."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file of a generated set is; ``shared`` counts the test questions of its task that,
    as drawn, occur word for word in training."""

    sha256: str
    questions: int
    seed: int
    as_released: bool
    shared: int


@dataclass
class Record:
    """GENERATED.json: ``files`` are as listed, those in ``writing`` may or may not be there yet.

    Names are paths in the folder: 'en/qa1_single-supporting-fact_train.txt'.
    """

    simulator: int
    files: dict[str, Entry]
    writing: dict[str, Entry]

    def has(self, dataset: str) -> bool:
        """Whether any file of the data set is listed."""
        start = layout.subfolder(dataset) + "/"
        return any(name.startswith(start) for name in (*self.files, *self.writing))

    def about(self, dataset: str, tasks: Iterable[int]) -> str:
        """The settings of these tasks' files in words, for a table's notice."""
        found = [self._pair(dataset, task) for task in tasks]
        return about(self.simulator, sorted({pair for pair in found if pair}))

    def command(self, folder: Path, dataset: str, tasks: Iterable[int]) -> str:
        """What makes the files of a data set that are not listed, or the first's again, with the
        settings of the first of these tasks that is."""
        words = ["python -m bench generate", str(folder), "--dataset", dataset]
        tasks = list(tasks)
        lacking = [task for task in tasks if self._pair(dataset, task) is None]
        for task in tasks:
            pair = self._pair(dataset, task)
            if pair:
                train, test, seed, as_released = pair
                which = " ".join(map(str, lacking or [task]))
                sizes = f"--tasks {which} --train {train} --test {test} --seed {seed}"
                words += sizes.split() + ["--as-released"] * as_released
                return " ".join(words)
        return " ".join([*words, "--tasks", *map(str, tasks)])

    def _pair(self, dataset: str, task: int) -> Settings | None:
        names = [layout.inside(layout.name(dataset, task, split)) for split in ("train", "test")]
        train, test = ({**self.writing, **self.files}.get(name) for name in names)
        if train is None or test is None:
            return None
        return train.questions, test.questions, test.seed, test.as_released


def about(version: int, settings: Iterable[Settings]) -> str:
    """Generated sets in words: 'simulator version 1; 1000 training and 1000 test questions a task,
    seed 0'."""
    sets = [
        f"{train} training and {test} test questions a task, seed {seed}"
        + (", test questions kept that occur in training" if as_released else "")
        for train, test, seed, as_released in settings
    ]
    return "; ".join([f"simulator version {version}", *sets])


def read(folder: Path) -> Record | None:
    """The record of a folder, None if it has none.

    Raises BenchError naming the file and the field if it is malformed.
    """
    path = folder / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, f"cannot be read ({manifest.reason(error)})") from None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise _bad(path, "is not JSON") from None
    if not isinstance(value, dict) or not {"simulator", "files"} <= value.keys() <= _FIELDS:
        raise _bad(path, f"has not the fields {', '.join(sorted(_FIELDS))}")
    version = value["simulator"]
    if type(version) is not int or version < 1:
        raise _bad(path, "has a field 'simulator' that is not a version")
    listed = (_entries(path, value.get(part, {}), part) for part in ("files", "writing"))
    return Record(version, *listed)


def write(folder: Path, record: Record) -> None:
    """Writes the record of a folder: the same bytes for the same files."""
    value = dataclasses.asdict(record)
    if not record.writing:
        del value["writing"]
    write_atomically(folder / NAME, json.dumps(value, indent=1, sort_keys=True) + "\n")


_FIELDS = {"simulator", "files", "writing"}
_ENTRY: rows.Fields = {
    "sha256": (rows.SHA256, "64 hex digits"),
    "questions": rows.WHOLE,
    "seed": rows.WHOLE,
    "as_released": rows.FLAG,
    "shared": rows.WHOLE,
}


def _entries(path: Path, value: Any, part: str) -> dict[str, Entry]:
    if not isinstance(value, dict):
        raise _bad(path, f"has a field '{part}' that is not an object")
    for name, entry in value.items():
        wrong = rows.wrong_field(entry, _ENTRY)
        if wrong:
            raise _bad(path, f"field '{part}', file '{name[:80]}': {wrong}")
    return {name: Entry(**entry) for name, entry in value.items()}


def _bad(path: Path, what: str) -> BenchError:
    return BenchError(f"{path}: {what}; restore it, or generate the files again in another folder")
