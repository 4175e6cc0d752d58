"""The learned segmenter of word streams (W14 3.2 and appendix).

    seg(c) = W_seg . U_S Phi_seg(c)

c are the words since the last cut, Phi_seg(c) their bag, with a dictionary of its own: U_S is the
parameter ``S/words`` (V, n), W_seg is ``S/cut`` (n,). Once seg(c) > gamma the words are a segment.
A bag knows no order, and needs none where a segment is finished as soon as it has a word of some
kind: in the simulated world a place or an object, which is a statement's last word. The loss is

    sum_{f in F} max(0, gamma - seg(f)) + sum_{f' in F'} max(0, gamma + seg(f'))

over F, the known supporting segments, and F', what is unfinished of them
(`bench.methods.memnn.segments`): SGD, a known segment and its unfinished ones an update, with the
spec's gamma, n, rate and its schedule, epochs and initial values.

Shapes: R restarts, N known segments, L words of one, V words, n dimension, T words read.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from bench.methods.memnn.parameters import of_segmenter
from bench.methods.memnn.segments import Known, Running, Streams
from bench.methods.memnn.spec import MemNN as Spec
from bench.train import draws
from bench.train.initial import initial
from bench.train.lanes import Array, Lanes

ORDER = 1 << 30
"""Apart in a group's stream: the segmenter's initial values and order from those of O and R."""

Params = dict[str, Array]


def scores(params: Params, words: jax.Array) -> jax.Array:
    """(L,) seg of what was read after each word, nothing cut in between.

    Args:
        words: (L,) int32.
    """
    return jnp.cumsum(params["S/words"][words] @ params["S/cut"])


def loss(params: Params, words: jax.Array, length: jax.Array, gamma: float) -> jax.Array:
    """() the loss of one known segment, the first ``length`` of ``words`` (L,): max(0, gamma - seg)
    of the whole and max(0, gamma + seg) of every beginning of it."""
    seg, read = scores(params, words), 1 + jnp.arange(len(words))
    margin = gamma + jnp.where(read == length, -seg, seg)
    return jnp.sum(jnp.where(read <= length, jnp.maximum(0.0, margin), 0.0))


def begins(known: Known, cuts: Array, first: Array) -> jax.Array:
    """(N,) int32, how many words were read before a known segment's first, what joins it to the one
    before among them (`bench.methods.memnn.segments`).

    Args:
        cuts: (T,) bool, whether a segment of the segmenter's own ends with that word.
        first: (T,) bool, the first word of each stream.
    """
    read = 1 + jnp.arange(len(cuts), dtype=jnp.int32)
    stream = jax.lax.cummax(jnp.where(first, read - 1, 0))
    last = jnp.append(0, jax.lax.cummax(jnp.where(cuts, read, 0)))[:-1]
    whole = cuts & (read - jnp.maximum(last, stream) >= known.shortest)
    own = jnp.append(0, jax.lax.cummax(jnp.where(whole, read, 0)))[known.start]
    own = jnp.maximum(own, stream[known.start])
    begin: Array = known.start
    for cut_at in (own, known.before):  # what is known goes first
        begin = jnp.where(known.start - cut_at < known.shortest, cut_at, begin)
    return begin


def cut(params: Params, running: Running, gamma: float) -> jax.Array:
    """(T,) bool, whether a segment ends with that word; seg begins anew behind a segment, and with
    a stream. A word without an embedding adds nothing."""
    score = jnp.append(params["S/words"] @ params["S/cut"], 0.0)

    def read(seg: jax.Array, at: Running) -> tuple[jax.Array, jax.Array]:
        seg = jnp.where(at.first, 0.0, seg) + score[at.words]
        ends = seg > gamma
        return jnp.where(ends, 0.0, seg), ends

    return jax.lax.scan(read, jnp.zeros_like(score[0]), running)[1]


class Segmenter:
    """Trains a segmenter a restart, and cuts streams with it; programs are compiled once.

    Beside O and R it takes little: a training that is resumed trains it anew, to the same bits.

    Args:
        stream: the group's, see `bench.train.draws`.
    """

    def __init__(self, spec: Spec, streams: Streams, lanes: Lanes, stream: int):
        self._spec, self._lanes, self._stream = spec, lanes, stream ^ ORDER
        known, words = streams.known, len(streams.words)
        self._count = len(known.start)
        self._most = int(known.longest + known.shortest) - 1
        self._taught = lanes.copy((known, streams.running["train"]))
        self._shapes = of_segmenter(words, spec.dim)
        self._epoch = lanes.program(self._updates, (0, 0, None, None))
        self._cut = lanes.program(lambda p, running: cut(p, running, spec.gamma), (0, None))

    def train(
        self, seeds: np.ndarray, stop: Callable[[], bool]
    ) -> tuple[Params, np.ndarray] | None:
        """Parameters with R in front and (epochs, R) mean losses; None if ``stop`` is true before
        an epoch.

        Args:
            seeds: (R,) int32.
        """
        lanes, spec = self._lanes, self._spec
        params = lanes.split(initial(lanes, self._stream, seeds, self._shapes, {}, spec.init_std))
        losses = []
        for epoch in range(1, spec.epochs + 1):
            if stop():
                return None
            drawn = np.asarray(draws.uniform(lanes, self._stream, seeds, epoch, self._count))
            order = np.argsort(drawn[:, : self._count], axis=1, kind="stable").astype(np.int32)
            params, total = self._epoch(params, lanes.split(order), np.int32(epoch), self._taught)
            losses.append(np.asarray(total) / self._count)
        return params, np.array(losses)

    def cut(self, params: Params, running: Running) -> np.ndarray:
        """(R, T) bool, see `cut`."""
        return np.asarray(self._cut(params, self._lanes.copy(running)))

    def _updates(
        self, params: Params, order: jax.Array, epoch: jax.Array, taught: tuple[Known, Running]
    ) -> tuple[Params, jax.Array]:
        spec, (known, running) = self._spec, taught
        own = cut(params, running, spec.gamma) & (epoch > 1)  # before, it has learned nothing
        begin = begins(known, own, running.first)

        def update(n: jax.Array, state: tuple[Params, jax.Array]) -> tuple[Params, jax.Array]:
            params, total = state
            first, end = begin[order[n]], known.end[order[n]]
            words = running.words[first + jnp.arange(self._most)]
            value, grads = jax.value_and_grad(loss)(params, words, end - first, spec.gamma)
            size: Array = spec.rate
            if spec.schedule == "linear":
                done = (epoch - 1) * self._count + n
                size = spec.rate * (1.0 - done / (spec.epochs * self._count))
            return {k: p - size * grads[k] for k, p in params.items()}, total + value

        zero = jnp.zeros_like(params["S/cut"][0])
        return jax.lax.fori_loop(0, self._count, update, (params, zero))
