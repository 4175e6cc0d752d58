"""Task 3's 10k training set where its file is not at hand: real questions, completed by generated
ones.

What goes round of that file (``en-10k/qa3_three-supporting-facts_train.txt``) is its first tenth,
which is the 1k training file, and a piece of it, ``en-valid-10k/qa3_valid.txt``: 1,925 different
questions. The completed set has, in this order, the 1k file, the stories of the piece that are not
in it, and stories of the simulator up to 10,000 questions. So the last tenth, which training holds
out (S15 4.2), is generated; the test file stays the real one.

The generated stories are the first of the default generated training set (seed 0). No story is in
the completed set twice and, as in the real file of task 2, no question of the test file occurs in
any of its three parts, so none had to be left out.
"""

from __future__ import annotations

import re
from pathlib import Path

from bench.core.kinds import COMPLETION
from bench.datasets import manifest
from bench.datasets.babi import babi, layout, sums
from bench.datasets.babi.simulator import release
from bench.examples.stories import Story

TASK, DATASET = 3, "babi-10k"
REAL_QUESTIONS, GENERATED_QUESTIONS = 1_925, 8_075
TEST_QUESTIONS = 1_000
SEED = 0

FILE = layout.name(DATASET, TASK, "train")
"""The released file that a completed set stands in for."""
PARTS = (layout.name("babi-1k", TASK, "train"), layout.name(DATASET, TASK, "valid"))
"""The real files it is made from, in their order."""
NAME = COMPLETION + layout.inside(FILE)
"""What stands for its text among the names of files."""

ABOUT = (
    f"trained on {REAL_QUESTIONS:,} real and {GENERATED_QUESTIONS:,} generated questions of task "
    f"{TASK} (simulator version {release.VERSION}, seed {SEED}), tested on the {TEST_QUESTIONS:,} "
    "real ones"
)


def concerns(dataset: str, task: int, split: str) -> bool:
    """Whether this is the file that a completed set may stand in for."""
    return (dataset, task, split) == (DATASET, TASK, "train")


def generated_name() -> str:
    """What stands for the generated part among the names of files: simulator version, seed,
    count."""
    folder = f"{layout.generated_top(release.VERSION)}-seed-{SEED}-{GENERATED_QUESTIONS}-questions"
    return f"{folder}/{FILE.rpartition('/')[2]}"


def known() -> dict[str, str]:
    """Name -> SHA-256 of the real parts, the generated part and the whole text.

    Raises:
        BenchError: a manifest lacks one of them.
    """
    wanted = (*PARTS, generated_name(), NAME)
    return sums.pinned(sums.COMPLETED, wanted, " DIR", beside=sums.RELEASED)


def lacking(root: Path) -> str:
    """Why no completed set can be made from ``root``, the folder that en/ is in; '' if it can."""
    listed = sums.load(sums.RELEASED)
    for name in PARTS:
        file = layout.below(root, name)
        if not file.is_file():
            return f"{layout.inside(name)}, needed to complete it by generated stories, is missing"
        if manifest.sha256(file) != listed.get(name):
            what = "does not match its known SHA-256"
            return f"{layout.inside(name)}, needed to complete it by generated stories, {what}"
    return ""


def stories(root: Path) -> tuple[Story, ...]:
    """The completed training set of the real parts in ``root``: 10,000 questions.

    Raises:
        BenchError: a part has changed since it was checked, or the simulator gives other bytes than
            the suite's manifest has.
    """
    pins = known()
    read = (manifest.read(layout.below(root, name), pins[name]) for name in PARTS)
    made, whole = join(*read)
    for name, data in ((generated_name(), made), (NAME, whole)):
        manifest.same(name, manifest.digest(data), pins[name])
    return babi.parse(whole, NAME)


def join(first: bytes, piece: bytes) -> tuple[bytes, bytes]:
    """The generated part, and the whole text: each story once, where it first stands."""
    made = release.task_files(TASK, train=GENERATED_QUESTIONS, test=1, seed=SEED).train
    once = dict.fromkeys(story for text in (first, piece, made) for story in _stories(text))
    return made, b"".join(once)


def _stories(text: bytes) -> list[bytes]:
    """A text cut before every line with ID 1."""
    return re.split(rb"(?m)^(?=1 )", text)[1:]
