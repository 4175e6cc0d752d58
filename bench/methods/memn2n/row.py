"""An outcome as MemN2N's fields of a row of the store."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.core.rows import Fields, Row, count, list_of, map_of, number, percent
from bench.examples.encode import Encoded

if TYPE_CHECKING:
    from bench.methods.memn2n.training import Outcome

CURVE_POINTS = 12

_PERCENT = (percent, "a percentage, 0 to 100")
_LOSS = (lambda value: value is None or number(value), "a number, or null where it is not finite")


def _curves(value: Any) -> bool:
    names = ("epoch", "train_loss", "valid_error")
    if not isinstance(value, dict) or tuple(value) != names:
        return False
    epochs, losses, errors = (value[name] for name in names)
    return (
        list_of(count)(epochs)
        and list_of(_LOSS[0])(losses)
        and list_of(percent)(errors)
        and 0 < len(epochs) == len(losses) == len(errors)
    )


FIELDS: Fields = {
    "epochs": (count, "a whole number above 0"),
    "diverged": (lambda value: value is None or count(value), "an epoch, or null"),
    "running_loss": _LOSS,
    "running_error": _PERCENT,
    "train_loss": _LOSS,
    "train_error": _PERCENT,
    "valid_loss": _LOSS,
    "valid_error": _PERCENT,
    "valid_error_batches": _PERCENT,
    "test_loss": _LOSS,
    "test_error": _PERCENT,
    "test_error_batches": _PERCENT,
    "test_errors": (map_of(percent), "an object of percentages, 0 to 100, by unit"),
    "curves": (_curves, "three lists, epoch, train_loss and valid_error"),
}
"""Errors are in %, losses nats a question (null where not finite). ``*_batches`` are the released
code's figures, which drop the last partial batch of 32; ``test_errors`` maps a task to its error;
``diverged`` is the epoch of the first loss that was not finite."""


def row(outcome: Outcome, encoded: Encoded, batch: int) -> Row:
    """The method's fields of a restart's row, see `FIELDS`."""
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
        "test_errors": {
            str(task): _wrong(test[encoded.test.task == task])
            for task in dict.fromkeys(encoded.test.task.tolist())
        },
        "curves": _kept(outcome.curves),
    }


def _full_batches(right: np.ndarray, batch: int) -> np.ndarray:
    """What the released code scores: it drops a partial last batch."""
    return right[: len(right) // batch * batch] if len(right) >= batch else right


def _kept(curves: list[tuple[float, ...]]) -> dict[str, Any]:
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
