"""What a column's change is worth: its mean error less its baseline's, with a 95 % interval.

*The statistic.* The mean over tasks of the mean over restarts, of all stored restarts that did not
diverge. The paper's own statistic (one restart, chosen by training error) has the variance of a
single restart and reacts to which one that happens to be; the mean of n restarts has one n-th of
it. An ablation asks what a change does to training, and this is the least noisy figure that says
it. It can part from the paper's statistic where a change moves the share of bad restarts, which a
choice among ten hides: so the difference of the chosen restarts stands beside it.

*The interval.* Models of different tasks are trained apart, and so are restarts: on each task the
two columns' means have the standard errors s^2 / n of their own restarts (variances and numbers of
restarts may differ: Welch), these add up over tasks, and Student's t has the degrees of freedom of
Welch and Satterthwaite: with T tasks, V = sum_i v_i / T^2, df = (sum_i v_i)^2 / sum_i (v_i^2 / (n_i
- 1)) over both columns' tasks i, v_i = s_i^2 / n_i. A joint model's restart gives one sum over its
tasks, which enters in the place of one task, so that what its tasks have in common is not lost.
Restarts of one seed are independent too, between columns as between tasks: the group's identity is
in their random numbers (`bench.core.runs.Group.stream`). It says what other seeds would leave open,
on these training and test files; other questions are not in it. On made-up columns like Table 1's,
some tasks with bad optima (`bench.tables.synthetic.COLUMN`), it holds the truth in 95.0 % of cases
at 10 restarts a side, 95.2 % at 30, 94.0 % at 100 against 10, but 90 % at 3 against 10: three may
show nothing of a bad optimum.

*The paper's own statistic.* The difference of the chosen restarts is shown without an interval
where a column has fewer than `interval.LEAST` restarts (or 3 k of them, chosen from k). From there
on it is that of the expected choice, the mean over all draws of k restarts (`interval.chances`),
whose standard error comes from the effective number of restarts, m = sum w e, n = 1 / sum w^2, v =
s_w^2 / n, in the same formula.

Where both columns stand on the same restarts and only the rule of choice differs, the mean can't
differ, and neither difference has an interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.tables import interval, numbers
from bench.tables.gather import ColumnResult
from bench.tables.interval import Draw, limit_of_t
from bench.tables.models import Model

Span = tuple[float, float]


@dataclass(frozen=True)
class Effect:
    """A column's difference from its baseline, in the metric's units.

    Attributes:
        units: those that both columns have numbers of; every mean is over these.
        mean: of the means over restarts, None if they are the same restarts (or there is no unit).
        limits: its 95 % interval, None where a unit has only one restart.
        chosen: of the restarts chosen by the rule of selection, or of the expected choice
            (``expected``); NaN where one of the two chooses none.
        chosen_limits: its 95 % interval, None if there are too few restarts.
        expected: whether ``chosen`` is the expectation over all draws of k restarts.
        same: whether both stand on the same restarts.
    """

    units: tuple[str, ...] = ()
    mean: float | None = None
    limits: Span | None = None
    chosen: float = math.nan
    chosen_limits: Span | None = None
    expected: bool = False
    same: bool = False


def effect(column: ColumnResult, baseline: ColumnResult, k: int) -> Effect:
    """What sets a column apart from its baseline.

    Args:
        k: how many restarts the paper's rule chooses from.
    """
    units = tuple(unit for unit in column.units if unit in baseline.units)
    if not units:
        return Effect()
    where = list(units)
    chosen, picked = math.nan, column.picks and baseline.picks
    if picked:
        chosen = numbers.mean(column.cells.ours[where] - baseline.cells.ours[where])
    sides = [_models(side, units) for side in (column, baseline)]
    if [one.group for one in sides[0]] == [one.group for one in sides[1]]:
        return Effect(units, chosen=chosen, same=True)
    mean, limits = difference(_draws(sides[0], units), _draws(sides[1], units), len(units))
    expected = picked and all(one.enough(k) for side in sides for one in side)
    chosen_limits = None
    if expected:
        draws = [_draws(side, units, k) for side in sides]
        chosen, chosen_limits = difference(draws[0], draws[1], len(units))
    return Effect(units, mean, limits, chosen, chosen_limits, expected)


def difference(
    column: Sequence[Draw], baseline: Sequence[Draw], tasks: int
) -> tuple[Any, tuple[Any, Any] | None]:
    """The difference of two sums of independent means, over ``tasks``, and its 95 % interval.

    Args:
        column, baseline: a draw a model, each of the model's sum of errors over its tasks.

    Returns:
        The difference, and (low, high) of the draws' shape; None if a model has a single restart.
    """
    both = (*column, *baseline)
    mean = (sum(one.mean for one in column) - sum(one.mean for one in baseline)) / tasks
    if any(np.any(one.count < 1.5) for one in both):
        return _plain(mean), None
    parts = np.array([one.variance / one.count for one in both])
    degrees = np.array([one.count - 1.0 for one in both])
    total, df = interval.welch(parts, degrees)
    half = limit_of_t(df) * np.sqrt(total) / tasks
    return _plain(mean), (_plain(mean - half), _plain(mean + half))


def even(values: np.ndarray) -> Draw:
    """The draw whose mean is the plain mean of restarts' values (..., N), its variance their
    s^2."""
    values = np.asarray(values, float)
    many = values.shape[-1]
    weights = np.full(many, 1.0 / many)
    if many > 1:
        return interval.draw(values, weights, noise=0.0)
    one = values[..., 0]
    nothing = np.zeros(one.shape)
    return Draw(one, nothing, nothing, nothing + 1.0, (one, one), values, weights)


def _models(column: ColumnResult, units: Sequence[str]) -> list[Model]:
    return [model for model in column.models if not set(units).isdisjoint(model.units)]


def _draws(side: Sequence[Model], units: Sequence[str], k: int | None = None) -> list[Draw]:
    """A draw a model: of the mean over restarts, or with ``k`` of the best of k."""
    draws = []
    for model in side:
        values = model.values[[unit in units for unit in model.units]].sum(axis=0)
        if k is None:
            draws.append(even(values))
        else:
            weights = interval.chances(model.ranks, k, model.total)
            draws.append(interval.draw(values, weights, noise=0.0))
    return draws


def _plain(value: np.ndarray | float) -> Any:
    return float(value) if np.ndim(value) == 0 else value
