"""Effects of an ablation: against closed forms, another library, and made-up restarts whose law is
known."""

from __future__ import annotations

import dataclasses
import math
import random
from statistics import fmean, variance

import numpy as np
import pytest
from scipy import stats
from store_helpers import AT_HAND, row

from bench.core.experiment import Experiment
from bench.core.method import Rule
from bench.core.profiles import profile
from bench.core.runs import expand
from bench.core.store import Store
from bench.methods.memn2n.spec import memn2n
from bench.tables import interval, report
from bench.tables.effect import difference, effect, even
from bench.tables.gather import ColumnResult
from bench.tables.synthetic import COLUMN


def gather(folder, experiment: Experiment) -> dict[str, ColumnResult]:
    """The experiment's columns by id."""
    made = report.gather(folder, [experiment], profile("paper"), {"babi-1k": AT_HAND})
    return {c.column.id: c for c in made.experiments[0].columns}


def gathered(folder, errors: dict[str, dict], fields=None, **changes) -> dict[str, ColumnResult]:
    """Columns whose restarts have these errors: column -> task -> one a seed, the first is the
    best."""
    fields = fields or {}
    columns = tuple(
        memn2n(id=name, title=name, hops=place, **fields.get(name, {}))
        for place, name in enumerate(errors, start=1)
    )
    units = tuple(str(t) for t in sorted({task for those in errors.values() for task in those}))
    experiment = Experiment(
        id="x", title="X", dataset="babi-1k", columns=columns, units=units, printed=False, **changes
    )
    store = Store(folder / "store")
    for column in columns:
        for group in expand(column, "babi-1k", units, AT_HAND):
            those = errors[column.id]
            per_seed = zip(*(those[int(unit)] for unit in group.units), strict=True)
            store.add(group, [
                row(group, seed, running_error=seed / 100,
                    test_errors=dict(zip(group.units, all_, strict=True)))
                for seed, all_ in enumerate(per_seed)
            ])  # fmt: skip
    return gather(folder, experiment)


def test_one_task_is_welchs_t_test(tmp_path):
    rng = np.random.default_rng(1)
    a, b = rng.normal(20, 1, 10).tolist(), rng.normal(18, 4, 14).tolist()
    found = gathered(tmp_path, {"a": {1: a}, "b": {1: b}})
    told = effect(found["a"], found["b"], 10)
    wanted = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    assert told.mean == pytest.approx(fmean(a) - fmean(b))
    assert told.limits == pytest.approx(tuple(wanted), rel=1e-6)
    # of 14 the best of 10, on average over all choices: the r-th best is it with this chance
    best = sum(b[r] * math.comb(13 - r, 9) for r in range(14)) / math.comb(14, 10)
    assert (told.chosen_limits, told.expected) == (None, False)
    assert told.chosen == pytest.approx(a[0] - best)


def test_tasks_add_up_as_welch_and_satterthwaite_have_it(tmp_path):
    rng = np.random.default_rng(2)
    errors = {
        name: {task: rng.normal(10 * task, task, many).tolist() for task in (1, 2, 3)}
        for name, many in (("a", 10), ("b", 5))
    }
    found = gathered(tmp_path, errors)
    parts = [
        (variance(e) / len(e), len(e) - 1) for those in errors.values() for e in those.values()
    ]
    total = sum(v for v, _ in parts)
    df = total**2 / sum(v * v / n for v, n in parts)
    middle = fmean(fmean(errors["a"][t]) - fmean(errors["b"][t]) for t in (1, 2, 3))
    half = stats.t.ppf(0.975, df) * math.sqrt(total) / 3
    told = effect(found["a"], found["b"], 10)
    assert told.units == ("1", "2", "3") and told.mean == pytest.approx(middle)
    assert told.limits == pytest.approx((middle - half, middle + half), rel=1e-6)


def test_a_joint_models_restart_is_one_number(tmp_path):
    """Its tasks go up and down together: the test is that of their means by restart."""
    rng = np.random.default_rng(3)
    errors = {
        name: {task: (shift + luck + task).tolist() for task in (1, 2)}
        for name, shift, luck in (("a", 20, rng.normal(0, 3, 10)), ("b", 18, rng.normal(0, 2, 10)))
    }
    found = gathered(tmp_path, errors, {name: {"joint": True} for name in errors})
    means = [np.mean([errors[name][t] for t in (1, 2)], axis=0) for name in errors]
    wanted = stats.ttest_ind(*means, equal_var=False).confidence_interval(0.95)
    assert effect(found["a"], found["b"], 10).limits == pytest.approx(tuple(wanted), rel=1e-6)


def test_where_one_side_chooses_no_restart_there_is_no_chosen_difference(tmp_path):
    errors = [float(n) for n in range(40)]
    found = gathered(tmp_path, {"a": {1: errors}, "b": {1: errors[::-1]}})
    mean = Rule(fields=(), split="train", about="", measure="")
    assert effect(found["a"], found["b"], 10).expected
    for one, other in (("a", "b"), ("b", "a")):
        pair = {**found, one: dataclasses.replace(found[one], rule=mean)}
        told = effect(pair[one], pair[other], 10), effect(pair[other], pair[one], 10)
        for way in told:
            assert math.isnan(way.chosen) and way.chosen_limits is None and not way.expected
            assert way.mean == pytest.approx(0.0, abs=1e-9) and way.limits


