"""What a paper's number says of ours: a difference that seeds explain, or one that they do not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from bench.core.spec import ALL_TASKS, Group
from bench.core.store import Row
from bench.tables import interval, selection

INSIDE, BETTER, WORSE, TOO_FEW = "inside", "better", "worse", "too few restarts"

_SLACK = 1e-6
"""Errors are kept to 4 decimals; where a limit and a number are the same, floats may not be."""

Limits = tuple[float, float]


def verdict(printed: str, limits: Limits | None) -> str:
    """The verdict on one number, where the paper prints one and we have one too.

    Args:
        printed: as the paper prints it; '' if it does not.
        limits: of its 95 % interval, None if too few restarts are stored for one.

    Returns:
        'inside': seeds explain the difference. 'better': the paper's number is above the interval,
        so that ours are better than seeds explain; 'worse': it is below. (All are errors.) 'too few
        restarts' where there is no interval, '' where nothing is printed.
    """
    if not printed:
        return ""
    if limits is None:
        return TOO_FEW
    side = int(beyond(float(printed), half_unit(printed), *limits))
    return {-1: WORSE, 0: INSIDE, 1: BETTER}[side]


def half_unit(printed: str) -> float:
    """How far the number may be from its printed form: half a unit of the last decimal."""
    return 0.5 * 10.0 ** int(Decimal(printed).as_tuple().exponent)


def beyond(
    number: np.ndarray | float, half: float, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """-1 where all of number +- half is below the interval, 1 where above, 0 where it meets it."""
    above = np.asarray(number) - half > np.asarray(high) + _SLACK
    below = np.asarray(number) + half < np.asarray(low) - _SLACK
    return above.astype(int) - below.astype(int)


def limits_of(
    groups: Sequence[tuple[Group, Sequence[Row]]], k: int, tasks: Sequence[int] = ALL_TASKS
) -> dict[str, Limits]:
    """The 95 % intervals of a column's numbers, from all of its stored restarts.

    Args:
        groups: the column's groups with their rows; each finished row has a test error for each of
            its group's tasks.
        k: how many restarts the paper chose from.
        tasks: those that the mean and the number of failed tasks are over.

    Returns:
        Row of the table ('1'..'20', 'mean', 'failed') -> (low, high), errors in %. A row is left
        out where fewer than `interval.LEAST` restarts, or fewer than ``3 k``, ended without
        diverging.
    """
    found = {group: _errors(group, rows, k) for group, rows in groups}
    drawn = {group: one for group, one in found.items() if one is not None}
    limits: dict[str, Limits] = {}
    for group, (errors, weights) in drawn.items():
        low, high = interval.interval(interval.draw(errors, weights))
        for task, *pair in zip(group.tasks, low, high, strict=True):
            limits[str(task)] = _within(pair, 100.0)
    if any(str(task) not in limits for task in tasks):
        return limits
    if len(drawn) == 1:
        ((errors, weights),) = drawn.values()
        mean = interval.joint_mean_interval(errors, weights)
        count = interval.joint_count_interval(errors, weights)
    else:
        mean = interval.mean_interval([interval.draw(errors[0], w) for errors, w in drawn.values()])
        count = interval.count_interval(
            [interval.failing(errors[0], w) for errors, w in drawn.values()]
        )
    return limits | {"mean": _within(mean, 100.0), "failed": _within(count, float(len(tasks)))}


def _errors(group: Group, rows: Sequence[Row], k: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Test errors (tasks, N) in % and chances (N,) of a group's restarts that did not diverge."""
    good = selection.finished(rows)
    if len(good) < max(interval.LEAST, 3 * k):
        return None
    ranks = [selection.key(row, group.column.selection) for row in good]
    errors = [[float(row["test_errors"][str(task)]) for row in good] for task in group.tasks]
    return np.array(errors), interval.chances(ranks, k, len(rows))


def _within(limits: Sequence, most: float) -> Limits:
    low, high = (min(max(float(limit), 0.0), most) for limit in limits)
    return low, high
