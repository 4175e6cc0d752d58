"""Writes the manifests of what the simulator makes anew, after its VERSION was raised.

``python -m bench.datasets.babi.pin [DIR]``: of the default generated sets and, where DIR is the
release's folder (it has en/ and en-valid-10k/), of the completed training set of task 3.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tqdm import tqdm

from bench.core.errors import BenchError
from bench.datasets import manifest
from bench.datasets.babi import babi, completed, default, layout, sums
from bench.datasets.babi.simulator import release


def generated_sets() -> Path:
    """Makes all default sets in memory; returns the manifest written."""
    found: dict[str, str] = {}
    for task in tqdm(babi.TASKS, "generating", unit=" tasks", file=sys.stderr, disable=None):
        for as_released in (False, True):
            top = layout.generated_top(release.VERSION, as_released=as_released)
            for dataset, (train, test) in default.SIZES.items():
                drawn = release.task_files(
                    task.number, train=train, test=test, seed=default.SEED, as_released=as_released
                )
                names = layout.names(dataset, [task.number], top)
                for name, content in zip(names, (drawn.train, drawn.test), strict=True):
                    found[name] = manifest.digest(content)
    return sums.save(sums.generated(release.VERSION), found)


def completed_set(root: Path) -> Path:
    """Makes the completed set of the parts in ``root``; returns the manifest written."""
    why = completed.lacking(root)
    if why:
        raise BenchError(f"{root}: {why}; name the folder of {layout.TOP} that holds it")
    made, whole = completed.join(
        *(layout.below(root, name).read_bytes() for name in completed.PARTS)
    )
    found = {completed.generated_name(): made, completed.NAME: whole}
    return sums.save(sums.COMPLETED, {name: manifest.digest(data) for name, data in found.items()})


if __name__ == "__main__":
    print(generated_sets())
    for folder in sys.argv[1:]:
        print(completed_set(Path(folder)))
