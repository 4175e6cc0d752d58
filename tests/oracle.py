"""End-To-End Memory Networks from the paper's equations: NumPy, float64, one word at a time.

Written to be compared with, so nothing is shared with `bench.methods.memn2n`: memories and outputs
are formed one by one, and gradients are finite differences. Every parameter may carry leading axes
(the copies that finite differences perturb), which pass through to the logits.

Parameters are named and stacked as `bench.methods.memn2n.model.MemN2N` documents: ``words[0]`` is
A_1 = B, ``words[k]`` is C_k = A_{k+1}, the last is W^T (adjacent); ``words`` is A, C (layer-wise)
or A_1, C_1, A_2, ... (untied).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Asked(NamedTuple):
    """A question as words: memories latest first, () where empty, and each one's time index."""

    memories: tuple[tuple[int, ...], ...]
    times: tuple[int, ...]
    question: tuple[int, ...]
    target: int


class Sizes(NamedTuple):
    """J, the released reading's sentence length, and the answer words of the paper's reading."""

    longest: int
    answers: tuple[int, ...]


def position_weight(spec, j: int, length: int, sizes: Sizes) -> np.ndarray:
    """l_kj for k = 1..d: the weight of a sentence's j-th word, 1-based."""
    d = spec.dim
    if spec.encoding == "bow":
        return np.ones(d)
    out = np.zeros(d)
    for k in range(1, d + 1):
        if spec.readings.position_encoding == "paper":
            out[k - 1] = (1 - j / length) - (k / d) * (1 - 2 * j / length)
        else:
            big = sizes.longest
            out[k - 1] = 1 + 4 * (k - (d + 1) / 2) * (j - (big + 1) / 2) / (d * big)
    return out


def time_weight(spec, sizes: Sizes) -> np.ndarray:
    """What T is multiplied by: 1, or the weight of slot J, where the released code puts it."""
    if spec.readings.time_scale == "paper":
        return np.ones(spec.dim)
    return position_weight(spec, sizes.longest, sizes.longest, sizes)


def logits(spec, sizes: Sizes, params, asked: Asked, linear: bool = False):
    """Logits (..., answers) and the attention of every hop, a list of (..., M)."""
    words, times = params["words"], params["times"]
    own_ends = spec.tying in ("layerwise", "untied")
    question_matrix = params["B"] if own_ends else words[..., 0, :, :]

    u = _sentence(spec, sizes, question_matrix, asked.question)
    if own_ends and spec.readings.null_columns == "released":
        # Padding is the null word, whose row of B is trained; the paper's positions end with the
        # sentence, so there it has none. sizes.longest counts the slot of a memory's time word.
        last = sizes.longest - 1 if spec.readings.question_padding == "released" else sizes.longest
        for j in range(len(asked.question) + 1, last + 1):
            if spec.encoding == "bow" or spec.readings.position_encoding == "released":
                u = u + position_weight(spec, j, sizes.longest, sizes) * question_matrix[..., 0, :]

    attention = []
    for hop in range(spec.hops):
        a = {"adjacent": hop, "layerwise": 0, "untied": 2 * hop}[spec.tying]
        c = a + 1
        scores, outputs = [], []
        for sentence, t in zip(asked.memories, asked.times, strict=True):
            m, out = (
                _memory(spec, sizes, words[..., i, :, :], times[..., i, :, :], sentence, t)
                for i in (a, c)
            )
            outputs.append(out)
            scores.append(np.sum(u * m, axis=-1) + np.zeros(words.shape[:-3]))
        p = np.stack(scores, axis=-1)
        if not linear:
            p = np.exp(p - p.max(axis=-1, keepdims=True))
            p = p / p.sum(axis=-1, keepdims=True)
        attention.append(p)
        o = sum(p[..., i, None] * output for i, output in enumerate(outputs))
        if spec.tying == "layerwise" and spec.state_map:
            u = np.sum(params["H"] * u[..., None, :], axis=-1)  # H u
        u = u + o
        if spec.nonlinearity == "relu":
            u = np.maximum(u, 0.0)

    if own_ends:
        rows = [params["W"][..., w, :] for w in range(params["W"].shape[-2])]
    else:
        rows = [words[..., -1, w, :] for w in range(words.shape[-2])]
        if spec.readings.answer_space == "released":
            rows += [times[..., -1, t, :] for t in range(times.shape[-2])]
    if spec.readings.answer_space == "paper":
        rows = [rows[w] for w in sizes.answers]
    return np.stack([np.sum(u * row, axis=-1) for row in rows], axis=-1), attention


def _sentence(spec, sizes: Sizes, matrix, sentence):
    total = np.zeros(spec.dim)
    for j, x in enumerate(sentence, start=1):
        total = total + position_weight(spec, j, len(sentence), sizes) * matrix[..., x, :]
    return total


