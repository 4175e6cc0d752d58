"""The 95 % intervals: chances against all subsets, t against tables, and their coverage,
measured."""

from __future__ import annotations

import csv
import itertools
import math
import statistics
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.tables import coverage, interval
from bench.tables.synthetic import ONE_FILE, OWN, TASKS, TWO_FILES, Task, score


@pytest.mark.parametrize(
    ("df", "table"),
    [(1, 12.7062), (2, 4.30265), (4, 2.77645), (9, 2.26216), (29, 2.04523), (1e9, 1.95996)],
)
def test_limits_of_t_are_those_of_the_tables(df: float, table: float) -> None:
    assert float(interval.limit_of_t(df)) == pytest.approx(table, abs=6e-5)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=7), st.integers(1, 4), st.integers(0, 3))
def test_chances_are_those_of_all_subsets(ranks: list[int], k: int, worse: int) -> None:
    """Ranks with ties; ``worse`` more restarts can be drawn but never shown."""
    k = min(k, len(ranks))
    found = np.zeros(len(ranks))
    for subset in itertools.combinations(range(len(ranks) + worse), k):
        shown = [i for i in subset if i < len(ranks)]
        best = [i for i in shown if ranks[i] == min(ranks[j] for j in shown)]
        found[best] += 1 / max(len(best), 1)
    # subsets share alike among equals, and on average so do the chances
    shared = np.array(
        [np.mean([found[j] for j in range(len(ranks)) if ranks[j] == r]) for r in ranks]
    )
    assert interval.chances(ranks, k, len(ranks) + worse) == pytest.approx(shared / shared.sum())


def test_chances_refuse_what_cannot_be_drawn() -> None:
    for arguments in (([1, 2], 3), ([1, 2], 0), ([], 1), ([1, 2, 3], 1, 2)):
        with pytest.raises(ValueError, match="restarts"):
            interval.chances(*arguments)


def test_an_interval_by_hand() -> None:
    """Two values, equal chances of 40 restarts chosen one at a time: n = 40, everything in closed
    form."""
    values = np.repeat([10.0, 30.0], 20)
    of = interval.draw(values, interval.chances(range(40), 1))
    assert (of.mean, of.count, of.variance) == pytest.approx((20.0, 40.0, 100.0 * 40 / 39))
    wrong = 200.5 / 1001
    noise = 1e4 * wrong * (1 - wrong) / 1000
    assert of.noise == pytest.approx(noise)
    t = 2.02269  # of 39 degrees of freedom
    half = math.sqrt(1.025 * (1.96**2 * noise + t**2 * (100 * 40 / 39 - noise)))
    low, high = interval.interval(of)
    assert (low, high) == pytest.approx((20 - half, 20 + half), abs=1e-3)


def test_no_spread_leaves_the_binomial_error() -> None:
    values = np.full(30, 20.0)
    low, high = interval.interval(interval.draw(values, interval.chances(range(30), 1)))
    binomial = 100 * math.sqrt(0.2 * 0.8 / 1000)
    assert (high - low) / 2 == pytest.approx(1.96 * binomial * math.sqrt(31 / 30), rel=2e-3)


def test_the_interval_holds_the_percentile_bootstrap() -> None:
    """One restart in twelve far off: more than 2.5 % of the law, too little for its spread to reach
    it."""
    values = np.array([0.0] * 92 + [50.0] * 8)
    of = interval.draw(values, interval.chances(range(100), 1))
    assert of.mean + 2.1 * math.sqrt(of.variance) < 50.0
    assert interval.interval(of)[1] == 50.0


def test_a_mean_of_equal_tasks_narrows_as_their_root() -> None:
    values = np.linspace(40.0, 60.0, 400)
    one = interval.draw(values, interval.chances(range(400), 1))
    low, high = interval.mean_interval([one] * 16)
    single = interval.interval(one)
    # t of 399 degrees of freedom is nearly that of 16 times as many
    assert (high - low) * 4 == pytest.approx(single[1] - single[0], rel=0.02)
    assert (low + high) / 2 == pytest.approx(float(one.mean))


