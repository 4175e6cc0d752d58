"""The language model's PyTorch peer: equal logits and steps from equal weights."""

import jax.numpy as jnp
import numpy as np
import pytest
import tiny_lm

from bench.core.errors import BenchError
from bench.methods.memn2n_lm import hops, model

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra [peers])")

from bench.studies.speed import torch_memn2n_lm  # noqa: E402 - needs torch


@pytest.mark.parametrize("rectified", ["half", "all", "none"])
@pytest.mark.parametrize("clip", [0.5, 1e6])
def test_logits_and_steps_are_equal(rectified, clip):
    spec, data = tiny_lm.column(rectified=rectified, clip=clip), tiny_lm.texts()
    params = {name: jnp.asarray(v, jnp.float32) for name, v in tiny_lm.params(spec).items()}
    peer = torch_memn2n_lm.Trainer(spec, data)
    peer.model.load({name: np.asarray(value) for name, value in params.items()})
    draw = np.random.default_rng(4)
    for step in range(3):
        at = draw.integers(spec.memory + 1, len(data.train), spec.batch)
        memory = data.train[at[:, None] - 1 - np.arange(spec.memory)]
        told = torch.as_tensor(memory.astype(np.int64)), torch.as_tensor(data.train[at]).long()
        if step == 0:
            memories = [params["words"][t][memory] + params["times"][t] for t in range(2)]
            states, _ = hops.forward(spec, params, memories)
            logits = peer.model(told[0]).detach().numpy()
            np.testing.assert_allclose(
                model.output(spec, params, states[-1]), logits, rtol=1e-4, atol=1e-5
            )
        theirs = float(peer.step(*told).detach())
        params, ours = model.update(spec, params, memory, data.train[at], jnp.float32(spec.rate))
        assert float(ours) == pytest.approx(theirs, rel=1e-5)
    np.testing.assert_allclose(params["W"].T, peer.model.W.detach(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(params["words"][0], peer.model.A.detach(), rtol=1e-4, atol=1e-5)


def test_the_peer_trains_and_refuses_what_it_has_not():
    spec, data = tiny_lm.column(), tiny_lm.texts()
    trainer = torch_memn2n_lm.Trainer(spec, data)
    held = torch.as_tensor(data.train[6:100].astype(np.int64)).unfold(0, 6, 1)

    def cost():
        return float(trainer.model(held).logsumexp(dim=1).mean().detach())

    before = cost()
    assert np.isfinite(trainer.train(60, 0.05)) and cost() != before
    with pytest.raises(BenchError, match="layer-wise"):
        torch_memn2n_lm.Trainer(tiny_lm.column(tying="adjacent"), data)


def test_a_race_of_the_language_model_gives_a_row():
    import jax

    from bench.studies.speed.race import race
    from bench.studies.speed.rows import ROWS, Work

    work = Work(id="ptb_k6_n100", dataset="ptb", units=("text",), column=tiny_lm.column())
    devices = jax.local_devices()
    (row,) = race(work, tiny_lm.texts(), "generated", devices, lanes=1, repeats=2, seconds=0.001)
    assert ROWS.why_not(row) == "" and row["peer"] == "pytorch-eager"
    assert row["restarts"] == len(devices) and row["lanes"] == 1
