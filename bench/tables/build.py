"""Writes the report of a results folder, and checks one that is committed.

Every file is a function of the store and of the numbers the papers print: no clock, no device, no
model code. Twice the same bytes, wherever the libraries' versions are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.core.files import write_atomically
from bench.core.profiles import Profile
from bench.core.spec import Experiment
from bench.core.store import Store
from bench.studies.attention.store import read_rows as read_attention
from bench.studies.attention.tables import attention_files
from bench.studies.generated_vs_real.store import read_rows as read_compared
from bench.studies.generated_vs_real.tables import comparison_files, trained
from bench.studies.speed.rows import read_rows, speed_files
from bench.tables import paper
from bench.tables.gather import DataAtHand, ExperimentResult, gather
from bench.tables.html import apart, index_html
from bench.tables.markdown import markdown
from bench.tables.page import csv_files, page
from bench.tables.plot import png
from bench.tables.provenance import provenance
from bench.tables.readme import with_numbers
from bench.tables.text import console

__all__ = ["DataAtHand", "check_report", "console_table", "readme_text", "write_report"]

_SUFFIXES = (".csv", ".md", ".png", ".html")


def write_report(
    results: Path,
    experiments: Sequence[Experiment],
    profile: Profile,
    data: Mapping[str, DataAtHand],
    *,
    restarts: int | None = None,
    folder: Path = paper.FOLDER,
) -> list[Path]:
    """Writes ``<id>.csv``, ``.md`` and ``.png`` of each experiment, and ``index.html`` of them all.

    One that no paper prints has ``<id>_columns.csv`` too. A comparison of data sets has no
    ``.png``, and is linked from ``index.html``, as are the tables of speed and of attention,
    written if their rows are there.

    Args:
        results: the profile's folder; the store is ``results/store``.
        data: data set -> what is at hand of it; tasks without files are reported as not run.
        restarts: asked for on the command line; None leaves it to the profile.
        folder: where the papers' numbers are.

    Returns:
        The files written.

    Raises:
        BenchError: the store or the paper's numbers are damaged, or a file can't be written.
    """
    paths = []
    for name, content in _files(results, experiments, profile, data, restarts, folder).items():
        write_atomically(results / name, content)
        paths.append(results / name)
    return paths


def check_report(
    results: Path,
    experiments: Sequence[Experiment],
    profile: Profile,
    data: Mapping[str, DataAtHand],
    *,
    restarts: int | None = None,
    folder: Path = paper.FOLDER,
) -> list[str]:
    """Names of files in ``results`` that are not what `write_report` would write now, sorted.

    Those that differ in any byte, are missing, or are reports (by suffix) that it would not write.
    Nothing is written.
    """
    right = _files(results, experiments, profile, data, restarts, folder)
    there = {path.name for path in results.glob("*") if path.suffix in _SUFFIXES and path.is_file()}
    wrong = {
        name for name in right if name not in there or (results / name).read_bytes() != right[name]
    }
    return sorted(wrong | (there - set(right)))


def console_table(
    results: Path,
    experiments: Sequence[Experiment],
    profile: Profile,
    data: Mapping[str, DataAtHand],
    *,
    restarts: int | None = None,
    folder: Path = paper.FOLDER,
) -> str:
    """The summary for the terminal: a line a column of each experiment, as plain text."""
    gathered = _gather(results, experiments, profile, data, restarts, folder)
    return "\n".join(console(result) for result in gathered)


def readme_text(
    readme: str,
    results: Path,
    experiments: Sequence[Experiment],
    profile: Profile,
    data: Mapping[str, DataAtHand],
) -> str:
    """The README with its numbers as this results folder gives them.

    Raises:
        BenchError: as `write_report`, or the README lacks the marks of its block.
    """
    gathered = _gather(results, experiments, profile, data, None, paper.FOLDER)
    return with_numbers(readme, gathered, read_rows(results))


def _gather(
    results: Path,
    experiments: Sequence[Experiment],
    profile: Profile,
    data: Mapping[str, DataAtHand],
    restarts: int | None,
    folder: Path,
) -> list[ExperimentResult]:
    store = Store(results / "store")
    return [gather(store, e, profile, data, restarts=restarts, folder=folder) for e in experiments]


def _files(
    results: Path,
    experiments: Sequence[Experiment],
    profile: Profile,
    data: Mapping[str, DataAtHand],
    restarts: int | None,
    folder: Path,
) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    others: dict[str, bytes] = {}
    pages = []
    for result in _gather(results, experiments, profile, data, restarts, folder):
        if result.experiment.table == "data sets":
            others |= comparison_files(
                read_compared(results), trained(result), facts=provenance(result)[0]
            )
            continue
        name, written = result.experiment.id, page(result)
        pages.append(written)
        files |= {file: write(result).encode() for file, write in csv_files(result).items()}
        files[f"{name}.md"] = markdown(written).encode()
        files[f"{name}.png"] = png(result)
    others |= speed_files(results)
    others |= attention_files(read_attention(results), profile)
    linked = [apart(name, text.decode()) for name, text in others.items() if name.endswith(".md")]
    files["index.html"] = index_html(pages, linked).encode()
    return files | others