def test_a_mean_holds_the_percentiles_of_the_mean() -> None:
    """Against the law of all combinations of three tasks' restarts, one of them often far off."""
    values = [np.r_[np.full(28, 1.0), 91.0, 91.0], np.linspace(3.0, 4.0, 30), np.full(30, 7.5)]
    weights = interval.chances(range(30), 1)
    sums = np.sort([sum(v) / 3 for v in itertools.product(*values[:2], [7.5])])
    exact = sums[int(0.025 * len(sums))], sums[int(0.975 * len(sums))]
    low, high = interval.mean_interval([interval.draw(v, weights) for v in values])
    assert low <= exact[0] and high == pytest.approx(exact[1], abs=0.2)
    assert float(high) > 30 > 2.0 * statistics.stdev(sums) + statistics.fmean(sums)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), min_size=1, max_size=8))
def test_counts_of_unequal_coins(coins: list[float]) -> None:
    law = np.zeros(len(coins) + 1)
    for sides in itertools.product([0, 1], repeat=len(coins)):
        law[sum(sides)] += math.prod(c if s else 1 - c for c, s in zip(coins, sides, strict=True))
    low, high = (int(limit) for limit in interval.count_interval(coins))
    assert law[:low].sum() <= 0.025 + 1e-9 and law[: low + 1].sum() > 0.025 - 1e-9
    assert law[high + 1 :].sum() <= 0.025 + 1e-9 and law[high:].sum() > 0.025 - 1e-9


def test_a_task_fails_above_5_percent() -> None:
    weights = interval.chances(range(30), 10)
    for error, least, most in (
        (0.0, 0.0, 0.01),
        (3.0, 0.0, 0.05),
        (5.05, 0.45, 0.55),
        (8.0, 0.95, 1.0),
    ):
        assert least <= interval.failing(interval.draw(np.full(30, error), weights)) <= most


def test_a_joint_count_is_whole_and_chosen_once() -> None:
    """All tasks fail together or none does: independent tasks would never make 0 or 20 likely."""
    weights = interval.chances(range(40), 1)
    errors = np.tile(np.repeat([1.0, 30.0], 20), (20, 1))
    low, high = interval.joint_count_interval(errors, weights)
    assert low <= 0 and high >= 20 and low == round(float(low)) and high == round(float(high))
    apart = interval.count_interval(
        [interval.failing(interval.draw(task, weights)) for task in errors]
    )
    assert apart[0] > 0 and apart[1] < 20
    low, high = interval.joint_count_interval(np.full((20, 40), 30.0), weights)
    assert (low, high) == (20, 20)


def test_of_one_joint_model_questions_alone_move_mean_and_count() -> None:
    """All restarts alike: what is left is the binomial error, of 20000 questions for the mean; of
    20 tasks at 5 %, on whose verge a failure is a coin, the count spreads as coins do."""
    weights = interval.chances(range(100), 1)
    low, high = interval.joint_mean_interval(np.full((20, 100), 20.0), weights)
    assert (high - low) / 2 == pytest.approx(196 * math.sqrt(0.2 * 0.8 / 20000 * 1.01), rel=2e-3)
    low, high = interval.joint_count_interval(np.full((20, 100), 5.05), weights)
    coins = 1.96 * math.sqrt(20 / 4)
    assert abs((high - low) / 2 - coins) <= 0.6
    assert interval.joint_count_interval(np.full((20, 100), 20.0), weights) == (20, 20)


def test_scores_are_of_1000_questions() -> None:
    rng = np.random.default_rng(2)
    errors, paper = np.full((2000, 5), 20.0), np.full(2000, 20.0)
    spread = {}
    for questions in (OWN, ONE_FILE, TWO_FILES):
        ours, theirs = score(rng, errors, paper, questions)
        assert ours.mean() == pytest.approx(20, abs=0.1)
        assert theirs.std() == pytest.approx(1.265, abs=0.07)
        assert ours * 10 == pytest.approx(np.round(ours * 10))
        spread[questions] = ours.std(axis=1).mean(), (ours[:, 0] - theirs).std()
    assert spread[OWN][0] > 1 and max(spread[ONE_FILE]) < 1e-12 and spread[TWO_FILES][0] < 1e-12
    assert spread[TWO_FILES][1] == pytest.approx(1.265 * 2**0.5, abs=0.1)


