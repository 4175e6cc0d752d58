"""The report of a results folder: gathered once, then every file and text is a function of it.

No clock, no device, no model code: twice the same bytes, wherever the libraries' versions are the
same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.core import registry
from bench.core.dataset import AtHand
from bench.core.experiment import Experiment
from bench.core.files import write_all
from bench.core.profiles import Profile
from bench.core.store import Store
from bench.tables import ablation, csvs, frame
from bench.tables.console import console as one_console
from bench.tables.gather import ExperimentResult
from bench.tables.gather import gather as gather_one
from bench.tables.html import Apart, apart, index_html
from bench.tables.markdown import markdown
from bench.tables.overview import overview as overview_text
from bench.tables.page import page
from bench.tables.plot import png
from bench.tables.readme import with_numbers

SUFFIXES = (".csv", ".md", ".png", ".pdf", ".html")
"""Of the files of a report."""


@dataclass(frozen=True)
class Report:
    """What a results folder holds, beside the paper's numbers.

    Attributes:
        results: the folder; the store is ``results/store``.
        experiments: what was found of each, in order.
    """

    results: Path
    profile: Profile
    experiments: tuple[ExperimentResult, ...]

    @cached_property
    def _files(self) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        pages = []
        for result in self.experiments:
            if result.experiment.study:
                continue
            name = result.experiment.id
            tables = {f"{name}.csv": csvs.table(result)}
            if not result.experiment.printed and result.experiment.layout != "keys":
                tables[f"{name}_columns.csv"] = ablation.columns_csv(result)
            figure = png(result)
            pages.append(page(result, list(tables), figure is not None, self.experiments))
            files |= {file: text.encode() for file, text in tables.items()}
            files[f"{name}.md"] = markdown(pages[-1]).encode()
            files |= {f"{name}.png": figure} if figure is not None else {}
        others: dict[str, bytes] = {}
        by_study = {one.experiment.study: one for one in self.experiments}
        for name, study in registry.studies().items():
            others |= study.files(self.results, self.profile, by_study.get(name))
        files["index.html"] = index_html(pages, _apart(others)).encode()
        return files | others

    def files(self) -> dict[str, bytes]:
        """Every file by name: ``<id>.csv``, ``.md`` and ``.png`` of each experiment, of one that no
        paper prints ``<id>_columns.csv`` too, the studies' files, and ``index.html`` of them all.
        """
        return dict(self._files)


def gather(
    results: Path,
    experiments: Sequence[Experiment],
    profile: Profile,
    at_hand: Mapping[str, AtHand],
) -> Report:
    """Reads the store and the paper's numbers.

    Args:
        at_hand: data set -> what was located of it: only rows of these files count. Of other data
            sets those of the known files do, or of whichever files there are.

    Raises:
        BenchError: a file of the store or of the paper's numbers is damaged.
    """
    stored = frame.at_hand(frame.read(Store(results / "store")), at_hand)
    found = (gather_one(stored, e, profile, at_hand) for e in experiments)
    return Report(results, profile, tuple(found))


def write(report: Report) -> list[Path]:
    """Writes the report's files and returns their paths.

    Raises:
        BenchError: a file can't be written, or a study's rows are damaged.
    """
    return write_all(report.results, report.files())


def differing(report: Report) -> list[str]:
    """Names of files in the folder that are not what `write` would write now, sorted.

    Those that differ in any byte, are missing, or are reports (by suffix) that it would not write.
    Nothing is written.
    """
    folder, right = report.results, report.files()
    there = {path.name for path in folder.glob("*") if path.suffix in SUFFIXES and path.is_file()}
    wrong = {n for n in right if n not in there or (folder / n).read_bytes() != right[n]}
    return sorted(wrong | (there - set(right)))


def console(report: Report, ids: Sequence[str]) -> str:
    """The summary of these experiments for the terminal, as plain text."""
    return "\n".join(one_console(r) for r in report.experiments if r.experiment.id in ids)


def _apart(files: Mapping[str, bytes]) -> list[Apart]:
    """The pages that stand apart, the studies'."""
    return [apart(n, text.decode()) for n, text in files.items() if n.endswith(".md")]


def overview(report: Report) -> str:
    """The page of what was reproduced and what was not (``results/README.md``)."""
    return overview_text(report.experiments, _study_pages(report))


def _study_pages(report: Report) -> dict[str, str]:
    """The studies' own pages by file, and their titles."""
    studies = {f"{name}.md" for name in registry.studies()}
    files = {name: text for name, text in report.files().items() if name in studies}
    return {one.name: one.title for one in _apart(files)}


def readme(text: str, report: Report) -> str:
    """A README with its numbers as this results folder gives them.

    Raises:
        BenchError: the README lacks the marks of its block, or a study's rows are damaged.
    """
    others = [study.readme(report.results) for study in registry.studies().values()]
    return with_numbers(text, report.experiments, others, _study_pages(report))
