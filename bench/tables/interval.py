"""Where a paper's number lies if seeds alone tell it from ours: 95 % prediction intervals.

The paper's number is one draw of a random procedure (S15 section 4.2: "we repeat each training 10
times with different random initializations, and select the one with the lowest training error").
Our N >= 30 restarts of the same column say how that draw is spread:

1.  *The bootstrap, in closed form.* Draw k = 10 of the N restarts without replacement and report
    the test error of the one with the lowest training error. Over all such subsets the r-th best of
    N is reported with the chance w_r = C(N - r, k - 1) / C(N, k), so no resampling is needed, and,
    unlike with replacement, the law with masses w_r at the test errors e_r is unbiased for the
    paper's.
2.  *How little it rests on.* n = 1 / sum w_r^2 restarts of equal weight would say as much: 4.8 at N
    = 30, 8.6 at 50, 18 at 100. A percentile bootstrap takes them for the whole truth and covers too
    little. So the law's mean m and variance v = sum w (e - m)^2 / (1 - 1/n) are studentised, as for
    a further draw beside n others: m +- t sqrt((1 + 1/n) v), with t of n - 1 degrees of freedom.
3.  *The binomial error.* 1000 questions tell an error m to b = m (1 - m) / 1000, in variance. Our
    errors come from 1000 questions too, so v holds b once where restarts err on different
    questions, and adding b to v would count it twice. Hence b enters as the part of v that is
    known, with its normal limit z = 1.96, and what v has beyond b as the part that was estimated:
    h^2 = (1 + 1/n) (z^2 b + t^2 max(0, v - b)). The interval is never narrower than b makes it.
    (b is taken at (x + 1/2) / 1001 for x wrong answers, so that it is not 0 at no error.)
4.  *Other shapes.* The interval also holds the percentile bootstrap's, 2.5 % to 97.5 % of step 1's
    law: where a tenth of the restarts end in a bad optimum, m + h may not reach it.

A mean over tasks whose models are independent (ours are: the group's identity is in their random
numbers; over 50 seeds of PE LS RN the errors of two tasks correlate by -0.003 on average) has the
mean of the m, and the sums of (1 + 1/n) b and (1 + 1/n) v in place of these, with the degrees of
freedom of Welch and Satterthwaite; step 4's law is then that of the mean of one draw a task, the
convolution of the tasks' laws. Of the failed tasks, each fails with the chance that step 1's law,
smoothed by a t of n
- 1 degrees of freedom and variance scale 2 v / n (what step 2 adds to it), gives to errors above 5
%; their number is then a sum of unequal coins, and its interval leaves out at most 2.5 % on each
side. A joint column reports one restart for all its tasks, so its mean and its number of failed
tasks are numbers of a restart like any other.

Other metrics. What is no share of questions has b = 0, and what has no greatest value is not cut
there; of a metric whose greater values are better, everything holds as it stands, but for the names
of the verdicts (`bench.tables.verdict`).

Test questions in common. Where the paper's test file is ours, the paper's number and ours err on
the same questions, and part of the binomial error, the same for both, cannot tell them apart: the
intervals are then wider than they need be wherever the restarts spread less than b, and right
elsewhere. Where it is not (task 16 was mended after S15, in v1.2 of the data), the two files'
differences come on top, in ours unseen because all our restarts share one file: intervals are then
too narrow wherever restarts spread less than b. Another training file's effect no interval from
restarts can hold. `bench.tables.coverage` measures all this.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

LEAST = 30
"""Restarts that an interval asks for: fewer rest on fewer than 5 of equal weight."""

_Z = 1.959964
_TAIL = 0.025

Limits = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Scale:
    """What a number is measured on.

    Attributes:
        questions: of a test file; 0 if the number is no share of questions.
        least, most: no value lies beyond; most None where there is no limit.
    """

    questions: int = 1000
    least: float = 0.0
    most: float | None = 100.0

    def binomial(self, value: np.ndarray) -> np.ndarray:
        """The variance of a share of the questions, above 0 at none and at all of them too."""
        if not self.questions or self.most is None:
            return np.zeros(np.shape(value))
        share = (value * self.questions + 0.5 * self.most) / (self.questions + 1)
        return share * (self.most - share) / self.questions

    def fails(self, limit: float) -> float:
        """The middle between the limit and the next share above it: 5.05 of 5 %, of 1000."""
        if not self.questions or self.most is None:
            return limit
        return limit + 0.5 * self.most / self.questions


PERCENT = Scale()
"""An error in % on 1000 questions, as bAbI's."""


