"""The language model as the spine sees it (S15 section 5); JAX is imported where something is
trained."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from bench.core.column import Column
from bench.core.method import Method, Outcome, Rule, Trainer, Work
from bench.core.rows import Row
from bench.examples.tokens import Tokens
from bench.methods.memn2n_lm import schedule
from bench.methods.memn2n_lm.row import FIELDS
from bench.methods.memn2n_lm.saved import Saved, save
from bench.methods.memn2n_lm.spec import NAME, ROUNDING, VERSION, MemN2NLM
from bench.methods.memn2n_lm.texts import Texts, texts
from bench.methods.memn2n_lm.work import step_bytes, step_seconds


class _MemN2NLM:
    name = NAME
    version = VERSION
    rounding = ROUNDING
    spec: type[Column] = MemN2NLM
    reads: type = Tokens
    splits: Sequence[str] = ("train", "valid", "test")
    fields = FIELDS
    metrics: Mapping[str, str] = {"valid_ppl": "valid_ppls", "test_ppl": "test_ppls"}
    asides: Mapping[str, Callable[[Row], float | None]] = {}
    rules: Mapping[str, Rule] = {
        "valid": Rule(
            fields=("valid_cost",),
            split="valid",
            about="the final model's validation cost",
            measure="validation cost",
        )
    }

    def early(self, row: Row) -> float:
        cost = row["early_cost"]
        return float("nan") if cost is None else float(cost)

    def needs(self, column: Column) -> tuple:
        spec = _spec(column)
        return spec.memory, bool(spec.updates)

    def prepare(self, column: Column, parts: Mapping[str, Mapping[str, Any]]) -> Texts:
        return texts(_spec(column), parts)

    def work(self, column: Column, prepared: Texts) -> Work:
        spec = _spec(column)
        updates = spec.updates or len(prepared.train) // spec.batch
        read = (len(prepared.valid) + len(prepared.test)) // spec.batch / 3  # no gradient
        step = step_seconds(spec, len(prepared.vocabulary))
        return Work(step * (updates + read) * schedule.length(spec, ()), step_bytes(spec))

    def trainer(self, column: Column, prepared: Texts, devices: Sequence, stream: int) -> Trainer:
        from bench.methods.memn2n_lm import training

        return training.Trainer(_spec(column), prepared, *devices, stream=stream)

    def place(self, saved: Path, seeds: Sequence[int]) -> Hashable:
        from bench.train import checkpoint

        progress = checkpoint.load(saved, seeds)
        return progress and progress.place

    def save_model(self, path: Path, run: Row, outcome: Outcome, prepared: Texts) -> None:
        save(path, Saved(dict(outcome.params), run, prepared.vocabulary))


def _spec(column: Column) -> MemN2NLM:
    return cast(MemN2NLM, column)


METHOD: Method = _MemN2NLM()
