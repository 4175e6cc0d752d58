"""Sample stories as a study: saved models on the first test stories, rows, a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.core.profiles import Profile
from bench.core.runs import Group
from bench.core.study import Site
from bench.core.study_of_models import StudyOfModels, check_run, head
from bench.studies.memnn_stories.pages import pages
from bench.studies.memnn_stories.store import ROWS, VERSION


class _MemNNStories(StudyOfModels):
    name = "memnn_stories"
    title = "Memory Networks, Figures 2 and 3: test stories, answers, and the memories found"
    how = "run experiments/memnn_stories.py"
    rows = ROWS

    def one(self, site: Site, group: Group, seed: int, path: Path) -> None:
        from bench.methods.memnn.asking import ask  # JAX: a wrong option is told before it loads
        from bench.methods.memnn.saved import load
        from bench.studies.memnn_stories.shown import shown, tell, unlabelled

        saved, found = load(path), site.found[group.dataset]
        check_run(saved.run, group, seed, path)
        if saved.training["diverged"] is not None:
            site.say(f"{path}: left out, its training diverged")
            return
        (unit,) = group.units
        stories = shown(found.read(unit, "test"))
        ROWS.save(site.results, {
            **head(site, group, seed, VERSION),
            "title": group.column.title,
            "test_error": saved.training["test_error"],
            "stories": tell(stories, ask(saved, unlabelled(stories)), saved.memory_slots),
        })  # fmt: skip

    def files(self, results: Path, profile: Profile, trained: Any) -> Mapping[str, bytes]:
        return pages(ROWS.read(results), profile)


STUDY = _MemNNStories()
