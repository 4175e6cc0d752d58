"""Cost, gradient and reading against the paper's equations in NumPy, for every switch."""

import sys
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import oracle_lm
import pytest
import tiny_lm

from bench.methods.memn2n_lm import model, padding, reading
from bench.methods.memn2n_lm.blocked import Blocked
from bench.methods.memn2n_lm.fused import Fused
from bench.methods.memn2n_lm.row import released
from bench.methods.memn2n_lm.training import way
from bench.train.costs import perplexity

SWITCHES = [
    dict(tying=tying, rectified=rectified)
    for tying in ("layerwise", "adjacent")
    for rectified in ("half", "all", "none")
]


def ids(switches):
    return "-".join(switches.values())


def single(values):
    return {name: jnp.asarray(value, jnp.float32) for name, value in values.items()}


THROUGH = {
    "blocks": (Blocked(), padding.UNITS),
    "one block": (Blocked(16), 1),
    "blocks that do not divide the batch": (Blocked(12), 1),
    "fused": (Fused(interpret=True), padding.UNITS),
    "fused, not padded": (Fused(interpret=True), 1),
}


LAYERWISE = [switches for switches in SWITCHES if switches["tying"] == "layerwise"]


@pytest.mark.parametrize(
    ("switches", "way"),
    [(s, way) for way in THROUGH for s in (LAYERWISE if "fused" in way else SWITCHES)],
    ids=lambda value: value if isinstance(value, str) else ids(value),
)
def test_cost_and_gradient_are_the_equations(switches, way):
    hops, units = THROUGH[way]
    memory = 40 if "fused" in way else 6  # a tile that a program takes, and a part of one
    spec = tiny_lm.column(**switches, batch=16, memory=memory)
    params, text = tiny_lm.params(spec), tiny_lm.text(60)
    at = np.random.default_rng(2).integers(spec.memory + 1, len(text), spec.batch)
    memory = text[at[:, None] - 1 - np.arange(spec.memory)]
    padded = padding.pad(single(params), units)
    cost, grads = model.gradient(spec, padded, jnp.asarray(memory), jnp.asarray(text[at]), hops)
    behind = padding.pad(padding.cut(spec, grads), units)
    for name, grad in grads.items():
        np.testing.assert_array_equal(grad, behind[name])  # zeros, where there are none of its own
    grads = padding.cut(spec, grads)
    wanted = oracle_lm.total(params, text, at, **tiny_lm.settings(spec))
    assert float(cost) == pytest.approx(wanted, rel=1e-5)
    draw = np.random.default_rng(3)
    for name, value in params.items():
        grad = np.asarray(grads[name])
        for _ in range(6):
            where = tuple(draw.integers(0, n) for n in value.shape)
            moved = []
            for step in (1e-5, -1e-5):
                changed = {**params, name: value.copy()}
                changed[name][where] += step
                moved.append(oracle_lm.total(changed, text, at, **tiny_lm.settings(spec)))
            slope = (moved[0] - moved[1]) / 2e-5
            assert grad[where] == pytest.approx(slope, rel=2e-3, abs=2e-3), (name, where)


def test_fused_hops_bear_scores_far_below_zero():
    spec = tiny_lm.column(memory=40)
    params = single(tiny_lm.params(spec))
    params["times"] = params["times"].at[0].add(-900.0)
    memory = jnp.zeros((spec.batch, spec.memory), jnp.int32)
    found = [hops.forward(spec, params, memory)[0] for hops in (Blocked(), Fused(interpret=True))]
    assert np.isfinite(found[0]).all()
    np.testing.assert_allclose(found[1], found[0], rtol=1e-4, atol=1e-5)


class Given(NamedTuple):
    """Hops that end in states of the test's, and keep what comes back to them."""

    last: np.ndarray
    back: list

    def forward(self, spec, params, memory):
        return jnp.asarray(self.last), None

    def backward(self, spec, params, passed, by_last, grads):
        self.back.append(np.asarray(by_last, float))
        return grads


def tf32(value):
    """Rounded to 10 bits of a mantissa, ties to even."""
    bits = np.asarray(value, np.float32).view(np.uint32).astype(np.uint64)
    bits = (bits + 0xFFF + ((bits >> 13) & 1)) & 0xFFFFE000
    return bits.astype(np.uint32).view(np.float32).astype(float)


