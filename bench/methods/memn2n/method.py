"""MemN2N as the spine sees it (S15); JAX is imported where something is trained."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from bench.core.column import Column
from bench.core.errors import BenchError
from bench.core.method import Method, Outcome, Rule, Tick, Trainer, Work, unwatched
from bench.core.rows import Row
from bench.examples.encode import Encoded, encode
from bench.examples.stories import Story
from bench.methods.memn2n.cost import step_seconds
from bench.methods.memn2n.row import FIELDS, row
from bench.methods.memn2n.saved import TRAINING, Saved, save
from bench.methods.memn2n.schedule import most_epochs
from bench.methods.memn2n.spec import NAME, VERSION, MemN2N

if TYPE_CHECKING:
    from bench.methods.memn2n import training


class _MemN2N:
    name = NAME
    version = VERSION
    rounding = 1
    spec: type[Column] = MemN2N
    reads: type = Story
    splits: Sequence[str] = ("train", "test")
    fields = FIELDS
    metrics: Mapping[str, str] = {"test_error": "test_errors"}
    asides: Mapping[str, Callable[[Row], float | None]] = {}
    rules: Mapping[str, Rule] = {
        "released": Rule(
            fields=("running_error", "running_loss"),
            split="train",
            about="its last epoch's running training error, as in the authors' released code",
            measure="training error",
        ),
        "paper": Rule(
            fields=("train_error", "train_loss"),
            split="train",
            about="the final model's training error, as the paper's text has it",
            measure="training error",
        ),
    }

    def early(self, row: Row) -> float:
        loss = row["curves"]["train_loss"][0]
        return float("nan") if loss is None else float(loss)

    def needs(self, column: Column) -> tuple:
        spec = _spec(column)
        return spec.memory_size, spec.holdout, spec.joint

    def prepare(self, column: Column, parts: Mapping[str, Mapping[str, Any]]) -> Encoded:
        spec = _spec(column)
        encoded = encode(
            [(unit, split["train"]) for unit, split in parts.items()],
            [(unit, split["test"]) for unit, split in parts.items()],
            memory_size=spec.memory_size,
            holdout=spec.holdout,
            joint=spec.joint,
        )
        if len(encoded.fit) < spec.batch:
            raise BenchError(
                f"{len(encoded.fit)} training questions, less those held out, do not fill a batch "
                f"of {spec.batch}; give more training data, or {column.where} a smaller 'batch'"
            )
        return encoded

    def work(self, column: Column, prepared: Encoded) -> Work:
        spec = _spec(column)
        lane_bytes = batch_bytes(spec, prepared)
        rows = prepared.statement_words + prepared.memory_slots
        step = step_seconds(spec, lane_bytes / (4 * spec.batch), rows)
        return Work(step * len(prepared.fit) / spec.batch * most_epochs(spec), lane_bytes)

    def trainer(self, column: Column, prepared: Encoded, devices: Sequence, stream: int) -> Trainer:
        from bench.methods.memn2n import training

        return _Trainer(
            training.Trainer(_spec(column), prepared, *devices, stream=stream), prepared
        )

    def place(self, saved: Path, seeds: Sequence[int]) -> Hashable:
        from bench.train import checkpoint

        progress = checkpoint.load(saved, seeds)
        return progress and progress.place

    def save_model(self, path: Path, run: Row, outcome: Outcome, prepared: Encoded) -> None:
        kept = {name: outcome.row[name] for name in TRAINING}
        save(path, Saved(dict(outcome.params), run, prepared.sizes, kept))


class _Trainer:
    """`bench.methods.memn2n.training.Trainer` with outcomes as rows."""

    def __init__(self, trainer: training.Trainer, prepared: Encoded):
        self._trainer = trainer
        self._prepared = prepared

    def train(
        self,
        seeds: Sequence[int],
        *,
        saved: Sequence[Path] = (),
        stop: Callable[[], bool] = lambda: False,
        tick: Tick = unwatched,
    ) -> list[Outcome] | None:
        outcomes = self._trainer.train(seeds, saved=saved, stop=stop, tick=tick)
        if outcomes is None:
            return None
        return [
            Outcome(
                one.seed,
                row(one, self._prepared, self._trainer.spec.batch),
                one.seconds,
                one.lanes,
                one.params,
            )
            for one in outcomes
        ]


def batch_bytes(spec: MemN2N, encoded: Encoded) -> int:
    """Size of the features that one restart's batch reads, (B, M, F) float32, roughly.

    About as many as the words of a task's statements (`bench.methods.memn2n.features`).
    """
    tasks = encoded.statement_task
    features = max(len(np.unique(encoded.statements[tasks == task])) for task in np.unique(tasks))
    return 4 * spec.batch * encoded.memory_slots * features


def _spec(column: Column) -> MemN2N:
    return cast(MemN2N, column)


METHOD: Method = _MemN2N()
