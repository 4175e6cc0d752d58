"""Verdicts: what is inside, what rounding allows, how many restarts they ask for, and where they
go."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_helpers import EXPERIMENT, TASKS, gathered, groups, result, row, table

from bench.core.store import Store
from bench.tables import report
from bench.tables.verdict import beyond, half_unit, limits_of, verdict


def column(name: str, errors, seeds: int, **changes) -> list:
    """Groups of a column with rows; ``errors(task, seed)`` in %, the best in training has seed
    0."""
    return [
        (group, [
            row(group, seed, {u: errors(int(u), seed) for u in group.units},
                **{"running_error": seed / 10, **changes})
            for seed in range(seeds)
        ])
        for group in groups(name)
    ]  # fmt: skip


def spread(task: int, seed: int) -> float:
    """Errors around 20 % with a spread of their own for each seed and task."""
    return 20.0 + 3.0 * float(np.random.default_rng([task, seed]).standard_normal())


def save(folder: Path, made: list) -> Path:
    store = Store(folder / "store")
    for group, rows in made:
        store.add(group, rows)
    return folder


def limits(made: list, k: int) -> dict[str, tuple[float, float]]:
    """The intervals of a made-up column."""
    with tempfile.TemporaryDirectory() as folder:
        found = result(save(Path(folder), made))
    (ran,) = found.ran
    assert ran.rule is not None
    return limits_of(ran.models, k, found.subject)


@pytest.mark.parametrize(
    ("printed", "low", "high", "says"),
    [
        ("12.0", 11.0, 13.0, "inside"),
        ("10.0", 11.0, 13.0, "worse"),
        ("13.2", 11.0, 13.0, "better"),
        ("13.1", 11.0, 13.05, "inside"),  # it may have been 13.05
        ("13.1", 11.0, 13.04, "better"),
        ("10.9", 10.95, 13.0, "inside"),
        ("0.1", 0.0, 0.0, "better"),
        ("11", 11.0, 12.0, "inside"),
        ("10", 11.0, 12.0, "worse"),
        ("13", 11.0, 12.0, "better"),
        ("", 11.0, 12.0, ""),
    ],
)
def test_verdicts(printed: str, low: float, high: float, says: str) -> None:
    assert verdict(printed, (low, high)) == says


def test_no_interval_no_verdict() -> None:
    assert verdict("12.0", None) == "too few restarts"
    assert verdict("", None) == ""


@given(st.integers(0, 1000), st.floats(0, 100), st.floats(0, 100))
def test_a_number_is_inside_as_far_as_its_decimals_say(
    tenths: int, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    number = tenths / 10
    half = half_unit(f"{number:.1f}")
    assert half == 0.05
    side = int(beyond(number, half, low, high))
    assert (side == 1) == (number - 0.05 > high + 1e-6)
    assert (side == -1) == (number + 0.05 < low - 1e-6)
    assert half_unit("17") == 0.5


def test_29_restarts_are_too_few(tmp_path: Path) -> None:
    for seeds, says in ((29, {"too few restarts"}), (30, {"inside", "better", "worse"})):
        lines = table(save(tmp_path / str(seeds), column("bow", spread, seeds)))
        ours = [line for (name, _), line in lines.items() if name == "bow"]
        assert {line["verdict"] for line in ours} <= says
        assert {bool(line["low"]) and bool(line["high"]) for line in ours} == {seeds == 30}
        others = [line for (name, _), line in lines.items() if name != "bow"]
        assert {(line["low"], line["high"], line["verdict"]) for line in others} == {("", "", "")}


def test_diverged_restarts_are_none() -> None:
    made = column("bow", spread, 34)
    for _, rows in made:
        for one in rows[-5:]:
            one["diverged"] = 3
    assert not limits(made, 10)
    for _, rows in made:
        rows[-5]["diverged"] = None
    assert len(limits(made, 10)) == 22


def test_of_restarts_that_diverge_fewer_are_chosen_from() -> None:
    """Half diverge: of 10 drawn about 5 can be chosen from, so worse ones are shown than of 10 that
    end."""

    def errors(_: int, seed: int) -> float:
        return 10.0 + seed

    made = column("bow", errors, 80)
    for _, rows in made:
        for one in rows[40:]:
            one["diverged"] = 3
    some = limits(made, 10)["1"]
    all_end = limits([(group, rows[:40]) for group, rows in made], 10)["1"]
    assert some[0] < all_end[0] + 3 < all_end[1] + 3 < some[1]


def test_restarts_that_are_chosen_among_must_be_few() -> None:
    made = column("bow", spread, 30)
    assert len(limits(made, 10)) == 22 and not limits(made, 11)


def test_what_cannot_be_chosen_does_not_count() -> None:
    """The worst half in training is hardly ever the best of 10: its test errors change next to
    nothing."""
    good = limits(column("bow", spread, 40), 10)
    bad = limits(column("bow", lambda t, s: spread(t, s) if s < 31 else 90.0, 40), 10)
    assert np.array(list(bad.values())) == pytest.approx(np.array(list(good.values())), abs=0.05)
    worse = limits(column("bow", lambda t, s: spread(t, s) if s else 90.0, 40), 10)
    assert worse["1"][1] > good["1"][1] + 10


def test_the_number_chosen_among_is_the_declared_one(tmp_path: Path) -> None:
    """However many are stored, the paper's protocol is the best of 3 here."""
    folder = save(tmp_path, column("bow", lambda t, s: 10.0 + s / 4, 40))
    line = table(folder)["bow", "3"]
    assert line["low"] != "" and float(line["high"]) > 15


