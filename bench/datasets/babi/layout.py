"""Where the files of a bAbI data set lie: in the release, and alike in what is generated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.core.errors import BenchError
from bench.datasets.babi import babi

TOP = "tasks_1-20_v1-2"
"""The release's folder."""
URLS = (
    "http://www.thespermwhale.com/jaseweston/babi/tasks_1-20_v1-2.tar.gz",
    "https://s3.amazonaws.com/text-datasets/babi_tasks_1-20_v1-2.tar.gz",
)
"""Its archive."""

DATASETS = {
    "babi-1k": "en",
    "babi-10k": "en-10k",
    "babi-hn-1k": "hn",
    "babi-hn-10k": "hn-10k",
    "babi-shuffled-1k": "shuffled",
    "babi-shuffled-10k": "shuffled-10k",
}
"""Data set -> its folder in the release's: English, Hindi in Latin letters, letters shuffled."""


def names(dataset: str, tasks: Iterable[int], top: str = TOP) -> list[str]:
    """The paths of the files of these tasks (numbers 1-20, in any order), below and with ``top``.

    Raises BenchError if the data set or a task is not known, or no task is given.
    """
    subfolder(dataset)
    numbers = sorted(set(tasks))
    if not numbers:
        raise BenchError(f"no task of {dataset} was asked for; give task numbers from 1 to 20")
    found = []
    for task in numbers:
        extra = ("valid",) if _has_valid(dataset, task, top) else ()
        found += [name(dataset, task, split, top) for split in ("train", *extra, "test")]
    return found


def name(dataset: str, task: int, split: str, top: str = TOP) -> str:
    """The path of one file: 'train', 'test' or, in the release's babi-10k, 'valid' of task 3.

    ``top``: the folder that stands first in it.
    """
    if task not in range(1, len(babi.TASKS) + 1):
        raise BenchError(f"there is no task {task!r}; tasks are numbered 1 to {len(babi.TASKS)}")
    if split == "valid" and _has_valid(dataset, task, top):
        return f"{top}/en-valid-10k/qa3_valid.txt"
    if split not in ("train", "test"):
        what = f"task {task} of {dataset} has no split {split!r}"
        raise BenchError(f"{what}; use 'train' or 'test'")
    return f"{top}/{subfolder(dataset)}/{babi.TASKS[task - 1].stem}_{split}.txt"


def task(unit: str) -> int:
    """The number of the task that a unit ('1' to '20') stands for."""
    if unit not in {str(known.number) for known in babi.TASKS}:
        raise BenchError(f"there is no task {unit}; tasks are numbered 1 to {len(babi.TASKS)}")
    return int(unit)


def unit(file: str) -> str:
    """The unit that a file belongs to, by its name."""
    match = re.match(r"qa(\d+)_", file.rpartition("/")[2])
    assert match is not None, file
    return match[1]


def units(hashes: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Unit -> its files; units whose training or test file is not among these are left out."""
    found: dict[str, dict[str, str]] = {}
    for file, sha256 in hashes.items():
        found.setdefault(unit(file), {})[file] = sha256
    both = ("_train.txt", "_test.txt")
    return {
        name: files
        for name, files in found.items()
        if all(any(file.endswith(end) for file in files) for end in both)
    }


def subfolder(dataset: str) -> str:
    """The folder of a data set; BenchError if it is not known."""
    if dataset not in DATASETS:
        raise BenchError(f"data set {dataset!r} is not known; choose one of {', '.join(DATASETS)}")
    return DATASETS[dataset]


def generated_top(version: int, *, as_released: bool = False) -> str:
    """What stands first in the names of generated files, and the folder of a default set."""
    return f"generated-v{version}" + ("-as-released" if as_released else "")


def inside(path: str) -> str:
    """A path as `name` gives it, without its top folder."""
    return path.partition("/")[2]


def below(top_folder: Path, path: str) -> Path:
    """The file that ``path``, as `name` gives it, is in ``top_folder``."""
    return top_folder / inside(path)


def _has_valid(dataset: str, task: int, top: str) -> bool:
    """Copies of the release may lack the training file of task 3; a piece of it is a validation
    set."""
    return (dataset, task, top) == ("babi-10k", 3, TOP)
