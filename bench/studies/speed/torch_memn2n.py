"""MemN2N (S15) in eager PyTorch: what our steps are timed against.

Written from the paper and its released code as a PyTorch user would, sharing no code with
`bench.methods.memn2n`; from equal weights both give equal logits and equal steps
(tests/studies/speed/test_peers.py).
Covered: BoW or PE, adjacent tying, linear start, time noise, the released readings, Frobenius
clipping.

Two formulations are timed. 'pytorch-eager' is what public PyTorch MemN2Ns write: an embedding a
matrix, looked up word by word. 'pytorch-eager-tuned' is the fastest natural one found: all matrices
in one parameter, rows taken by index_select. Tried on an EPYC core, ms of CPU a step for tasks 1,
2, 3 (d = 20) and all 20 jointly (d = 50), one thread, least of 7 runs:

    nn.Embedding lookups, a parameter a matrix              2.3   6.2   6.5   10    pytorch-eager
    index_select instead (its gradient is an index_add)     1.9   4.3   4.3    8
    the same with all matrices in one parameter             1.7   3.9   4.1    7    -tuned
    one lookup for all matrices, rows (K+1) d wide          1.5   8.1   4.4   15
    embedding_bag over a position-weighted table            2.4   5.6   6.1    9

Adjacent tying makes C_k and A_{k+1} one matrix, so memories are embedded K+1 times, not 2K. Noise
and batches are drawn for many steps at once. Embedding each distinct statement of the data set once
a step would be faster on tasks 2 and 3 (2.5) and slower jointly (19); no public PyTorch MemN2N does
it, and it is not done here.

Shapes: B batch, M memory slots, J words a sentence with the time word's slot, V words, d embedding.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bench.core.errors import BenchError
from bench.examples.encode import NULL, Encoded
from bench.methods.memn2n.spec import MemN2N as Spec
from bench.methods.memn2n.spec import Readings

PEERS = ("pytorch-eager", "pytorch-eager-tuned")


class MemN2N(nn.Module):
    """The model on one data set's sizes; weights N(0, init_std^2), null rows zero.

    Attributes:
        matrices: K+1 parameters (V+M, d), or, tuned, one (K+1, V+M, d): A_1 = B, then
            C_k = A_{k+1}, last C_K = W^T; the time words' rows follow the words'.
        position: (J, d): what a word at each position is multiplied by, the time word in the last.
    """

    def __init__(self, spec: Spec, encoded: Encoded, *, tuned: bool = False):
        super().__init__()
        _check_covered(spec)
        self.tuned = tuned
        self.hops = spec.hops
        self.vocabulary = len(encoded.vocabulary)
        rows = self.vocabulary + encoded.memory_slots
        matrices = spec.init_std * torch.randn(spec.hops + 1, rows, spec.dim)
        matrices[:, NULL] = 0.0
        stack = [matrices] if tuned else matrices.unbind()
        self.matrices = nn.ParameterList(nn.Parameter(part.clone()) for part in stack)
        slots = encoded.sentence_slots
        bow = spec.encoding == "bow"
        self.register_buffer(
            "position", torch.ones(slots, spec.dim) if bow else position_encoding(slots, spec.dim)
        )

    def forward(self, memory: Tensor, question: Tensor, linear: bool = False) -> Tensor:
        """Logits (B, V+M): the words, then the time words.

        Args:
            memory: (B, M, J) int64, each memory's words with its time word, V + index, in the last
                slot; `NULL` elsewhere.
            question: (B, J) int64.
            linear: no softmax in the memory layers (linear start).
        """
        matrices = self.matrices[0].unbind() if self.tuned else list(self.matrices)
        memories = [self._embed(matrix, memory) for matrix in matrices]
        u = self._embed(matrices[0], question)
        for hop in range(self.hops):
            scores = torch.bmm(memories[hop], u.unsqueeze(2)).squeeze(2)
            p = scores if linear else torch.softmax(scores, dim=1)
            u = u + torch.bmm(p.unsqueeze(1), memories[hop + 1]).squeeze(1)
        return u @ matrices[-1].T

    def _embed(self, matrix: Tensor, words: Tensor) -> Tensor:
        """(..., J) words -> (..., d) sentences."""
        if self.tuned:
            looked_up = matrix.index_select(0, words.flatten()).view(*words.shape, -1)
        else:
            looked_up = F.embedding(words, matrix, padding_idx=NULL)
        position = self.position
        assert isinstance(position, Tensor)
        return (looked_up * position).sum(-2)

    @torch.no_grad()
    def load(self, params: Mapping[str, np.ndarray]) -> None:
        """Takes over one restart's weights: words (K+1, V, d) and times (K+1, M, d)."""
        both = np.concatenate([params["words"], params["times"]], axis=1)
        for parameter, values in zip(self.matrices, [both] if self.tuned else both, strict=True):
            parameter.copy_(torch.from_numpy(values))

    def weights(self) -> dict[str, np.ndarray]:
        """Copies of the weights, as `load` takes them."""
        parts = [parameter.detach().cpu().numpy() for parameter in self.matrices]
        both = parts[0] if self.tuned else np.stack(parts)
        return {
            "words": both[:, : self.vocabulary].copy(),
            "times": both[:, self.vocabulary :].copy(),
        }


