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
            site.say(
                "not measured: it takes a network of the world and one of the large memory; give "
                "the data of both, or --generated"
            )
            return True
        world, memory = of[MEMNN], of[TRIPLES]
        measured = {(row["id"], row["other"]) for row in ROWS.read(site.results)}
        for seed in range(min(group.column.restarts for group in (world, memory))):
            if (world.run_id(seed), memory.run_id(seed)) in measured:
                continue
            if site.stop():
                return False
            hears, knows = (model_path(site.models, group, seed) for group in (world, memory))
            lacking = next((path for path in (hears, knows) if not path.exists()), None)
            if lacking:
                site.say(f"{lacking}: no such model; run again with --save-models")
            else:
                _pair(site, world, memory, seed, hears, knows)
        return True

    def files(self, results: Path, profile: Profile, trained: Any) -> Mapping[str, bytes]:
        return pages(ROWS.read(results), profile)


def _pair(site: Site, world: Group, memory: Group, seed: int, hears: Path, knows: Path) -> None:
    """Measures two saved restarts and stores their row."""
    from bench.methods.memnn import saved as world_models
    from bench.methods.memnn_triples import saved as memory_models
    from bench.studies.memnn_dialogue.ensemble import measure

    listener, knower = world_models.load(hears), memory_models.load(knows)
    check_run(listener.run, world, seed, hears)
    check_run(knower.run, memory, seed, knows)
    try:
        world_models.check_numbers(listener)
        memory_models.check_numbers(knower)
    except BenchError as error:
        site.say(f"seed {seed} is left out: {error}")
        return
    (setting,), (unit,) = world.units, memory.units
    (story,) = site.found[world.dataset].read(setting, "test")
    data = site.found[memory.dataset].read(unit, "test")
    if knower.vocabulary != data.vocabulary:
        raise BenchError(
            f"{knows}: has other words than its data; delete it and train with --save-models again"
        )
    told, known = head(site, world, seed, VERSION), head(site, memory, seed, VERSION)
    kept = ("id", "version", "seed", "device", "commit", "versions")
    ROWS.save(site.results, {
        **{name: told[name] for name in kept},
        "other": known["id"],
        "kind": kinds.least_trusted([told["kind"], known["kind"]]),
        "models": {WORLD: world.label, MEMORY: memory.label},
        **measure(listener, knower, story, data),
    })  # fmt: skip


STUDY = _MemNNDialogue()