def _memory(spec, sizes: Sizes, matrix, time_matrix, sentence, t: int):
    if not sentence:  # an empty memory: the null word alone, without a time
        return np.zeros(spec.dim)
    if not spec.temporal:
        return _sentence(spec, sizes, matrix, sentence)
    at = time_weight(spec, sizes) * time_matrix[..., t, :]
    return _sentence(spec, sizes, matrix, sentence) + at


def answer(spec, sizes: Sizes, z: np.ndarray) -> int:
    """The word that is answered, or V + t for a time word."""
    best = int(np.argmax(z))
    return sizes.answers[best] if spec.readings.answer_space == "paper" else best


def loss(spec, sizes: Sizes, params, batch, linear: bool = False):
    """Cross-entropy summed over a batch, (...)."""
    total = 0.0
    for asked in batch:
        z, _ = logits(spec, sizes, params, asked, linear)
        place = asked.target
        if spec.readings.answer_space == "paper":
            place = sizes.answers.index(asked.target)
        top = z.max(axis=-1)
        total = total + np.log(np.exp(z - top[..., None]).sum(axis=-1)) + top - z[..., place]
    return total


def gradients(spec, sizes: Sizes, params, batch, linear: bool = False, step: float = 1e-5):
    """Central finite differences of the summed loss, every parameter at once."""
    params = {name: np.asarray(value, np.float64) for name, value in params.items()}
    count = sum(value.size for value in params.values())
    copies, start = {}, 0
    for name, value in params.items():
        moved = np.broadcast_to(value.ravel(), (2, count, value.size)).copy()
        own = np.arange(value.size)
        moved[0, start + own, own] += step
        moved[1, start + own, own] -= step
        copies[name] = moved.reshape(2, count, *value.shape)
        start += value.size
    high, low = loss(spec, sizes, copies, batch, linear)
    slope, out, start = (high - low) / (2 * step), {}, 0
    for name, value in params.items():
        out[name] = slope[start : start + value.size].reshape(value.shape)
        start += value.size
    return out


def zero_null(spec, values):
    """Values with the rows of the null word that are no parameters set to zero."""
    out = {name: np.array(value) for name, value in values.items()}
    out["words"][..., 0, :] = 0.0
    if spec.tying != "adjacent" and spec.readings.null_columns == "paper":
        out["B"][0] = 0.0
        out["W"][0] = 0.0
    return out


def clipped(spec, grads):
    """Every matrix's gradient scaled to norm ``clip`` where it is longer (NumPy's own norms)."""
    order = "fro" if spec.readings.clip_norm == "frobenius" else 2

    def factor(matrix):
        size = np.linalg.norm(matrix, ord=order)
        return spec.clip / size if size > spec.clip else 1.0

    out = {name: np.array(value, np.float64) for name, value in grads.items()}
    for i in range(len(out["words"])):
        if spec.readings.clip_rows == "together":
            f = factor(np.concatenate([out["words"][i], out["times"][i]]))
            out["words"][i] *= f
            out["times"][i] *= f
        else:
            out["words"][i] *= factor(out["words"][i])
            out["times"][i] *= factor(out["times"][i])
    for name in set(out) - {"words", "times"}:
        out[name] = out[name] * factor(out[name])
    return out


def sgd_step(spec, sizes: Sizes, params, batch, rate: float, linear: bool = False):
    """Parameters after one step of plain SGD."""
    grads = clipped(spec, zero_null(spec, gradients(spec, sizes, params, batch, linear)))
    return {name: np.asarray(params[name], np.float64) - rate * grads[name] for name in params}


def read(encoded, examples, i: int, times=None) -> Asked:
    """Example ``i`` of encoded data as words; without ``times``, memory i has time index i."""

    def sentence(row):
        return tuple(int(x) for x in row if x != 0)

    memories = tuple(sentence(encoded.statements[s]) for s in examples.memory[i])
    times = range(len(memories)) if times is None else times
    question = sentence(encoded.questions[examples.question[i]])
    return Asked(memories, tuple(int(t) for t in times), question, int(examples.answer[i]))


def read_stories(vocabulary, stories, slots: int) -> list[Asked]:
    """Every question of some stories, straight from their words: latest statement first."""
    index = {word: i for i, word in enumerate(vocabulary)}
    out = []
    for story in stories:
        for question in story.questions:
            told = [tuple(index[w] for w in s) for s in story.statements[: question.seen]]
            latest = told[::-1][:slots]
            memories = (*latest, *[()] * (slots - len(latest)))
            asked = tuple(index[w] for w in question.words)
            out.append(Asked(memories, tuple(range(slots)), asked, index[question.answer]))
    return out


def sizes_of(encoded) -> Sizes:
    """J and the answer words, recomputed from the sentences themselves."""
    lengths = [np.count_nonzero(row) for row in (*encoded.statements, *encoded.questions)]
    answers = {int(a) for part in (encoded.train, encoded.test) for a in part.answer}
    return Sizes(int(max(lengths)) + 1, tuple(sorted(answers)))
