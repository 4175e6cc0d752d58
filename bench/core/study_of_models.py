"""A study of saved models: one row a restart, measured from its file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from bench.core import devices, provenance, rows
from bench.core.errors import BenchError
from bench.core.kinds import TRUST
from bench.core.plan import model_path
from bench.core.rows import Fields, Row
from bench.core.runs import Group
from bench.core.study import Site, Study
from bench.core.study_rows import StudyRows

FIELDS: Fields = {
    "id": rows.ID,
    "group": rows.ID,
    "version": rows.COUNT,
    "dataset": rows.TEXT,
    "seed": rows.WHOLE,
    "kind": rows.one_of(*TRUST),
    "model": rows.TEXT,
    "device": rows.TEXT,
    "commit": rows.TEXT,
    "versions": rows.TEXTS,
}
"""Of a row: its restart's id, its group's id and label, the kind of data, and what it was measured
with: `head` fills them."""


def head(site: Site, group: Group, seed: int, version: int) -> Row:
    """The fields `FIELDS` of a row of a study of this version."""
    import jax  # only now: a wrong option is told before this takes its seconds

    return {
        "id": group.run_id(seed),
        "group": group.id,
        "version": version,
        "dataset": group.dataset,
        "seed": seed,
        "kind": group.kind(site.found[group.dataset].at_hand.kind),
        "model": group.label,
        "device": devices.describe(jax.local_devices()[0]),
        "commit": provenance.commit(),
        "versions": dict(provenance.versions()),
    }


def check_run(run: Mapping[str, Any], group: Group, seed: int, path: Path) -> None:
    """BenchError unless a saved model's run is this restart."""
    if run != group.run(seed):
        raise BenchError(
            f"{path}: is not of {group.label}; delete it and train with --save-models again"
        )


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