@pytest.mark.parametrize("switches", SWITCHES[:4:3], ids=ids)
def test_the_output_layers_factors_are_rounded_to_tf32(switches):
    spec = tiny_lm.column(**switches, products="tf32")
    params, target = tiny_lm.params(spec), np.arange(spec.batch) % tiny_lm.WORDS
    last = np.random.default_rng(5).normal(0, 1, (spec.batch, spec.dim)).astype(np.float32)
    hops = Given(last, [])
    memory = jnp.zeros((spec.batch, spec.memory), jnp.int32)
    cost, grads = model.gradient(spec, single(params), memory, jnp.asarray(target), hops)
    table = params["W"] if spec.tying == "layerwise" else params["words"][-1].T
    logits = tf32(last) @ tf32(table)
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    total = exps.sum(axis=1, keepdims=True)
    wanted = np.log(total).sum() - np.log(exps)[np.arange(spec.batch), target].sum()
    assert float(cost) == pytest.approx(wanted, rel=1e-6)
    exps[np.arange(spec.batch), target] -= total[:, 0]
    by_last = tf32(exps) @ tf32(table).T / total
    by_table = tf32(last / total).T @ tf32(exps)
    found = grads["W"] if spec.tying == "layerwise" else grads["words"][-1].T
    for got, right in ((hops.back[0], by_last), (found, by_table)):
        assert np.linalg.norm(got - right) < 5e-5 * np.linalg.norm(right)
    text = str(jax.make_jaxpr(lambda s: model.output(spec, single(params), s))(last))
    assert "Precision.HIGH" in text.replace("HIGHEST", "")  # what has tensor cores used
    float32 = tiny_lm.column(**switches)
    assert float32.marks != spec.marks
    _, exact = model.gradient(float32, single(params), memory, jnp.asarray(target), hops)
    exact = exact["W"] if spec.tying == "layerwise" else exact["words"][-1].T
    for got, right in ((hops.back[1], by_last), (exact, by_table)):
        assert np.linalg.norm(got - right) > 1e-4 * np.linalg.norm(right)


@pytest.mark.parametrize("switches", SWITCHES[:4:3], ids=ids)
def test_an_update_goes_down_the_gradient_whose_norm_is_held(switches):
    spec = tiny_lm.column(**switches, clip=0.5)
    params, text = single(tiny_lm.params(spec)), tiny_lm.text(60)
    memory = jnp.asarray(text[np.arange(spec.batch)[:, None] + np.arange(spec.memory)])
    target = jnp.asarray(text[: spec.batch])
    _, grads = model.gradient(spec, params, memory, target)
    norm = np.sqrt(sum(np.sum(np.asarray(g, np.float64) ** 2) for g in grads.values()))
    assert norm > 0.5
    after, _ = model.update(spec, params, memory, target, jnp.float32(0.1))
    for name, grad in grads.items():
        wanted = np.asarray(params[name]) - 0.1 * 0.5 / norm * np.asarray(grad)
        np.testing.assert_allclose(after[name], wanted, rtol=1e-5, atol=1e-6)
    far = tiny_lm.column(**switches, clip=1e6)
    after, _ = model.update(far, params, memory, target, jnp.float32(0.1))
    for name, grad in grads.items():
        wanted = np.asarray(params[name]) - 0.1 * np.asarray(grad)
        np.testing.assert_allclose(after[name], wanted, rtol=1e-5, atol=1e-6)


def costs(spec, params, text):
    padded = jnp.asarray(reading.padded(spec, text))
    parts = [
        reading.read(spec, params, padded, jnp.int32(at))
        for at in range(0, len(text), reading.WORDS)
    ]
    found = np.concatenate([np.asarray(part[0]) for part in parts])[: len(text)]
    return found, np.concatenate([np.asarray(part[1]) for part in parts], axis=1)[:, : len(text)]


