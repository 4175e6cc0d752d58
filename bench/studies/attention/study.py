"""Attention as a study: saved models on whole test sets, rows, pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.core.errors import BenchError
from bench.core.plan import model_path
from bench.core.profiles import Profile
from bench.core.runs import Group
from bench.core.study import Site, Study
from bench.methods.memn2n.spec import NAME
from bench.studies.attention.store import ROWS
from bench.studies.attention.tables import attention_files


class _Attention(Study):
    name = "attention"
    title = "Attention per hop, and its share on labelled supporting facts"
    how = "run experiments/attention.py"

    def models(self, results: Path, group: Group) -> set[int]:
        if group.column.method != NAME:
            return set()  # MemNN's rows say what its hops found
        measured = {row["id"] for row in ROWS.read(results)}
        return {s for s in range(group.column.restarts) if group.run_id(s) not in measured}

    def measure(self, site: Site) -> bool:
        for group in site.groups:
            for seed in sorted(self.models(site.results, group)):
                if site.stop():
                    return False
                path = model_path(site.models, group, seed)
                if path.exists():
                    _measure(site, group, path)
        return True

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
