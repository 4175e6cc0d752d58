"""The paper's rule for choosing a restart, against brute force, and blind to the test set."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from report_helpers import columns, groups, row

from bench.core import registry
from bench.core.dataset import Summary
from bench.core.method import Rule
from bench.core.store import Store
from bench.tables import cells
from bench.tables.frame import best
from bench.tables.numbers import exact, short

GROUP = groups("bow")[0]

RESTART = st.fixed_dictionaries(
    {
        "running_error": st.sampled_from([0.0, 1.0, 2.0]),
        "running_loss": st.sampled_from([0.1, 0.2, None]),
        "train_error": st.sampled_from([0.0, 1.0, 2.0]),
        "train_loss": st.sampled_from([0.1, 0.2, None]),
        "diverged": st.sampled_from([None, None, None, 3]),
        "test_error": st.floats(0, 100),
    }
)
RESTARTS = st.lists(RESTART, min_size=1, max_size=8)
RULE = st.sampled_from(["released", "paper"])


def select(rows: list[dict], limit: int, rule: str) -> int | None:
    """The seed of the restart that tables show."""
    fields = ["seed", *(name for name in rows[0] if name.startswith(("running_", "train_")))]
    good = [row for row in rows if row["seed"] < limit and row["diverged"] is None]
    frame = pd.DataFrame([{name: row[name] for name in fields} for row in good], columns=fields)
    ordered = best(frame, registry.method("memn2n").rules[rule])
    return int(ordered.seed.iloc[0]) if len(ordered) else None


def rows_of(restarts: list[dict]) -> list[dict]:
    return [row(GROUP, seed, {1: r["test_error"]}, **r) for seed, r in enumerate(restarts)]


def brute_force(rows: list[dict], limit: int, rule: str) -> int | None:
    """The rule, read aloud: filter by each key in turn."""
    prefix = {"released": "running", "paper": "train"}[rule]
    left = [r for r in rows if r["seed"] < limit and r["diverged"] is None]
    if not left:
        return None
    least = min(r[f"{prefix}_error"] for r in left)
    left = [r for r in left if r[f"{prefix}_error"] == least]
    losses = [math.inf if r[f"{prefix}_loss"] is None else r[f"{prefix}_loss"] for r in left]
    left = [r for r, loss in zip(left, losses, strict=True) if loss == min(losses)]
    return min(r["seed"] for r in left)


@given(RESTARTS, st.integers(1, 9), RULE, st.randoms())
def test_the_rule(restarts: list[dict], limit: int, rule: str, random) -> None:
    rows = rows_of(restarts)
    expected = brute_force(rows, limit, rule)
    random.shuffle(rows)
    assert select(rows, limit, rule) == expected


@given(RESTARTS, st.integers(1, 9), RULE, st.randoms())
def test_the_test_set_plays_no_part(restarts: list[dict], limit: int, rule: str, random) -> None:
    before = select(rows_of(restarts), limit, rule)
    errors = [r["test_error"] for r in restarts]
    random.shuffle(errors)
    moved = [{**r, "test_error": error} for r, error in zip(restarts, errors, strict=True)]
    after = select(rows_of(moved), limit, rule)
    assert before == after


def test_each_column_keeps_its_own_rule(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    for name in ("bow", "pe"):
        for group in groups(name):
            (task,) = group.units
            store.add(group, [
                row(group, 0, {task: 1.0}, running_error=1.0, train_error=2.0),
                row(group, 1, {task: 2.0}, running_error=2.0, train_error=1.0),
            ])  # fmt: skip
    cells = {name: column.rows["4"] for name, column in columns(tmp_path).items()}
    assert (cells["bow"].seed, cells["pe"].seed) == (0, 1)


def test_numbers_are_written_one_way() -> None:
    assert [exact(v) for v in (None, 0.0, -0.00001, 10.0, 0.1 + 0.2, 12.34567)] == [
        "", "0", "0", "10", "0.3", "12.3457",
    ]  # fmt: skip
    signed = [short(v, sign=True) for v in (None, 0.04, -0.04, 1.25, -2.0)]
    assert signed == ["–", "0.0", "0.0", "+1.2", "−2.0"]
    assert short(11.0, places=0) == "11" and short(0.723, places=2) == "0.72"
    assert exact(float("nan")) == "" and short(float("nan")) == "–"


@given(st.floats(0, 100))
def test_exact_numbers_read_back(value: float) -> None:
    assert abs(float(exact(value)) - value) <= 5.1e-5


@given(st.lists(RESTART, min_size=2, max_size=6), st.integers(1, 8))
def test_a_rule_without_fields_picks_none_and_ours_is_the_mean(restarts, k):
    rule = Rule(fields=(), split="train", about="", measure="")
    good = [r["test_error"] for r in restarts if r["diverged"] is None]
    stored = pd.DataFrame(
        {
            "unit": "1", "seed": range(len(restarts)), "kind": "real", "completed": False,
            "value": [r["test_error"] for r in restarts], "batches": math.nan,
            "diverged": [r["diverged"] is not None for r in restarts],
        }
    )  # fmt: skip
    (cell,) = cells.of(stored, "unit", k, rule, "real", asked=k).itertuples()
    if good:
        assert cell.ours == cell.mean == math.fsum(good) / len(good)  # the same bits everywhere
    else:
        assert math.isnan(cell.ours)
    assert math.isnan(cell.seed)


TASKS = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0.0, 5.0, 95.1, 99.0])), min_size=1),
    min_size=1,
    max_size=3,
)
"""Of each task the restarts' (training error, test error)."""


@given(TASKS, st.integers(1, 4))
def test_failed_tasks_are_counted_in_every_choice(tasks, k):
    """Of more than k restarts a task, the mean of the count over all choices of k for each."""
    rule = Rule(fields=("train_error",), split="train", about="", measure="")
    stored = pd.DataFrame([
        {
            "unit": str(task), "seed": seed, "value": test, "diverged": False,
            "batches": math.nan if task else 100.0 - test,
            "train_error": train, "kind": "real", "completed": False,
        }
        for task, restarts in enumerate(tasks)
        for seed, (train, test) in enumerate(restarts)
    ])  # fmt: skip
    units = [str(task) for task in range(len(tasks))]
    found = cells.of(stored, "unit", k, rule, "real", asked=k)
    summary = Summary("failed", "Failed", "above", limit=5.0)
    (cell,) = cells.over(found, stored, units, summary, k, rule, joint=False).itertuples()
    chances = []
    for restarts in tasks:
        numbered = [(train, seed, test) for seed, (train, test) in enumerate(restarts)]
        picked = []
        for some in itertools.combinations(numbered, min(k, len(numbered))):
            least = min(train for train, *_ in some)
            best_ones = [test for train, _, test in some if train == least]
            # one choice alone: the lower seed; over all choices equals share their chances
            ones = best_ones[:1] if len(numbered) <= k else best_ones
            picked.append(sum(test > 5.0 for test in ones) / len(ones))
        chances.append(sum(picked) / len(picked))
    assert math.isclose(cell.ours, sum(chances), abs_tol=1e-9)
    # of one task: where it does not err above the limit, the batches do
    wanted = 1.0 - chances[0] if len(tasks) == 1 else math.nan
    assert math.isclose(cell.batches, wanted, abs_tol=1e-9) or math.isnan(cell.batches + wanted)
    missing = cells.over(found, stored, [*units, "none"], summary, k, rule, joint=False)
    assert missing.ours.isna().all()
