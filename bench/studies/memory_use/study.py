"""Memory use as a study: saved language models on whole test texts, rows, pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.core.errors import BenchError
from bench.core.profiles import Profile
from bench.core.runs import Group
from bench.core.study import Site
from bench.core.study_of_models import StudyOfModels, check_run, head
from bench.studies.memory_use.pages import pages
from bench.studies.memory_use.store import ROWS, VERSION

DIGITS = 6


class _MemoryUse(StudyOfModels):
    name = "memory_use"
    title = "End-To-End Memory Networks, Figure 3: which words of the memory each hop looks at"
    how = "run experiments/memory_use.py"
    rows = ROWS

    def one(self, site: Site, group: Group, seed: int, path: Path) -> None:
        _measure(site, group, seed, path)

    def files(self, results: Path, profile: Profile, trained: Any) -> Mapping[str, bytes]:
        columns = profile.chosen(trained.experiment) if trained else ()
        of = {column.title: trained.experiment.dataset_of(column) for column in columns}
        return pages(ROWS.read(results), profile, of)


def _measure(site: Site, group: Group, seed: int, path: Path) -> None:
    """Measures a saved restart and stores its row."""
    import numpy as np

    from bench.methods.memn2n_lm.saved import load
    from bench.studies.memory_use.activation import activations

    saved, found = load(path), site.found[group.dataset]
    check_run(saved.run, group, seed, path)
    (unit,) = group.units
    tokens = found.read(unit, "test")
    try:
        costs, means = activations(saved, tokens.ids)
    except BenchError as error:
        site.say(f"{path}: left out: {error}")
        return
    ROWS.save(site.results, {
        **head(site, group, seed, VERSION),
        "words": len(costs),
        "test_ppl": round(float(np.exp(costs.mean(dtype=np.float64))), 4),
        "means": [[round(float(one), DIGITS) for one in hop] for hop in means],
    })  # fmt: skip


STUDY = _MemoryUse()
