"""The recurrent network as the spine sees it; JAX is imported where something is trained."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from bench.core.column import Column
from bench.core.method import Method, Outcome, Rule, Trainer, Work
from bench.core.rows import Row
from bench.examples.stories import Story
from bench.methods.recurrent.row import FIELDS
from bench.methods.recurrent.saved import save
from bench.methods.recurrent.sequences import Sequences, sequences
from bench.methods.recurrent.spec import NAME, VERSION, Recurrent
from bench.methods.recurrent.work import step_bytes, step_seconds


class _Recurrent:
    name = NAME
    version = VERSION
    rounding = 1
    spec: type[Column] = Recurrent
    reads: type = Story
    splits: Sequence[str] = ("train", "test")
    fields = FIELDS
    metrics: Mapping[str, str] = {"test_error": "test_errors"}
    asides: Mapping[str, Callable[[Row], float | None]] = {}
    rules: Mapping[str, Rule] = {
        "valid": Rule(
            fields=("valid_error", "valid_cost"),
            split="valid",
            about="its best epoch's error on the training questions held out",
            measure="validation error",
        ),
        "mean": Rule(fields=(), split="valid", about="", measure=""),
    }

    def early(self, row: Row) -> float:
        cost = row["curves"]["train_cost"][0]
        return float("nan") if cost is None else float(cost)

    def needs(self, column: Column) -> tuple:
        spec = _spec(column)
        return spec.words, spec.text, spec.holdout, spec.batch

    def prepare(self, column: Column, parts: Mapping[str, Mapping[str, Any]]) -> Sequences:
        return sequences(_spec(column), parts)

    def work(self, column: Column, prepared: Sequences) -> Work:
        spec, fit = _spec(column), prepared.fit
        step = step_seconds(spec, float(fit.length.mean()))
        return Work(step * len(fit) / spec.batch * spec.epochs, step_bytes(spec))

    def trainer(
        self, column: Column, prepared: Sequences, devices: Sequence, stream: int
    ) -> Trainer:
        from bench.methods.recurrent import training

        return training.Trainer(_spec(column), prepared, *devices, stream=stream)

    def place(self, saved: Path, seeds: Sequence[int]) -> Hashable:
        from bench.train import checkpoint

        progress = checkpoint.load(saved, seeds)
        return progress and progress.place

    def save_model(self, path: Path, run: Row, outcome: Outcome, prepared: Sequences) -> None:
        save(path, run, outcome, prepared)


def _spec(column: Column) -> Recurrent:
    return cast(Recurrent, column)


METHOD: Method = _Recurrent()
