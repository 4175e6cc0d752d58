"""Trains restarts that read word streams (W14 3.2): a segmenter each, then O and R on the segments
that it cuts. The segmenters of all restarts are trained side by side, and so are their O and R.

Where a restart's segmenter cuts does not depend on its companions, and neither do its words, its
answers and how many slots it has; so its row does not, either.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import jax
import numpy as np

from bench.core.method import Outcome, Tick, unwatched
from bench.methods.memnn import training
from bench.methods.memnn.memory import Encoded, side_by_side
from bench.methods.memnn.row import cut_row, row
from bench.methods.memnn.segmenter import Segmenter
from bench.methods.memnn.segments import Streams
from bench.methods.memnn.spec import MemNN as Spec
from bench.train.lanes import Lanes


class Trainer:
    """Trains restarts (`bench.core.method.Trainer`). Its programs are compiled once for as many
    distinct segments.

    Args:
        devices, stream, block: as `bench.methods.memnn.training.Trainer`'s.
    """

    def __init__(
        self,
        spec: Spec,
        streams: Streams,
        *devices: jax.Device,
        stream: int = 0,
        block: int | None = None,
    ):
        self.spec, self.streams = spec, streams
        self._devices, self._stream, self._block = devices, stream, block
        self._reader: training.Trainer | None = None
        self.segmenter = Segmenter(spec, streams, Lanes(devices), stream)

    def train(
        self,
        seeds: Sequence[int],
        *,
        saved: Sequence[Path] = (),
        stop: Callable[[], bool] = lambda: False,
        tick: Tick = unwatched,
    ) -> list[Outcome] | None:
        """As `bench.core.method.Trainer.train`. Checkpoints are of O and R: the segmenters are
        trained anew."""
        begun = time.perf_counter()
        trained = self.segmenter.train(np.asarray(seeds, np.int32), stop)
        if trained is None:
            return None
        params, losses = trained
        running = self.streams.running
        cuts = {split: self.segmenter.cut(params, text) for split, text in running.items()}
        read = self._read(cuts)
        seconds = (time.perf_counter() - begun) / len(seeds)
        outcomes = self._trained_on(read).train(seeds, saved=saved, stop=stop, tick=tick)
        if outcomes is None:
            return None
        found = []
        for i, one in enumerate(outcomes):
            lost = np.flatnonzero(~np.isfinite(losses[:, i]))
            one = dataclasses.replace(one, diverged=int(lost[0]) + 1) if len(lost) else one
            whole = cut_row(row(one, read[i]), self.streams.boundaries(cuts["test"][i], "test"))
            own = {name: np.asarray(value[i]) for name, value in params.items()}
            found.append(
                Outcome(one.seed, whole, one.seconds + seconds, one.lanes, {**one.params, **own})
            )
        return found

    def _trained_on(self, read: Sequence[Encoded]) -> training.Trainer:
        """The trainer of O and R, put to what each restart reads."""
        encoded = side_by_side(read)
        if self._reader is None:
            self._reader = training.Trainer(
                self.spec, encoded, *self._devices, stream=self._stream, block=self._block
            )
        else:
            self._reader.read(encoded)
        return self._reader

    def _read(self, cuts: Mapping[str, np.ndarray]) -> list[Encoded]:
        """What each restart reads; those that cut alike read the same."""
        alike: dict[bytes, Encoded] = {}
        found = []
        for i in range(len(cuts["train"])):
            own = {split: cut[i] for split, cut in cuts.items()}
            name = b"".join(cut.tobytes() for cut in own.values())
            if name not in alike:
                alike[name] = self.streams.encoded(own)
            found.append(alike[name])
        return found
