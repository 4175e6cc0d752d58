"""The store's own check of seed luck: where kinds of machine have trained restarts of one column,
their means differ by no more than restarts of one machine do."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.special import bdtrc, stdtr

from bench.core import provenance, registry
from bench.core.profiles import PROFILES
from bench.tables import report
from bench.tables.gather import ColumnResult

RESULTS = provenance.ROOT / "results" / "paper"
LEAST = 5
"""Restarts of every unit that a machine's mean rests on."""


def by_machine(column: ColumnResult) -> dict[str, list[np.ndarray]]:
    """Device -> the numbers of its restarts, unit by unit, if it has trained all that there are."""
    good = column.runs[~column.runs.diverged]
    found = {
        str(device): [those.to_numpy() for _, those in rows.groupby("unit").value]
        for device, rows in good.groupby("device")
    }
    return {
        device: units
        for device, units in found.items()
        if len(units) == len(column.units) and min(map(len, units)) >= LEAST
    }


def chance(one: list[np.ndarray], other: list[np.ndarray]) -> float:
    """Of a difference of the mean over units at least so large, by Welch's test."""
    both = [*one, *other]
    parts = np.array([np.var(values, ddof=1) / len(values) for values in both])
    degrees = np.array([len(values) - 1 for values in both])
    if not parts.sum():
        return 1.0 if sum(map(np.mean, one)) == sum(map(np.mean, other)) else 0.0
    apart = sum(map(np.mean, one)) - sum(map(np.mean, other))
    df = parts.sum() ** 2 / (parts**2 / degrees).sum()
    return float(2 * stdtr(df, -abs(apart) / np.sqrt(parts.sum())))


@pytest.fixture(scope="module")
def chances() -> dict[tuple[Any, str, str], float]:
    """Of every column of models a unit (those of one model for all units err together there), and
    every two machines that have both trained it."""
    experiments = list(registry.experiments().values())
    built = report.gather(RESULTS, experiments, PROFILES["paper"], {})
    found = {}
    for result in built.experiments:
        for column in result.ran:
            if column.spec.joint:
                continue
            for (a, one), (b, other) in combinations(sorted(by_machine(column).items()), 2):
                found[column.runs.identity.iloc[0], a, b] = chance(one, other)
    return found


def test_machines_agree_within_the_spread_of_restarts(chances):
    assert chances  # BoW of S15's Table 1 has been trained on two kinds of machine
    # 95 % for all together (Bonferroni), and no more outside their own 95 % than luck leaves
    assert min(chances.values()) * len(chances) > 0.05, chances
    outside = sum(value < 0.05 for value in chances.values())
    assert bdtrc(outside - 1, len(chances), 0.05) > 0.05, chances


def test_a_machine_of_other_numbers_is_found():
    rng = np.random.default_rng(0)
    one, same = ([rng.normal(20, 3, 10) for _ in range(20)] for _ in range(2))
    assert chance(one, same) > 0.001
    assert chance(one, [values + 3 for values in same]) < 1e-6
