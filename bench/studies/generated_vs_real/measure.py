"""Compares what the simulator makes with the released bAbI files, task by task."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from bench.core import provenance
from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.core.rows import Row
from bench.datasets.babi import babi
from bench.datasets.babi.check import Located
from bench.datasets.babi.dataset import Babi
from bench.datasets.babi.readers.read import read_story
from bench.datasets.babi.readers.reader import Unreadable
from bench.datasets.babi.simulator import release
from bench.examples.stories import Story
from bench.studies.generated_vs_real.classifier import tell_apart
from bench.studies.generated_vs_real.statistics import by_chance, compare, describe, repeated
from bench.studies.generated_vs_real.store import LISTED, ROWS, VERSION

TRAIN, TEST, SEED = 10_000, 1_000, 0
"""What is generated for the comparison: questions, and the seed."""
DESCRIBED = 5
"""The generated statistics are of so many times `TRAIN` questions: their own chance hardly
counts."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class File:
    """A file's name, for messages, and its stories or those of them that count."""

    name: str
    stories: tuple[Story, ...]


@dataclass(frozen=True)
class Side:
    """The stories of one source: files of training questions and of test questions."""

    training: tuple[File, ...]
    test: tuple[File, ...]

    @property
    def files(self) -> tuple[File, ...]:
        return self.training + self.test


@dataclass(frozen=True)
class Real:
    """The real stories of a task.

    ``kind``: 'real' or 'unverified'. ``hashes``: manifest path -> SHA-256 of the files read.
    ``complete``: ``side.training`` is the 10k training file. It is not for task 3 where that file
    is not at hand (then it is the 1k file and the 200 stories of the 10k one that are known
    besides), nor where only 1k files are.
    """

    side: Side
    kind: str
    hashes: dict[str, str]
    complete: bool


def real_side(
    task: int,
    data_dir: Path | None,
    *,
    allow_unverified: bool = False,
    say: Say = lambda line: None,
) -> Real:
    """Reads the real stories of a task: 10k training questions and the test questions.

    Where the 10k files can't be had, the 1k ones.

    Args:
        data_dir, allow_unverified: as `bench.core.dataset.Wish` has them.

    Raises:
        BenchError: the real data is not at hand, damaged, or what is at hand is not real.
    """
    try:
        large = _located("babi-10k", task, data_dir, allow_unverified)
    except BenchError as error:
        large = _located("babi-1k", task, data_dir, allow_unverified)
        say(f"the 1k files are compared ({error})")
    in_parts = large.completed or not large.has(task, "train")  # a completed set is not all real
    if task == 3 and large.dataset == "babi-10k" and large.has(task, "valid") and in_parts:
        small = _located("babi-1k", task, data_dir, allow_unverified)
        parts = [(small, "train"), (large, "test"), (large, "valid")]
    else:
        parts = [(large, "train"), (large, "test")]
    known: set[object] = set()
    files = {}
    for located, split in parts:
        stories = located.read(str(task), split)
        if split == "valid":  # some of its stories are in the 1k file too
            stories = tuple(story for story in stories if _text(story) not in known)
        known.update(map(_text, stories))
        files[split] = File(_short(located, task, split), stories)
    test = files.pop("test")
    return Real(
        Side(tuple(files.values()), (test,)),
        "unverified" if "unverified" in {located.kind for located, _ in parts} else "real",
        dict(sorted(_hash(located, task, split) for located, split in parts)),
        complete="valid" not in files and large.dataset == "babi-10k",
    )


def measure(
    task: int,
    real: Real,
    *,
    train: int = TRAIN,
    test: int = TEST,
    seed: int = SEED,
    say: Say = lambda line: None,
) -> Row:
    """Generates a task's files as they were released, compares them, and gives the row to store.

    Statistics are of the training files, on both sides (of the generated one a longer one, which
    begins with it); of everything real where the real training file is not complete. The classifier
    and the reader get training and test questions.

    Args:
        train, test: questions to generate.
        say: told what is being done, a few words at a time.

    Raises:
        BenchError: the simulator refuses a number, or a side has too few stories.
    """
    begun = time.perf_counter()
    say("generating")
    made = release.task_files(task, train=train, test=test, seed=seed, as_released=True)
    generating = time.perf_counter() - begun
    stem = f"generated/{babi.TASKS[task - 1].stem}"
    generated = Side(
        (File(f"{stem}_train.txt", babi.parse(made.train, f"{stem}_train.txt")),),
        (File(f"{stem}_test.txt", babi.parse(made.test, f"{stem}_test.txt")),),
    )
    say("counting")
    described = describe(_stories(real.side.training if real.complete else real.side.files))
    more = release.task_files(task, train=DESCRIBED * train, test=1, seed=seed, as_released=True)
    large = babi.parse(more.train, f"{stem}_train.txt")
    ours = describe(large)
    number = described["stories"]
    say("reading")
    sides = {"real": real.side, "generated": generated}
    reader = {name: _read(task, side.files) for name, side in sides.items()}
    say("telling apart")
    told = tell_apart(_stories(real.side.files), _stories(generated.files))
    sums = {split: hashlib.sha256(getattr(made, split)).hexdigest() for split in ("train", "test")}
    return {
        "task": task,
        "version": VERSION,
        "kind": real.kind,
        "complete": real.complete,
        "real": described,
        "generated": ours,
        "comparison": compare(described, ours),
        "chance": {"stories": number, "answers": [round(p, 3) for p in by_chance(large, number)]},
        "overlap": {name: _overlap(side) for name, side in sides.items()},
        "reader": reader,
        "classifier": dataclasses.asdict(told) | {"by_lot": list(told.by_lot)},
        "files": real.hashes,
        "generator": {**_settings(train, test, seed), "sha256": sums},
        "seconds": {
            "generating": round(generating, 3),
            "whole": round(time.perf_counter() - begun, 3),
        },
        "commit": provenance.commit(),
        "versions": _versions(),
    }


