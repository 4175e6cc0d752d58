"""MemN2N against the oracle: logits, attention, loss, gradients in every reading (S15 2)."""

import dataclasses
import functools
import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import oracle
import pytest
import tiny_data
from flax import nnx
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_data import quick_compile  # noqa: F401

from bench.examples.encode import encode
from bench.methods.memn2n.model import Batch, MemN2N, build_tables, null_masks, targets
from bench.methods.memn2n.step import Programs, cross_entropy
from bench.train.lanes import Lanes

TRAIN, TEST = tiny_data.stories(6, seed=1), tiny_data.stories(3, seed=2)
DATA = tiny_data.encoded(TRAIN, TEST)
SIZES = oracle.sizes_of(DATA)
JOINT = encode(
    [(1, TRAIN), (4, TEST)], [(1, TEST), (4, TRAIN)], memory_size=6, holdout=0.1, joint=True
)

ENCODINGS: dict[str, dict[str, Any]] = {
    "bow": dict(encoding="bow"),
    "pe": dict(encoding="pe"),
    "pe-unscaled-time": dict(encoding="pe", time_scale="paper"),
    "paper-pe": dict(encoding="pe", position_encoding="paper"),
    "paper-pe-unscaled-time": dict(encoding="pe", position_encoding="paper", time_scale="paper"),
}
TYINGS: dict[str, dict[str, Any]] = {
    "adjacent": dict(tying="adjacent"),
    "layerwise": dict(tying="layerwise"),
    "layerwise-null0": dict(tying="layerwise", null_columns="paper"),
    "layerwise-no-map": dict(tying="layerwise", state_map=False),
    "untied": dict(tying="untied"),
}
READINGS = (
    "time_scale", "position_encoding", "null_columns", "question_padding", "answer_space"
)  # fmt: skip


def column(**fields):
    readings = {name: fields.pop(name) for name in READINGS if name in fields}
    return tiny_data.column(readings, **fields)