class Trainer:
    """Plain SGD on the training questions of one data set (S15 4.2: cost summed over the batch).

    Args:
        device: a torch device, 'cpu' or 'cuda'.
    """

    def __init__(self, spec: Spec, encoded: Encoded, device: str = "cpu", *, tuned: bool = False):
        self.spec = spec
        self.device = torch.device(device)
        self.model = MemN2N(spec, encoded, tuned=tuned).to(self.device)

        def integers(array: np.ndarray) -> Tensor:
            return torch.from_numpy(array.astype(np.int64)).to(self.device)

        train = encoded.train
        self.stories = integers(encoded.statements[train.memory])  # (N, M, J), last slot free
        self.questions = integers(encoded.questions[train.question])  # (N, J)
        self.answers = integers(train.answer)  # (N,)
        self.counts = integers((train.memory != NULL).sum(axis=1))  # (N,)
        self.fit = integers(encoded.fit)
        slots = encoded.memory_slots
        empties = [math.ceil(round(spec.time_noise * n, 9)) for n in range(slots + 1)]
        self.most_empties = torch.tensor(empties, device=self.device)  # (M+1,) by n

    def train(self, steps: int, rate: float, linear: bool = False) -> float:
        """Takes ``steps`` steps on batches drawn with replacement; the mean loss a question.

        Waits for the device, so that the time it takes is the steps' time.
        """
        batch = self.spec.batch
        picks = torch.randint(len(self.fit), (steps, batch), device=self.device)
        chosen = self.fit[picks]
        times = self.time_indices(self.counts[chosen.flatten()]).view(steps, batch, -1)
        total = torch.zeros((), device=self.device)
        for examples, time in zip(chosen, times, strict=True):
            total += self.step(examples, time, rate, linear)
        return total.item() / (steps * batch)

    def step(self, examples: Tensor, time: Tensor, rate: float, linear: bool = False) -> Tensor:
        """One update; the batch's summed loss before it, on the device.

        Args:
            examples: (B,) int64 training questions.
            time: (B, M) int64 time index of each memory slot.
        """
        logits = self.model(self.memory(examples, time), self.questions[examples], linear)
        loss = F.cross_entropy(logits, self.answers[examples], reduction="sum")
        for weights in self.model.matrices:
            weights.grad = None
        loss.backward()
        with torch.no_grad():
            for weights in self.model.matrices:
                gradient = weights.grad
                gradient[..., NULL, :] = 0.0
                norms = gradient.norm(dim=(-2, -1), keepdim=True)
                gradient *= (self.spec.clip / norms).clamp(max=1.0)
                weights.sub_(gradient, alpha=rate)
        return loss.detach()

    def memory(self, examples: Tensor, time: Tensor) -> Tensor:
        """(B, M, J) words of the examples' memories with their time words."""
        words = self.stories[examples]  # a copy: its last slot may be written to
        occupied = words[..., 0] != NULL
        words[..., -1] = torch.where(occupied, self.model.vocabulary + time, NULL)
        return words

    def time_indices(self, counts: Tensor) -> Tensor:
        """(n, M) time indices for questions with ``counts`` memories, with noise as released.

        b ~ U{0..ceil(share c)} empty memories are put among the c: these take c of the c + b
        indices, in order, clipped at the last one.
        """
        slots = self.stories.shape[1]
        if self.spec.time_noise == 0.0:
            return torch.arange(slots, device=self.device).expand(len(counts), slots)
        most = self.most_empties[counts]
        empties = (torch.rand(len(counts), device=self.device) * (most + 1)).long()
        width = slots + int(self.most_empties[-1])
        index = torch.arange(width, device=self.device)
        keys = torch.rand(len(counts), width, device=self.device)
        keys.masked_fill_(index >= (counts + empties).unsqueeze(1), math.inf)
        kept = keys.argsort(dim=1)[:, :slots]  # the first c of them: a random c-subset
        kept.masked_fill_(index[:slots] >= counts.unsqueeze(1), width)
        return kept.sort(dim=1).values.clamp_(max=slots - 1)


def position_encoding(slots: int, dim: int) -> Tensor:
    """(J, d) weights 1 + 4 (k - (d+1)/2)(j - (J+1)/2) / (d J), counted from 1."""
    j = torch.arange(1, slots + 1, dtype=torch.float64)
    k = torch.arange(1, dim + 1, dtype=torch.float64)
    centred = torch.outer(j - (slots + 1) / 2, k - (dim + 1) / 2)
    return (1 + 4 * centred / (dim * slots)).float()


def device_for(platform: str) -> str:
    """The torch device beside a JAX device of this platform.

    Raises:
        BenchError: this PyTorch has no support for it.
    """
    if platform == "cpu":
        return "cpu"
    if not torch.cuda.is_available():
        raise BenchError(
            "this PyTorch is built for CPUs alone, so it is no peer for a GPU; install one built "
            "for CUDA, or run with JAX_PLATFORMS=cpu"
        )
    return "cuda"


def _check_covered(spec: Spec) -> None:
    """Refuses what this peer does not have, rather than timing something else."""
    where = f"column '{spec.id}'"
    if spec.tying != "adjacent" or spec.nonlinearity != "none":
        raise BenchError(f"{where}: the PyTorch peer has adjacent tying without ReLU alone")
    if spec.readings != Readings():
        raise BenchError(f"{where}: the PyTorch peer has the default readings alone")
