"""An outcome as a row of the store."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.core import devices, provenance
from bench.core.spec import Group
from bench.core.store import Row
from bench.examples.encode import Encoded
from bench.methods.memn2n.training import Outcome
from bench.train.progress import Curve

CURVE_POINTS = 12


def row(group: Group, outcome: Outcome, encoded: Encoded, kind: str, device) -> Row:
    """The restart's row, see `bench.core.store.FIELDS`.

    Args:
        kind: 'real', 'unverified' or 'generated': the data set's. The row of a group whose training
            set is completed by generated stories is 'completed' where that is 'real'.
        device: the JAX device it was trained on.
    """
    return {
        "id": group.run_id(outcome.seed),
        "seed": outcome.seed,
        "lanes": outcome.lanes,
        **fields(outcome, encoded, group.tasks, group.column.batch),
        "seconds": round(outcome.seconds, 2),
        "kind": group.kind(kind),
        "device": devices.describe(device),
        "commit": provenance.commit(),
        "versions": provenance.versions(),
    }


def fields(outcome: Outcome, encoded: Encoded, tasks: Sequence[int], batch: int) -> Row:
    """What the row of a restart says of its training and its tests, in the store's order.

    Args:
        tasks: whose test questions it was asked.
        batch: B; figures named ``*_batches`` are of full batches alone.
    """
    test = outcome.test_right
    return {
        "epochs": len(outcome.curves),
        "diverged": outcome.diverged,
        "running_loss": _loss(outcome.running_loss),
        "running_error": _percent(outcome.running_error),
        "train_loss": _loss(outcome.train_loss),
        "train_error": _percent(outcome.train_error),
        "valid_loss": _loss(outcome.valid_loss),
        "valid_error": _wrong(outcome.valid_right),
        "valid_error_batches": _wrong(_full_batches(outcome.valid_right, batch)),
        "test_loss": _loss(outcome.test_loss),
        "test_error": _wrong(test),
        "test_error_batches": _wrong(_full_batches(test, batch)),
        "test_errors": {str(task): _wrong(test[encoded.test.task == task]) for task in tasks},
        "curves": _curves(outcome.curves),
    }


def _full_batches(right: np.ndarray, batch: int) -> np.ndarray:
    """What the released code scores: it drops a partial last batch."""
    return right[: len(right) // batch * batch] if len(right) >= batch else right


def _curves(curves: Curve) -> dict[str, Any]:
    """Every nth epoch and the last: losses a question, errors in %."""
    every = max(1, -(-len(curves) // CURVE_POINTS))
    kept = sorted({*range(every - 1, len(curves), every), len(curves) - 1})
    return {
        "epoch": [i + 1 for i in kept],
        "train_loss": [_loss(curves[i][0]) for i in kept],
        "valid_error": [_percent(curves[i][3]) for i in kept],
    }


def _wrong(right: np.ndarray) -> float:
    return _percent(1.0 - float(np.mean(right)))


def _percent(error: float) -> float:
    return round(100.0 * error, 4) if math.isfinite(error) else 100.0


def _loss(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
