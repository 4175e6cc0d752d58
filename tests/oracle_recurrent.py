"""Recurrent networks from their equations: NumPy, float64, one text at a time.

Shares nothing with `bench.train.cells`. Parameters are named as it documents; an LSTM's four gates
lie side by side in the order i, f, g, o.
"""

from __future__ import annotations

import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def states(params, cell, ids, state=None):
    """The hidden states (T, d) behind each word of a text, and all that is handed on at the end."""
    p = {name.removeprefix("cell/"): np.asarray(value, float) for name, value in params.items()}
    dim = p["words"].shape[1]
    h, c = state or (np.zeros(dim), np.zeros(dim))
    found = []
    for word in ids:
        x = p["words"][word]
        if cell == "rnn":
            h = np.tanh(x @ p["dense_i/kernel"] + p["dense_i/bias"] + h @ p["dense_h/kernel"])
        else:
            gates = x @ p["dense_i/kernel"] + h @ p["dense_h/kernel"] + p["dense_h/bias"]
            i, f, g, o = gates.reshape(4, dim)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        found.append(h)
    return np.array(found).reshape(-1, dim), (h, c)


def costs(params, scored, right):
    """Nats of the right one of A things for each of (N, d) states, and whether it scores most."""
    scores = scored @ np.asarray(params["out"], float) + np.asarray(params["bias"], float)
    total = np.log(np.exp(scores - scores.max(1, keepdims=True)).sum(1)) + scores.max(1)
    rows = np.arange(len(scores))
    return total - scores[rows, right], scores.argmax(1) == right


def answered(params, cell, texts, right):
    """Of texts, lists of words' numbers: the costs of the right answers, and whether they score
    most."""
    last = [states(params, cell, ids)[0][-1] for ids in texts]
    return costs(params, np.array(last), np.asarray(right))


def spoken_costs(params, cell, heard, said):
    """Nats of answers, lists of words' numbers, behind texts heard: every word's, and the end's,
    which is 0."""
    found = []
    for ids, answer in zip(heard, said, strict=True):
        before, state = states(params, cell, ids)
        after, _ = states(params, cell, answer, state)
        scored = np.concatenate([before[-1:], after])
        found.append(costs(params, scored, np.array([*answer, 0]))[0].sum())
    return np.array(found)


def spoken(params, cell, ids, most):
    """The likeliest word at every step, behind a text heard, to the end or ``most`` of them."""
    before, state = states(params, cell, ids)
    h, answer = before[-1], []
    for _ in range(most):
        word = int(
            (h @ np.asarray(params["out"], float) + np.asarray(params["bias"], float)).argmax()
        )
        if word == 0:
            break
        answer.append(word)
        after, state = states(params, cell, [word], state)
        h = after[-1]
    return answer
