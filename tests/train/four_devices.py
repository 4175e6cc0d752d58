"""A script: trains one job on one of four CPU devices, on all four, and on four and then on one.

Prints the three lists of stored rows, and how many devices held parameters in each turn, as JSON. A
process of its own, since the number of CPU devices is fixed when JAX starts.
"""

import dataclasses
import json
import sys
from pathlib import Path

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
    fields = dict(linear_start=True, time_noise=0.1, rate=0.05, restarts=RESTARTS)
    column = dataclasses.replace(tiny_data.column(**fields), epochs=6)
    data = tiny_data.encoded(tiny_data.stories(8, seed=1), tiny_data.stories(4, seed=2))
    group = Group(column, "babi-1k", ("1",), (("en/qa1_train.txt", "0" * 64),))
    store = Store(folder / "store")
    for devices, checks in turns:
        done = {row["seed"] for row in store.rows(group)}
        job = Job(group, data, "generated", tuple(s for s in range(RESTARTS) if s not in done))
        runner = Runner(
            store,
            jax.devices()[:devices],
            checkpoints=folder / "checkpoints",
            models=folder / "models",
            progress=Progress(hidden=True),
        )
        if checks is not None:
            stop_after(runner, checks)
        assert runner.run([job]) == (checks is None)
    return store.rows(group)


def stop_after(runner: Runner, epochs: int) -> None:
    """Lets the deadline pass after some epochs' ends."""
    left = iter([False] * epochs)
    runner._past_deadline = lambda: next(left, True) or runner.stopped.is_set()
    original = runner._train

    def train(job, devices):
        finished = original(job, devices)
        runner.stopped.set()
        return finished

    runner._train = train
    runner._watch = lambda shares: [runner._work(share) for share in shares]


TURNS = {"one": [(1, None)], "four": [(4, None)], "four, then one": [(4, 3), (1, None)]}

if __name__ == "__main__":
    jax.config.update("jax_num_cpu_devices", 4)
    jax.config.update("jax_disable_most_optimizations", True)
    folder = Path(sys.argv[1])
    assert len(jax.devices()) == 4
    training.Trainer = Watched
    rows, used = {}, {}
    for name, turns in TURNS.items():
        rows[name] = rows_of(folder / name, *turns)
        used[name] = [*USED]
        USED.clear()
    print(json.dumps({"rows": rows, "used": used}))
