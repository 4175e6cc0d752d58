"""Stopped, killed and resumed: a training goes on bit for bit."""

import dataclasses
import functools
import subprocess
import sys
import time
from pathlib import Path

import jax
import numpy as np
import oracle
import pytest
import tiny_data
from tiny_data import quick_compile  # noqa: F401
from training_helpers import (
    CPU,
    DATA,
    LONG,
    SEEDS,
    SPEC,
    assert_same_outcomes,
    stop_after,
    trainer,
    uninterrupted,
)

from bench.core import devices
from bench.methods.memn2n import cost, step, training
from bench.methods.memn2n.schedule import most_epochs
from bench.methods.memn2n.scores import in_chunks
from bench.methods.memn2n.training import Trainer
from bench.train import checkpoint, loop


class Killed(Exception):
    pass


def kill_after(epochs):
    count = []

    def tick(*_):
        count.append(1)
        if len(count) == epochs:
            raise Killed

    return tick


@pytest.mark.parametrize("epochs", [1, 3, 5])
def test_a_stopped_training_goes_on_bit_for_bit(tmp_path, epochs):
    saved = tmp_path / "a" / "x.npz"
    assert trainer().train(SEEDS, saved=[saved], stop=stop_after(epochs)) is None
    assert checkpoint.load(saved, SEEDS).place == (epochs, 0)
    assert_same_outcomes(trainer().train(SEEDS, saved=[saved]), uninterrupted())


BLOCKS = {
    "released": SPEC,
    "paper": tiny_data.column(
        {"sampling": "paper", "linear_start_end": "paper", "time_noise": "paper"},
        batch=5, linear_start=True, time_noise=0.3, rate=0.05,
    ),
    "bow": tiny_data.column(batch=1, encoding="bow"),
}  # fmt: skip


@functools.cache
def whole_epochs(case):
    return Trainer(BLOCKS[case], DATA, CPU).train(SEEDS)


@pytest.mark.parametrize("case", BLOCKS)
@pytest.mark.parametrize("block", [1, 2, 3])
def test_a_block_s_end_anywhere_in_an_epoch_changes_no_bit(tmp_path, case, block):
    """Epochs of 4, 3 and 12 updates: blocks that divide them and blocks that do not."""
    made, saved = Trainer(BLOCKS[case], DATA, CPU, block=block), tmp_path / "x.npz"
    assert made.blocks_an_epoch > 1 or (case, block) == ("paper", 3)
    assert_same_outcomes(made.train(SEEDS), whole_epochs(case))
    places = set()
    for blocks in (1, 2, 3, 5, 7):
        if made.train(SEEDS, saved=[saved], stop=stop_after(blocks)) is None:
            places.add(checkpoint.load(saved, SEEDS).place)
    assert len(places) > 1
    other = Trainer(BLOCKS[case], DATA, CPU, block=block + 1)  # ends elsewhere
    assert_same_outcomes(other.train(SEEDS, saved=[saved]), whole_epochs(case))


def test_blocks_are_seconds_long_and_short_epochs_are_one():
    assert trainer().blocks_an_epoch == 1
    wide = dataclasses.replace(SPEC, dim=2000, hops=60)
    tables = step.host_data(wide, DATA)[0].tables
    assert cost.block_updates(wide, tables, 6) < cost.block_updates(SPEC, tables, 6)
    features, rows = 6 * tables.statements.shape[1], 6 + np.shape(tables.features.plain)[0]
    seconds = cost.step_seconds(wide, features, rows) * devices.CPU_LANES
    assert seconds * cost.block_updates(wide, tables, 6) <= cost.BLOCK_SECONDS


def test_it_is_told_of_each_block_to_the_end():
    ticks, blocks = [], 2 * most_epochs(SPEC)
    Trainer(SPEC, DATA, CPU, block=3).train(SEEDS, tick=lambda share, note: ticks.append(share))
    assert len(ticks) == blocks and ticks == sorted(ticks) and ticks[-1] == 1.0


