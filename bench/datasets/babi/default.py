"""The default generated sets: the same bytes everywhere, made in the cache where they are needed.

Their SHA-256 sums are known before they are made; `bench.datasets.babi.pin` wrote them down.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from bench.core.cache import cache_dir
from bench.datasets import manifest
from bench.datasets.babi import generated, layout, record, sums
from bench.datasets.babi.check import Located
from bench.datasets.babi.simulator import release

SIZES = {"babi-1k": (1_000, 1_000), "babi-10k": (10_000, 1_000)}
"""Questions a task: training, test. Other data sets have no generator."""
SEED = 0


def pinned(dataset: str, tasks: Iterable[int], *, as_released: bool = False) -> dict[str, str]:
    """The SHA-256 sums of a default set, by name ('generated-v1/en/qa1_..._train.txt').

    Raises BenchError if the manifest of this simulator lacks one.
    """
    top = layout.generated_top(release.VERSION, as_released=as_released)
    return sums.pinned(sums.generated(release.VERSION), layout.names(dataset, tasks, top), "")


def about(dataset: str, *, as_released: bool = False) -> str:
    """A default set's settings in words."""
    return record.about(release.VERSION, [(*SIZES[dataset], SEED, as_released)])


def make(
    dataset: str,
    tasks: Iterable[int],
    *,
    as_released: bool = False,
    begins: Callable[[], None] = lambda: None,
) -> Located:
    """The default set of these tasks, checked, and made first where it is not there.

    Args:
        as_released: keep test questions that occur in training, as the release does.
        begins: called once nothing can keep it from being made.

    Raises:
        BenchError: the cache can't be written, or the simulator gives other bytes than are pinned.
    """
    top = layout.generated_top(release.VERSION, as_released=as_released)
    root = cache_dir() / top
    tasks = list(tasks)
    pins = pinned(dataset, tasks, as_released=as_released)

    def there(task: int) -> bool:
        files = {
            layout.below(root, name): pins[name] for name in layout.names(dataset, [task], top)
        }
        return all(os.path.isfile(f) and manifest.sha256(f) == pin for f, pin in files.items())

    lacking = [task for task in tasks if not there(task)]
    if lacking:
        generated.make_folder(root)
    begins()
    if lacking:
        train, test = SIZES[dataset]
        generated.generate(
            root, dataset, lacking, train=train, test=test, seed=SEED, as_released=as_released,
            pins={layout.inside(name): pin for name, pin in pins.items()},
        )  # fmt: skip
    settings = about(dataset, as_released=as_released)
    return Located(dataset, "generated", root, pins, top=top, about=settings)
