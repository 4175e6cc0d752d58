"""Attention as a study: saved models on whole test sets, rows, pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.core.errors import BenchError
from bench.core.profiles import Profile
from bench.core.runs import Group
from bench.core.study import Site
from bench.core.study_of_models import StudyOfModels
from bench.methods.memn2n.spec import NAME
from bench.studies.attention.store import ROWS
from bench.studies.attention.tables import attention_files


class _Attention(StudyOfModels):
    name = "attention"
    title = "Attention per hop, and its share on labelled supporting facts"
    how = "run experiments/attention.py"
    rows = ROWS

    def models(self, results: Path, group: Group) -> set[int]:
        if group.column.method != NAME:
            return set()  # MemNN's rows say what its hops found
        return super().models(results, group)

    def one(self, site: Site, group: Group, seed: int, path: Path) -> None:
        _measure(site, group, path)

    def files(self, results: Path, profile: Profile, trained: Any) -> Mapping[str, bytes]:
        return attention_files(ROWS.read(results), profile, trained)


def _measure(site: Site, group: Group, path: Path) -> None:
    """Measures a saved restart and stores its row, unless its training diverged."""
    import jax  # only now: a wrong option is told before this takes its seconds

    from bench.core import devices
    from bench.methods.memn2n.saved import load
    from bench.studies.attention.measure import measure

    saved = load(path)
    if saved.training["diverged"] is not None:
        site.say(f"{path}: left out, its training diverged")
        return
    found = site.found[group.dataset]
    device = devices.describe(jax.local_devices()[0])
    (unit,) = group.units
    try:
        stories = found.read(unit, "test")
        row = measure(saved, group, stories, kind=found.at_hand.kind, device=device)
    except BenchError as error:
        raise BenchError(f"{path}: {error}", error.exit_code) from error
    ROWS.save(site.results, row)


STUDY = _Attention()