@pytest.mark.parametrize("lacking", ("masked", "empty"))
@pytest.mark.parametrize("switches", SWITCHES, ids=ids)
def test_every_word_is_read_once_with_what_memory_there_is(switches, lacking):
    spec = tiny_lm.column(**switches, lacking=lacking)
    params, text = tiny_lm.params(spec), tiny_lm.text(300)
    found, attention = costs(spec, single(params), text)
    assert found.shape == (300,)
    for at in [*range(9), 126, 127, 128, 129, 254, 255, 256, 299]:
        wanted, looked = oracle_lm.cost(params, text, at, **tiny_lm.settings(spec))
        assert found[at] == pytest.approx(wanted, rel=1e-4, abs=1e-5), at
        for hop, weights in enumerate(looked):
            np.testing.assert_allclose(attention[hop, at, : len(weights)], weights, atol=1e-5)
            assert not attention[hop, at, len(weights) :].any()


def test_a_model_forced_to_uniform_output_has_the_perplexity_v():
    spec = tiny_lm.column()
    params = single(tiny_lm.params(spec))
    params["W"] = jnp.zeros_like(params["W"])
    found, _ = costs(spec, params, tiny_lm.text(300))
    assert perplexity(found) == pytest.approx(tiny_lm.WORDS, rel=1e-6)


def test_words_that_change_places_in_the_memory_change_what_they_must_and_nothing_else():
    spec = tiny_lm.column()
    params, text = tiny_lm.params(spec), tiny_lm.text(300)
    text[100], text[101] = 3, 7
    swapped = text.copy()
    swapped[[100, 101]] = text[[101, 100]]
    before, _ = costs(spec, single(params), text)
    after, _ = costs(spec, single(params), swapped)
    changed = np.flatnonzero(before != after)
    assert changed.min() == 100 and changed.max() == 101 + spec.memory
    same = {**params, "times": np.zeros_like(params["times"])}  # without times order is nothing
    before, _ = costs(spec, single(same), text)
    after, _ = costs(spec, single(same), swapped)
    within = slice(102, 101 + spec.memory)  # both words are in the memory
    np.testing.assert_allclose(before[within], after[within], rtol=1e-4)


def test_the_released_count_leaves_out_the_first_words_and_wraps_round():
    spec = tiny_lm.column(memory=6, batch=16)
    costs = np.random.default_rng(0).random(50)
    counted, at = [], 7
    for _ in range(64):  # four batches of 16 hold 50 words
        counted.append(costs[at])
        at = at + 1 if at + 1 < 50 else 7
    assert released(spec, costs).mean() == pytest.approx(np.mean(counted))


class Device(NamedTuple):
    platform: str
    compute_capability: str = ""


def test_a_gpu_has_what_it_can_fuse_fused(monkeypatch):
    layerwise, adjacent = (tiny_lm.column(tying=tying) for tying in ("layerwise", "adjacent"))
    hopper, pascal, cpu, tpu = (
        Device("gpu", "9.0"), Device("gpu", "6.1"), Device("cpu"), Device("tpu")
    )  # fmt: skip
    assert way(layerwise, cpu) == way(adjacent, cpu) == Blocked()
    assert isinstance(way(layerwise, hopper), Fused)
    for spec, device in ((adjacent, hopper), (layerwise, pascal), (layerwise, tpu)):
        assert way(spec, device) == Blocked(spec.batch)
    monkeypatch.setitem(sys.modules, "bench.methods.memn2n_lm.fused", None)  # without Pallas
    assert way(layerwise, hopper) == Blocked(layerwise.batch)


@pytest.mark.parametrize("way", ("blocks", "fused"))
def test_lanes_are_trained_apart(way):
    hops, _ = THROUGH[way]
    spec = tiny_lm.column()
    text = tiny_lm.text(60)
    memory = jnp.asarray(text[np.arange(spec.batch)[:, None] + np.arange(spec.memory)])
    target = jnp.asarray(text[: spec.batch])
    lanes = [single(tiny_lm.params(spec, seed=seed)) for seed in (0, 1)]
    both = jax.tree.map(lambda *values: jnp.stack(values), *lanes)
    step = jax.vmap(lambda p: model.update(spec, p, memory, target, jnp.float32(0.1), hops))
    after, cost = step(both)
    for lane, params in enumerate(lanes):
        alone, own = model.update(spec, params, memory, target, jnp.float32(0.1), hops)
        assert float(cost[lane]) == pytest.approx(float(own), rel=1e-6)
        for name, value in alone.items():
            np.testing.assert_allclose(after[name][lane], value, rtol=1e-5, atol=1e-6)
