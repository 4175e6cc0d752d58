"""Data sets of generated files, in the released layout, beside a record of what each file is.

A folder holds ``en/qa1_..._train.txt`` and so on, ``GENERATED.json`` and ``README.txt``. The record
is written before the files of a task ('writing') and after them ('files'), so that a process killed
at any moment leaves every listed file as listed, and none that could pass for someone else's.
A lock keeps two processes from writing at the same time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.datasets import manifest
from bench.datasets.babi import layout
from bench.datasets.babi.record import NAME, Entry, Record, read, write
from bench.datasets.babi.simulator import release
from bench.datasets.writing import locked, writing

_README = """\
GENERATED DATA, NOT THE bAbI RELEASE.

The stories here were made by the simulator of memory-networks-bench (python -m bench generate) in
the format of the bAbI tasks; none was taken from their release. GENERATED.json has the simulator's
version and, of every file, the seed, the number of questions, whether test questions that occur in
training were kept (as_released), how many there were as drawn (shared), and the SHA-256. Whatever
is published on this data should say that it was generated.
"""
_LOCK, _LOCK_WAIT = ".generated.lock", 3600.0


def generate(
    folder: Path,
    dataset: str,
    tasks: Iterable[int],
    *,
    train: int,
    test: int,
    seed: int = 0,
    as_released: bool = False,
    force: bool = False,
    pins: Mapping[str, str] | None = None,
) -> dict[str, Entry]:
    """Makes ``folder`` hold a generated set of these tasks; returns the entries of its files.

    What is there as it should be is not made again.

    Args:
        train, test: questions of each task.
        seed, as_released: the simulator's.
        force: replace files of an earlier generation though they were edited, or are larger.
        pins: path in the folder -> the SHA-256 it must have; the folder is the suite's own then,
            and whatever is in the way is replaced.

    Raises:
        BenchError: a file in the way is not listed in the folder's record, or would be a loss (see
            ``force``): then nothing was written; the record is malformed or of another simulator,
            output differs from its pin, or something can't be written.
    """
    wanted = {task: _files(dataset, task) for task in sorted(set(tasks))}
    layout.names(dataset, wanted)  # wrong ones are told before anything is made
    made: dict[str, Entry] = {}
    make_folder(folder)
    with locked(folder / _LOCK, "generating", _LOCK_WAIT):
        record = _record_of(folder, mend=pins is not None)
        for names in wanted.values() if pins is None else ():
            for name, questions in zip(names, (train, test), strict=True):
                _refuse_loss(folder, record, name, questions, force)
        _sweep(folder)
        if not os.path.lexists(folder / "README.txt"):
            write_atomically(folder / "README.txt", _README)
        settings: dict[str, Any] = {"seed": seed, "as_released": as_released}
        for task, names in tqdm(  # disable=None: drawn on a terminal alone
            wanted.items(), f"generating {dataset}", unit=" tasks", file=sys.stderr, disable=None
        ):
            entries = _as_wanted(folder, record, names, (train, test), settings, pins or {})
            if entries is None:
                drawn = release.task_files(task, train=train, test=test, **settings)
                parts = zip(names, (drawn.train, drawn.test), (train, test), strict=True)
                contents, entries = {}, {}
                for name, content, questions in parts:
                    digest = manifest.digest(content)
                    contents[name] = content
                    entries[name] = Entry(digest, questions, shared=drawn.shared, **settings)
                    if pins is not None:
                        manifest.same(name, digest, pins[name])
                _place(folder, record, contents, entries)
            made |= entries
    return made


def make_folder(folder: Path) -> None:
    """Makes a folder that can be written to; BenchError, naming it, if that can't be had."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / _LOCK, "a"):
            pass


def _files(dataset: str, task: int) -> tuple[str, str]:
    """The training and test file of a task, as paths in a generated folder."""
    train, test = (layout.name(dataset, task, split) for split in ("train", "test"))
    return layout.inside(train), layout.inside(test)


def _as_wanted(
    folder: Path,
    record: Record,
    names: Iterable[str],
    sizes: Iterable[int],
    settings: Mapping[str, Any],
    pins: Mapping[str, str],
) -> dict[str, Entry] | None:
    """The entries of a task's files if these are there as wanted, else None."""
    found = {}
    for name, questions in zip(names, sizes, strict=True):
        entry = record.files.get(name)
        if entry is None:
            return None
        same = Entry(entry.sha256, questions, shared=entry.shared, **settings) == entry
        path = folder / name
        if not same or pins.get(name, entry.sha256) != entry.sha256 or not path.is_file():
            return None
        if manifest.sha256(path) != entry.sha256:
            return None
        found[name] = entry
    return found


def _place(
    folder: Path, record: Record, contents: Mapping[str, bytes], entries: dict[str, Entry]
) -> None:
    """Writes a task's files between two records: whoever reads in between sees no false claim."""
    for name in entries:
        record.files.pop(name, None)
    record.writing |= entries
    write(folder, record)
    for name, content in contents.items():
        write_atomically(folder / name, content)
    for name in entries:
        del record.writing[name]
    record.files |= entries
    write(folder, record)


def _record_of(folder: Path, *, mend: bool) -> Record:
    """The record to go on with: the folder's, or an empty one."""
    try:
        record = read(folder)
    except BenchError:
        if not mend:
            raise
        record = None
    if record is None or (mend and record.simulator != release.VERSION):
        return Record(release.VERSION, {}, {})
    if record.simulator != release.VERSION:
        raise BenchError(
            f"{folder / NAME}: the files are of version {record.simulator} of the simulator, this "
            f"one is version {release.VERSION}; name another folder, or empty this one"
        )
    return record


def _refuse_loss(folder: Path, record: Record, name: str, questions: int, force: bool) -> None:
    """BenchError if writing a file of so many questions would lose what can't be made again, or
    took longer to make."""
    path = folder / name
    if not os.path.lexists(path) or name in record.writing:
        return
    entry = record.files.get(name)
    if entry is None:
        raise BenchError(
            f"{path}: is there and not listed in {NAME}: not a file that was generated here, so it "
            "is not overwritten; name another folder, or move it away"
        )
    if force:
        return
    remedy = "name another folder, or pass --force to replace it"
    if manifest.sha256(path) != entry.sha256:
        raise BenchError(
            f"{path}: was edited since it was generated (its SHA-256 is not that in {NAME}), so it "
            f"is not overwritten; {remedy}"
        )
    if entry.questions > questions:
        raise BenchError(
            f"{path}: has {entry.questions} questions, and {questions} are to be generated; "
            f"{remedy}"
        )


def _sweep(folder: Path) -> None:
    """Removes what a killed process had begun to write; the lock is held, so nobody else does."""
    for place in (folder, *(folder / sub for sub in layout.DATASETS.values())):
        for stem in (NAME, "README.txt", "qa*.txt"):
            for left in place.glob(f".{stem}.*.tmp"):
                left.unlink(missing_ok=True)
