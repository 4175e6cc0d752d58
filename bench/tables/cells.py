"""The cells of a column: what its stored restarts come to, beside what the paper prints.

The papers train k = 10 times and report the restart with the lowest *training* error (S15
section 4.2). Where N > k restarts are stored, ours is the mean of what that rule reports over all
choices of k among the N, so that ours, mean, sd and restarts are over the same restarts; of failed
tasks as well, whose number is then no whole one. Nothing here looks at the test set to choose.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_type_hints

import pandas as pd

from bench.core.dataset import Summary
from bench.core.kinds import least_trusted
from bench.core.method import Rule
from bench.tables import frame, interval
from bench.tables.numbers import mean
from bench.tables.verdict import BETTER, WORSE, Limits, verdict

RUN, PARTIAL, NOT_RUN, NOT_YET = "run", "partial", "not run", "not yet runnable"

SLACK = 1e-6
"""50 wrong of 1000 are not more than 5 %, whatever their float quotient."""


class Cell(NamedTuple):
    """A cell as a row of a frame; NaN or '' where there is nothing.

    Attributes:
        paper: the number as printed.
        status: 'run', 'partial' (fewer restarts or units stored than asked for), 'not run' or 'not
            yet runnable'.
        restarts: stored. ``finished`` of them did not diverge (over several units: on none), and
            ``mean`` and ``sd`` (n - 1) are over these.
        ours: of the restart that the rule of selection chooses, its mean over all choices of k
            restarts where there are more; ``batches`` the same without the last partial batch,
            ``seed`` the restart's (none where there is not one alone).
        data: the least trusted kind of data; ``completed``: whether generated examples complete a
            training set.
        low, high: of the 95 % interval of the paper's number (`bench.tables.interval`).
        difference: ours - paper.
    """

    key: str
    paper: str
    status: str
    restarts: int
    finished: int
    ours: float
    batches: float
    seed: float
    mean: float
    sd: float
    data: str
    completed: bool
    low: float
    high: float
    difference: float
    verdict: str


FIELDS = {name: kind for name, kind in get_type_hints(Cell).items() if name != "key"}


def rows(cells: pd.DataFrame) -> list[Cell]:
    """The cells of a frame, in order."""
    return [Cell(*values) for values in cells.itertuples(name=None)]


def none(numbers: pd.Series, status: str) -> pd.DataFrame:
    """Cells of nothing but the paper's numbers, by key."""
    return _whole(pd.DataFrame({"paper": numbers, "status": status}))


def of(runs: pd.DataFrame, by: str, k: int, rule: Rule, kind: str, *, asked: int) -> pd.DataFrame:
    """Cells by unit or metric, without the paper's numbers.

    Args:
        runs: the column's rows of the frame, one a restart and ``by``.
        k: how many restarts the paper's protocol chooses from.
        asked: how many the profile asks for.
        kind: of the data's files, whose rows claim no more.
    """
    every = runs.groupby(by, sort=False)
    those = runs[~runs.diverged].groupby(by, sort=False).value
    chosen = _reported(runs, by, k, rule)
    found = pd.DataFrame({
        "status": every.seed.agg(lambda seeds: RUN if seeds.nunique() >= asked else PARTIAL),
        "restarts": every.seed.nunique(),
        "finished": those.size(),
        "ours": chosen.value,
        "batches": chosen.batches,
        "seed": chosen.seed,
        "mean": those.agg(mean),
        "sd": those.std(),
        "data": every.kind.agg(lambda kinds: least_trusted([kind, *kinds])),
        "completed": every.completed.any(),
    })  # fmt: skip
    return found.reindex(list(dict.fromkeys(runs[by])))


def _reported(runs: pd.DataFrame, by: str, k: int, rule: Rule) -> pd.DataFrame:
    """What the rule reports of each unit or metric: value, batches, seed."""
    used = runs[[by, "seed", "diverged", "value", "batches", *rule.fields]].groupby(by, sort=False)
    return pd.DataFrame({key: _chosen(stored, k, rule) for key, stored in used}).T


def _chosen(stored: pd.DataFrame, k: int, rule: Rule) -> dict[str, float]:
    """What the rule reports of a unit's restarts, or its mean over all choices of k of them: where
    it picks none, their mean."""
    good = frame.best(stored[~stored.diverged], rule)
    if good.empty:
        return dict.fromkeys(("value", "batches", "seed"), math.nan)
    if not rule.fields:
        return {"value": mean(good.value), "batches": mean(good.batches), "seed": math.nan}
    if len(stored) <= k:
        first = good.iloc[0]
        return {"value": first.value, "batches": first.batches, "seed": first.seed}
    chances = interval.chances(good["rank"].tolist(), k, len(stored))
    expected = {name: math.fsum(good[name] * chances) for name in ("value", "batches")}
    return {**expected, "seed": math.nan}


