"""Compares the files of a folder with what is known of them, and says what kind of data they
are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.core import kinds
from bench.core.dataset import AtHand
from bench.core.errors import BenchError
from bench.datasets import manifest
from bench.datasets.babi import babi, completed, layout, record, sums
from bench.datasets.babi.simulator import release
from bench.examples.stories import Story


@dataclass(frozen=True)
class Located:
    """A bAbI data set at hand (`bench.core.dataset.Found`).

    Where the training file of task 3 of babi-10k is not at hand, or not to be trusted, a completed
    set may stand in for it (`bench.datasets.babi.completed`): ``kind`` is still that of the files,
    and ``hashes`` has the completed set's parts and text by names of their own.

    Attributes:
        kind: 'real' (every file has its known SHA-256), 'generated' (every file is as its folder's
            GENERATED.json, or for the default sets the suite's manifest, has it) or 'unverified'
            (some are not what they should be, and the user allowed it).
        root: the folder that en/ or en-10k/ is in.
        hashes: name -> SHA-256 found, of each usable file. Names begin with ``top``, which keeps
            runs on generated data apart from others: 'tasks_1-20_v1-2/en/qa1_..._train.txt',
            'generated-v1/en/qa1_..._train.txt'. Splits are 'train' and 'test', and 'valid' for
            task 3 of the released babi-10k alone.
        refused: files looked for that are not in ``hashes``: why.
        about: of generated data, its settings in words.
    """

    dataset: str
    kind: str
    root: Path
    hashes: dict[str, str]
    refused: dict[str, str] = field(default_factory=dict)
    top: str = layout.TOP
    about: str = ""

    @property
    def at_hand(self) -> AtHand:
        """Kind, and hashes of the units that have all their files."""
        return at_hand(self.kind, self.hashes, self.about)

    @property
    def completed(self) -> bool:
        """Whether a completed set stands in for the training file of task 3."""
        return completed.NAME in self.hashes

    def read(self, unit: str, split: str) -> tuple[Story, ...]:
        """Reads, checks and parses one file, or completes it; the bytes parsed are those checked.

        Raises:
            BenchError: the file is not at hand, has changed or is malformed.
        """
        task = layout.task(unit)
        if self._stands_in(task, split):
            return completed.stories(self.root)
        file = self.path(task, split)
        sha256 = self.hashes[layout.name(self.dataset, task, split, self.top)]
        return babi.parse(manifest.read(file, sha256), str(file))

    def has(self, task: int, split: str) -> bool:
        """Whether this file can be read, or the completed set that stands in for it."""
        name = layout.name(self.dataset, task, split, self.top)
        return name in self.hashes or self._stands_in(task, split)

    def path(self, task: int, split: str) -> Path:
        """The file of a task and split; BenchError if it is not at hand or cannot be trusted.

        A completed set has no file.
        """
        name = layout.name(self.dataset, task, split, self.top)
        file = layout.below(self.root, name)
        if name not in self.hashes:
            why = self.refused.get(name, f"task {task} was not among the tasks looked for")
            raise BenchError(f"{file}: {why}")
        return file

    def _stands_in(self, task: int, split: str) -> bool:
        return self.completed and completed.concerns(self.dataset, task, split)


def at_hand(kind: str, hashes: Mapping[str, str], about: str = "") -> AtHand:
    """Files of a data set as the spine takes them."""
    told = completed.ABOUT if kinds.completed(hashes) else ""
    return AtHand(kind, layout.units(hashes), about, told)


def required(names: Iterable[str]) -> list[str]:
    """Those that must be there: all but what a completed set is about."""
    return [name for name in names if name not in (completed.FILE, *completed.PARTS[1:])]


def check(
    dataset: str, tasks: Iterable[int], root: Path, *, allow_unverified: bool, allow_generated: bool
) -> Located:
    """Checks the files of these tasks in ``root``, the folder that en/ or en-10k/ is in.

    Raises BenchError naming the file that is missing, or that does not match (unless
    ``allow_unverified``), or the folder if it is generated data (unless ``allow_generated``).
    """
    tasks = list(tasks)
    made = record.read(root)
    if made is None or not made.has(dataset):
        names = layout.names(dataset, tasks)
        known = sums.load(sums.RELEASED)
        found = _compare(dataset, root, _Expected(
            "real", layout.TOP, names, required(names), known, "the known SHA-256",
            missing=f"restore them from {layout.URLS[0]}, or name another folder",
            differs="the file is damaged or another version: fetch it again",
            unlisted=_UNKNOWN,
        ), allow_unverified)  # fmt: skip
        return _completed(found) if completed.FILE in names else found
    if not allow_generated:
        raise BenchError(
            f"{root}: holds generated data ({record.NAME}), and the real bAbI data is needed here; "
            f"name the folder that holds {layout.TOP}"
        )
    if made.simulator > release.VERSION:
        raise BenchError(
            f"{root / record.NAME}: field 'simulator' is {made.simulator}, and this suite's "
            f"simulator is version {release.VERSION}; update the suite, or generate the files again"
        )
    top = layout.generated_top(made.simulator)
    names = layout.names(dataset, tasks, top)
    listed = {f"{top}/{name}": entry.sha256 for name, entry in made.files.items()}
    return _compare(dataset, root, _Expected(
        "generated", top, names, names, listed, f"the SHA-256 in {record.NAME}",
        missing=f"generate them with '{made.command(root, dataset, tasks)}'",
        differs="the file was changed: generate it again with --force",
        unlisted=f"is not listed in {record.NAME}; generate it again in a folder of its own, or "
        "pass --allow-unverified to use it all the same",
    ), allow_unverified, made.about(dataset, tasks))  # fmt: skip


def _completed(found: Located) -> Located:
    """With a completed set in the training file's stead, or the reason why there is neither."""
    if completed.FILE in found.hashes:
        return found
    why = completed.lacking(found.root)
    if not why:
        return replace(found, hashes={**found.hashes, **completed.known()})
    refused = f"{found.refused[completed.FILE]} ({why})"
    return replace(found, refused={**found.refused, completed.FILE: refused})


_UNKNOWN = "its SHA-256 is not known, so it is not checked; pass --allow-unverified to use it"


@dataclass(frozen=True)
class _Expected:
    """What a folder should hold, and the words for what it does not."""

    kind: str
    top: str
    names: list[str]
    required: list[str]
    known: dict[str, str]
    what: str
    missing: str
    differs: str
    unlisted: str


def _compare(
    dataset: str, root: Path, expected: _Expected, allow_unverified: bool, about: str = ""
) -> Located:
    required = expected.required
    missing = [name for name in required if not os.path.isfile(layout.below(root, name))]
    if missing:
        raise BenchError(
            f"{layout.below(root, missing[0])}: missing ({len(missing)} of the {len(required)} "
            f"files needed of {dataset} are not there); {expected.missing}"
        )
    hashes: dict[str, str] = {}
    refused: dict[str, str] = {}
    kind = expected.kind
    for name in expected.names:
        file = layout.below(root, name)
        if not os.path.isfile(file):
            where = layout.URLS[0]
            refused[name] = f"not at hand; restore it from {where}, or leave this task out"
            continue
        found, right = manifest.sha256(file), expected.known.get(name)
        if found == right:
            hashes[name] = found
        elif allow_unverified:
            hashes[name], kind = found, "unverified"
        elif right is None and name not in required:
            refused[name] = expected.unlisted
        elif right is None:
            raise BenchError(f"{file}: {expected.unlisted}")
        else:
            raise BenchError(
                f"{file}: does not match {expected.what} (expected {right[:8]}…, found "
                f"{found[:8]}…); {expected.differs}, or pass --allow-unverified to use it all the "
                "same"
            )
    return Located(dataset, kind, root, hashes, refused, expected.top, about)