def measure_all(
    results: Path,
    tasks: Iterable[int],
    data_dir: Path | None,
    *,
    allow_unverified: bool = False,
    train: int = TRAIN,
    test: int = TEST,
    seed: int = SEED,
    say: Say = lambda line: None,
    stop: Callable[[], bool] = lambda: False,
) -> list[Row]:
    """Measures the tasks that are not stored yet with these inputs, and stores each as it is done.

    What counts as the same inputs: the bytes of the real files, the simulator's version and
    settings, and the version of this comparison; not the commit. Can be stopped at any moment.

    Args:
        results: the profile's folder.
        say: told how it goes, a line at a time.
        stop: asked before each task whether to leave the rest for another time.

    Returns:
        The rows of these tasks that there are now, by task.

    Raises:
        BenchError: as `real_side` and `measure`, or the store is damaged or can't be written.
    """
    numbers = sorted(set(tasks))
    settings = _settings(train, test, seed)
    rows = {row["task"]: row for row in ROWS.read(results)}
    for place, task in enumerate(numbers, start=1):
        if stop():
            break

        def tell(what: str, which: str = f"task {task} ({place} of {len(numbers)})") -> None:
            say(f"{which}: {what}")

        real = real_side(task, data_dir, allow_unverified=allow_unverified, say=tell)
        old = rows.get(task)
        if old and old["files"] == real.hashes and settings.items() <= old["generator"].items():
            continue
        rows[task] = measure(task, real, train=train, test=test, seed=seed, say=tell)
        ROWS.save(results, rows[task])
    return [rows[task] for task in numbers if task in rows]


def _settings(train: int, test: int, seed: int) -> dict[str, int]:
    sizes = {"train": train, "test": test, "described": DESCRIBED * train}
    return {"version": release.VERSION, "seed": seed, **sizes}


def _located(dataset: str, task: int, data_dir: Path | None, allow_unverified: bool) -> Located:
    wish = Wish(folder=data_dir, allow_unverified=allow_unverified)
    located = Babi(dataset).find([str(task)], wish)
    if located.kind not in ("real", "unverified"):
        raise BenchError(
            f"{located.root}: {located.kind} data, and generated stories are to be compared with "
            "real ones; pass --data DIR, the folder that holds the real tasks_1-20_v1-2"
        )
    return located


def _short(located: Located, task: int, split: str) -> str:
    """A file's name from the data's root on, the same on every machine."""
    return located.path(task, split).relative_to(located.root).as_posix()


def _hash(located: Located, task: int, split: str) -> tuple[str, str]:
    ending = "/" + _short(located, task, split)
    return next(item for item in located.hashes.items() if item[0].endswith(ending))


def _text(story: Story) -> object:
    """A story but for where in its file it stands."""
    return story.statements, tuple((q.words, q.answer, q.support, q.seen) for q in story.questions)


def _stories(files: Sequence[File]) -> list[Story]:
    return [story for file in files for story in file.stories]


def _overlap(side: Side) -> dict[str, int]:
    test = _stories(side.test)
    return {
        "test": sum(len(story.questions) for story in test),
        "repeated": repeated(_stories(side.training), test),
    }


def _read(task: int, files: Sequence[File]) -> dict[str, object]:
    """How a symbolic reader fares; of a story that it cannot read no question is right."""
    questions = 0
    exceptions = []
    for file in files:
        for story in file.stories:
            questions += len(story.questions)
            try:
                answers = [reading.answer for reading in read_story(task, story)]
            except Unreadable:
                answers = [""] * len(story.questions)
            exceptions += [
                f"{file.name}:{question.line}"
                for question, answer in zip(story.questions, answers, strict=True)
                if answer != question.answer
            ]
    right = questions - len(exceptions)
    return {"questions": questions, "right": right, "exceptions": exceptions[:LISTED]}


def _versions() -> dict[str, str]:
    libraries = ("scipy", "scikit-learn")
    return {**provenance.versions(), **{name: metadata.version(name) for name in libraries}}
