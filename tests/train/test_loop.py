"""The loop over blocks, on a training that knows no JAX and whose result tells every step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.core.errors import BenchError
from bench.core.method import unwatched
from bench.train import checkpoint, loop
from bench.train.loop import Outlook, Plan, blocks, train
from bench.train.progress import Progress, State

SEEDS = (5, 2, 9)
UPDATES, EPOCHS = 7, 4


class Hashing:
    """A course whose parameters are hashes of all updates in order; a lane may end early.

    Attributes:
        told: what was asked of it, in order.
    """

    updates = UPDATES

    def __init__(self, block, *, reads_figures=False):
        self.block_updates = block
        self.reads_figures = reads_figures
        self.told = []

    def begin(self):
        return State({"x": np.array(SEEDS, np.uint32)}, {"sum": np.zeros(3, np.uint32)})

    def resume(self, state):
        return state

    def plan(self, curves, unread):
        assert not (unread and self.reads_figures)
        lengths = [len(curve) + unread for curve in curves]
        if self.reads_figures:  # an even figure ends a lane's training after two epochs
            odd = [not curve or curve[-1][0] % 2 for curve in curves]
            ended = [n >= 2 and not o for n, o in zip(lengths, odd, strict=True)]
        else:
            ended = [False] * 3
        active = [n < EPOCHS and not e for n, e in zip(lengths, ended, strict=True)]
        return Plan(np.array(active), ())

    def outlook(self, curves):
        return Outlook(EPOCHS, f"epoch {len(curves[0]) + 1}")

    def run(self, state, epoch, updates, plan):
        assert 0 < len(updates) <= self.block_updates and updates.stop <= UPDATES
        x, total = state.params["x"], state.running["sum"]
        for number in updates:
            self.told.append(("update", epoch, number))
            following = x * np.uint32(2654435761) + np.uint32(100 * epoch + number)
            x = np.where(plan.active, following, x)
            total = total + (x >> np.uint32(16))
        return State({"x": x}, {"sum": total})

    def figures(self, state, plan):
        def rows():
            self.told.append(("figures",))
            return state.running["sum"][:, None].astype(float)

        return State(state.params, {"sum": np.zeros(3, np.uint32)}), rows


def result(course, saved=(), stop=lambda: False, tick=unwatched):
    done = train(course, SEEDS, saved=saved, stop=stop, tick=tick)
    return None if done is None else (done.state.params["x"].tolist(), done.curves)


@pytest.mark.parametrize("reads", [False, True])
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_wherever_it_is_stopped_or_killed_the_result_is_that_of_one_go(
    tmp_path_factory, reads, data
):
    whole = result(Hashing(UPDATES, reads_figures=reads))
    saved = [tmp_path_factory.mktemp("saved") / f"{part}.npz" for part in range(3)]
    reached = None
    while reached is None:
        course = Hashing(data.draw(st.integers(1, 9)), reads_figures=reads)
        left = [data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12))]
        before = checkpoint.load_all(saved, SEEDS)

        def stop(left=left):
            left[0] -= 1
            return left[0] < 0

        def tick(share, note, left=left):
            left[1] -= 1
            if left[1] < 0:
                raise KeyboardInterrupt

        try:
            reached = result(course, saved, stop, tick)
        except KeyboardInterrupt:
            continue
        after = checkpoint.load_all(saved, SEEDS)
        assert reached is not None or before is None or after.place > before.place
    assert reached == whole
    lengths = {len(curve) for curve in whole[1]}
    assert lengths == {EPOCHS} or (reads and lengths <= {2, 3, 4})


def test_the_next_block_is_under_way_before_an_epoch_s_figures_are_read():
    course = Hashing(4)
    assert result(course)
    for epoch in range(1, EPOCHS):
        figures = [i for i, told in enumerate(course.told) if told == ("figures",)][epoch - 1]
        assert course.told[figures - 1] == ("update", epoch + 1, 3)
    waiting = Hashing(4, reads_figures=True)
    assert result(waiting)
    assert waiting.told[UPDATES] == ("figures",)


def test_no_block_begins_once_it_is_stopped_and_none_is_lost():
    course, asked = Hashing(2), iter([False, False, False, True])
    progress = Progress(course.begin(), [[] for _ in SEEDS])
    given_out = list(blocks(course, progress, lambda: next(asked)))
    assert [block.updates for block in given_out] == [range(2), range(2, 4), range(4, 6)]
    assert len(course.told) == 6


def test_work_is_saved_every_few_seconds(tmp_path, monkeypatch):
    """The clock goes on by 4 s a block: a checkpoint after every fourth."""
    saved, places, now = [tmp_path / "x.npz"], [], [0.0]

    def tick(share, note):
        now[0] += 4.0
        found = checkpoint.load_all(saved, SEEDS)
        places.append(found.place if found else None)

    monkeypatch.setattr(loop.time, "perf_counter", lambda: now[0])
    assert result(Hashing(2), saved, tick=tick)
    lost, at = [], [(e, u) for e in range(EPOCHS) for u in (2, 4, 6, 7)]
    for number, place in enumerate(places):
        kept = (
            0
            if place is None
            else at.index((place[0], place[1] or 7) if place[1] else (place[0] - 1, 7)) + 1
        )
        lost.append(4.0 * (number + 1 - kept))
    assert max(lost) <= 30.0 and places[0] is None and places[-1] is not None


def test_it_is_told_how_far_a_training_is_what_a_checkpoint_holds_included(tmp_path):
    saved, told = [tmp_path / "x.npz"], []
    asked = iter([False] * 5 + [True])

    def tick(share, note):
        told.append((share, note))

    assert result(Hashing(3), saved, lambda: next(asked), tick) is None
    result(Hashing(3), saved, tick=tick)
    wanted = [
        (epoch + update / UPDATES, f"epoch {epoch + 1 + (update == UPDATES)}")
        for epoch in range(EPOCHS)
        for update in (3, 6, UPDATES)
    ]
    assert len(told) == len(wanted)
    for (share, note), (epochs, noted) in zip(told, wanted, strict=True):
        assert share == pytest.approx(epochs / EPOCHS) and note == noted


def test_a_checkpoint_of_another_version_is_refused_and_kept(tmp_path):
    """Arrays of other names or shapes: hours of work are neither lost nor a traceback."""

    class Later(Hashing):
        def begin(self):
            state = super().begin()
            return State(state.params, {**state.running, "more": np.zeros(3)})

    class Wider(Hashing):
        def begin(self):
            return State({"x": np.zeros((3, 2), np.uint32)}, super().begin().running)

    saved = tmp_path / "x.npz"
    stops = iter([False, True, True])
    run = dict(saved=[saved], tick=unwatched)
    assert train(Hashing(3), SEEDS, stop=lambda: next(stops), **run) is None
    whole = saved.read_bytes()
    for course in (Later(3), Wider(3)):
        with pytest.raises(BenchError, match=r"x\.npz: is a checkpoint of another version"):
            train(course, SEEDS, stop=lambda: False, **run)
        assert not course.told and saved.read_bytes() == whole
    assert train(Hashing(3), SEEDS, stop=lambda: False, **run) is not None
