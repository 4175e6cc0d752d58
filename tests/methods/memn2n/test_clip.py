"""Gradient clipping a matrix at a time, against NumPy's own matrix norms (S15 section 4.2)."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_data import quick_compile  # noqa: F401

from bench.methods.memn2n.clip import clip_each_matrix

SHAPES = {"words": (3, 7, 4), "times": (3, 5, 4), "B": (7, 4), "H": (4, 4), "W": (12, 4)}
ORDERS = {"frobenius": "fro", "spectral": 2}


def gradients(seed, scales=(1.0, 1.0, 1.0)):
    draw = np.random.default_rng(seed)
    out = {name: draw.standard_normal(shape).astype(np.float32) for name, shape in SHAPES.items()}
    for name in ("words", "times"):
        out[name] *= np.float32(np.array(scales)[:, None, None])
    return out


def clip(grads, limit, norm, rows):
    transformation = clip_each_matrix(limit, norm, rows)
    out, _ = transformation.update(grads, transformation.init(grads))
    return {name: np.asarray(value) for name, value in out.items()}


def matrices(grads, rows):
    """Each weight matrix by a name, word and time rows stacked if they are one."""
    out = {name: grads[name] for name in ("B", "H", "W") if name in grads}
    for i in range(len(grads["words"])):
        if rows == "together":
            out[f"matrix {i}"] = np.concatenate([grads["words"][i], grads["times"][i]])
        else:
            out[f"words {i}"], out[f"times {i}"] = grads["words"][i], grads["times"][i]
    return out


@pytest.mark.parametrize("rows", ["together", "apart"])
@pytest.mark.parametrize("norm", ORDERS)
@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(
    seed=st.integers(0, 2**31),
    limit=st.sampled_from([0.5, 3.0, 5.0, 40.0]),
    scales=st.tuples(*[st.sampled_from([1e-3, 0.3, 1.0, 20.0, 1e4])] * 3),
)
def test_a_longer_matrix_is_scaled_to_the_limit_and_no_other_is_touched(
    norm, rows, seed, limit, scales
):
    grads = gradients(seed, scales)
    before = matrices(grads, rows)
    after = matrices(clip(grads, limit, norm, rows), rows)
    assert set(after) == set(before)
    for name, matrix in before.items():
        size = np.linalg.norm(matrix.astype(np.float64), ord=ORDERS[norm])
        if abs(size / limit - 1) < 1e-5:
            continue  # on the edge rounding decides
        if size < limit:
            np.testing.assert_array_equal(after[name], matrix, err_msg=name)
        else:
            scaled = matrix * (limit / size)
            np.testing.assert_allclose(after[name], scaled, rtol=2e-5, err_msg=name)


@pytest.mark.parametrize("rows", ["together", "apart"])
@pytest.mark.parametrize("norm", ORDERS)
def test_zero_gradients_stay_zero(norm, rows):
    zeros = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    for value in clip(zeros, 40.0, norm, rows).values():
        np.testing.assert_array_equal(value, 0.0)
    # One zero matrix among others, next to one that is clipped.
    grads = gradients(0, (0.0, 100.0, 1.0))
    after = clip(grads, 5.0, norm, rows)
    np.testing.assert_array_equal(after["words"][0], 0.0)
    assert all(np.isfinite(value).all() for value in after.values())


def test_word_and_time_rows_share_a_factor_or_have_their_own():
    grads = gradients(1)
    grads["times"] *= 100
    for norm in ORDERS:
        together, apart = (clip(grads, 20.0, norm, rows) for rows in ("together", "apart"))
        factor = together["times"] / grads["times"]
        np.testing.assert_allclose(together["words"] / grads["words"], np.broadcast_to(
            factor.mean(axis=(1, 2), keepdims=True), SHAPES["words"]), rtol=1e-4)  # fmt: skip
        np.testing.assert_array_equal(apart["words"], grads["words"])
        assert (np.abs(apart["times"]) < np.abs(grads["times"])).all()


def test_the_two_norms_differ_on_a_matrix_of_full_rank():
    grads = gradients(2)
    grads["H"] = 30 * np.eye(4, dtype=np.float32)  # Frobenius 60, spectral 30
    frobenius, spectral = (clip(grads, 40.0, norm, "together")["H"] for norm in ORDERS)
    np.testing.assert_allclose(frobenius, 20 * np.eye(4), rtol=1e-6)
    np.testing.assert_array_equal(spectral, grads["H"])


@pytest.mark.parametrize("norm", ORDERS)
def test_adjacent_tying_has_words_and_times_alone(norm):
    grads = {name: gradients(3)[name] for name in ("words", "times")}
    for rows in ("together", "apart"):
        before, after = matrices(grads, rows), matrices(clip(grads, 2.0, norm, rows), rows)
        for name, matrix in before.items():
            size = np.linalg.norm(matrix, ord=ORDERS[norm])
            np.testing.assert_allclose(after[name], matrix * (2 / size), rtol=2e-5)


@pytest.mark.parametrize("rows", ["together", "apart"])
@pytest.mark.parametrize("norm", ORDERS)
def test_lanes_are_clipped_each_on_its_own(norm, rows):
    lanes = [gradients(5), gradients(6, (50.0, 1.0, 1e-3)), gradients(7, (0.0, 0.0, 0.0))]
    stacked = {name: np.stack([lane[name] for lane in lanes]) for name in SHAPES}
    transformation = clip_each_matrix(5.0, norm, rows)
    out = jax.vmap(lambda g: transformation.update(g, transformation.init(g))[0])(stacked)
    for i, lane in enumerate(lanes):
        for name, value in clip(lane, 5.0, norm, rows).items():
            np.testing.assert_allclose(out[name][i], value, rtol=1e-5, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("decay", [0.0, 0.01, 1.0])
def test_the_spectral_norm_is_found_however_near_the_next_singular_values_are(decay):
    draw = np.random.default_rng(3)
    left, _ = np.linalg.qr(draw.standard_normal((120, 100)))
    right, _ = np.linalg.qr(draw.standard_normal((100, 100)))
    values = 50 * np.exp(-decay * np.arange(100))
    grads = {"words": np.zeros((1, 3, 100), np.float32), "times": np.zeros((1, 2, 100), np.float32)}
    grads["W"] = (left * values @ right).astype(np.float32)
    after = clip(grads, 40.0, "spectral", "together")
    assert np.linalg.norm(after["W"].astype(np.float64), ord=2) == pytest.approx(40.0, rel=2e-5)
    assert not after["words"].any() and not after["times"].any()


def test_no_norm_waits_for_a_library_s_threads():
    """LAPACK's kernels wait for the pool that runs them: two programs on two cores never end."""
    grads = gradients(1)
    for norm in ORDERS:
        program = jax.jit(
            lambda g, norm=norm: clip_each_matrix(1.0, norm, "together").update(g, None)[0]
        )
        assert "custom_call" not in program.lower(grads).as_text()
