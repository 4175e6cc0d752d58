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

``python -m bench.datasets.babi.completed DIR`` (DIR holds en/ and en-valid-10k/) writes the SHA-256 sums of
the generated part and of the whole anew, after ``bench.datasets.babi.simulator.release.VERSION`` was raised.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.core.kinds import COMPLETION as COMPLETED
from bench.datasets.babi import babi, fetch, generated, layout, manifest
from bench.datasets.babi.simulator import release

TASK, DATASET = 3, "babi-10k"
REAL_QUESTIONS, GENERATED_QUESTIONS = 1_925, 8_075
TEST_QUESTIONS = 1_000
SEED = generated.DEFAULT_SEED

FILE = layout.name(DATASET, TASK, "train")
"""The released file that a completed set stands in for."""
PARTS = (layout.name("babi-1k", TASK, "train"), layout.name(DATASET, TASK, "valid"))
"""The real files it is made from, in their order."""
NAME = COMPLETED + layout.inside(FILE)
"""What stands for its text among the names of files."""

ABOUT = (
    f"trained on {REAL_QUESTIONS:,} real and {GENERATED_QUESTIONS:,} generated questions of task {TASK} "
    f"(simulator version {release.VERSION}, seed {SEED}), tested on the {TEST_QUESTIONS:,} real ones"
)

_MANIFEST = "completed"


def concerns(dataset: str, task: int, split: str) -> bool:
    """Whether this is the file that a completed set may stand in for."""
    return (dataset, task, split) == (DATASET, TASK, "train")


def generated_name() -> str:
    """What stands for the generated part among the names of files: simulator version, seed,
    count."""
    folder = f"{generated.top(release.VERSION)}-seed-{SEED}-{GENERATED_QUESTIONS}-questions"
    return f"{folder}/{FILE.rpartition('/')[2]}"


def known() -> dict[str, str]:
    """Name -> SHA-256 of the real parts, the generated part and the whole text.

    Raises:
        BenchError: a manifest lacks one of them.
    """
    sums = {**manifest.load("babi_v1_2"), **manifest.load(_MANIFEST)}
    wanted = (*PARTS, generated_name(), NAME)
    for name in wanted:
        if name not in sums:
            raise BenchError(
                f"{manifest.FOLDER / _MANIFEST}.sha256: {name} is missing; restore the file, or write it "
                "with 'python -m bench.datasets.babi.completed DIR'"
            )
    return {name: sums[name] for name in wanted}


def lacking(root: Path) -> str:
    """Why no completed set can be made from ``root``, the folder that en/ is in; '' if it can."""
    sums = manifest.load("babi_v1_2")
    for name in PARTS:
        file = layout.below(root, name)
        if not file.is_file():
            return f"{layout.inside(name)}, needed to complete it by generated stories, is missing"
        if manifest.sha256(file) != sums.get(name):
            what = "does not match its known SHA-256"
            return f"{layout.inside(name)}, needed to complete it by generated stories, {what}"
    return ""


def stories(root: Path) -> tuple[babi.Story, ...]:
    """The completed training set of the real parts in ``root``: 10,000 questions.

    Raises:
        BenchError: a part has changed since it was checked, or the simulator gives other bytes than
            the suite's manifest has.
    """
    sums = known()
    parts = [layout.below(root, name) for name in PARTS]
    read = [manifest.read(part) for part in parts]
    for part, name, data in zip(parts, PARTS, read, strict=True):
        if _digest(data) != sums[name]:
            raise BenchError(
                f"{part}: changed since it was checked; start again when nothing writes to it"
            )
    made = _generated()
    whole = _joined(*read, made)
    for name, data in ((generated_name(), made), (NAME, whole)):
        if _digest(data) != sums[name]:
            raise BenchError(
                f"{name}: other bytes come out here than where the suite was made (SHA-256 "
                f"{_digest(data)[:8]}…, expected {sums[name][:8]}…): a bug; please report it with the "
                f"version of Python ({sys.version.split()[0]}) and the platform ({sys.platform})"
            )
    return babi.parse(whole, NAME)


def write_manifest(root: Path) -> Path:
    """Writes the SHA-256 sums of the generated part and of the whole; returns the manifest."""
    why = lacking(root)
    if why:
        raise BenchError(f"{root}: {why}; name the folder of {fetch.BABI_FOLDER} that holds it")
    made = _generated()
    whole = _joined(*(manifest.read(layout.below(root, name)) for name in PARTS), made)
    sums = {generated_name(): _digest(made), NAME: _digest(whole)}
    path = manifest.FOLDER / f"{_MANIFEST}.sha256"
    write_atomically(path, "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))
    return path


def _generated() -> bytes:
    return release.task_files(TASK, train=GENERATED_QUESTIONS, test=1, seed=SEED).train


def _joined(first: bytes, piece: bytes, made: bytes) -> bytes:
    """The text: each story once, where it first stands."""
    once = dict.fromkeys(story for text in (first, piece, made) for story in _stories(text))
    return b"".join(once)


def _stories(text: bytes) -> list[bytes]:
    """A text cut before every line with ID 1."""
    return re.split(rb"(?m)^(?=1 )", text)[1:]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bench.datasets.babi.completed DIR")
    print(write_manifest(Path(sys.argv[1])))
