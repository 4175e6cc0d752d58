"""The PyTorch peer is the same model: equal logits, losses and steps from equal weights."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
import tiny_data
from flax import nnx

from bench.core.errors import BenchError
from bench.examples.encode import NULL
from bench.methods.memn2n.clip import clip_each_matrix
from bench.methods.memn2n.model import Batch, MemN2N, build_tables, null_masks
from bench.methods.memn2n.step import Programs, cross_entropy, host_data
from bench.train.lanes import Lanes

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra [peers])")

from bench.studies.speed import torch_memn2n  # noqa: E402 - needs torch

LANES = Lanes((jax.devices()[0],))
DATA = tiny_data.encoded(tiny_data.stories(8, seed=1), tiny_data.stories(3, seed=2))
SLOTS = DATA.memory_slots
RATE = 0.05
ENCODINGS = pytest.mark.parametrize("encoding", ["bow", "pe"])
TUNED = pytest.mark.parametrize("tuned", [False, True])
LINEAR = pytest.mark.parametrize("linear", [False, True])


def column(encoding: str, **fields):
    """A tiny column; weights of 0.5, so that softmax and clipping have something to do."""
    return tiny_data.column(
        encoding=encoding, linear_start=True, time_noise=0.3, init_std=0.5, **fields
    )


def assert_close(found, expected):
    """Equal to float32 rounding: 1e-5 of the largest value."""
    expected = np.asarray(expected)
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=1e-5 * scale)


def pair(spec, tuned=False):
    """Our model and the peer's trainer with the same weights."""
    graph, _ = nnx.split(MemN2N(spec, DATA))
    drawn = Programs(spec, DATA, LANES).init(np.array([3], np.int32))
    ours = nnx.merge(graph, nnx.State({n: nnx.Param(value[0]) for n, value in drawn.items()}))
    peer = torch_memn2n.Trainer(spec, DATA, tuned=tuned)
    peer.model.load({"words": np.asarray(ours.words[...]), "times": np.asarray(ours.times[...])})
    return ours, peer


def batch():
    """Training questions, an empty story among them, and time indices shifted as by noise."""
    examples = np.arange(len(DATA.train))
    draw = np.random.default_rng(5)
    shifts = np.cumsum(draw.integers(0, 2, (len(examples), SLOTS)), axis=1)
    time = np.minimum(np.arange(SLOTS) + shifts, SLOTS - 1)
    assert (DATA.train.memory == NULL).all(axis=1).any() and (shifts > 0).any()
    return examples, time


def our_batch(examples, time) -> Batch:
    return Batch(
        jnp.asarray(DATA.train.memory[examples]),
        jnp.asarray(time, jnp.int32),
        jnp.asarray(DATA.train.question[examples]),
    )


@ENCODINGS
@LINEAR
@TUNED
def test_equal_logits(encoding, linear, tuned):
    spec = column(encoding)
    ours, peer = pair(spec, tuned)
    examples, time = batch()
    tables = jax.tree.map(jnp.asarray, build_tables(spec, DATA))
    expected, _ = ours(tables, our_batch(examples, time), linear)
    chosen, shifted = torch.from_numpy(examples), torch.from_numpy(time)
    with torch.no_grad():
        found = peer.model(peer.memory(chosen, shifted), peer.questions[chosen], linear)
    assert found.dtype == torch.float32
    assert_close(found.numpy(), expected)


@ENCODINGS
@LINEAR
@TUNED
@pytest.mark.parametrize("clip", [1.0, 1e6], ids=["clipped", "free"])
def test_equal_loss_and_step(encoding, linear, clip, tuned):
    spec = column(encoding, clip=clip)
    ours, peer = pair(spec, tuned)
    examples, time = batch()
    graph, state = nnx.split(ours)
    params, masks = nnx.to_pure_dict(state), null_masks(ours)
    tables = jax.tree.map(jnp.asarray, build_tables(spec, DATA))

    def cost(params):
        model = nnx.merge(graph, nnx.State({n: nnx.Param(v) for n, v in params.items()}))
        logits, _ = model(tables, our_batch(examples, time), linear)
        return jnp.sum(cross_entropy(logits, jnp.asarray(DATA.train.answer[examples])))

    loss, grads = jax.value_and_grad(cost)(params)
    grads = {n: g * masks[n] if n in masks else g for n, g in grads.items()}
    clipping = clip_each_matrix(clip, "frobenius", "together")
    clipped, _ = clipping.update(grads, clipping.init(params))
    changed = any(not np.allclose(clipped[n], grads[n]) for n in grads)
    assert changed == (clip == 1.0)  # the case is what its name says

    before = peer.model.weights()
    found = peer.step(torch.from_numpy(examples), torch.from_numpy(time), RATE, linear)
    assert_close(found.item(), loss)
    for name, after in peer.model.weights().items():
        assert_close(before[name] - after, RATE * clipped[name])
        expected = optax.apply_updates(params[name], -RATE * clipped[name])
        assert_close(after, expected)
        if name == "words":
            assert not after[:, NULL].any()