def figure(summary: Summary, values: pd.DataFrame) -> pd.Series:
    """A figure of all units, of each row of values (rows × units)."""
    found = map(mean if summary.figure == "mean" else math.fsum, _parts(summary, values).to_numpy())
    return pd.Series(found, values.index, dtype=float)


def _parts(summary: Summary, values: Any) -> Any:
    """What a figure is the mean or the sum of: the values, or of a count 1 for each above the
    limit and 0 for others; NaN where there is none."""
    if summary.figure == "mean":
        return values
    return (values > summary.limit + SLACK).astype(float).where(values.notna())


def chosen_figure(
    summary: Summary, runs: pd.DataFrame, units: Sequence[str], k: int, rule: Rule
) -> dict[str, float]:
    """A figure of what the rule reports of these units, 'ours' and 'batches', NaN if a unit has no
    number: where more than k restarts are stored its mean over all choices, of a count as well."""
    parts = {name: _parts(summary, runs[name]) for name in ("value", "batches")}
    told = _reported(runs.assign(**parts), "unit", k, rule).reindex(list(units)).astype(float)
    add = mean if summary.figure == "mean" else math.fsum
    return {
        name: add(told[field]) if told[field].notna().all() else math.nan
        for name, field in (("ours", "value"), ("batches", "batches"))
    }


def over(
    units: pd.DataFrame,
    runs: pd.DataFrame,
    asked: Sequence[str],
    summary: Summary,
    k: int,
    rule: Rule,
    *,
    joint: bool,
) -> pd.DataFrame:
    """The cell of a summary: a figure of the chosen restarts, and its spread over the seeds that
    every unit has.

    Args:
        units: the cells of its units, as `of` gives them.
        asked: the units that it is over.
        k, rule: as `of` has them.
        joint: whether one restart is chosen for all of them.
    """
    wide = runs[~runs.diverged].pivot(index="seed", columns="unit", values="value")
    each = figure(summary, wide.reindex(columns=list(asked)).dropna())
    there = units.reindex(list(asked))
    whole = bool((there.status == RUN).all())
    stored = runs[runs.unit.isin(asked)].groupby("seed").unit.nunique()
    cell = {
        "status": RUN if whole else PARTIAL,
        "restarts": int((stored == len(asked)).sum()),
        "finished": len(each),
        **chosen_figure(summary, runs, asked, k, rule),
        "seed": there.seed.iloc[0] if joint else None,
        "mean": mean(each),
        "sd": each.std(),
        "data": least_trusted(units.data),
        "completed": units.completed.any(),
    }
    return pd.DataFrame([cell], index=[summary.key])


def beside(
    found: pd.DataFrame, numbers: pd.Series, limits: Mapping[str, Limits], better: str
) -> pd.DataFrame:
    """Cells with the paper's numbers beside them.

    Args:
        numbers: the paper's by key: these cells there are, in this order.
        limits: key -> the 95 % interval of the paper's number.
        better: 'lower' or 'higher', '' if no verdict is wanted.
    """
    cells = found.reindex(numbers.index)
    cells["paper"] = numbers
    cells["status"] = cells.status.fillna(NOT_RUN)
    cells["low"] = [limits[key][0] if key in limits else None for key in cells.index]
    cells["high"] = [limits[key][1] if key in limits else None for key in cells.index]
    cells["difference"] = cells.ours - pd.to_numeric(numbers)
    above = WORSE if better == "higher" else BETTER
    cells["verdict"] = [
        verdict(paper, limits.get(key), above) if better and pd.notna(ours) else ""
        for key, paper, ours in zip(cells.index, numbers, cells.ours, strict=True)
    ]
    return _whole(cells)


def _whole(cells: pd.DataFrame) -> pd.DataFrame:
    nothing = {str: "", int: 0, bool: False, float: float("nan")}
    filled = {
        name: [nothing[kind] if pd.isna(value) else value for value in cells[name]]
        if name in cells
        else nothing[kind]
        for name, kind in FIELDS.items()
    }
    return pd.DataFrame(filled, cells.index).astype(FIELDS)
