"""MemN2N as a language model from the paper's equations: NumPy, float64, one word at a time.

Shares nothing with `bench.methods.memn2n_lm`. Parameters are named and stacked as
`bench.methods.memn2n_lm.model` documents.
"""

from __future__ import annotations

import numpy as np


def cost(params, text, at, *, hops, memory, tying, rectified, initial, lacking="masked"):
    """-log of the probability of word ``at`` of a text, and the attention of every hop.

    The memories are the latest ``memory`` words before it, as many as there are; the others are not
    there, or zeros.
    """
    dim = params["words"].shape[-1]
    linear = {"half": dim // 2, "all": 0, "none": dim}[rectified]
    state = [initial] * dim
    attention = []
    for hop in range(hops):
        a, c = (hop, hop + 1) if tying == "adjacent" else (0, 1)
        scores, outs = [], []
        for back in range(1, min(memory, at) + 1):
            word = text[at - back]
            scores.append((params["words"][a, word] + params["times"][a, back - 1]) @ state)
            outs.append(params["words"][c, word] + params["times"][c, back - 1])
        zeros = memory - len(scores) if lacking == "empty" else 0
        weights = np.exp(np.array([*scores, *[0.0] * zeros]) - max(scores, default=0.0))
        weights = (weights / weights.sum())[: len(scores)]
        attention.append(weights)
        out = sum((w * o for w, o in zip(weights, outs, strict=True)), np.zeros(dim))
        carried = np.array(state) if tying == "adjacent" else params["H"] @ state
        after = carried + out
        state = np.array([z if i < linear else max(z, 0.0) for i, z in enumerate(after)])
    logits = params["words"][-1] @ state if tying == "adjacent" else state @ params["W"]
    return np.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[text[at]], attention


def total(params, text, positions, **settings):
    """The summed cost of words at these positions."""
    return sum(cost(params, text, at, **settings)[0] for at in positions)