def test_the_selection_rule_is_the_columns_own() -> None:
    """'pe' of the experiment chooses by the final model's error, 'bow' by the running one."""

    def errors(_: int, seed: int) -> float:
        return 20.5 + seed

    released = limits(column("bow", errors, 60, train_error=1.0), 10)
    made = column("pe", errors, 60)
    for _, rows in made:
        for one in rows:
            one["train_error"] = 60.0 - one["seed"]
    paper = limits(made, 10)
    assert released["4"][1] < paper["4"][0]
    mirrored = [100.0 - limit for limit in reversed(paper["4"])]
    assert released["4"] == pytest.approx(mirrored)


def test_joint_columns_move_together() -> None:
    """The same errors on every task: of one model they add up, of 20 models they cancel."""

    def errors(_: int, seed: int) -> float:
        return spread(1, seed)

    one = limits(column("3hop_pe_ls_joint", errors, 60), 10)
    apart = limits(column("bow", errors, 60), 10)
    assert one["7"] == pytest.approx(apart["7"])
    width = {name: of["mean"][1] - of["mean"][0] for name, of in (("one", one), ("apart", apart))}
    alone = one["7"][1] - one["7"][0]
    assert 0.8 * alone < width["one"] < 1.2 * alone and width["apart"] < 0.4 * alone
    assert one["failed"] == apart["failed"] == (20.0, 20.0)


def test_limits_stay_within_what_there_is() -> None:
    found = limits(column("bow", lambda t, s: 0.0 if s % 2 else 60.0, 40), 10)
    assert found["1"][0] == 0.0 and 0 <= found["failed"][0] <= found["failed"][1] <= 20
    assert limits(column("bow", lambda t, s: 99.9 if s % 2 else 60.0, 40), 10)["1"][1] == 100.0
    exact = limits(column("bow", lambda t, s: 0.0, 40), 10)
    assert exact["1"][0] == 0.0 and exact["1"][1] < 0.3 and exact["failed"] == (0.0, 0.0)


def test_a_mean_needs_every_task() -> None:
    made = column("bow", spread, 30)
    assert set(limits(made[:-1], 10)) == set(TASKS[:-1])
    group, rows = made[-1]
    assert "mean" not in limits([*made[:-1], (group, rows[:-1])], 10)


def test_pages_show_verdicts_where_a_paper_prints_numbers(tmp_path: Path) -> None:
    folder = save(tmp_path, column("bow", spread, 30))
    started = time.process_time()
    report.write(gathered(folder))
    assert time.process_time() - started < 10
    for name in (f"{EXPERIMENT.id}.md", "index.html"):
        text = (folder / name).read_text()
        assert "Verdicts" in text and "too few" not in text
        lines = table(folder)
        three = lines["bow", "3"]
        low, high = (f"{float(three[key]):.1f}" for key in ("low", "high"))
        assert f"{three['verdict']} ({low} to {high})" in text
        counts = [
            sum(line["verdict"] == v for line in lines.values())
            for v in ("inside", "better", "worse")
        ]
        assert sum(counts) == 22 and counts[2] > 0  # ours are 20 % where the paper has none wrong
        assert f"{counts[2]} worse" in text and "luck alone would leave about 1 not inside" in text
