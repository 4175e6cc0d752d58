"""MemN2N as a language model (S15 section 5) in eager PyTorch: what our steps are timed against.

Written from the paper as a PyTorch user would, sharing no code with `bench.methods.memn2n_lm`; from
equal weights both give equal logits and equal steps (tests/studies/speed/test_peers_lm.py). An
embedding a matrix, memories embedded once for all hops, autograd, the norm of all gradients held.
Covered: layer-wise tying with H.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bench.core.errors import BenchError
from bench.methods.memn2n_lm.spec import MemN2NLM
from bench.methods.memn2n_lm.texts import Texts


class Model(nn.Module):
    """A and C (V, d), their times (N, d), H (d, d) and W (V, d); weights N(0, init_std^2)."""

    def __init__(self, spec: MemN2NLM, words: int):
        super().__init__()
        if spec.tying != "layerwise":
            raise BenchError(f"{spec.where}: the PyTorch peer has layer-wise tying alone")
        self.spec = spec
        self.linear = {"half": spec.dim // 2, "all": 0, "none": spec.dim}[spec.rectified]

        def matrix(*shape: int) -> nn.Parameter:
            return nn.Parameter(spec.init_std * torch.randn(*shape))

        self.A, self.C = matrix(words, spec.dim), matrix(words, spec.dim)
        self.times_a, self.times_c = (matrix(spec.memory, spec.dim) for _ in range(2))
        self.H, self.W = matrix(spec.dim, spec.dim), matrix(words, spec.dim)

    def forward(self, memory: Tensor) -> Tensor:
        """Logits (B, V) of memories (B, N), the latest word first."""
        m = F.embedding(memory, self.A) + self.times_a
        c = F.embedding(memory, self.C) + self.times_c
        u = m.new_full((len(memory), self.spec.dim), self.spec.initial_state)
        for _ in range(self.spec.hops):
            p = torch.softmax(torch.bmm(m, u[:, :, None])[:, :, 0], dim=1)
            z = u @ self.H.T + torch.bmm(p[:, None, :], c)[:, 0]
            u = torch.cat([z[:, : self.linear], torch.relu(z[:, self.linear :])], dim=1)
        return u @ self.W.T

    def load(self, params: Mapping[str, np.ndarray]) -> None:
        """Takes our parameters (`bench.methods.memn2n_lm.model.shapes`)."""
        names = {"A": params["words"][0], "C": params["words"][1], "H": params["H"],
                 "times_a": params["times"][0], "times_c": params["times"][1],
                 "W": params["W"].T}  # fmt: skip
        with torch.no_grad():
            for name, value in names.items():
                getattr(self, name).copy_(torch.as_tensor(np.array(value)))


class Trainer:
    """Plain steps of SGD on random positions of a text."""

    def __init__(self, spec: MemN2NLM, texts: Texts, device: str = "cpu"):
        self.spec = spec
        self.model = Model(spec, len(texts.vocabulary)).to(device)
        self.text = torch.as_tensor(texts.train.astype(np.int64), device=device)
        self.back = 1 + torch.arange(spec.memory, device=device)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=spec.rate)

    def train(self, steps: int, rate: float) -> float:
        """Trains for some steps; the last one's cost, summed over its batch."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        shape = (steps, self.spec.batch)
        at = torch.randint(self.spec.memory + 1, len(self.text), shape, device=self.text.device)
        cost = torch.zeros(())
        for one in at:
            cost = self.step(self.text[one[:, None] - self.back], self.text[one])
        return float(cost.detach())

    def step(self, memory: Tensor, target: Tensor) -> Tensor:
        """An update; the cost before it."""
        cost = F.cross_entropy(self.model(memory), target, reduction="sum")
        self.optimizer.zero_grad()
        cost.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.spec.clip)
        self.optimizer.step()
        return cost