MEASURED = [
    ("normal, sd 0, correlation 0", 30),
    ("normal, sd 1.26, correlation 0.5", 30),
    ("normal, sd 5, correlation 0.9", 30),
    ("normal, sd 5, correlation 0", 50),
    ("normal, sd 1.26, correlation 0.9", 100),
    ("skewed, correlation 0.5", 30),
    ("10% in a bad optimum, seen in training", 30),
    ("10% in a bad optimum, not seen in training", 100),
]


@pytest.mark.parametrize(("name", "restarts"), MEASURED)
def test_coverage_of_one_number(name: str, restarts: int) -> None:
    """93 to 97 %, give or take 2.6 standard errors of 3000 replications: 92 to 98 %."""
    line = coverage.measure_task(name, restarts, replications=3000)
    assert 0.92 <= line.coverage <= 0.98
    assert line.coverage + line.below + line.above == pytest.approx(1)


def test_the_percentile_bootstrap_alone_would_not_do() -> None:
    line = coverage.measure_task("normal, sd 5, correlation 0.5", 30, replications=2000)
    assert line.plain is not None and line.plain < 0.90 < 0.93 < line.coverage


@pytest.mark.parametrize(
    "name", ["always 0.0", "0.2 on average, by questions alone", "0.0, a fifth at 0.1"]
)
def test_coverage_near_no_error(name: str) -> None:
    line = coverage.measure_task(name, 30, replications=1000)
    assert line.coverage >= 0.93 - 0.02 and line.width < 1.0


@pytest.mark.parametrize("joint", [False, True])
def test_coverage_of_a_column(joint: bool) -> None:
    """300 replications: a standard error of 1.3 points, of the tasks' together less than half of
    that."""
    mean, count, tasks = coverage.measure_column(joint, 30, replications=300)
    assert mean.coverage >= 0.91 and mean.width < 9
    assert count.coverage >= 0.91 and count.width < 9
    assert 0.93 <= tasks.coverage <= 0.98


def test_bad_restarts_change_the_spread_they_should() -> None:
    rng = np.random.default_rng(3)
    seen = Task(2.0, 1.0, bad=0.3, bad_error=45.0, seen=True).restarts(rng, (4000, 10))
    hidden = Task(2.0, 1.0, bad=0.3, bad_error=45.0, seen=False).restarts(rng, (4000, 10))
    shares = [np.mean(e[np.arange(4000), r.argmin(1)] > 20) for r, e in (seen, hidden)]
    assert shares[0] < 0.001 and shares[1] == pytest.approx(0.3, abs=0.04)


def test_the_command_writes_the_same_bytes_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert coverage.main([str(tmp_path / name), "--replications", "2"]) == 0
    for file in ("coverage.csv", "coverage.md"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    lines = list(csv.DictReader((tmp_path / "a" / "coverage.csv").read_text().splitlines()))
    assert {line["case"] for line in lines} > set(TASKS)
    assert {line["restarts"] for line in lines} == {"30", "50", "100"}
    assert {line["questions"] for line in lines} == {OWN, ONE_FILE, TWO_FILES}
    assert len(lines) == len((tmp_path / "a" / "coverage.md").read_text().splitlines()) - 6


@pytest.mark.parametrize(
    "arguments", [["--replications", "0"], ["--replications", "x"], ["--what"]]
)
def test_wrong_arguments_are_told(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture
) -> None:
    assert coverage.main([str(tmp_path / "new"), *arguments]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ") and told.count("\n") == 1 and arguments[0] in told
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    assert coverage.main([str(tmp_path / "file"), "--replications", "1"]) == 74
    assert "cannot be written" in capsys.readouterr().err
