"""Finds a bAbI data set, checks it, and says what kind of data it is.

Searched in this order: the folder given (``--data``), ``BENCH_DATA``, ``data/`` beside the package,
the user's cache (``BENCH_CACHE`` moves it), the network and, only if allowed, the built-in fixture.
The first two are the user's word: what they name must hold the data set, or the run is refused.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import platformdirs

from bench.data import babi, fetch, manifest
from bench.errors import BenchError, NoData

DATASETS = {"babi-1k": "en", "babi-10k": "en-10k"}
"""Data set -> its folder in tasks_1-20_v1-2."""

REPO_DATA = Path(__file__).resolve().parents[2] / "data"
FIXTURE = Path(__file__).resolve().parent / "fixture"

Kind = Literal["real", "unverified", "fixture"]


@dataclass(frozen=True)
class Located:
    """A data set at hand.

    ``kind``: 'real' (every file has its known SHA-256), 'unverified' (some have not, and the user
    allowed it) or 'fixture' (made up, for trials). ``root``: the tasks_1-20_v1-2 folder.
    ``hashes``: manifest path ('tasks_1-20_v1-2/en/qa1_..._train.txt') -> SHA-256 found, of each
    usable file. Splits are 'train' and 'test', and 'valid' for task 3 of babi-10k alone.
    """

    dataset: str
    kind: Kind
    root: Path
    hashes: dict[str, str]
    refused: dict[str, str] = field(default_factory=dict)  # files that are not in `hashes`: why

    def has(self, task: int, split: str) -> bool:
        """Whether ``path`` and ``stories`` will serve this file."""
        return _relpath(self.dataset, task, split) in self.hashes

    def path(self, task: int, split: str) -> Path:
        """The file of a task and split; BenchError if it is not at hand or cannot be trusted."""
        name = _relpath(self.dataset, task, split)
        file = _file(self.root, name)
        if name not in self.hashes:
            why = self.refused.get(name, f"task {task} was not among the tasks looked for")
            raise BenchError(f"{file}: {why}")
        return file

    def stories(self, task: int, split: str) -> tuple[babi.Story, ...]:
        """Read, check and parse one file; the bytes parsed are the bytes checked.

        Raises BenchError naming the file if it is not at hand, has changed or is malformed.
        """
        file = self.path(task, split)
        data = _read(file)
        if hashlib.sha256(data).hexdigest() != self.hashes[_relpath(self.dataset, task, split)]:
            what = "changed since it was checked"
            raise BenchError(f"{file}: {what}; start again when nothing writes to it")
        return babi.parse(data, str(file))


def locate(
    dataset: str,
    tasks: Iterable[int],
    *,
    data_dir: Path | None,
    allow_unverified: bool = False,
    allow_fixture: bool = False,
    allow_download: bool = True,
    progress: bool = True,
) -> Located:
    """Find ``dataset`` ('babi-1k' or 'babi-10k') for ``tasks`` (numbers 1-20) and check its files.

    ``data_dir`` is the parent of tasks_1-20_v1-2 or that folder itself. Raises BenchError if a
    named folder does not hold the data set, a file is missing or does not match its known SHA-256
    (unless ``allow_unverified``), or nothing can be found or downloaded. A file with no known
    SHA-256 (the 10k training set of task 3) may be missing: then ``Located.path`` refuses it.
    """
    names = _names(dataset, tasks)
    for given, what in ((data_dir, "--data"), (os.environ.get("BENCH_DATA"), "BENCH_DATA")):
        if given:  # an empty BENCH_DATA is as good as none
            return _check(dataset, names, _named(Path(given), what, dataset), allow_unverified)
    root = _find(REPO_DATA, dataset)
    if root:
        return _check(dataset, names, root, allow_unverified)
    cached = _find(cache_dir(), dataset)
    failure = None
    if cached:
        try:
            return _check(dataset, names, cached, allow_unverified)
        except BenchError as error:  # the cache is ours to mend
            failure = error
    if allow_download:
        try:
            fetch.fetch_babi(cache_dir(), _required(names), progress=progress)
            return _check(dataset, names, cache_dir() / fetch.BABI_FOLDER, allow_unverified)
        except BenchError as error:
            failure = error
    if allow_fixture:
        return _fixture(dataset, names)
    remedy = failure or f"fetch {' or '.join(fetch.BABI_URLS)} and unpack it"
    raise NoData(
        f"data set {dataset} was not found in {REPO_DATA} or {cache_dir()}: {remedy}; then pass "
        f"--data DIR, the folder that holds {fetch.BABI_FOLDER}"
    )


def known_hashes(dataset: str, tasks: Iterable[int]) -> dict[str, str]:
    """The SHA-256 sums ``Located.hashes`` has for complete real data, from the manifest alone."""
    known = manifest.load("babi_v1_2")
    return {name: known[name] for name in _names(dataset, tasks) if name in known}


def cache_dir() -> Path:
    """The folder downloads are kept in: ``BENCH_CACHE``, or the platform's place for caches."""
    return Path(
        os.environ.get("BENCH_CACHE") or platformdirs.user_cache_dir("memory-networks-bench")
    )