@dataclass(frozen=True)
class Draw:
    """What restarts say of one draw of the paper's procedure; fields have one shape, of any rank.

    Attributes:
        mean: m, in the numbers' unit (%, or tasks).
        variance: v, between restarts as they were scored.
        noise: b, the binomial variance of the test questions.
        count: n, the effective number of restarts.
        inner: the percentile bootstrap's limits.
        values, weights: step 1's law, (..., N) and (N,).
        scale: of the values.
    """

    mean: np.ndarray
    variance: np.ndarray
    noise: np.ndarray
    count: np.ndarray
    inner: Limits
    values: np.ndarray
    weights: np.ndarray
    scale: Scale = PERCENT


def chances(ranks: Sequence, k: int, total: int | None = None) -> np.ndarray:
    """Each restart's chance to be the best of k drawn without replacement.

    Args:
        ranks: what is compared, a value a restart, the least is the best; equals share their
            chances.
        k: how many are drawn, 1 to ``total``.
        total: how many are drawn from, if more than these: the others are worse than all of these.
            The chances are then those where at least one of these was drawn.

    Returns:
        Shape (len(ranks),), in their order, sum 1.
    """
    many = len(ranks) if total is None else total
    if not 1 <= k <= many or many < len(ranks) or not ranks:
        raise ValueError(f"{k} of {many} restarts, {len(ranks)} of them ranked")
    order = sorted(range(len(ranks)), key=lambda i: ranks[i])
    found = np.zeros(len(ranks))
    begin = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or ranks[order[end]] != ranks[order[begin]]:
            span = range(begin, end)
            share = sum(math.comb(many - 1 - place, k - 1) for place in span) / math.comb(many, k)
            found[order[begin:end]] = share / len(span)
            begin = end
    return found / math.fsum(found)


def draw(
    values: np.ndarray,
    weights: np.ndarray,
    scale: Scale = PERCENT,
    noise: np.ndarray | float | None = None,
) -> Draw:
    """The draw that restarts of these values and chances stand for.

    Args:
        values: (..., N) numbers on the scale (or others, with ``noise``).
        weights: (N,) chances, as `chances` gives them, not all on one restart.
        noise: (...) binomial variance of the numbers; by default the scale's.
    """
    values = np.asarray(values, float)
    mean = values @ weights
    count = 1.0 / (weights @ weights)
    variance = ((values - mean[..., None]) ** 2 @ weights) / (1.0 - 1.0 / count)
    if noise is None:
        noise = scale.binomial(mean)
    noise, count = np.broadcast_to(noise, mean.shape), np.broadcast_to(count, mean.shape)
    inner = _percentiles(values, weights)
    return Draw(mean, variance, noise, count, inner, values, weights, scale)


def interval(of: Draw) -> Limits:
    """The 95 % interval of the paper's number, ``(low, high)``, each of the shape of the draw."""
    extra = 1.0 + 1.0 / of.count
    half = _half(extra * of.noise, extra * of.variance, of.count - 1.0)
    return np.minimum(of.mean - half, of.inner[0]), np.maximum(of.mean + half, of.inner[1])


def mean_interval(tasks: Sequence[Draw]) -> Limits:
    """The 95 % interval of the mean over tasks whose restarts were trained and chosen apart."""
    extra = np.array([1.0 + 1.0 / task.count for task in tasks])
    noise = extra * [task.noise for task in tasks]
    variance = extra * [task.variance for task in tasks]
    df = np.array([task.count - 1.0 for task in tasks])
    half = _half(noise.sum(0), *welch(variance, df)) / len(tasks)
    mean = np.mean([task.mean for task in tasks], axis=0)
    low, high = _mean_percentiles(tasks)
    return np.minimum(mean - half, low), np.maximum(mean + half, high)


def failing(of: Draw, limit: float = 5.0) -> np.ndarray:
    """The chance that the paper's restart fails (its number is above ``limit``), shape (...)."""
    spread = 2.0 * np.maximum(of.variance, of.noise) / of.count
    # without questions and without spread the chance is 0 or 1, whichever way the division goes
    wide = np.sqrt(np.maximum(spread, 1e-12))[..., None]
    over = (of.values - of.scale.fails(limit)) / wide
    return stdtr(of.count[..., None] - 1.0, over) @ of.weights


