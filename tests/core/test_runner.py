"""The runner: a restart's bits follow from its spec, data, seed and kind of device alone."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import jax
import numpy as np
import pytest
import tiny_data
from store_helpers import AT_HAND
from tiny_data import quick_compile  # noqa: F401

from bench.core import devices, ending
from bench.core import runner as runner_module
from bench.core.method import unwatched
from bench.core.plan import Job, model_path
from bench.core.progress import Progress
from bench.core.rows import Row
from bench.core.runner import Runner, chunks
from bench.core.runs import Group, expand
from bench.core.store import Store
from bench.core.trail import Ran, Trail
from bench.methods.memn2n import METHOD
from bench.methods.memn2n.asking import attend
from bench.methods.memn2n.saved import load

TRAIN, TEST = tiny_data.stories(8, seed=1), tiny_data.stories(6, seed=2)
DATA = tiny_data.encoded(TRAIN, TEST)
COLUMN = tiny_data.column(linear_start=True, time_noise=0.1)


def group(unit: str = "1") -> Group:
    (one,) = expand(COLUMN, "babi-1k", [unit], AT_HAND)
    return one


class Waiting:
    """A trainer that a compiler keeps busy, after so many blocks of its own."""

    def __init__(self, blocks: int):
        self.blocks, self.begun, self.compiled = blocks, threading.Event(), threading.Event()

    def train(self, seeds, *, saved=(), stop=lambda: False, tick=unwatched):
        for block in range(self.blocks):
            tick(0.1 * (block + 1), "")
        self.begun.set()
        self.compiled.wait(60)
        return


@pytest.mark.parametrize("blocks", [0, 1])
def test_a_stopped_run_waits_for_blocks_and_not_for_the_compiler(tmp_path, monkeypatch, blocks):
    waiting, left = Waiting(blocks), []
    monkeypatch.setattr(METHOD, "trainer", lambda *a: waiting)
    monkeypatch.setattr(runner_module, "GRACE", 0.3)
    monkeypatch.setattr(ending, "leave_behind", left.extend)
    runner = Runner(
        Store(tmp_path / "store"), jax.devices()[:1], checkpoints=tmp_path, models=tmp_path,
        progress=Progress(hidden=True),
    )  # fmt: skip
    ended = []
    job = Job(group(), DATA, "real", (0,))
    running = threading.Thread(target=lambda: ended.append(runner.run([job])))
    running.start()
    assert waiting.begun.wait(30)
    runner.stopped.set()
    running.join(30 if blocks == 0 else 2)
    assert running.is_alive() == bool(blocks)
    waiting.compiled.set()
    running.join(30)
    assert ended == [False] and len(left) == (blocks == 0)


@pytest.mark.parametrize("blocks", [0, 1])
def test_a_machine_is_named_from_the_first_block_on_that_it_has_done(tmp_path, monkeypatch, blocks):
    """Of a training that is resumed: one that did nothing has no part in it."""
    waiting = Waiting(blocks)
    waiting.compiled.set()
    monkeypatch.setattr(METHOD, "trainer", lambda *a: waiting)
    monkeypatch.setattr(METHOD, "place", lambda checkpoint, seeds: 1)
    trail_file = tmp_path / f"{group().id}_0-4.trail"
    Trail(trail_file, Ran("gpu A", 2, {}), resumed=False)
    runner = Runner(
        Store(tmp_path / "store"), jax.devices()[:1], checkpoints=tmp_path, models=tmp_path,
        progress=Progress(hidden=True),
    )  # fmt: skip
    runner.run([Job(group(), DATA, "real", (0,))])
    assert len(json.loads(trail_file.read_text())) == 1 + blocks


def test_who_has_finished_is_not_left_behind():
    done = threading.Thread(target=lambda: None)
    done.start()
    done.join()
    ending.leave_behind([done])
    assert ending.end(3) == 3


@pytest.mark.parametrize(
    ("action", "code", "said"),
    [
        ("raise BenchError('x: full', exit_code=74)", 74, "error: x: full"),
        ("print('a table'); return 75", 75, "a table"),
    ],
)
def test_whoever_still_compiles_ends_with_the_process(action, code, said):
    """Else the end waits for the compiler or, in the middle of it, aborts."""
    script = (
        "import threading, time\n"
        "from bench.core import ending\n"
        "from bench.core.arguments import guarded\n"
        "from bench.core.errors import BenchError\n"
        "compiler = threading.Thread(target=time.sleep, args=(600,))\n"
        "compiler.start()\n"
        "ending.leave_behind([compiler])\n"
        f"def action():\n    {action}\n"
        "raise SystemExit(guarded(action))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code and said in done.stdout + done.stderr


def trained(folder: Path, *asked: tuple[int, ...], keep: bool = False) -> list[Row]:
    """The rows after these seeds were asked for, one call after the other. Each call's bar ends
    full: companions of what was asked for are trained, too."""
    store, of = Store(folder / "store"), group()
    for seeds in asked:
        progress = Progress(hidden=True)
        runner = Runner(
            store,
            jax.devices()[:1],
            checkpoints=folder / "checkpoints",
            models=folder / "models",
            progress=progress,
        )
        assert runner.run([Job(of, DATA, "real", seeds, keep)])
        assert progress._done == pytest.approx(progress._total)
    return [{k: v for k, v in row.items() if k != "seconds"} for row in store.rows(of)]


@pytest.fixture(scope="module")
def at_once(tmp_path_factory) -> list[Row]:
    return trained(tmp_path_factory.mktemp("once"), tuple(range(10)))


@pytest.mark.parametrize("asked", [[(0, 1, 2)], [(2,), (0,)], [(7,), (0, 1), (3, 9)]], ids=str)
def test_a_restart_is_the_same_whatever_was_asked_for_beside_it(tmp_path, at_once, asked):
    rows = {row["seed"]: row for row in trained(tmp_path, *asked)}
    assert set(rows) >= {seed for seeds in asked for seed in seeds}
    assert all(rows[seed] == at_once[seed] for seed in rows)


def test_seeds_differ_and_so_do_groups_of_the_same_seed(at_once):
    losses = [row["train_loss"] for row in at_once]
    assert len(set(losses)) == len(losses)
    assert group("1").stream != group("2").stream
    (outcome,) = tiny_data.trainer(COLUMN, DATA, group("2").stream).train([0])
    assert outcome.train_loss != pytest.approx(at_once[0]["train_loss"], rel=1e-4)


def test_a_model_saved_later_is_the_model_of_its_row(tmp_path, at_once):
    """Asked for when the row is there already, among other restarts than then."""
    rows = trained(tmp_path, (0, 1, 2), (1, 7), keep=True)
    saved = load(model_path(tmp_path / "models", group(), 7))
    seen = attend(saved, [(1, TEST)])
    error = 100.0 * float(1.0 - np.mean(seen.right))
    assert rows[7] == at_once[7] and round(error, 4) == at_once[7]["test_error"]


def test_chunks_are_whole_and_of_one_width():
    job = Job(group(), DATA, "real", (1, 3, 12))
    width = devices.lanes(jax.devices()[0], job.work.lane_bytes)
    assert width == devices.CPU_LANES == 5
    assert chunks(job, jax.devices()[:1]) == [(0, 1, 2, 3, 4), (10, 11, 12, 13, 14)]
    assert devices.lanes(jax.devices()[0], devices.CPU_LANE_BYTES // 2) == 2
    assert devices.lanes(jax.devices()[0], 10 * devices.CPU_LANE_BYTES) == 1
    gpu = SimpleNamespace(platform="gpu")
    assert devices.lanes(gpu, devices.GPU_LANE_BYTES // devices.GPU_LANES) == 10
    assert devices.lanes(gpu, devices.GPU_LANE_BYTES // 2) == 2


class Halting:
    """A trainer that saves a checkpoint and is stopped, and when it finds one is done."""

    def __init__(self, trainer):
        self.trainer = trainer

    def train(self, seeds, *, saved=(), stop=lambda: False, tick=unwatched):
        if all(path.exists() for path in saved):
            return self.trainer.train(seeds)
        for path in saved:
            path.write_bytes(b"")
            path.with_suffix(".a-0.npz").write_bytes(b"")  # a piece of it
        return None


@pytest.fixture
def goes_on(tmp_path, monkeypatch):
    """Goes on with the halting training of seeds on such a device; what is stored of whose."""
    trainer, store = METHOD.trainer, Store(tmp_path / "store")
    monkeypatch.setattr(METHOD, "trainer", lambda *a: Halting(trainer(*a)))
    monkeypatch.setattr(METHOD, "place", lambda path, seeds: (1, 0) if path.exists() else None)

    def run(device: str, *seeds: int) -> dict[int, str]:
        monkeypatch.setattr(runner_module.device_module, "describe", lambda _: device)
        runner = Runner(
            store, jax.devices()[:2], checkpoints=tmp_path, models=tmp_path,
            progress=Progress(hidden=True),
        )  # fmt: skip
        runner.run([Job(group(), DATA, "real", seeds)])
        return {row["seed"]: row["device"] for row in store.rows(group())}

    return run


def test_a_restart_that_is_resumed_elsewhere_says_where_it_ran(tmp_path, goes_on):
    assert goes_on("gpu A", 0) == goes_on("gpu C", 5) == {}
    found = goes_on("cpu B (2 cores)", 0, 5)
    first, second = (f"gpu {which}, then cpu B (2 cores)" for which in "AC")
    assert found == {seed: first if seed < 5 else second for seed in range(10)}
    assert [path.name for path in tmp_path.iterdir()] == ["store"]  # no checkpoint any more


def test_what_is_there_of_a_training_that_begins_anew_counts_for_nothing(tmp_path, goes_on):
    goes_on("gpu A", 0)
    for path in tmp_path.glob("*.npz"):
        path.unlink()
    goes_on("cpu B", 0)
    assert set(goes_on("cpu B", 0).values()) == {"cpu B"}


def test_a_checkpoint_that_came_alone_has_an_unknown_past(tmp_path, goes_on):
    goes_on("gpu A", 0)
    for path in tmp_path.glob("*.trail"):
        path.unlink()
    assert set(goes_on("cpu B", 0).values()) == {"unknown device, then cpu B"}
