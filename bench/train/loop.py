"""The host's side of a training: blocks of updates one by one, so that it can be watched, stopped
and resumed. An epoch may take milliseconds or hours; a block takes a few seconds at most."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import jax
import numpy as np

from bench.core.errors import BenchError
from bench.core.method import Tick
from bench.train import checkpoint
from bench.train.progress import Curve, Progress, State

CHECKPOINT_SECONDS = 15.0
"""Between checkpoints. A killed training loses this and the blocks under way, at most 30 s."""


class Plan(NamedTuple):
    """What an epoch does in each of R lanes.

    Attributes:
        active: (R,) bool; other lanes are done and keep their state.
        settings: the method's own: rates, say.
    """

    active: np.ndarray
    settings: tuple[np.ndarray, ...]


class Outlook(NamedTuple):
    """How a training should go on.

    Attributes:
        epochs: in all, as far as is known.
        note: where it stands, in a few words; '' where the share that is done says it all.
    """

    epochs: int
    note: str = ""


class Course(Protocol):
    """What a method owes the loop: one training of R lanes, its state in, its state out.

    Attributes:
        updates: U, of an epoch.
        block_updates: most of a block: as many as take a few seconds. Results must not depend on
            it.
        reads_figures: whether `plan` looks at the curves' figures, or only at their lengths.
    """

    updates: int
    block_updates: int
    reads_figures: bool

    def begin(self) -> State:
        """The state before the first epoch."""

    def resume(self, state: State) -> State:
        """A checkpoint's state, on the devices."""

    def plan(self, curves: Sequence[Curve], unread: int) -> Plan:
        """What the next epoch does.

        Args:
            unread: so many epochs (0 or 1) of active lanes are not in their curves yet; 0 if
                `reads_figures`.
        """

    def outlook(self, curves: Sequence[Curve]) -> Outlook:
        """For those who watch, after these epochs."""

    def run(self, state: State, epoch: int, updates: range, plan: Plan) -> State:
        """A block of updates of an epoch counted from 1, dispatched and not waited for."""

    def figures(self, state: State, plan: Plan) -> tuple[State, Callable[[], np.ndarray]]:
        """At the end of an epoch: the state that the next begins with, and the epoch's figures.

        The figures, (R, F), may wait for the devices when they are asked for.
        """


class Block(NamedTuple):
    """A block of updates.

    Attributes:
        updates: of its epoch, counted from 0.
        plan: the epoch's.
        state: after it.
        figures: of the epoch, if the block is its last.
    """

    updates: range
    plan: Plan
    state: State
    figures: Callable[[], np.ndarray] | None


def train(
    course: Course,
    seeds: Sequence[int],
    *,
    saved: Sequence[Path],
    stop: Callable[[], bool],
    tick: Tick,
) -> Progress | None:
    """Trains to the end, or until it is stopped.

    Args:
        saved: checkpoint files, an equal share of the restarts each: resumed from if they are
            there.
        stop: asked before each block; if true, the work is saved and None returned.
        tick: told of each finished block.

    Raises:
        BenchError: a checkpoint can't be written, or is of another version of the suite.
    """
    begun = last_saved = time.perf_counter()
    progress = checkpoint.load_all(saved, seeds)
    if progress is None:
        progress = Progress(course.begin(), [[] for _ in seeds])
    else:
        _check(saved[0], progress.state, course.begin())
        progress.state = course.resume(progress.state)
    before = progress.seconds
    for block in blocks(course, progress, stop):
        if block.figures is None:
            progress.update = block.updates.stop
        else:
            progress.add(block.plan.active, block.figures())
        progress.state = block.state
        now = time.perf_counter()
        progress.seconds = before + now - begun
        outlook = course.outlook(progress.curves)
        done = progress.epoch + progress.update / course.updates
        tick(min(1.0, done / outlook.epochs), outlook.note)
        if now - last_saved > CHECKPOINT_SECONDS:
            checkpoint.save_all(saved, seeds, progress)
            last_saved = time.perf_counter()
    finished = not course.plan(progress.curves, 0).active.any()
    if not finished or progress.seconds > CHECKPOINT_SECONDS:  # what comes after takes time, too
        checkpoint.save_all(saved, seeds, progress)
    return progress if finished else None


def _check(path: Path, found: State, wanted: State) -> None:
    """BenchError unless a checkpoint has the arrays that this version begins with; it may have
    others, of an earlier stage of its training."""
    here, there = (
        {
            (at, name, np.shape(value))
            for at, values in enumerate(state)
            for name, value in values.items()
        }
        for state in (wanted, found)
    )
    if not here <= there:
        raise BenchError(
            f"{path}: is a checkpoint of another version of the suite; go on with that version, or "
            "delete the file to train anew"
        )


def beginning(course: Course, seeds: Sequence[int], updates: int) -> State:
    """The state after the first updates, at most an epoch's."""
    state, plan = course.begin(), course.plan([[] for _ in seeds], 0)
    for first in range(0, updates, course.block_updates):
        some = range(first, min(first + course.block_updates, updates))
        state = course.run(state, 1, some, plan)
    return state


def blocks(course: Course, progress: Progress, stop: Callable[[], bool]) -> Iterator[Block]:
    """Finished blocks one by one, from where ``progress`` stands, which the caller keeps up to
    date.

    Each is given out while the next is under way: devices don't wait for the host, but where the
    plan of an epoch reads the figures of the one before.
    """
    epoch, update, state = progress.epoch + 1, progress.update, progress.state
    under_way: Block | None = None
    while not stop():
        if under_way is not None and under_way.figures is not None and course.reads_figures:
            yield _finished(under_way)
            under_way = None
        plan = course.plan(progress.curves, epoch - 1 - progress.epoch)
        if not plan.active.any():
            break
        updates = range(update, min(update + course.block_updates, course.updates))
        state = course.run(state, epoch, updates, plan)
        update, figures = updates.stop, None
        if update == course.updates:
            state, figures = course.figures(state, plan)
            epoch, update = epoch + 1, 0
        before, under_way = under_way, Block(updates, plan, state, figures)
        if before is not None:
            yield _finished(before)
    if under_way is not None:
        yield _finished(under_way)


def _finished(block: Block) -> Block:
    jax.block_until_ready(block.state)
    return block