def count_interval(failing: Sequence[np.ndarray] | Sequence[float]) -> Limits:
    """The 95 % interval of how many tasks fail, whole numbers.

    Args:
        failing: a chance (...) a task; the tasks are independent.
    """
    coins = np.asarray(failing, float)
    law = np.zeros((len(coins) + 1, *coins.shape[1:]))
    law[0] = 1.0
    for chance in coins:
        law[1:] = law[1:] * (1.0 - chance) + law[:-1] * chance
        law[0] *= 1.0 - chance
    below = np.cumsum(law, axis=0)
    return (below <= _TAIL).sum(0) * 1.0, (below < 1.0 - _TAIL).sum(0) * 1.0


def joint_count_interval(
    errors: np.ndarray, weights: np.ndarray, scale: Scale = PERCENT, limit: float = 5.0
) -> Limits:
    """The 95 % interval of how many tasks fail where one restart is chosen for all of them.

    Args:
        errors: (..., tasks, N) on the scale.
        weights: (N,) chances.
    """
    errors = np.asarray(errors, float)
    mean, verge = errors @ weights, scale.fails(limit)
    # of one model on other questions: its tasks near the limit may fall on either side
    noise = np.sqrt(np.maximum(scale.binomial(mean), 1e-12))
    fails = ndtr((mean - verge) / noise)
    coins = (fails * (1.0 - fails)).sum(-1)
    low, high = interval(draw((errors > verge).sum(-2), weights, scale, coins))
    return np.ceil(low - 0.5), np.floor(high + 0.5)


def joint_mean_interval(errors: np.ndarray, weights: np.ndarray, scale: Scale = PERCENT) -> Limits:
    """The 95 % interval of the mean over tasks where one restart is chosen for all of them.

    Args:
        errors, weights: as in `joint_count_interval`.
    """
    errors = np.asarray(errors, float)
    noise = scale.binomial(errors @ weights).mean(-1) / errors.shape[-2]
    return interval(draw(errors.mean(-2), weights, scale, noise))


def limit_of_t(df: np.ndarray | float) -> np.ndarray:
    """The t that 95 % of Student's distribution lie within, on both sides of 0."""
    return stdtrit(df, 1.0 - _TAIL)


def welch(variances: np.ndarray, df: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The variance of a sum of independent terms, along the first axis, and its degrees of freedom
    by Welch and Satterthwaite."""
    total, parts = variances.sum(0), (variances**2 / df).sum(0)
    some = total > 0.0
    return total, np.where(some, total, 1.0) ** 2 / np.where(some, parts, 1.0)


def _half(noise: np.ndarray, variance: np.ndarray, df: np.ndarray) -> np.ndarray:
    beyond = np.maximum(variance - noise, 0.0)
    return np.sqrt(_Z**2 * noise + limit_of_t(df) ** 2 * beyond)


def _mean_percentiles(tasks: Sequence[Draw]) -> Limits:
    """Percentiles of the mean of one draw a task: the tasks' laws convolved, on a grid of 0.5 %."""
    steps = 200
    scale = tasks[0].scale
    most = scale.most
    if most is None:
        most = max(float(task.values.max()) for task in tasks)
    wide = max(most - scale.least, 1e-12)
    size = 1 << (steps * len(tasks) + 1).bit_length()
    waves: Any = 1.0
    for task in tasks:
        place = (task.values.reshape(-1, task.values.shape[-1]) - scale.least) * (steps / wide)
        under = np.minimum(np.floor(place), steps - 1).astype(int)
        law = np.zeros((len(place), steps + 1))
        row = np.arange(len(place))[:, None]
        # between two points of the grid: on both, so that the mean stays
        np.add.at(law, (row, under), task.weights * (under + 1 - place))
        np.add.at(law, (row, under + 1), task.weights * (place - under))
        waves = waves * np.fft.rfft(law, size)
    below = np.cumsum(np.fft.irfft(waves, size), axis=-1)
    shape = tasks[0].mean.shape
    limits = [(below < share - 1e-9).sum(-1) for share in (_TAIL, 1.0 - _TAIL)]
    low, high = (scale.least + n.reshape(shape) * (wide / steps / len(tasks)) for n in limits)
    return low, high


def _percentiles(values: np.ndarray, weights: np.ndarray) -> Limits:
    shares = (_TAIL, 1.0 - _TAIL)
    low, high = np.quantile(values, shares, axis=-1, weights=weights, method="inverted_cdf")
    return low, high
