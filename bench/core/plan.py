"""From specs to jobs: which restarts are still to be trained, on what data, at what cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.core.profiles import Profile
from bench.core.spec import Experiment, Group, MemN2N, expand
from bench.core.store import Store
from bench.datasets.babi.cross import Crossed
from bench.datasets.babi.locate import Located
from bench.examples.encode import Encoded, encode

COMPILE_SECONDS = 4.0
STEP_SECONDS = 4e-5
STEP_SECONDS_PER_FEATURE = 1.7e-8
STEP_SECONDS_PER_WEIGHT = 2e-8
"""A cost model for the progress bar alone: seconds a step and restart, plus, for each hop, so much
for each memory slot times feature and for each weight of a hop's matrix. Only the proportions
matter: the bar measures its own pace."""


@dataclass(frozen=True)
class Job:
    """The restarts of one group that are still to be trained."""

    group: Group
    encoded: Encoded
    kind: str
    seeds: tuple[int, ...]

    @property
    def epoch_seconds(self) -> float:
        """Predicted seconds an epoch and restart."""
        column, encoded = self.group.column, self.encoded
        features = batch_bytes(column, encoded) / (4 * column.batch)
        weights = column.dim * (encoded.statement_words + encoded.memory_slots)
        hop = STEP_SECONDS_PER_FEATURE * features + STEP_SECONDS_PER_WEIGHT * weights
        return (STEP_SECONDS + column.hops * hop) * len(encoded.fit) / column.batch


def batch_bytes(column: MemN2N, encoded: Encoded) -> int:
    """Size of the features that one restart's batch reads, (B, M, F) float32, roughly.

    About as many as the words of a task's statements (`bench.methods.memn2n.features`).
    """
    tasks = encoded.statement_task
    features = max(len(np.unique(encoded.statements[tasks == task])) for task in np.unique(tasks))
    return 4 * column.batch * encoded.memory_slots * features


def encode_for(column: MemN2N, tasks: Sequence[int], data: Located | Crossed) -> Encoded:
    """Reads, checks and encodes what a column needs of these tasks.

    Raises:
        BenchError: a file is damaged, malformed or not at hand.
    """
    return encode(
        [(task, data.stories(task, "train")) for task in tasks],
        [(task, data.stories(task, "test")) for task in tasks],
        memory_size=column.memory_size,
        holdout=column.holdout,
        joint=column.joint,
    )


class Plan:
    """All groups of the experiments chosen, and what is left to do of them.

    Args:
        located: data set -> its files.
        models: folder of saved models, if they are wanted: a restart without one counts as undone.
    """

    def __init__(self, store: Store, located: dict[str, Located | Crossed], models: Path | None):
        self.store = store
        self.located = located
        self.models = models
        self._encoded: dict[tuple, Encoded] = {}
        self.jobs: list[Job] = []
        self.finished = 0
        self._planned: set[str] = set()

    def add(
        self,
        experiment: Experiment,
        columns: Iterable[MemN2N],
        profile: Profile,
        *,
        tasks: Sequence[int],
        restarts: int | None,
    ) -> None:
        """Adds an experiment's columns under a profile.

        Raises:
            BenchError: data or stored rows are damaged.
        """
        for column in columns:
            dataset = experiment.dataset_of(column)
            data = self.located[dataset]
            column = profile.apply(column, restarts)
            for group in expand(column, dataset, tasks, data.hashes):
                if group.id in self._planned:
                    continue  # a view on runs that another experiment asked for already
                self._planned.add(group.id)
                done = {row["seed"] for row in self.store.rows(group)}
                if self.models is not None:
                    done = {s for s in done if model_path(self.models, group, s).exists()}
                seeds = tuple(s for s in range(column.restarts) if s not in done)
                if seeds:
                    self.jobs.append(Job(group, self._encode(group, data), data.kind, seeds))
                else:
                    self.finished += 1

    def _encode(self, group: Group, data: Located | Crossed) -> Encoded:
        column = group.column
        key = (group.dataset, group.tasks, column.memory_size, column.holdout, column.joint)
        if key not in self._encoded:
            self._encoded[key] = encode_for(column, group.tasks, data)
        return self._encoded[key]


def model_path(folder: Path, group: Group, seed: int) -> Path:
    """Where a restart's parameters are saved."""
    return folder / f"{group.label}_{group.run_id(seed)}.npz"