def test_only_tasks_that_both_have_count(tmp_path):
    a = gathered(tmp_path / "a", {"a": {1: [10.0, 12.0]}})["a"]
    b = gathered(tmp_path / "b", {"b": {1: [7.0, 9.0], 2: [90.0, 80.0]}}, {"b": {"dim": 21}})["b"]
    told = effect(a, b, 10)
    assert told.units == ("1",) and told.mean == 3.0


def test_one_restart_has_no_interval_and_equal_ones_a_narrow_one(tmp_path):
    alone = gathered(tmp_path / "1", {"a": {1: [10.0]}, "b": {1: [7.0, 8.0]}})
    told = effect(alone["a"], alone["b"], 10)
    assert (told.mean, told.limits) == (2.5, None)
    equal = gathered(tmp_path / "2", {"a": {1: [10.0, 10.0]}, "b": {1: [8.0, 8.0]}})
    told = effect(equal["a"], equal["b"], 10)
    assert (told.mean, told.limits) == (2.0, (2.0, 2.0))


def test_the_same_restarts_differ_by_the_choice_alone(tmp_path):
    column = memn2n(id="a", title="a")
    other = memn2n(id="b", title="b", selection="paper", against="a")
    experiment = Experiment(
        id="x", title="X", dataset="babi-1k", columns=(column, other), units=("4",), printed=False
    )
    store = Store(tmp_path / "store")
    (group,) = expand(column, "babi-1k", ("4",), AT_HAND)
    store.add(group, [
        row(group, 0, running_error=1.0, train_error=2.0, test_errors={"4": 20.0}),
        row(group, 1, running_error=2.0, train_error=1.0, test_errors={"4": 17.0}),
    ])  # fmt: skip
    found = gather(tmp_path, experiment)
    told = effect(found["b"], found["a"], 10)
    assert told.same and (told.mean, told.limits, told.chosen_limits) == (None, None, None)
    assert told.chosen == -3.0


def test_restarts_that_diverged_are_left_out(tmp_path):
    errors = {"a": {1: [10.0, 12.0, 14.0]}, "b": {1: [7.0, 9.0, 11.0]}}
    found = gathered(tmp_path, errors)
    store = Store(tmp_path / "store")
    (group,) = expand(found["a"].spec, "babi-1k", ("1",), AT_HAND)
    rows = store.rows(group)
    store.path(group).unlink()
    store.add(group, [*rows[:2], row(group, 2, diverged=3, test_errors={"1": 100.0})])
    experiment = Experiment(
        id="x", title="X", dataset="babi-1k", units=("1",), printed=False,
        columns=tuple(c.spec for c in found.values()),
    )  # fmt: skip
    found = gather(tmp_path, experiment)
    assert effect(found["a"], found["b"], 10).mean == 11.0 - 9.0


def test_from_30_restarts_on_the_expected_choice_has_an_interval(tmp_path):
    """With rank and error apart, the expected choice's weights are the chances of the best of k."""
    rng = random.Random(4)
    errors = {
        name: {1: [round(rng.gauss(m, 2), 1) for _ in range(40)]}
        for name, m in (("a", 20), ("b", 15))
    }
    found = gathered(tmp_path, errors)
    weights = interval.chances(list(range(40)), 10)
    sums = {name: (np.array(those[1]) @ weights) for name, those in errors.items()}
    told = effect(found["a"], found["b"], 10)
    assert told.expected and told.chosen == pytest.approx(sums["a"] - sums["b"])
    low, high = told.chosen_limits
    assert low < told.chosen < high and high - low > told.limits[1] - told.limits[0]
    assert not effect(
        found["a"], found["b"], 14
    ).expected  # 40 restarts are too few for the best of 14


@pytest.mark.parametrize(("many", "least", "most"), [
    ((10, 10), 0.94, 0.96), ((40, 10), 0.93, 0.96), ((3, 10), 0.88, 0.96),
])  # fmt: skip
def test_intervals_cover_a_known_difference(many, least, most):
    """20 tasks like Table 1's, some with bad optima; one column errs by one point more than the
    other."""
    rng = np.random.default_rng(5)
    reps, shift, sides = 4000, 1.0, []
    for n in many:
        sides.append([even(task.restarts(rng, (reps, n))[1]) for task in COLUMN])
    moved = [even(draw.values + shift) for draw in sides[0]]
    _, (low, high) = difference(moved, sides[1], len(COLUMN))
    covered = np.mean((low <= shift) & (shift <= high))
    assert least <= covered <= most, covered


def test_intervals_of_the_expected_choice_cover_a_known_difference():
    rng = np.random.default_rng(6)
    reps, n, k = 300, 30, 10
    sides = []
    for _ in range(2):
        draws = []
        for task in COLUMN:
            ranks, errors = task.restarts(rng, (reps, n))
            order = np.argsort(ranks, axis=-1)
            ordered = np.take_along_axis(errors, order, axis=-1)
            draws.append(interval.draw(ordered, interval.chances(range(n), k), noise=0.0))
        sides.append(draws)
    _, (low, high) = difference(*sides, len(COLUMN))
    covered = np.mean((low <= 0.0) & (high >= 0.0))
    assert 0.95 <= covered < 1.0, covered
