"""Data sets of which one half is real and the other generated: trained on one, tested on the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.data import babi
from bench.data.locate import Located

CROSSED = {
    "babi-1k-generated-to-real": ("generated", "real"),
    "babi-1k-real-to-generated": ("real", "generated"),
}
"""Data set -> the kind that is trained on, the kind that is tested on. Both have 1,000 training and
1,000 test questions; the generated half keeps test questions that occur in its training, as the
release does."""


@dataclass(frozen=True)
class Crossed:
    """The training files of one data set and the test files of another, used like one `Located`."""

    dataset: str
    train: Located
    test: Located

    @property
    def kind(self) -> str:
        return "generated"

    @property
    def root(self) -> Path:
        """Of the training files."""
        return self.train.root

    @property
    def hashes(self) -> dict[str, str]:
        """File -> SHA-256, of the files this data set reads."""
        return half_of(self.train.hashes, "train") | half_of(self.test.hashes, "test")

    def stories(self, task: int, split: str) -> tuple[babi.Story, ...]:
        """As `Located.stories`."""
        return (self.train if split == "train" else self.test).stories(task, split)


def half_of(hashes: dict[str, str], split: str) -> dict[str, str]:
    """The files of one split."""
    return {name: sha256 for name, sha256 in hashes.items() if name.endswith(f"_{split}.txt")}
