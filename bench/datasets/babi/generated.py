"""Data sets of generated files, in the released layout, beside a record of what each file is.

A folder holds ``en/qa1_..._train.txt`` and so on, ``GENERATED.json`` and ``README.txt``. The record
is written before the files of a task ('writing') and after them ('files'), so that a process killed
at any moment leaves every listed file as listed, and none that could pass for someone else's.
A lock keeps two processes from writing at the same time.

``python -m bench.datasets.babi.generated --manifest`` writes the SHA-256 sums of the default sets anew,
after ``bench.datasets.babi.simulator.release.VERSION`` was raised.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock
from tqdm import tqdm

from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.datasets.babi import babi, layout, manifest
from bench.datasets.babi.record import NAME, Entry, Record, read, write
from bench.datasets.babi.simulator import release

SIZES = {"babi-1k": (1_000, 1_000), "babi-10k": (10_000, 1_000)}
"""Questions a task of the default sets: training, test."""
DEFAULT_SEED = 0

_README = """\
GENERATED DATA, NOT THE bAbI RELEASE.

The stories here were made by the simulator of memory-networks-bench (python -m bench generate) in
the format of the bAbI tasks; none was taken from their release. GENERATED.json has the simulator's
version and, of every file, the seed, the number of questions, whether test questions that occur in
training were kept (as_released), how many there were as drawn (shared), and the SHA-256. Whatever
is published on this data should say that it was generated.
"""
_LOCK, _LOCK_WAIT = ".generated.lock", 3600.0


def top(version: int, *, as_released: bool = False) -> str:
    """The folder's name of a default set, which stands first in the names of its files."""
    return f"generated-v{version}" + ("-as-released" if as_released else "")


def pinned(dataset: str, tasks: Iterable[int], *, as_released: bool = False) -> dict[str, str]:
    """The SHA-256 sums of a default set, by name ('generated-v1/en/qa1_..._train.txt').

    Raises BenchError if the manifest of this simulator lacks one.
    """
    first = top(release.VERSION, as_released=as_released)
    known = manifest.load(_manifest_name())
    wanted = layout.names(dataset, tasks, first)
    for name in wanted:
        if name not in known:
            raise BenchError(
                f"{manifest.FOLDER / _manifest_name()}.sha256: {name} is missing; restore the file, "
                "or write it with 'python -m bench.datasets.babi.generated --manifest'"
            )
    return {name: known[name] for name in wanted}


def generate(
    folder: Path,
    dataset: str,
    tasks: Iterable[int],
    *,
    train: int,
    test: int,
    seed: int = DEFAULT_SEED,
    as_released: bool = False,
    progress: bool = True,
    pins: Mapping[str, str] | None = None,
) -> dict[str, Entry]:
    """Makes ``folder`` hold a generated set of these tasks; returns the entries of its files.

    What is there as it should be is not made again. ``train``, ``test``: questions of each task.
    ``seed`` and ``as_released`` are the simulator's. ``pins``: path in the folder -> the SHA-256
    it must have; the folder is the suite's own then, and whatever is in the way is replaced.

    Raises BenchError if a file in the way is not listed in the folder's record, the record is
    malformed or of another simulator, output differs from its pin, or something can't be written.
    """
    wanted = {task: _files(dataset, task) for task in sorted(set(tasks))}
    layout.names(dataset, wanted)  # wrong ones are told before anything is made
    made: dict[str, Entry] = {}
    with _locked(folder):
        record = _record_of(folder, mend=pins is not None)
        if pins is None:
            _refuse_strangers(folder, record, wanted)
        _sweep(folder)
        if not os.path.lexists(folder / "README.txt"):
            write_atomically(folder / "README.txt", _README)
        settings = {"seed": seed, "as_released": as_released}
        quiet = None if progress else True  # None: drawn on a terminal alone
        for task, names in tqdm(
            wanted.items(), f"generating {dataset}", unit=" tasks", file=sys.stderr, disable=quiet
        ):
            entries = _as_wanted(folder, record, names, (train, test), settings, pins or {})
            if entries is None:
                drawn = release.task_files(task, train=train, test=test, **settings)
                parts = zip(names, (drawn.train, drawn.test), (train, test), strict=True)
                contents, entries = {}, {}
                for name, content, questions in parts:
                    digest = hashlib.sha256(content).hexdigest()
                    contents[name] = content
                    entries[name] = Entry(digest, questions, shared=drawn.shared, **settings)
                _check_pins(entries, pins)
                _place(folder, record, contents, entries)
            made |= entries
    return made


def make_folder(folder: Path) -> None:
    """Makes a folder that can be written to; BenchError, naming it, if that can't be had."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / _LOCK, "a"):
            pass
    except OSError as error:
        raise BenchError(
            f"{error.filename or folder}: cannot be written ({manifest.reason(error)}); make room or "
            "access there, or name another folder (BENCH_CACHE moves the cache)",
            exit_code=74,
        ) from None


def write_manifest() -> Path:
    """Makes all default sets in memory and writes their SHA-256 sums; returns the manifest."""
    sums: dict[str, str] = {}
    for task in tqdm(babi.TASKS, "generating", unit=" tasks", file=sys.stderr, disable=None):
        for as_released in (False, True):
            first = top(release.VERSION, as_released=as_released)
            for dataset, (train, test) in SIZES.items():
                drawn = release.task_files(
                    task.number, train=train, test=test, seed=DEFAULT_SEED, as_released=as_released
                )
                names = layout.names(dataset, [task.number], first)
                for name, content in zip(names, (drawn.train, drawn.test), strict=True):
                    sums[name] = hashlib.sha256(content).hexdigest()
    path = manifest.FOLDER / f"{_manifest_name()}.sha256"
    write_atomically(path, "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))
    return path


def _manifest_name() -> str:
    return f"generated_v{release.VERSION}"


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


def _refuse_strangers(folder: Path, record: Record, wanted: Mapping[int, Iterable[str]]) -> None:
    for name in (name for names in wanted.values() for name in names):
        if os.path.lexists(folder / name) and name not in (*record.files, *record.writing):
            raise BenchError(
                f"{folder / name}: is there and not listed in {NAME}: not a file that was "
                "generated here, so it is not overwritten; name another folder, or move it away"
            )


def _sweep(folder: Path) -> None:
    """Removes what a killed process had begun to write; the lock is held, so nobody else does."""
    for place in (folder, *(folder / sub for sub in layout.DATASETS.values())):
        for stem in (NAME, "README.txt", "qa*.txt"):
            for left in place.glob(f".{stem}.*.tmp"):
                left.unlink(missing_ok=True)


def _check_pins(entries: Mapping[str, Entry], pins: Mapping[str, str] | None) -> None:
    for name, entry in entries.items():
        if pins is not None and entry.sha256 != pins[name]:
            raise BenchError(
                f"{name}: the simulator gives other bytes here than where the suite was made (SHA-256 "
                f"{entry.sha256[:8]}…, expected {pins[name][:8]}…): a bug; please report it with the "
                f"version of Python ({sys.version.split()[0]}) and the platform ({sys.platform})"
            )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    make_folder(folder)
    lock = filelock.FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=_LOCK_WAIT)
    except filelock.Timeout:
        what = f"another process has been generating for {_LOCK_WAIT:g} s"
        raise BenchError(f"{folder}: {what}; end it, or wait for it and try again") from None
    try:
        yield
    finally:
        lock.release()


if __name__ == "__main__":
    if sys.argv[1:] != ["--manifest"]:
        sys.exit("usage: python -m bench.datasets.babi.generated --manifest")
    print(write_manifest())