def test_a_stop_while_the_final_model_is_scored_loses_nothing(tmp_path, monkeypatch):
    saved = tmp_path / "x.npz"
    monkeypatch.setattr(training, "UNASKED_SECONDS", -1.0)
    stop = stop_after(most_epochs(SPEC) + 1)  # each epoch, the end, and then
    assert trainer().train(SEEDS, saved=[saved], stop=stop) is None
    assert checkpoint.load(saved, SEEDS).place == (most_epochs(SPEC), 0)
    ticks = []
    outcomes = trainer().train(SEEDS, saved=[saved], tick=lambda *told: ticks.append(told))
    assert_same_outcomes(outcomes, uninterrupted())
    assert ticks == []


def test_questions_are_cut_once_a_training(monkeypatch):
    made, calls = Trainer(SPEC, DATA, CPU), []
    monkeypatch.setattr(training, "in_chunks", lambda q: calls.append(1) or in_chunks(q))
    made.train(SEEDS)
    assert len(calls) == 3  # training, held-out and test questions


KILLED = """
import sys
sys.path[:0] = {path!r}
import jax
jax.config.update("jax_disable_most_optimizations", True)
jax.config.update("jax_compilation_cache_dir", {cache!r})
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
from pathlib import Path
import training_helpers as helpers
from bench.train import loop
loop.CHECKPOINT_SECONDS = 0.0
print("begun", flush=True)
made = helpers.Trainer(helpers.LONG, helpers.DATA, helpers.CPU, block=2)
made.train(helpers.SEEDS, saved=[Path({saved!r})], tick=lambda *told: print(told, flush=True))
"""


def test_a_training_killed_at_any_moment_goes_on_bit_for_bit(tmp_path):
    """kill -9, again and again, at moments that fall where they may."""
    saved, draw = tmp_path / "x.npz", np.random.default_rng()
    path = [str(Path(oracle.__file__).parent), *sys.path]
    cache = jax.config.jax_compilation_cache_dir
    script = KILLED.format(path=path, saved=str(saved), cache=cache)
    places = []
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        for _ in range(int(draw.integers(2, 30))):
            assert process.stdout.readline()
        time.sleep(draw.uniform(0, 0.02))
        process.kill()
        process.wait()
        process.stdout.close()
        found = checkpoint.load(saved, SEEDS)  # never half-written
        assert found is not None or not places
        if found is not None:
            places.append(found.place)
    assert places == sorted(places) and places and places[-1] < (most_epochs(LONG), 0)
    outcomes = Trainer(LONG, DATA, CPU, block=5).train(SEEDS, saved=[saved])
    assert_same_outcomes(outcomes, Trainer(LONG, DATA, CPU).train(SEEDS))


def test_a_killed_training_goes_on_from_its_last_checkpoint(tmp_path, monkeypatch):
    saved = tmp_path / "x.npz"
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)  # after every epoch
    with pytest.raises(Killed):
        trainer().train(SEEDS, saved=[saved], tick=kill_after(4))
    assert checkpoint.load(saved, SEEDS).place == (3, 0)  # the fourth was not saved yet
    ticks = []
    outcomes = trainer().train(SEEDS, saved=[saved], tick=lambda *_: ticks.append(1))
    assert len(ticks) == 3
    assert_same_outcomes(outcomes, uninterrupted())


def test_a_damaged_or_foreign_checkpoint_is_not_used(tmp_path):
    saved = tmp_path / "x.npz"
    assert trainer().train(SEEDS, saved=[saved], stop=lambda: True) is None
    whole = saved.read_bytes()
    for content in (b"", b"no archive", whole[:-40], whole[: len(whole) // 2]):
        saved.write_bytes(content)
        assert checkpoint.load(saved, SEEDS) is None
        assert_same_outcomes(trainer().train(SEEDS, saved=[saved]), uninterrupted())
    saved.write_bytes(whole)
    assert checkpoint.load(saved, SEEDS[::-1]) is None
    assert checkpoint.load(saved, SEEDS[:2]) is None
    assert checkpoint.load(saved, SEEDS) is not None
    assert checkpoint.load(tmp_path / "none.npz", SEEDS) is None
