"""Finished restarts that were trained in one program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bench.core.method import Outcome
from bench.core.rows import Row
from bench.train.lanes import Array, Lanes
from bench.train.progress import Progress


def outcomes(
    seeds: Sequence[int],
    rows: Sequence[Row],
    progress: Progress,
    params: Mapping[str, Array],
    lanes: Lanes,
) -> list[Outcome]:
    """An outcome a seed, each with its share of the training time.

    Args:
        rows: the method's fields, of each seed.
        params: what is saved, R lanes in front.
    """
    host = {name: np.asarray(value) for name, value in params.items()}
    return [
        Outcome(
            seed,
            row,
            progress.seconds / len(seeds),
            len(seeds) // len(lanes.devices),
            {name: value[lane] for name, value in host.items()},
        )
        for lane, (seed, row) in enumerate(zip(seeds, rows, strict=True))
    ]
