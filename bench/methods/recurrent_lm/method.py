"""The recurrent language model as the spine sees it; JAX is imported where something is trained."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from bench.core import arrays
from bench.core.column import Column
from bench.core.method import Method, Outcome, Rule, Trainer, Work
from bench.core.rows import Row
from bench.examples.tokens import Tokens
from bench.methods.recurrent_lm.row import FIELDS
from bench.methods.recurrent_lm.spec import NAME, VERSION, RecurrentLM
from bench.methods.recurrent_lm.texts import Texts, texts
from bench.methods.recurrent_lm.work import step_bytes, step_seconds


class _RecurrentLM:
    name = NAME
    version = VERSION
    rounding = 1
    spec: type[Column] = RecurrentLM
    reads: type = Tokens
    splits: Sequence[str] = ("train", "valid", "test")
    fields = FIELDS
    metrics: Mapping[str, str] = {"valid_ppl": "valid_ppls", "test_ppl": "test_ppls"}
    asides: Mapping[str, Callable[[Row], float | None]] = {}
    rules: Mapping[str, Rule] = {
        "valid": Rule(
            fields=("valid_cost",),
            split="valid",
            about="its best epoch's validation cost",
            measure="validation cost",
        )
    }

    def early(self, row: Row) -> float:
        cost = row["early_cost"]
        return float("nan") if cost is None else float(cost)

    def needs(self, column: Column) -> tuple:
        spec = _spec(column)
        return spec.batch, spec.steps, bool(spec.updates)

    def prepare(self, column: Column, parts: Mapping[str, Mapping[str, Any]]) -> Texts:
        return texts(_spec(column), parts)

    def work(self, column: Column, prepared: Texts) -> Work:
        spec, words = _spec(column), len(prepared.vocabulary)
        updates = spec.updates or prepared.train.shape[1] // spec.steps
        read = len(prepared.valid) / (spec.batch * spec.steps) / 3  # no gradient
        seconds = step_seconds(spec, words) * (updates + read) * spec.epochs
        return Work(seconds, step_bytes(spec, words))

    def trainer(self, column: Column, prepared: Texts, devices: Sequence, stream: int) -> Trainer:
        from bench.methods.recurrent_lm import training

        return training.Trainer(_spec(column), prepared, *devices, stream=stream)

    def place(self, saved: Path, seeds: Sequence[int]) -> Hashable:
        from bench.train import checkpoint

        progress = checkpoint.load(saved, seeds)
        return progress and progress.place

    def save_model(self, path: Path, run: Row, outcome: Outcome, prepared: Texts) -> None:
        head = {"run": run, "vocabulary": list(prepared.vocabulary)}
        arrays.save(path, head, outcome.params)


def _spec(column: Column) -> RecurrentLM:
    return cast(RecurrentLM, column)


METHOD: Method = _RecurrentLM()
