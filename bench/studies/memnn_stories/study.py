"""Sample stories as a study: saved models on the first test stories, rows, a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.core import provenance
from bench.core.errors import BenchError
from bench.core.profiles import Profile
from bench.core.runs import Group
from bench.core.study import Site
from bench.core.study_of_models import StudyOfModels
from bench.studies.memnn_stories.pages import pages
from bench.studies.memnn_stories.store import ROWS, VERSION


class _MemNNStories(StudyOfModels):
    name = "memnn_stories"
    title = "Memory Networks, Figures 2 and 3: test stories, answers, and the memories found"
    how = "run experiments/memnn_stories.py"
    rows = ROWS

    def one(self, site: Site, group: Group, seed: int, path: Path) -> None:
        import jax  # only now: a wrong option is told before this takes its seconds

        from bench.core import devices
        from bench.methods.memnn.asking import ask
        from bench.methods.memnn.saved import load
        from bench.studies.memnn_stories.shown import shown, tell, unlabelled

        saved, found = load(path), site.found[group.dataset]
        if saved.run != group.run(seed):
            raise BenchError(
                f"{path}: is not of {group.label}; delete it and train with --save-models again"
            )
        if saved.training["diverged"] is not None:
            site.say(f"{path}: left out, its training diverged")
            return
        (unit,) = group.units
        stories = shown(found.read(unit, "test"))
        ROWS.save(site.results, {
            "id": group.run_id(seed),
            "group": group.id,
            "version": VERSION,
            "dataset": group.dataset,
            "seed": seed,
            "kind": group.kind(found.at_hand.kind),
            "title": group.column.title,
            "model": group.label,
            "test_error": saved.training["test_error"],
            "stories": tell(stories, ask(saved, unlabelled(stories)), saved.memory_slots),
            "device": devices.describe(jax.local_devices()[0]),
            "commit": provenance.commit(),
            "versions": dict(provenance.versions()),
        })  # fmt: skip

    def files(self, results: Path, profile: Profile, trained: Any) -> Mapping[str, bytes]:
        return pages(ROWS.read(results), profile)


STUDY = _MemNNStories()
