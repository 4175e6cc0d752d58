"""Where the files of a bAbI data set lie: in the release, and alike in what is generated."""

from collections.abc import Iterable
from pathlib import Path

from bench.core.errors import BenchError
from bench.datasets.babi import babi, fetch

DATASETS = {"babi-1k": "en", "babi-10k": "en-10k"}
"""Data set -> its folder in tasks_1-20_v1-2."""


def names(dataset: str, tasks: Iterable[int], top: str = fetch.BABI_FOLDER) -> list[str]:
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


def name(dataset: str, task: int, split: str, top: str = fetch.BABI_FOLDER) -> str:
    """The path of one file: 'train', 'test' or, in the release's babi-10k, 'valid' of task 3.

    ``top``: the folder that stands first in it; tasks_1-20_v1-2 is the release's.
    """
    if task not in range(1, len(babi.TASKS) + 1):
        raise BenchError(f"there is no task {task!r}; tasks are numbered 1 to {len(babi.TASKS)}")
    if split == "valid" and _has_valid(dataset, task, top):
        return f"{top}/en-valid-10k/qa3_valid.txt"
    if split not in ("train", "test"):
        what = f"task {task} of {dataset} has no split {split!r}"
        raise BenchError(f"{what}; use 'train' or 'test'")
    return f"{top}/{subfolder(dataset)}/{babi.TASKS[task - 1].stem}_{split}.txt"


def subfolder(dataset: str) -> str:
    """The folder of a data set; BenchError if it is not known."""
    if dataset not in DATASETS:
        raise BenchError(f"data set {dataset!r} is not known; choose one of {', '.join(DATASETS)}")
    return DATASETS[dataset]


def inside(path: str) -> str:
    """A path as `name` gives it, without its top folder."""
    return path.partition("/")[2]


def below(top_folder: Path, path: str) -> Path:
    """The file that ``path``, as `name` gives it, is in ``top_folder``."""
    return top_folder / inside(path)


def _has_valid(dataset: str, task: int, top: str) -> bool:
    """Copies of the release may lack the training file of task 3; a piece of it is a validation
    set."""
    return (dataset, task, top) == ("babi-10k", 3, fetch.BABI_FOLDER)