def _names(dataset: str, tasks: Iterable[int]) -> list[str]:
    """The manifest paths of the files of these tasks."""
    if dataset not in DATASETS:
        raise BenchError(f"data set {dataset!r} is not known; choose one of {', '.join(DATASETS)}")
    numbers = sorted(set(tasks))
    if not numbers:
        raise BenchError(f"no task of {dataset} was asked for; give task numbers from 1 to 20")
    names = []
    for task in numbers:
        extra = ("valid",) if (dataset, task) == ("babi-10k", 3) else ()
        splits = ("train", *extra, "test")
        names += [_relpath(dataset, task, split) for split in splits]
    return names


def _relpath(dataset: str, task: int, split: str) -> str:
    if task not in range(1, len(babi.TASKS) + 1):
        raise BenchError(f"there is no task {task!r}; tasks are numbered 1 to {len(babi.TASKS)}")
    if (dataset, task, split) == ("babi-10k", 3, "valid"):
        return f"{fetch.BABI_FOLDER}/en-valid-10k/qa3_valid.txt"
    if split not in ("train", "test"):
        what = f"task {task} of {dataset} has no split {split!r}"
        raise BenchError(f"{what}; use 'train' or 'test'")
    return f"{fetch.BABI_FOLDER}/{DATASETS[dataset]}/{babi.TASKS[task - 1].stem}_{split}.txt"


def _required(names: list[str]) -> list[str]:
    """Those that must be there: known to the manifest, and not the extra piece of task 3."""
    known = manifest.load("babi_v1_2")
    return [name for name in names if name in known and "/en-valid-10k/" not in name]


def _file(root: Path, name: str) -> Path:
    return root / name.partition("/")[2]


def _find(folder: Path, dataset: str) -> Path | None:
    """The tasks_1-20_v1-2 folder in ``folder``, or ``folder`` itself, if it has this data set."""
    for root in (folder / fetch.BABI_FOLDER, folder):
        if os.path.isdir(root / DATASETS[dataset]):
            return root
    return None


def _named(folder: Path, what: str, dataset: str) -> Path:
    if not os.path.isdir(folder):  # unlike Path.is_dir, False where access is denied
        raise BenchError(f"{folder}: {what} does not name a folder; correct it")
    root = _find(folder, dataset)
    if root is None:
        sub = DATASETS[dataset]
        raise BenchError(
            f"{folder}: {what} names this folder, but it does not hold {dataset}: neither "
            f"{fetch.BABI_FOLDER}/{sub}/ nor {sub}/ is in it; name the folder that holds "
            f"{fetch.BABI_FOLDER}"
        )
    return root


def _check(dataset: str, names: list[str], root: Path, allow_unverified: bool) -> Located:
    """Compare the files with the manifest."""
    known = manifest.load("babi_v1_2")
    required = _required(names)
    missing = [name for name in required if not os.path.isfile(_file(root, name))]
    if missing:
        raise BenchError(
            f"{_file(root, missing[0])}: missing ({len(missing)} of the {len(required)} files "
            f"needed of {dataset} are not there); restore them from {fetch.BABI_URLS[0]}, or name "
            "another folder"
        )
    hashes: dict[str, str] = {}
    refused: dict[str, str] = {}
    kind: Kind = "real"
    for name in names:
        file = _file(root, name)
        if not os.path.isfile(file):
            where = fetch.BABI_URLS[0]
            refused[name] = f"not at hand; restore it from {where}, or leave this task out"
            continue
        found, expected = manifest.sha256(file), known.get(name)
        if found == expected:
            hashes[name] = found
        elif allow_unverified:
            hashes[name], kind = found, "unverified"
        elif expected is None:
            refused[name] = (
                "its SHA-256 is not known, so it is not checked; pass --allow-unverified to use it"
            )
        else:
            raise BenchError(
                f"{file}: does not match the known SHA-256 (expected {expected[:8]}…, found "
                f"{found[:8]}…); the file is damaged or another version: fetch it again, or pass "
                "--allow-unverified to use it all the same"
            )
    return Located(dataset, kind, root, hashes, refused)


def _fixture(dataset: str, names: list[str]) -> Located:
    root = FIXTURE / fetch.BABI_FOLDER
    missing = [name for name in names if not os.path.isfile(_file(root, name))]
    if missing:
        raise BenchError(
            f"{_file(root, missing[0])}: not in the built-in fixture, which has tasks 1, 6 and 8 "
            "of babi-1k alone; choose among these, or pass --data DIR with the real data"
        )
    hashes = {name: manifest.sha256(_file(root, name)) for name in names}
    return Located(dataset, "fixture", root, hashes)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        why = manifest.reason(error)
        raise BenchError(f"{file}: cannot be read ({why}); check the file and its rights") from None
