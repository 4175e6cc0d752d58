"""A saved model of one task on its whole test set: the row of `bench.studies.attention.store`."""

from __future__ import annotations

import dataclasses

from bench.core import provenance
from bench.core.errors import BenchError
from bench.core.rows import Row
from bench.core.runs import Group
from bench.examples.stories import Story
from bench.methods.memn2n.asking import attend
from bench.methods.memn2n.saved import Saved
from bench.studies.attention.shares import questions_of, shares
from bench.studies.attention.shown import DIGITS, shown, tell
from bench.studies.attention.store import VERSION

SHARE_DIGITS = DIGITS + 2


def measure(
    saved: Saved, group: Group, stories: tuple[Story, ...], *, kind: str, device: str
) -> Row:
    """The row of a restart.

    Args:
        group: of one task: what the model must be a restart of.
        stories: the task's test stories.
        kind: the data set's, see `bench.datasets.babi.check.Located`.
        device: what it was measured on, in words.

    Raises:
        BenchError: the model is of something else, or can't read the stories, or its training
            diverged.
    """
    task = int(group.units[0])
    seed = saved.run["seed"]
    if saved.run != group.run(seed):
        raise BenchError(
            f"the model is not of {group.label}; delete it and train with --save-models again"
        )
    if saved.training["diverged"] is not None:
        raise BenchError("the model's training diverged; use another restart's")
    seen = attend(saved, [(task, stories)])
    found = dataclasses.asdict(shares(seen.weights, questions_of(stories)))
    rounded = {
        name: [round(v, SHARE_DIGITS) for v in value] if isinstance(value, tuple) else value
        for name, value in found.items()
    }
    return {
        **rounded,
        "even": round(found["even"], SHARE_DIGITS),
        "id": group.run_id(seed),
        "group": group.id,
        "version": VERSION,
        "dataset": group.dataset,
        "task": task,
        "seed": seed,
        "kind": group.kind(kind),
        "model": group.label,
        "selection": group.column.selection,
        **saved.training,
        "test_error": round(100.0 * float(1.0 - seen.right.mean()), DIGITS),
        "hops": seen.weights.shape[1],
        "memory": seen.weights.shape[2],
        "stories": [
            tell(stories, index, figure, seen) for figure, index in shown(task, stories, kind)
        ],
        "device": device,
        "commit": provenance.commit(),
        "versions": provenance.versions(),
    }
