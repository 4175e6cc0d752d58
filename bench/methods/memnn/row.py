"""An outcome as MemNN's fields of a row of the store."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.core.rows import (
    Fields,
    Maybe,
    Row,
    count,
    list_of,
    map_of,
    number,
    object_of,
    percent,
)
from bench.methods.memnn.memory import NONE, Encoded, Examples
from bench.methods.memnn.segments import Boundaries
from bench.methods.memnn.spec import ORDERS

if TYPE_CHECKING:
    from bench.methods.memnn.training import Outcome

CURVE_POINTS = 12

_PERCENT = (percent, "a percentage, 0 to 100")
_LOSS = (lambda value: value is None or number(value), "a number, or null where it is not finite")
_MAYBE = (lambda value: value is None or percent(value), "a percentage, or null")


def _curves(value: Any) -> bool:
    names = ("epoch", "train_loss", "valid_error")
    if not isinstance(value, dict) or tuple(value) != names:
        return False
    epochs, losses, errors = (value[name] for name in names)
    return (
        list_of(count)(epochs)
        and list_of(_LOSS[0])(losses)
        and list_of(_MAYBE[0])(errors)
        and 0 < len(epochs) == len(losses) == len(errors)
    )


FIELDS: Fields = {
    "epochs": (count, "a whole number above 0"),
    "diverged": (lambda value: value is None or count(value), "an epoch, or null"),
    "ngrams": (lambda value: value in ORDERS, "1, 2 or 3"),
    "train_loss": _LOSS,
    "train_error": _PERCENT,
    "valid_loss": _LOSS,
    "valid_error": _MAYBE,
    "test_error": _PERCENT,
    "test_errors": (map_of(percent), "an object of percentages, 0 to 100, by unit"),
    "support_accuracy": (list_of(_MAYBE[0]), "percentages, 0 to 100, or null, by hop"),
    "curves": (_curves, "three lists, epoch, train_loss and valid_error"),
    "boundaries": Maybe(object_of(found=percent, false=percent), "percentages, found and false"),
}
"""Errors are in %, losses margins a question (null where not finite), ``valid_*`` null where
nothing is held out. The curves' losses are the whole margins of the updates; the final ones are
R's, of the memories found: they need no supporting facts. ``ngrams`` is the order of the model that
was kept. ``support_accuracy`` has for each hop how many test questions with such a supporting fact
found it there, null where none has one; it is measured when all is trained and chosen.

Where R speaks, its losses are nats an answer, ``epochs`` and curves are R's, and all but the curves
is of the model after the epoch that was kept; ``diverged`` is an epoch of O's if O diverged.

Rows of word streams have ``boundaries``: of the boundaries between the test streams' statements how
many were ``found``, and of the cuts how many are ``false``, at none
(`bench.methods.memnn.segments`). ``support_accuracy`` is then of the segments that have the facts'
last words; ``diverged`` is an epoch of the segmenter's if that diverged."""


def _found(hop: int) -> Callable[[Row], float | None]:
    def of(row: Row) -> float | None:
        shares: list[float | None] = row["support_accuracy"]
        return shares[hop] if hop < len(shares) else None

    return of


def _boundaries(name: str) -> Callable[[Row], float | None]:
    return lambda row: row["boundaries"][name] if "boundaries" in row else None


FACT_FOUND, FACTS = "supporting fact {} found in its hop (% of questions with one)", 3
"""Titles, and of how many facts; few tasks have more."""

ASIDES = {
    **{FACT_FOUND.format(hop + 1): _found(hop) for hop in range(FACTS)},
    "statements' ends found in streams (%)": _boundaries("found"),
    "cuts at no statement's end (%)": _boundaries("false"),
}
"""See `bench.core.method.Method.asides`."""


def row(outcome: Outcome, encoded: Encoded) -> Row:
    """The method's fields of a restart's row, see `FIELDS`."""
    wrong, unit = ~outcome.test_right, encoded.test.unit
    errors = {str(name): _percent(np.mean(wrong[unit == name])) for name in dict.fromkeys(unit)}
    return {
        "epochs": len(outcome.curve),
        "diverged": outcome.diverged,
        "ngrams": outcome.order,
        "train_loss": _loss(outcome.train_loss),
        "train_error": _percent(outcome.train_error),
        "valid_loss": _loss(outcome.valid_loss),
        "valid_error": _maybe(outcome.valid_error),
        "test_error": _percent(np.mean(wrong)),
        "test_errors": errors,
        "support_accuracy": support_accuracy(outcome.test_found, encoded.test),
        "curves": _kept(outcome.curve),
    }


def cut_row(whole: Row, boundaries: Boundaries) -> Row:
    """A row of word streams, of ``whole`` and how the test's were cut."""
    shares = {name: _percent(share) for name, share in boundaries._asdict().items()}
    return {**whole, "boundaries": shares}


def support_accuracy(found: np.ndarray, test: Examples) -> list[float | None]:
    """By hop, in %: of the questions with such a fact, how many found it in that hop.

    Args:
        found: (N, K) slots. A fact that is no longer in memory is not found.
    """
    shares: list[float | None] = []
    for hop in range(min(found.shape[1], test.support.shape[1])):
        fact = test.support[:, hop]
        has = fact != NONE
        shares.append(_percent(np.mean(found[has, hop] == fact[has])) if has.any() else None)
    return shares


def _kept(curve: list[tuple[float, ...]]) -> dict[str, Any]:
    """Every nth epoch and the last."""
    every = max(1, -(-len(curve) // CURVE_POINTS))
    kept = sorted({0, *range(every - 1, len(curve), every), len(curve) - 1})
    return {
        "epoch": [i + 1 for i in kept],
        "train_loss": [_loss(curve[i][0]) for i in kept],
        "valid_error": [_maybe(curve[i][1]) for i in kept],
    }


def _maybe(error: float | None) -> float | None:
    return None if error is None or math.isnan(error) else _percent(error)


def _percent(error: float | np.floating) -> float:
    return round(100.0 * float(error), 4)


def _loss(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(f"{value:.6g}")
