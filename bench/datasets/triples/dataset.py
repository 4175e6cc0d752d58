"""The data set of W14 5.1: 14 million statements that ReVerb took from web pages, paraphrases from
WikiAnswers, and questions with statements that people judged (Fader et al., 2013)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bench.core.dataset import AtHand, Found, Metric, Summary, Wish
from bench.core.errors import BenchError
from bench.datasets import manifest
from bench.datasets.fetch import Release
from bench.datasets.sources import Lacking, Search
from bench.datasets.triples import layout, source
from bench.examples.triples import Triples

TOP, UNIT = "paralex", "reverb"
HOME = "http://knowitall.cs.washington.edu/paralex/"
MADE = (
    f"{layout.TUPLES[0]} and {layout.LABELS} of its evaluation and {layout.PARAPHRASES} of its "
    f"paraphrases in one folder, {TOP}"
)


@dataclass(frozen=True, eq=False)
class Located:
    """The three files at hand (`bench.core.dataset.Found`).

    Attributes:
        paths: of the statements, the paraphrases and the judged questions.
        hashes: of these, by their names.
    """

    root: Path
    kind: str
    paths: tuple[Path, Path, Path]
    hashes: Mapping[str, str]
    about: str = ""
    _read: list[Triples] = field(default_factory=list, repr=False)

    @property
    def at_hand(self) -> AtHand:
        return AtHand(self.kind, {UNIT: self.hashes}, self.about)

    def read(self, unit: str, split: str) -> Triples:
        """What is trained on, or with the judged questions what is tested; files that have changed
        since they were checked are refused."""
        from bench.datasets.triples import files  # here: SciPy takes its time

        assert unit == UNIT
        if not self._read:
            for path, checked in zip(self.paths, self.hashes.values(), strict=True):
                if manifest.sha256(path) != checked:
                    raise BenchError(
                        f"{path}: changed since it was checked; start again when nothing writes "
                        "to it"
                    )
            self._read.append(files.read(*self.paths))
        (found,) = self._read
        return replace(found, judged=None) if split == "train" else found


class ReVerb:
    """As `bench.core.dataset.DataSet`."""

    name = "triples"
    reads: type = Triples
    units: Sequence[str] = (UNIT,)
    titles: Mapping[str, str] = {UNIT: "ReVerb"}
    noun = "memory"
    few: Sequence[str] = (UNIT,)
    metric = Metric("f1", "F1", "", better="higher", least=0.0, most=1.0)
    summaries: Sequence[Summary] = ()
    questions = 0
    compares = False
    own = False

    def label(self, units: Sequence[str]) -> str:
        """Always the same: there is one."""
        del units
        return UNIT

    def find(self, units: Iterable[str], wish: Wish) -> Located:
        """As `bench.core.dataset.DataSet.find`. No SHA-256 of the files is known here: they are
        used with ``--allow-unverified`` alone; generated ones may serve."""
        for unit in units:
            if unit != UNIT:
                raise BenchError(f"data set {self.name} has no unit '{unit}'; its unit: {UNIT}")
        if wish.generated:
            return _made()
        search = Search(
            self.name,
            Release(TOP, (HOME,), {}),
            mark=layout.LABELS,
            needed=[f"{TOP}/{n}" for n in (layout.TUPLES[0], layout.PARAPHRASES, layout.LABELS)],
            check=partial(_check, wish),
        )
        return search.first(wish, partial(_otherwise, wish))

    def known(self) -> AtHand:
        """As `bench.core.dataset.DataSet.known`: nothing."""
        return AtHand("unverified", {})

    def whole(self, found: Found) -> AtHand:
        """As `bench.core.dataset.DataSet.whole`: there is one unit."""
        return found.at_hand


def _check(wish: Wish, root: Path) -> Located:
    there = [root / name for name in layout.TUPLES if (root / name).exists()]
    needed = (there or [root / layout.TUPLES[0]])[0], root / layout.PARAPHRASES
    for path in needed:
        if not path.exists():
            raise BenchError(f"{path}: there is no such file; put {MADE}")
    if not wish.allow_unverified:
        raise BenchError(
            f"{there[0]}: its SHA-256 is not known here; use it as it is with --allow-unverified"
        )
    return _located(root, there[0], "unverified")


def _located(root: Path, tuples: Path, kind: str, about: str = "") -> Located:
    paths = (tuples, root / layout.PARAPHRASES, root / layout.LABELS)
    hashes = {f"{root.name}/{path.name}": manifest.sha256(path) for path in paths}
    return Located(root, kind, paths, hashes, about)


def _otherwise(wish: Wish, why: str) -> Located | Lacking:
    del why
    if not wish.allow_generated:
        return Lacking(f"get {HOME} and put {MADE}")
    wish.say(
        f"no ReVerb statements here: generated ones are used, and tables say GENERATED; for the "
        f"real ones get {HOME}, put {MADE}, and pass --data DIR --allow-unverified"
    )
    return _made()


def _made() -> Located:
    root = source.make()
    return _located(root, root / layout.TUPLES[1], "generated", source.ABOUT)
