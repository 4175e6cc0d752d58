"""An outcome as the method's fields of a row of the store."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.core.rows import Fields, Row, count, list_of, map_of, number
from bench.methods.memnn_triples.spec import MemNNTriples

if TYPE_CHECKING:
    from bench.methods.memnn_triples.measure import Measured

MODELS = ("embedding", "match")
"""The two that a restart trains, in the order of its arrays."""


def _share(value: Any) -> bool:
    return number(value) and 0.0 <= value <= 1.0


def _loss(value: Any) -> bool:
    return value is None or number(value)


def _curves(value: Any) -> bool:
    if not isinstance(value, dict) or tuple(value) != MODELS:
        return False
    return all(map(list_of(_loss), value.values())) and len(set(map(len, value.values()))) == 1


_SHARES = (map_of(_share), "an object of numbers from 0 to 1, by unit")
_COUNTS = (map_of(lambda value: number(value) and value >= 0), "an object of counts, by unit")

FIELDS: Fields = {
    "epochs": (count, "a whole number above 0"),
    "diverged": (lambda value: value is None or count(value), "an epoch, or null"),
    "train_loss": (_loss, "a number, or null where it is not finite"),
    "f1s": _SHARES,
    "embedding_f1s": _SHARES,
    "embedding_bow_f1s": _SHARES,
    "candidates": _COUNTS,
    "speedups": _COUNTS,
    "losses": (_curves, "two lists of one length, embedding and match"),
}
"""``losses`` are mean margins of an epoch's updates, a pair; ``train_loss`` is the last of the
model that ``f1s`` are of. ``candidates`` are statements that a question looks at, in the mean, by
the buckets of the model without matches; ``speedups`` how many times fewer that is than all."""


def row(
    spec: MemNNTriples,
    unit: str,
    curve: Sequence[tuple[float, ...]],
    measured: Sequence[Measured],
    memory: int,
) -> Row:
    """The method's fields of a restart's row, see `FIELDS`.

    Args:
        curve: the mean margin of each of `MODELS`, an epoch.
        measured: of each of `MODELS`.
        memory: statements in all.
    """
    bad = (epoch for epoch, losses in enumerate(curve, 1) if not all(map(math.isfinite, losses)))
    f1s = dict(zip(MODELS, (round(one.f1, 6) for one in measured), strict=True))
    looked = measured[0].candidates
    losses = dict(zip(MODELS, zip(*curve, strict=True), strict=True))
    return {
        "epochs": len(curve),
        "diverged": next(bad, None),
        "train_loss": _kept(losses[spec.reports][-1]),
        "f1s": {unit: f1s[spec.reports]},
        "embedding_f1s": {unit: f1s["embedding"]},
        "embedding_bow_f1s": {unit: f1s["match"]},
        "candidates": {unit: round(looked, 2)},
        "speedups": {unit: round(memory / max(looked, 1.0), 4)},
        "losses": {name: [_kept(loss) for loss in those] for name, those in losses.items()},
    }


def _kept(loss: float) -> float | None:
    return float(f"{loss:.6g}") if math.isfinite(loss) else None
