"""Which restart a table shows, and the spread beside it (S15 section 4.2).

The paper trains ten times and reports the restart with the lowest *training* error. Nothing here
looks at the test set to choose: test errors are read only after the choice is made.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

from bench.core.store import Row

RULES = {
    "released": ("running_error", "running_loss"),
    "paper": ("train_error", "train_loss"),
}
"""`MemN2N.selection` -> the fields compared: the error in %, then the loss in nats a question."""


def finished(rows: Iterable[Row]) -> list[Row]:
    """The restarts whose loss stayed finite."""
    return [row for row in rows if row["diverged"] is None]


def select(rows: Iterable[Row], restarts: int, rule: str) -> Row | None:
    """The paper's restart among seeds below ``restarts``, None if none of them finished.

    Lowest training error; ties go to the lower training loss (one that is not finite comes last),
    then to the lower seed.

    Args:
        rule: 'released' (running error of the last epoch) or 'paper' (error of the final model).
    """

    def rank(row: Row) -> tuple[float, float, int]:
        return *key(row, rule), row["seed"]

    return min((row for row in finished(rows) if row["seed"] < restarts), key=rank, default=None)


def key(row: Row, rule: str) -> tuple[float, float]:
    """What restarts are compared by, the least is the best: training error, then training loss."""
    error, loss = RULES[rule]
    return row[error], math.inf if row[loss] is None else row[loss]


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean, None of nothing."""
    return statistics.fmean(values) if values else None


def sd(values: Sequence[float]) -> float | None:
    """The sample standard deviation (n - 1), None of fewer than two values."""
    return statistics.stdev(values) if len(values) > 1 else None
