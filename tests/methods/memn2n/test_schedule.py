"""The rate, linear start and the end of a training, epoch by epoch (S15 section 4.2)."""

import math

import pytest
import tiny_data
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.methods.memn2n.schedule import Phase, linear_epochs, most_epochs, phase, rate

FALLING = [1 / (i + 1) for i in range(1000)]


def follow(spec, losses):
    """The phases of a restart whose validation losses are these, until it is done."""
    seen, phases = [], []
    while not (now := phase(spec, seen)).done:
        phases.append(now)
        seen.append(losses[len(seen) % len(losses)])
        assert len(seen) <= 1000
    return phases, seen


def column(*, halving="released", end="released", **fields):
    return tiny_data.column({"halving": halving, "linear_start_end": end}, **fields)


def test_released_halving_is_on_entering_epochs_25_50_75_and_100():
    phases, _ = follow(column(epochs=100, halve_every=25, rate=0.01), FALLING)
    wanted = [0.01] * 24 + [0.005] * 25 + [0.0025] * 25 + [0.00125] * 25 + [0.000625]
    assert [p.rate for p in phases] == wanted
    assert not any(p.linear for p in phases)


def test_paper_halving_is_after_25_50_and_75_epochs():
    phases, _ = follow(column(halving="paper", epochs=100, halve_every=25, rate=0.01), FALLING)
    wanted = [0.01] * 25 + [0.005] * 25 + [0.0025] * 25 + [0.00125] * 25
    assert [p.rate for p in phases] == wanted


def test_joint_released_halving_is_on_entering_epochs_15_30_45_and_60():
    phases, _ = follow(column(epochs=60, halve_every=15, rate=0.01), FALLING)
    wanted = [0.01] * 14 + [0.005] * 15 + [0.0025] * 15 + [0.00125] * 15 + [0.000625]
    assert [p.rate for p in phases] == wanted


def test_released_linear_start_is_20_epochs_whatever_validation_does():
    spec = column(
        epochs=100, halve_every=25, rate=0.005,
        linear_start=True, linear_start_epochs=20, linear_start_rate=0.004,
    )  # fmt: skip
    full = [0.005] * 24 + [0.0025] * 25 + [0.00125] * 25 + [0.000625] * 25 + [0.0003125]
    for losses in (FALLING, [1.0], [1.0, 2.0, math.nan], [math.inf]):
        phases, _ = follow(spec, losses)
        assert [p.linear for p in phases] == [True] * 20 + [False] * 100
        assert [p.rate for p in phases] == [0.004] * 20 + full


def paper_start(**fields):
    return column(
        end="paper", halving="paper", linear_start=True, linear_start_rate=0.005,
        **dict(linear_start_epochs=2, epochs=6, halve_every=2, rate=0.008) | fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    "losses, length",
    [
        ([3.0, 2.0, 1.0, 1.5, 0.1], 4),  # the fourth is the first that is not lower
        ([3.0, 3.0], 2),  # equal is not falling
        ([3.0, 4.0, 1.0], 2),
        ([3.0, 2.0, math.nan, 1.0], 3),
        ([math.nan, 1.0], 2),
        ([math.inf, math.inf], 2),
        ([3.0, 2.0, 1.0, 0.5, 0.4, 0.3, 0.2], 6),  # never: as long as the training proper
    ],
)
def test_the_paper_s_linear_start_ends_when_validation_loss_stops_falling(losses, length):
    spec = paper_start()
    phases, seen = follow(spec, losses + [0.05] * 20)
    assert [p.linear for p in phases] == [True] * length + [False] * 6
    assert [p.rate for p in phases[:length]] == [0.005] * length
    assert [p.rate for p in phases[length:]] == [0.008, 0.008, 0.004, 0.004, 0.002, 0.002]
    assert linear_epochs(spec, seen[: length - 1]) is None
    assert linear_epochs(spec, seen) == length


def test_without_linear_start_the_softmax_is_never_off():
    spec = column(epochs=3)
    assert linear_epochs(spec, []) == 0
    assert phase(spec, [1.0] * 2) == Phase(False, spec.rate, False)
    assert phase(spec, [1.0] * 3).done and phase(spec, [1.0] * 9).done


specs = st.builds(
    lambda halving, end, linear, start, epochs, halve: column(
        halving=halving,
        end=end if linear else "released",
        epochs=epochs,
        halve_every=halve,
        **dict(linear_start_epochs=start, linear_start_rate=0.5) if linear else {},
        linear_start=linear,
    ),
    st.sampled_from(["released", "paper"]),
    st.sampled_from(["released", "paper"]),
    st.booleans(),
    st.integers(1, 9),
    st.integers(1, 12),
    st.integers(1, 6),
)
loss = st.one_of(st.floats(0, 5), st.just(math.nan), st.just(math.inf))


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(spec=specs, losses=st.lists(loss, min_size=1, max_size=30))
def test_every_training_ends_and_trains_its_epochs_with_the_softmax_in(spec, losses):
    phases, seen = follow(spec, losses)
    linear = [p.linear for p in phases]
    assert linear == sorted(linear, reverse=True)  # the softmax never goes out again
    assert linear.count(False) == spec.epochs
    assert len(phases) <= most_epochs(spec)
    assert (True in linear) == spec.linear_start
    rates = [p.rate for p in phases if not p.linear]
    assert rates == [rate(spec, epoch) for epoch in range(1, spec.epochs + 1)]
    for earlier, later in zip(rates, rates[1:], strict=False):
        assert later in (earlier, earlier / 2)
    assert phase(spec, seen + [0.0]).done  # done for good


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(spec=specs, losses=st.lists(loss, min_size=1, max_size=30), cut=st.integers(0, 60))
def test_a_resumed_training_goes_on_as_the_uninterrupted_one(spec, losses, cut):
    phases, seen = follow(spec, losses)
    kept = [float(repr(x)) for x in seen[:cut]]  # through a checkpoint's text
    replayed = [phase(spec, kept[:i]) for i in range(len(kept) + 1)]
    assert replayed[: len(phases)] == phases[: len(kept) + 1]


def test_the_bound_on_epochs_is_reached_by_losses_that_always_fall():
    for spec in (column(epochs=7), paper_start(epochs=7), column(epochs=7, linear_start=True)):
        phases, _ = follow(spec, FALLING)
        assert len(phases) == most_epochs(spec)
