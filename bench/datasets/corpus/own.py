"""A text of one's own: a folder with train.txt, valid.txt and test.txt."""

from __future__ import annotations

import os
from collections.abc import Iterable

from bench.core.dataset import Wish
from bench.core.errors import NoData
from bench.datasets import manifest
from bench.datasets.corpus import source
from bench.datasets.corpus.text import SPLITS, Corpus, Texts

LEAST = 5
"""Words seen less often in training are <unk>, S15's rule for Text8."""


class Own(Corpus):
    """The end of a line is a word, as in Penn Treebank. Nothing is known of the files: their kind
    is 'unverified'."""

    name = "own-text"

    def find(self, units: Iterable[str], wish: Wish) -> Texts:
        """As `bench.core.dataset.DataSet.find`: in the folder that ``--data`` names."""
        self.check(units)
        if wish.generated:
            return source.make()
        if wish.folder is None:
            raise NoData(f"data set {self.name}: pass --data DIR, the folder of the text")
        files = {split: wish.folder / f"{split}.txt" for split in SPLITS}
        for file in files.values():
            if not os.path.isfile(file):
                raise NoData(
                    f"{file}: there is no such file; --data names the folder that holds train.txt, "
                    "valid.txt and test.txt"
                )
        hashes = {s: (f"own/{s}.txt", manifest.sha256(file)) for s, file in files.items()}
        return Texts(wish.folder, "unverified", files, hashes, LEAST)