@ENCODINGS
def test_equal_steps_of_the_trainer_itself(encoding):
    """Three epochs of our program, each one full batch of the same questions, in float32."""
    chosen = DATA.fit[:6]
    data = dataclasses.replace(DATA, fit=chosen)
    fields = dict(encoding=encoding, batch=len(chosen), clip=2.0, init_std=0.5, linear_start=True)
    spec = tiny_data.column(**fields, readings={"sampling": "paper"})
    programs = Programs(spec, data, LANES)
    arrays = LANES.copy(host_data(spec, data)[0])
    seeds = np.array([4], np.int32)
    params = programs.init(seeds)
    peer = torch_memn2n.Trainer(tiny_data.column(**fields), data)
    peer.model.load({name: np.asarray(value[0]) for name, value in params.items()})
    time = torch.arange(SLOTS).expand(len(chosen), SLOTS)
    for epoch in range(1, 4):
        params, running = programs.block(
            params,
            programs.nothing_run(1),
            programs.draw(seeds, epoch, arrays),
            range(1),
            np.array([RATE], np.float32),
            np.array([False]),
            np.array([True]),
            arrays,
        )
        loss = peer.step(torch.from_numpy(chosen.astype(np.int64)), time, RATE)
        assert_close(loss.item() / len(chosen), programs.means(running)[0][0])
    for name, found in peer.model.weights().items():
        assert_close(found, params[name][0])


def test_position_encoding_is_the_released_formula():
    found = torch_memn2n.position_encoding(3, 2).numpy()
    # 1 + 4 (k - 1.5)(j - 2) / 6, j down, k across
    expected = [[1 + 2 / 6, 1 - 2 / 6], [1, 1], [1 - 2 / 6, 1 + 2 / 6]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_noise_is_a_uniform_subset_of_the_slots():
    """n = 4 memories, b ~ U{0..2}: each b as often, each 4-subset of 4 + b slots as often."""
    spec = column("pe")
    peer = torch_memn2n.Trainer(spec, DATA)
    torch.manual_seed(1)
    draws = 30_000
    times = peer.time_indices(torch.full((draws,), 4)).numpy()
    assert times.shape == (draws, SLOTS)
    assert (np.diff(times[:, :4], axis=1) > 0).all() and times.max() < SLOTS
    found: dict[tuple, int] = {}
    for row in map(tuple, times[:, :4].tolist()):
        found[row] = found.get(row, 0) + 1
    # The share of a subset: the sum over b, those that it fits in, of 1/3 / C(4 + b, 4).
    for row, count in found.items():
        share = sum(1 / 3 / c for b, c in ((0, 1), (1, 5), (2, 15)) if row[-1] < 4 + b)
        error = (share * (1 - share) / draws) ** 0.5
        assert abs(count / draws - share) < 5 * error, row
    assert len(found) == 15


def test_without_noise_slots_keep_their_index():
    peer = torch_memn2n.Trainer(tiny_data.column(), DATA)
    times = peer.time_indices(torch.tensor([0, 3])).numpy()
    assert (times == np.arange(SLOTS)).all()


def test_training_lowers_the_loss():
    torch.manual_seed(2)
    peer = torch_memn2n.Trainer(tiny_data.column(), DATA)
    first = peer.train(5, 0.05)
    for _ in range(10):
        last = peer.train(20, 0.05)
    assert last < first


@pytest.mark.parametrize(
    "fields",
    [
        {"tying": "layerwise"},
        {"nonlinearity": "relu"},
        {"readings": {"answer_space": "paper"}},
        {"readings": {"clip_norm": "spectral"}},
    ],
    ids=str,
)
def test_what_the_peer_lacks_is_refused(fields):
    with pytest.raises(BenchError, match="column 'tiny': the PyTorch peer has"):
        torch_memn2n.MemN2N(tiny_data.column(**fields), DATA)
