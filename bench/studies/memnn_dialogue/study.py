"""The dialogue as a study: a saved network of each kind, rows, a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.core import kinds
from bench.core.errors import BenchError
from bench.core.plan import model_path
from bench.core.profiles import Profile
from bench.core.runs import Group
from bench.core.study import Site, Study
from bench.core.study_of_models import check_run, head
from bench.methods.memnn.spec import NAME as MEMNN
from bench.methods.memnn_triples.spec import NAME as TRIPLES
from bench.studies.memnn_dialogue.pages import pages
from bench.studies.memnn_dialogue.store import MEMORY, ROWS, VERSION, WORLD


class _MemNNDialogue(Study):
    name = "memnn_dialogue"
    title = "Memory Networks, Figure 4: a dialogue answered by two networks"
    how = "run experiments/memnn_dialogue.py"

    def models(self, results: Path, group: Group) -> set[int]:
        """The seeds of which no pair is measured."""
        measured = {row[name] for row in ROWS.read(results) for name in ("id", "other")}
        return {s for s in range(group.column.restarts) if group.run_id(s) not in measured}

    def measure(self, site: Site) -> bool:
        of = {group.column.method: group for group in site.groups}
        if set(of) != {MEMNN, TRIPLES}:
            site.say("not measured: it takes a network of the world and one of the large memory")
            return True
        world, memory = of[MEMNN], of[TRIPLES]
        for seed in sorted(self.models(site.results, world) | self.models(site.results, memory)):
            if site.stop():
                return False
            paths = [model_path(site.models, group, seed) for group in (world, memory)]
            if all(path.exists() for path in paths):
                _pair(site, world, memory, seed, *paths)
        return True

    def files(self, results: Path, profile: Profile, trained: Any) -> Mapping[str, bytes]:
        return pages(ROWS.read(results), profile)


def _pair(site: Site, world: Group, memory: Group, seed: int, told: Path, known: Path) -> None:
    """Measures two saved restarts and stores their row."""
    from bench.methods.memnn.saved import check_numbers, load
    from bench.methods.memnn_triples.saved import load as load_memory
    from bench.studies.memnn_dialogue.ensemble import measure

    hears, knows = load(told), load_memory(known)
    check_run(hears.run, world, seed, told)
    check_run(knows.run, memory, seed, known)
    try:
        check_numbers(hears)
    except BenchError as error:
        site.say(f"{told}: left out: {error}")
        return
    (setting,), (unit,) = world.units, memory.units
    (story, *_) = site.found[world.dataset].read(setting, "test")
    data = site.found[memory.dataset].read(unit, "test")
    of_world = head(site, world, seed, VERSION)
    of_memory = head(site, memory, seed, VERSION)
    kept = ("id", "version", "seed", "device", "commit", "versions")
    ROWS.save(site.results, {
        **{name: of_world[name] for name in kept},
        "other": of_memory["id"],
        "kind": kinds.least_trusted([of_world["kind"], of_memory["kind"]]),
        "models": {WORLD: world.label, MEMORY: memory.label},
        **measure(hears, knows, story, data),
    })  # fmt: skip


STUDY = _MemNNDialogue()
