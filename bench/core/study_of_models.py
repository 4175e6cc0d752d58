"""A study of saved models: one row a restart, measured from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from bench.core.plan import model_path
from bench.core.runs import Group
from bench.core.study import Site, Study
from bench.core.study_rows import StudyRows


class StudyOfModels(Study, Protocol):
    """A study subclasses it, and says what is measured of one model.

    Attributes:
        rows: its rows, each with the ``id`` of its restart.
    """

    rows: StudyRows

    def models(self, results: Path, group: Group) -> set[int]:
        """The seeds that have no row."""
        measured = {row["id"] for row in self.rows.read(results)}
        return {s for s in range(group.column.restarts) if group.run_id(s) not in measured}

    def measure(self, site: Site) -> bool:
        for group in site.groups:
            for seed in sorted(self.models(site.results, group)):
                if site.stop():
                    return False
                path = model_path(site.models, group, seed)
                if path.exists():
                    self.one(site, group, seed, path)
        return True

    def one(self, site: Site, group: Group, seed: int, path: Path) -> None:
        """Measures a saved restart and stores its row, unless its training diverged.

        Raises:
            BenchError: the file is no model of this restart, or its data can't be read.
        """
