"""From specs to jobs: which restarts are still to be trained, on what data, at what cost."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.core import registry
from bench.core.column import Column
from bench.core.dataset import Found
from bench.core.errors import BenchError
from bench.core.experiment import Experiment
from bench.core.method import Work
from bench.core.profiles import Profile
from bench.core.runs import Group, expand
from bench.core.store import Store


@dataclass(frozen=True)
class Job:
    """The restarts of one group that are still to be trained.

    Attributes:
        prepared: what the method makes of the group's examples.
        kind: the data's, of the group's rows.
        keep: whether its models are saved.
    """

    group: Group
    prepared: Any
    kind: str
    seeds: tuple[int, ...]
    keep: bool = False

    @cached_property
    def work(self) -> Work:
        """What one restart takes."""
        column = self.group.column
        return registry.method(column.method).work(column, self.prepared)


def prepare(group: Group, found: Found) -> Any:
    """A group's examples as its method takes them.

    Raises:
        BenchError: a file is damaged, malformed or not at hand, or there are too few examples.
    """
    method = registry.method(group.column.method)
    parts = {unit: {s: found.read(unit, s) for s in method.splits} for unit in group.units}
    try:
        return method.prepare(group.column, parts)
    except BenchError as error:
        which = registry.dataset(group.dataset).label(group.units)
        raise BenchError(f"{found.root}: {group.dataset}, {which}: {error}") from error


class Plan:
    """All groups of the experiments chosen, and what is left to do of them.

    Args:
        found: data set -> its files.
        models: folder of saved models.

    Attributes:
        groups: experiment -> its groups, done or not.
    """

    def __init__(self, store: Store, found: Mapping[str, Found], models: Path):
        self.store = store
        self.found = found
        self.models = models
        self.groups: dict[str, list[Group]] = {}
        self._left: dict[Group, set[int]] = {}
        self._kept: set[Group] = set()
        self._again: set[tuple[Group, int]] = set()

    def add(
        self,
        experiment: Experiment,
        columns: Iterable[Column],
        profile: Profile,
        *,
        units: Sequence[str],
        seeds: Sequence[int] | None = None,
        models: Callable[[Group], Container[int]] = lambda group: (),
    ) -> None:
        """Adds an experiment's columns under a profile. What others asked for already is shared.

        Args:
            seeds: asked for on the command line; None for all of the profile's.
            models: the seeds of a group whose models are wanted: without one they count as undone.

        Raises:
            BenchError: stored rows are damaged, or a unit is not at hand.
        """
        for column in columns:
            dataset = experiment.dataset_of(column)
            at_hand = self.found[dataset].at_hand
            own = registry.own(dataset, units)
            restarts = None if seeds is None else 1 + max(seeds)
            for group in expand(profile.apply(column, restarts), dataset, own, at_hand):
                self.groups.setdefault(experiment.id, []).append(group)
                stored = {row["seed"] for row in self.store.rows(group)}
                asked = range(group.column.restarts) if seeds is None else seeds
                wanted = models(group)
                lacking = {s for s in asked if s in wanted and not self._model(group, s).exists()}
                self._left.setdefault(group, set()).update(set(asked) - stored, lacking)
                self._again |= {(group, seed) for seed in lacking & stored}
                if lacking:
                    self._kept.add(group)

    @property
    def again(self) -> int:
        """How many stored restarts are trained again for their models alone."""
        return len(self._again)

    @property
    def finished(self) -> int:
        """How many groups need no training."""
        return sum(not seeds for seeds in self._left.values())

    @property
    def unfinished(self) -> int:
        """How many groups do."""
        return len(self._left) - self.finished

    def jobs(self, stop: Callable[[], bool] = lambda: False) -> list[Job]:
        """What is to be trained, its data read; fewer jobs if ``stop`` says so between two groups.

        Raises:
            BenchError: as `prepare`.
        """
        prepared: dict[tuple, Any] = {}
        jobs = []
        for group, seeds in self._left.items():
            if not seeds:
                continue
            if stop():
                break
            found = self.found[group.dataset]
            needs = registry.method(group.column.method).needs(group.column)
            key = (group.dataset, group.units, group.column.method, *needs)
            if key not in prepared:
                prepared[key] = prepare(group, found)
            kind = group.kind(found.at_hand.kind)
            keep = group in self._kept
            jobs.append(Job(group, prepared[key], kind, tuple(sorted(seeds)), keep))
        return jobs

    def _model(self, group: Group, seed: int) -> Path:
        return model_path(self.models, group, seed)


def model_path(folder: Path, group: Group, seed: int) -> Path:
    """Where a restart's parameters are saved."""
    return folder / f"{group.label}_{group.run_id(seed)}.npz"
