"""The memory network over triples as the spine sees it; JAX is imported where something is
trained."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bench.core import arrays
from bench.core.column import Column
from bench.core.errors import BenchError
from bench.core.method import Method, Outcome, Rule, Trainer, Work
from bench.core.rows import Row
from bench.examples.triples import Triples
from bench.methods.memnn_triples.row import FIELDS
from bench.methods.memnn_triples.saved import save
from bench.methods.memnn_triples.spec import NAME, VERSION, MemNNTriples
from bench.methods.memnn_triples.work import step_seconds, table_bytes


@dataclass(frozen=True, eq=False)
class Memory:
    """What is trained and tested on, and of which unit."""

    unit: str
    data: Triples


class _MemNNTriples:
    name = NAME
    version = VERSION
    rounding = 1
    spec: type[Column] = MemNNTriples
    reads: type = Triples
    splits: Sequence[str] = ("train", "test")
    fields = FIELDS
    metrics: Mapping[str, str] = {
        "f1": "f1s",
        "embedding_f1": "embedding_f1s",
        "embedding_bow_f1": "embedding_bow_f1s",
        "candidates": "candidates",
        "speedup": "speedups",
    }
    asides: Mapping[str, Callable[[Row], float | None]] = {}
    rules: Mapping[str, Rule] = {
        "mean": Rule(fields=(), split="train", about="none", measure="none"),
    }

    def early(self, row: Row) -> float:
        loss = row["losses"]["embedding"][0]
        return float("nan") if loss is None else float(loss)

    def needs(self, column: Column) -> tuple:
        del column
        return ()

    def prepare(self, column: Column, parts: Mapping[str, Mapping[str, Any]]) -> Memory:
        ((unit, splits),) = parts.items()
        data: Triples = splits["test"]
        if len(data.memory) < 2 or data.paraphrases[0].shape[0] < 2:
            raise BenchError(
                f"{column.where}: a right and a wrong one are drawn of statements and of "
                "paraphrases; give at least two of each"
            )
        if table_bytes(_spec(column), len(data.vocabulary)) > arrays.MOST_BYTES:
            raise BenchError(
                f"{column.where}: field 'dim' is too much for {len(data.vocabulary):,} words: a "
                "restart's tables would not fit into a file; choose a smaller one"
            )
        return Memory(unit, data)

    def work(self, column: Column, prepared: Memory) -> Work:
        spec = _spec(column)
        updates = spec.updates or -(-len(prepared.data.memory) // spec.batch)
        lane = table_bytes(spec, len(prepared.data.vocabulary))
        return Work(step_seconds(spec) * updates * spec.epochs, lane)

    def trainer(self, column: Column, prepared: Memory, devices: Sequence, stream: int) -> Trainer:
        from bench.methods.memnn_triples import training

        spec = _spec(column)
        return training.Trainer(spec, prepared.unit, prepared.data, *devices, stream=stream)

    def place(self, saved: Path, seeds: Sequence[int]) -> Hashable:
        from bench.train import checkpoint

        progress = checkpoint.load(saved, seeds)
        return progress and progress.place

    def save_model(self, path: Path, run: Row, outcome: Outcome, prepared: Memory) -> None:
        save(path, outcome.params, run, prepared.data.vocabulary)


def _spec(column: Column) -> MemNNTriples:
    return cast(MemNNTriples, column)


METHOD: Method = _MemNNTriples()
