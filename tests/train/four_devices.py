"""A script: trains one job on one of four CPU devices, on all four, and on four and then on one.

Prints the three lists of stored rows, and how many devices held parameters in each turn, as JSON. A
process of its own, since the number of CPU devices is fixed when JAX starts.
"""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import jax
import tiny_data

from bench.core.plan import Job
from bench.core.progress import Progress
from bench.core.runner import Runner
from bench.core.runs import Group
from bench.core.store import Store
from bench.methods.memn2n import training

RESTARTS = 20
USED: list[int] = []


class Watched(training.Trainer):
    """Notes on how many devices each block's parameters are."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        block = self.programs.block

        def noted(params, *arguments):
            USED.append(len(params["words"].sharding.device_set))
            return block(params, *arguments)

        self.programs.block = noted


def rows_of(folder: Path, *turns: tuple[int, int | None]) -> list[dict]:
    """The rows of trainings in turn: (devices, epochs before it stops)."""
    fields: dict[str, Any] = dict(linear_start=True, time_noise=0.1, rate=0.05, restarts=RESTARTS)
    column = dataclasses.replace(tiny_data.column(**fields), epochs=6)
    data = tiny_data.encoded(tiny_data.stories(8, seed=1), tiny_data.stories(4, seed=2))
    group = Group(column, "babi-1k", ("1",), (("en/qa1_train.txt", "0" * 64),))
    store = Store(folder / "store")
    for devices, checks in turns:
        done = {row["seed"] for row in store.rows(group)}
        job = Job(group, data, "generated", tuple(s for s in range(RESTARTS) if s not in done))
        runner = Stopping(
            store,
            jax.devices()[:devices],
            checkpoints=folder / "checkpoints",
            models=folder / "models",
            progress=Progress(hidden=True),
        )
        runner.checks = checks
        assert runner.run([job]) == (checks is None)
    return store.rows(group)


class Stopping(Runner):
    """Stops after it was asked so often whether its deadline is past; None: never."""

    checks: int | None = None

    def _past_deadline(self) -> bool:
        if self.checks is not None:
            self.checks -= 1
            if self.checks < 0:
                self.stopped.set()
        return self.stopped.is_set()

    def _watch(self, shares) -> None:
        """In this thread, so that nobody else asks."""
        for share in shares:
            self._work(share)


TURNS: dict[str, list[tuple[int, int | None]]] = {
    "one": [(1, None)],
    "four": [(4, None)],
    "four, then one": [(4, 3), (1, None)],
}

if __name__ == "__main__":
    jax.config.update("jax_num_cpu_devices", 4)
    jax.config.update("jax_disable_most_optimizations", True)
    folder = Path(sys.argv[1])
    assert len(jax.devices()) == 4
    setattr(training, "Trainer", Watched)  # noqa: B010  # a class, put in its own place
    rows, used = {}, {}
    for name, turns in TURNS.items():
        rows[name] = rows_of(folder / name, *turns)
        used[name] = [*USED]
        USED.clear()
    print(json.dumps({"rows": rows, "used": used}))