def columns() -> list:
    """All encodings x tyings, twice; every pair of the other switches' values meets in turn."""
    hops, plain = itertools.cycle((3, 2, 1, 2, 3)), itertools.cycle((False,) * 6 + (True,))
    out = []
    for i, (encoding, tying, turn) in enumerate(itertools.product(ENCODINGS, TYINGS, (0, 1))):
        answers = ("released", "paper")[(i // 2 + turn) % 2]
        nonlinearity = ("none", "relu")[(i // 4 + turn) % 2]
        spec = column(
            **ENCODINGS[encoding],
            **TYINGS[tying],
            answer_space=answers,
            nonlinearity=nonlinearity,
            hops=next(hops),
            linear_start=not next(plain),
            time_noise=0.1 if i % 7 > 1 else 0.0,
        )
        marks = [encoding, tying, f"{answers}-answers", nonlinearity, f"{spec.hops}hop"]
        marks += ["ls"] * spec.linear_start + ["rn"] * (spec.time_noise > 0)
        out.append(pytest.param(spec, id="-".join(marks)))
    return out


def parameters(spec, data=DATA, seed=0, scale=0.5):
    """Random parameters larger than the initial ones, null rows zero where they must be."""
    _, state = nnx.split(nnx.eval_shape(lambda: MemN2N(spec, data)))
    draw = np.random.default_rng(seed)
    shapes = {name: value.shape for name, value in nnx.to_pure_dict(state).items()}
    values = {name: scale * draw.standard_normal(shape) for name, shape in sorted(shapes.items())}
    return {n: v.astype(np.float32) for n, v in oracle.zero_null(spec, values).items()}


def apply(spec, params, tables, batch, linear, data=DATA):
    graph, _ = nnx.split(nnx.eval_shape(lambda: MemN2N(spec, data)))
    state = nnx.State({name: nnx.Param(value) for name, value in params.items()})
    linear = jnp.asarray(linear) if spec.linear_start else False  # as in training
    return nnx.merge(graph, state)(jax.tree.map(jnp.asarray, tables), batch, linear)


@functools.cache
def chosen():
    """Three training examples: no memory, a full one with a statement lost, one in between."""
    held = np.count_nonzero(DATA.train.memory, axis=1)
    seen = [q.seen for story in TRAIN for q in story.questions]
    between = next(i for i in range(2, len(held)) if 2 <= held[i] <= 4)
    assert held[0] == 0 and held[1] == tiny_data.SLOTS and seen[1] == 7
    return np.array([0, 1, between])


def times_of(spec, rows):
    """Noisy time indices (some equal, as clipping makes them) if the column has RN, else 0..M-1."""
    straight = np.broadcast_to(np.arange(tiny_data.SLOTS), (len(rows), tiny_data.SLOTS))
    if not spec.time_noise:
        return straight.astype(np.int32)
    return np.minimum(straight + [[0, 0, 1, 1, 2, 2]], tiny_data.SLOTS - 1).astype(np.int32)


def both_sides(spec, data=DATA, rows=None):
    rows = chosen() if rows is None else rows
    times = times_of(spec, rows)
    asked = [oracle.read(data, data.train, i, t) for i, t in zip(rows, times, strict=True)]
    batch = Batch(data.train.memory[rows], times, data.train.question[rows])
    return asked, batch, targets(spec, data, data.train.answer[rows])


def without_time() -> list:
    """No temporal encoding, with every tying."""
    out = []
    for tying, fields in TYINGS.items():
        answers = "paper" if tying == "untied" else "released"
        spec = column(
            **fields, encoding="pe", temporal=False, hops=2, answer_space=answers, linear_start=True
        )
        out.append(pytest.param(spec, id=f"no-time-{tying}"))
    return out


def padded_to_slots() -> list:
    """A question with a null word more, with every tying that trains them."""
    return [
        pytest.param(
            column(encoding=encoding, tying=tying, question_padding="slots"),
            id=f"slots-{encoding}-{tying}",
        )
        for encoding, tying in (("bow", "layerwise"), ("pe", "layerwise"), ("pe", "untied"))
    ]


@pytest.mark.parametrize("spec", columns() + without_time() + padded_to_slots())
def test_logits_attention_loss_and_gradients_are_the_equations(spec):
    check_the_equations(spec, DATA, chosen())


@pytest.mark.parametrize("spec", columns()[::7])
def test_they_are_with_several_tasks_in_a_batch(spec):
    rows = np.array([0, 1, 4, 13, 15, 17])
    assert set(JOINT.train.task[rows]) == {1, 4} and (JOINT.train.memory[rows] == 0).any()
    check_the_equations(spec, JOINT, rows)


def check_the_equations(spec, data, rows):
    asked, batch, target = both_sides(spec, data, rows)
    sizes = oracle.sizes_of(data)
    params, tables = parameters(spec, data), build_tables(spec, data)

    def run(params, linear):  # not compiled: that would take ten times as long as running it once
        def cost(params):
            z, attention = apply(spec, params, tables, batch, linear, data)
            loss = cross_entropy(z, target)
            return loss.sum(), (z, attention, loss)

        return jax.value_and_grad(cost, has_aux=True)(params)

    for linear in (False, True) if spec.linear_start else (False,):
        (total, (z, attention, loss)), grads = run(params, linear)
        wanted = [oracle.logits(spec, sizes, params, one, linear) for one in asked]
        np.testing.assert_allclose(z, [w[0] for w in wanted], rtol=2e-5, atol=2e-5)
        hops = np.swapaxes([w[1] for w in wanted], 0, 1)
        np.testing.assert_allclose(attention, hops, rtol=2e-5, atol=1e-5)
        losses = [oracle.loss(spec, sizes, params, [one], linear) for one in asked]
        np.testing.assert_allclose(loss, losses, rtol=2e-5, atol=1e-5)
        np.testing.assert_allclose(total, sum(losses), rtol=2e-5)

        slopes = oracle.gradients(spec, sizes, params, asked, linear)
        assert set(grads) == set(slopes)
        for name, slope in slopes.items():
            if not slope.size:
                assert name == "times" and not spec.temporal
                continue
            largest = np.abs(slope).max()
            assert largest > 1e-2, f"{name} has no gradient to compare"
            np.testing.assert_allclose(
                grads[name], slope, rtol=2e-4, atol=2e-5 * largest, err_msg=name
            )


def test_empty_memories_score_zero_and_take_softmax_mass():
    spec = column(hops=3)
    _, batch, _ = both_sides(spec)
    params = parameters(spec)
    _, attention = apply(spec, params, build_tables(spec, DATA), batch, False)
    attention = np.asarray(attention)
    np.testing.assert_allclose(attention.sum(-1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(attention[:, 0], 1 / tiny_data.SLOTS, rtol=1e-6)  # all six empty
    held = np.count_nonzero(batch.memory[2])
    empties = attention[:, 2, held:]
    assert (empties > 1e-4).all()
    np.testing.assert_allclose(empties, np.broadcast_to(empties[:, :1], empties.shape), rtol=1e-6)
    straight = column(hops=3, linear_start=True)
    _, linear = apply(straight, params, build_tables(spec, DATA), batch, True)
    assert (np.asarray(linear)[:, 2, held:] == 0).all() and (np.asarray(linear)[:, 0] == 0).all()


def test_without_noise_the_batch_s_time_indices_are_not_read():
    spec = column()
    _, batch, _ = both_sides(spec)
    params, tables = parameters(spec), build_tables(spec, DATA)
    z, _ = apply(spec, params, tables, batch, False)
    other, _ = apply(spec, params, tables, batch._replace(time=batch.time[:, ::-1]), False)
    np.testing.assert_array_equal(z, other)
    turned = batch._replace(time=batch.time[:, ::-1])
    noisy, _ = apply(column(time_noise=0.1), params, tables, turned, False)
    assert np.abs(np.asarray(noisy - z)[1:]).max() > 1e-3


@pytest.mark.parametrize("tying", TYINGS)
def test_encoded_stories_are_read_as_the_stories_themselves(tying):
    """From words to logits: order of memories, slots, padding, vocabulary; `encode` is not used."""
    spec = column(**TYINGS[tying], hops=2)
    params, tables = parameters(spec), build_tables(spec, DATA)
    for stories, examples in ((TRAIN, DATA.train), (TEST, DATA.test)):
        asked = oracle.read_stories(DATA.vocabulary, stories, tiny_data.SLOTS)
        times = np.tile(np.arange(tiny_data.SLOTS, dtype=np.int32), (len(examples), 1))
        z, _ = apply(spec, params, tables, Batch(examples.memory, times, examples.question), False)
        wanted = [oracle.logits(spec, SIZES, params, one)[0] for one in asked]
        np.testing.assert_allclose(z, wanted, rtol=2e-5, atol=2e-5)
        assert [one.target for one in asked] == examples.answer.tolist()


@pytest.mark.parametrize("answers", ["released", "paper"])
def test_targets_are_places_in_the_logits(answers):
    spec = column(answer_space=answers)
    places = targets(spec, DATA, DATA.test.answer)
    space = SIZES.answers if answers == "paper" else range(len(DATA.vocabulary))
    assert [space[i] for i in places] == DATA.test.answer.tolist()
    words = [DATA.vocabulary[space[i]] for i in places]
    assert words == [q.answer for story in TEST for q in story.questions]


def reordered(stories, order):
    """Every sentence's words put in another order: ``order`` ranks the positions."""

    def change(words):
        return tuple(words[i] for i in sorted(range(len(words)), key=lambda i: (order[i], i)))

    def asked(question):
        return dataclasses.replace(question, words=change(question.words))

    return tuple(
        dataclasses.replace(
            s,
            statements=tuple(map(change, s.statements)),
            questions=tuple(map(asked, s.questions)),
        )
        for s in stories
    )


def all_logits(spec, stories):
    data = encode([(1, stories)], [(1, TEST)], memory_size=tiny_data.SLOTS, holdout=0.1)
    assert data.vocabulary == DATA.vocabulary
    times = np.tile(np.arange(tiny_data.SLOTS, dtype=np.int32), (len(data.train), 1))
    batch = Batch(data.train.memory, times, data.train.question)
    z, _ = apply(spec, parameters(spec), build_tables(spec, data), batch, False, data)
    return np.asarray(z), targets(spec, data, data.train.answer)


@functools.cache
def straight_logits(encoding, tying):
    spec = column(**ENCODINGS[encoding], **TYINGS[tying])
    return spec, *all_logits(spec, TRAIN)


@pytest.mark.parametrize("tying", ["adjacent", "layerwise"])
@settings(max_examples=8, deadline=None, derandomize=True, database=None)
@given(order=st.permutations(range(4)))
def test_bow_does_not_see_the_order_of_words(tying, order):
    spec, z, target = straight_logits("bow", tying)
    other, _ = all_logits(spec, reordered(TRAIN, order))
    np.testing.assert_allclose(other, z, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(other.argmax(-1), z.argmax(-1))
    np.testing.assert_allclose(cross_entropy(other, target), cross_entropy(z, target), rtol=1e-5)


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name != "bow"])
@settings(max_examples=4, deadline=None, derandomize=True, database=None)
@given(order=st.permutations(range(4)).filter(lambda p: p[0] > p[1]))
def test_pe_sees_the_order_of_words(encoding, order):
    spec, z, target = straight_logits(encoding, "adjacent")
    other, _ = all_logits(spec, reordered(TRAIN, order))
    moved = np.abs(cross_entropy(other, target) - cross_entropy(z, target))
    assert (moved > 1e-4).all()  # every question has two different words whose order has changed


@pytest.mark.parametrize("tying", TYINGS)
@pytest.mark.parametrize("answers", ["released", "paper"])
def test_initial_weights_are_gaussian_of_init_std_with_null_rows_zero(tying, answers):
    spec = column(**TYINGS[tying], answer_space=answers, dim=160, init_std=0.3)
    drawn = Programs(spec, DATA, Lanes((jax.devices()[0],))).init(np.array([7], np.int32))
    params = {name: np.asarray(value[0]) for name, value in drawn.items()}
    v, m, d = len(DATA.vocabulary), tiny_data.SLOTS, 160
    if tying == "adjacent":
        shapes = {"words": (3, v, d), "times": (3, m, d)}
    else:
        outputs = v + m if answers == "released" else v
        matrices = 4 if tying == "untied" else 2
        shapes = {
            "words": (matrices, v, d), "times": (matrices, m, d),
            "B": (v, d), "H": (d, d), "W": (outputs, d),
        }  # fmt: skip
        if tying in ("layerwise-no-map", "untied"):
            del shapes["H"]
    assert {name: p.shape for name, p in params.items()} == shapes

    zero = {"words": params["words"][:, 0]}
    free = {"words": params["words"][:, 1:], "times": params["times"]}
    if tying != "adjacent":
        free |= {"H": params["H"]} if "H" in params else {}
        for name in ("B", "W"):
            free[name] = params[name][1:]
            (zero if tying == "layerwise-null0" else free)[f"{name} null"] = params[name][0]
    for name, values in zero.items():
        assert (values == 0).all(), name
    for name, values in free.items():
        assert values.dtype == np.float32
        assert abs(values.std() / 0.3 - 1) < 5 / np.sqrt(2 * values.size), name
        assert abs(values.mean() / 0.3) < 5 / np.sqrt(values.size), name
        assert np.abs(values).max() > 2.2 * 0.3, name  # tails: not uniform
    rows = np.concatenate([values.reshape(-1, d) for values in free.values()])
    between = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(between).max() < 5 / np.sqrt(d)  # no two rows share their draws


def test_null_masks_are_zero_in_null_rows_alone():
    for tying, fields in TYINGS.items():
        spec = column(**fields)
        model = nnx.eval_shape(lambda spec=spec: MemN2N(spec, DATA))
        masks = null_masks(model)
        assert set(masks) == ({"words", "B", "W"} if tying == "layerwise-null0" else {"words"})
        for name, mask in masks.items():
            full = np.broadcast_to(mask, getattr(model, name).shape)
            assert (full[..., 0, :] == 0).all() and (full[..., 1:, :] == 1).all()
