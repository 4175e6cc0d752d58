"""Generated against real stories as a study: measured task by task, beside trainings across."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.core.profiles import Profile
from bench.core.study import Site, Study
from bench.studies.generated_vs_real.store import ROWS
from bench.studies.generated_vs_real.tables import comparison_files, trained_errors
from bench.tables.notices import of_profile
from bench.tables.provenance import facts

TRAIN = {"smoke": 1_000}
"""Profile -> training questions generated for the comparison; else `measure.TRAIN`."""


class _GeneratedVsReal(Study):
    name = "generated_vs_real"
    title = "Generated against real bAbI stories"
    how = "run experiments/generated_vs_real.py"

    def measure(self, site: Site) -> bool:
        from bench.studies.generated_vs_real import measure

        tasks = sorted({int(unit) for group in site.groups for unit in group.units})
        rows = measure.measure_all(
            site.results, tasks, site.wish.folder,
            allow_unverified=site.wish.allow_unverified,
            train=TRAIN.get(site.profile.name, measure.TRAIN),
            say=site.say, stop=site.stop,
        )  # fmt: skip
        return len(rows) == len(tasks)

    def files(self, results: Path, profile: Profile, trained: Any) -> Mapping[str, bytes]:
        rows = ROWS.read(results)
        if trained is None:
            return comparison_files(rows, {})
        return comparison_files(
            rows, trained_errors(trained), facts=facts(trained), notices=of_profile(profile)
        )


STUDY = _GeneratedVsReal()
