"""Trains restarts whose R speaks: first O, where there are facts to teach it, then R.

R is taught on the true facts, and measured on the memories that O finds. Of all epochs' models the
one that errs least on the questions held out is kept, of equals the one of the least cost.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from bench.core.method import Tick, Work, unwatched
from bench.methods.memnn import training
from bench.methods.memnn.cost import block_updates, choosing_work, speaking_work, speech_seconds
from bench.methods.memnn.hearing import Heard
from bench.methods.memnn.memory import Examples
from bench.methods.memnn.model import Params
from bench.methods.memnn.speaker import accepted, costs, optimizer, speak, update
from bench.methods.memnn.spec import MemNN, Speech
from bench.methods.memnn.step import CHUNK, draw
from bench.methods.memnn.training import Outcome
from bench.train import cells, checkpoint, leaves, loop
from bench.train.fixed import Fixed
from bench.train.lanes import Array, Lanes
from bench.train.loop import Plan
from bench.train.progress import Progress, State

ORDER = 1 << 31
"""Apart in a group's stream: R's initial values and order from O's."""

_BEST, _MOMENTS, _FINDS = "best/", "moments/", "finds/"


class Trainer:
    """Trains restarts; programs are compiled once.

    Args:
        devices, stream, block: as `bench.methods.memnn.training.Trainer`'s, block that of R.
    """

    def __init__(
        self,
        spec: MemNN,
        heard: Heard,
        *devices: jax.Device,
        stream: int = 0,
        block: int | None = None,
    ):
        assert spec.speech is not None
        self.spec, self.speech, self.heard = spec, spec.speech, heard
        self.encoded, self.stream = heard.encoded, stream ^ ORDER
        self.lanes = Lanes(devices)
        self.finder: training.Trainer | None = None
        if heard.finds:
            alone = dataclasses.replace(spec, speech=None)
            self.finder = training.Trainer(alone, heard.encoded, *devices, stream=stream)
        self.updates = -(-len(self.encoded.fit) // self.speech.batch)
        self.fit = self.lanes.copy((self._taught(), heard.train.said[self.encoded.fit]))
        self.block = block or block_updates(speech_seconds(self.speech, heard.length))
        first = choosing_work(spec, self.encoded) if self.finder else Work(0.0, 0)
        self.share = first.seconds / speaking_work(spec, heard).seconds
        self._block = self.lanes.program(partial(_block, self.speech), (0, 0, None, 0, None, None))
        self._score = self.lanes.program(partial(_score, self.speech.cell), (0, 0, None))

    def train(
        self,
        seeds: Sequence[int],
        *,
        saved: Sequence[Path] = (),
        stop: Callable[[], bool] = lambda: False,
        tick: Tick = unwatched,
    ) -> list[Outcome] | None:
        """As `bench.core.method.Trainer.train`."""
        begin: State | None = None
        if self.finder and not _speaks(checkpoint.load_all(saved, seeds)):
            found = self.finder.updated(
                seeds,
                saved=saved,
                stop=stop,
                tick=lambda share, note: tick(share * self.share, note),
            )
            if found is None:
                return None
            begin = self.init(seeds, found)
            checkpoint.save_all(saved, seeds, Progress(begin, [[] for _ in seeds]))
        progress = loop.train(
            _Course(self, seeds, begin), seeds, saved=saved, stop=stop,
            tick=lambda share, note: tick(self.share + share * (1.0 - self.share), note),
        )  # fmt: skip
        return None if progress is None else self._outcomes(seeds, progress)

    def init(self, seeds: Sequence[int], found: Progress | None = None) -> State:
        """The state before R's first update. O's parameters go with it, the seconds it took, and
        whether it diverged.

        Args:
            found: what O was trained to, where there is one.
        """
        restarts, words, speech = len(seeds), len(self.heard.vocabulary), self.speech
        drawn = np.asarray(seeds, np.int32)
        params = cells.initial(speech.cell, words, speech.dim, words, drawn, self.stream)
        one = {name: value[0] for name, value in params.items()}
        finds = found.state.params if found else {}
        running = {
            "cost": np.zeros(restarts, np.float32),
            "least": np.full(restarts, np.inf, np.float32),
            "lost": _lost(found, restarts),
            "before": np.full(restarts, found.seconds if found else 0.0, np.float32),
            **{_BEST + name: value for name, value in params.items()},
            **{_FINDS + name: np.asarray(value) for name, value in finds.items()},
            **leaves.named(_MOMENTS, optimizer(speech).init(one), restarts),
        }
        return self.lanes.split(State(params, running))

    def hears(self, running: Mapping[str, Array], part: str) -> tuple[np.ndarray, np.ndarray]:
        """What R hears of 'fit', 'valid' or 'test', supporting facts unseen, (R, N, T); and the
        memories that O found of it, (R, N, K)."""
        restarts, asked = len(running["least"]), self._asked(part)
        if self.finder is None:
            texts = self.heard.words("test" if part == "test" else "train")[self._which(part)]
            return np.stack([texts] * restarts), np.zeros((restarts, len(asked), 0), np.int32)
        (order,) = self.spec.orders
        o = training.of_order(_under(_FINDS, running), order)
        slots = self.finder.replies(o, order, part)[0].found
        return np.stack([self.heard.hears(asked, found) for found in slots]), slots

    def scores(self, params: Params, heard: np.ndarray, part: str) -> Scored:
        """How R answers 'fit', 'valid' or 'test', ``heard`` (R, N, T) of it."""
        answers = self.heard.test if part == "test" else self.heard.train
        answers, count = answers.take(self._which(part)), heard.shape[1]
        found = []
        for at in range(0, count, CHUNK):
            some = np.minimum(at + np.arange(CHUNK), count - 1)
            those = answers.take(some)
            texts, told = self.lanes.split(heard[:, some]), (those.said, those.verdict)
            found.append(self._score(params, texts, self.lanes.copy(told)))
        whole = (np.concatenate(list(map(np.asarray, a)), 1) for a in zip(*found, strict=True))
        return Scored(*(array[:, :count] for array in whole))

    def run(self, state: State, chance: tuple[Array, Array], updates: range) -> State:
        """Updates of an epoch."""
        ends = np.int32(updates.start), np.int32(updates.stop)
        return State(*self._block(state.params, state.running, self.fit, chance, *ends))

    def chance(self, seeds: Sequence[int], epoch: int) -> tuple[Array, Array]:
        """An epoch's questions, (R, U, B), each once, and their weights."""
        which, own = np.arange(len(self.encoded.fit)), np.asarray(seeds, np.int32)
        drawn = draw(self.lanes, self.stream, own, epoch, which, self.speech.batch, 0)
        return self.lanes.split((drawn.chosen, drawn.weight))

    def close(self, state: State, heard: np.ndarray) -> tuple[State, np.ndarray]:
        """The end of an epoch: the best model so far is kept; figures, (R, 3): mean cost of what it
        was trained on, then share of errors and cost of what is held out, ``heard`` (R, N, T)."""
        scored = self.scores(state.params, heard, "valid")
        running = {name: np.asarray(value) for name, value in state.running.items()}
        cost, wrong = scored.cost.mean(axis=1), (~scored.right).sum(axis=1)
        rank = (wrong + cost / (1.0 + cost)).astype(np.float32)  # a cost is less than an error
        better = rank < running["least"]
        for name, value in state.params.items():
            best = running[_BEST + name]
            those = better.reshape(-1, *[1] * (best.ndim - 1))
            running[_BEST + name] = np.where(those, np.asarray(value), best)
        trained = running["cost"] / len(self.encoded.fit)
        figures = np.stack([trained, wrong / heard.shape[1], cost], axis=1)
        running["least"] = np.where(better, rank, running["least"])
        running["cost"] = np.zeros_like(running["cost"])
        return State(state.params, self.lanes.split(running)), figures

    def _outcomes(self, seeds: Sequence[int], progress: Progress) -> list[Outcome]:
        begun, running = time.perf_counter(), progress.state.running
        best = _under(_BEST, running)
        loss, error = {}, {}
        for part in ("fit", "valid", "test"):
            heard, slots = self.hears(running, part)
            scored = self.scores(best, heard, part)
            loss[part] = scored.cost.astype(float).mean(axis=1)
            error[part] = 1.0 - scored.right.mean(axis=1)
        names = {f"R/{name}": np.asarray(value) for name, value in best.items()}
        if self.finder:
            o = training.of_order(_under(_FINDS, running), self.spec.orders[0])
            names |= {n: np.asarray(value) for n, value in o.items() if n.startswith("O/")}
        seconds = progress.seconds + time.perf_counter() - begun
        outcomes = []
        for lane, seed in enumerate(seeds):
            curve, lost = progress.curves[lane], int(running["lost"][lane])
            bad = [epoch for epoch, row in enumerate(curve, 1) if not np.isfinite(row).all()]
            outcomes.append(
                Outcome(
                    seed=seed,
                    order=self.spec.orders[0],
                    train_loss=float(loss["fit"][lane]),
                    train_error=float(error["fit"][lane]),
                    valid_loss=float(loss["valid"][lane]),
                    valid_error=float(error["valid"][lane]),
                    test_right=scored.right[lane],
                    test_found=slots[lane],
                    diverged=lost if lost else next(iter(bad), None),
                    curve=curve,
                    params={name: value[lane] for name, value in names.items()},
                    seconds=(seconds + float(running["before"][lane])) / len(seeds),
                    lanes=len(seeds) // len(self.lanes.devices),
                )
            )
        return outcomes

    def _taught(self) -> np.ndarray:
        """(N, T): what R hears of the questions it is trained on, the true facts found."""
        encoded = self.encoded
        if self.finder is None:
            return self.heard.words("train")[encoded.fit]
        asked = encoded.train.take(encoded.fit)
        return self.heard.hears(asked, asked.support)

    def _which(self, part: str) -> np.ndarray:
        """The questions of a part, among those of its split."""
        encoded = self.encoded
        every = np.arange(len(encoded.test), dtype=np.int32)
        return {"fit": encoded.fit, "valid": encoded.valid, "test": every}[part]

    def _asked(self, part: str) -> Examples:
        split = self.encoded.test if part == "test" else self.encoded.train
        return split.take(self._which(part))


class Scored(NamedTuple):
    """Of answers (R, N): costs in nats, and whether what R says is right."""

    cost: Array
    right: Array


class _Course(Fixed):
    """R's training, see `bench.train.loop.Course`. A row of its curves is `Trainer.close`'s."""

    def __init__(self, trainer: Trainer, seeds: Sequence[int], begin: State | None):
        super().__init__(trainer.speech.epochs)
        self._trainer, self._begin = trainer, begin
        self._seeds = seeds
        self.updates, self.block_updates = trainer.updates, trainer.block
        self._valid: np.ndarray | None = None
        self._chance = lru_cache(1)(partial(trainer.chance, seeds))

    def begin(self) -> State:
        return self._begin or self._trainer.init(self._seeds)

    def resume(self, state: State) -> State:
        return self._trainer.lanes.split(state)

    def run(self, state: State, epoch: int, updates: range, plan: Plan) -> State:
        del plan
        return self._trainer.run(state, self._chance(epoch), updates)

    def figures(self, state: State, plan: Plan) -> tuple[State, Callable[[], np.ndarray]]:
        del plan
        if self._valid is None:
            self._valid, _ = self._trainer.hears(state.running, "valid")
        after, figures = self._trainer.close(state, self._valid)
        return after, lambda: figures


def _block(
    spec: Speech,
    params: dict[str, jax.Array],
    running: dict[str, jax.Array],
    fit: tuple[jax.Array, jax.Array],
    chance: tuple[jax.Array, jax.Array],
    start: jax.Array,
    stop: jax.Array,
) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
    """Updates ``start`` .. ``stop`` of an epoch, of one restart."""
    heard, said = fit
    chosen, weights = chance
    moments = leaves.like(_MOMENTS, running, jax.eval_shape(optimizer(spec).init, params))

    def one(i: jax.Array, state: tuple[Any, Any, jax.Array]) -> tuple[Any, Any, jax.Array]:
        params, moments, total = state
        those, weight = chosen[i], weights[i]
        params, moments, cost = update(spec, params, moments, heard[those], said[those], weight)
        return params, moments, total + cost * weight.sum()

    params, moments, cost = jax.lax.fori_loop(start, stop, one, (params, moments, running["cost"]))
    return params, {**running, **leaves.named(_MOMENTS, moments), "cost": cost}


def _score(
    cell: str, params: Params, heard: jax.Array, answers: tuple[jax.Array, jax.Array]
) -> Scored:
    said, verdict = answers
    right = accepted(verdict, speak(cell, params, heard, said.shape[1]))
    return Scored(costs(cell, params, heard, said), right)


def _under(prefix: str, running: Mapping[str, Array]) -> Params:
    """What is kept under a prefix, by its own names."""
    return {n.removeprefix(prefix): v for n, v in running.items() if n.startswith(prefix)}


def _speaks(progress: Progress | None) -> bool:
    """Whether a checkpoint is of R's training; else O is under way."""
    return progress is not None and "least" in progress.state.running


def _lost(found: Progress | None, restarts: int) -> np.ndarray:
    """(R,) the first epoch in which O's loss was no longer finite, 0 if it always was."""
    lost = np.zeros(restarts, np.int32)
    for lane, curve in enumerate(found.curves if found else []):
        bad = (epoch for epoch, row in enumerate(curve, 1) if not np.isfinite(row[0]))
        lost[lane] = next(bad, 0)
    return lost
