"""What a paper's number says of ours: a difference that seeds explain, or one that they do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.core.dataset import Summary
from bench.tables import interval
from bench.tables.models import Model
from bench.tables.numbers import decimals
from bench.tables.subject import Subject

INSIDE, BETTER, WORSE, TOO_FEW = "inside", "better", "worse", "too few restarts"

_SLACK = 1e-6
"""Numbers are kept to 4 decimals; where a limit and a number are the same, floats may not be."""

Limits = tuple[float, float]


def verdict(printed: str, limits: Limits | None, above: str = BETTER) -> str:
    """The verdict on one number, where the paper prints one and we have one too.

    Args:
        printed: as the paper prints it; '' if it does not.
        limits: of its 95 % interval, None if too few restarts are stored for one.
        above: what ours are if the paper's number is above the interval: 'better' of errors,
            'worse' of a metric whose greater values are better.

    Returns:
        'inside': seeds explain the difference. 'better' or 'worse': ours are, than seeds explain.
        'too few restarts' where there is no interval, '' where nothing is printed.
    """
    if not printed:
        return ""
    if limits is None:
        return TOO_FEW
    below = WORSE if above == BETTER else BETTER
    side = int(beyond(float(printed), half_unit(printed), *limits))
    return {-1: below, 0: INSIDE, 1: above}[side]


def half_unit(printed: str) -> float:
    """How far the number may be from its printed form: half a unit of the last decimal."""
    return 0.5 * 10.0 ** -decimals(printed)


def beyond(
    number: np.ndarray | float, half: float, low: np.ndarray | float, high: np.ndarray | float
) -> np.ndarray:
    """-1 where all of number +- half is below the interval, 1 where above, 0 where it meets it."""
    above = np.asarray(number) - half > np.asarray(high) + _SLACK
    below = np.asarray(number) + half < np.asarray(low) - _SLACK
    return above.astype(int) - below.astype(int)


def limits_of(found: Sequence[Model], k: int, subject: Subject) -> dict[str, Limits]:
    """The 95 % intervals of a column's numbers, from all of its stored restarts.

    Args:
        found: the column's models, of the data set's metric.
        k: how many restarts the paper chose from.

    Returns:
        Unit or summary -> (low, high). A row is left out where fewer than `interval.LEAST`
        restarts, or fewer than ``3 k``, ended without diverging.
    """
    scale = subject.scale
    drawn: list[tuple[np.ndarray, np.ndarray]] = []
    limits: dict[str, Limits] = {}
    for model in found:
        if not model.enough(k):
            continue
        weights = interval.chances(model.ranks, k, model.total)
        drawn.append((model.values, weights))
        low, high = interval.interval(interval.draw(model.values, weights, scale))
        for unit, *pair in zip(model.units, low, high, strict=True):
            limits[unit] = _within(pair, subject.metric.least, subject.metric.most)
    if not subject.units or any(unit not in limits for unit in subject.units):
        return limits
    for summary in subject.summaries:
        both = _summary(drawn, scale, summary)
        if summary.figure == "mean":
            limits[summary.key] = _within(both, subject.metric.least, subject.metric.most)
        else:
            limits[summary.key] = _within(both, 0.0, float(len(subject.units)))
    return limits


def _summary(
    drawn: Sequence[tuple[np.ndarray, np.ndarray]], scale: interval.Scale, summary: Summary
) -> interval.Limits:
    """The interval of a figure of all units, from (values, chances) of every model."""
    if len(drawn) == 1:
        values, weights = drawn[0]
        if summary.figure == "mean":
            return interval.joint_mean_interval(values, weights, scale)
        return interval.joint_count_interval(values, weights, scale, summary.limit)
    draws = [interval.draw(values[0], weights, scale) for values, weights in drawn]
    if summary.figure == "mean":
        return interval.mean_interval(draws)
    return interval.count_interval([interval.failing(draw, summary.limit) for draw in draws])


def _within(limits: Sequence, least: float, most: float | None) -> Limits:
    low, high = (max(float(limit), least) for limit in limits)
    return (low, high) if most is None else (min(low, most), min(high, most))
