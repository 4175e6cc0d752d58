"""MemNN as the spine sees it (W14); JAX is imported where something is trained."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bench.core.column import Column
from bench.core.errors import BenchError
from bench.core.method import Method, Outcome, Rule, Tick, Trainer, Work, unwatched
from bench.core.rows import Row
from bench.examples.stories import Story
from bench.methods.memnn.cost import choosing_work, speaking_work, streaming_work
from bench.methods.memnn.hearing import Heard, hear
from bench.methods.memnn.memory import NONE, Encoded, encode
from bench.methods.memnn.row import ASIDES, FIELDS, row
from bench.methods.memnn.saved import save
from bench.methods.memnn.segments import Streams, read
from bench.methods.memnn.spec import NAME, VERSION, MemNN

if TYPE_CHECKING:
    from bench.methods.memnn import speaking, training

Prepared = Encoded | Heard | Streams


class _MemNN:
    name = NAME
    version = VERSION
    rounding = 1
    spec: type[Column] = MemNN
    reads: type = Story
    splits: Sequence[str] = ("train", "test")
    fields = FIELDS
    metrics: Mapping[str, str] = {"test_error": "test_errors"}
    asides: Mapping[str, Callable[[Row], float | None]] = ASIDES
    rules: Mapping[str, Rule] = {
        "mean": Rule(fields=(), split="train", about="none", measure="none"),
        "held-out": Rule(
            fields=("valid_error", "valid_loss"),
            split="valid",
            about="the final model's error on the training questions that are held out",
            measure="held-out error",
        ),
    }

    def early(self, row: Row) -> float:
        loss = row["curves"]["train_loss"][0]
        return float("nan") if loss is None else float(loss)

    def needs(self, column: Column) -> tuple:
        spec = _spec(column)
        heard = spec.speech and (spec.speech.words, spec.hops)
        return spec.memory_size, spec.holdout, heard, spec.open, spec.text, spec.answers

    def prepare(self, column: Column, parts: Mapping[str, Mapping[str, Any]]) -> Prepared:
        spec = _spec(column)
        if spec.text == "stream":
            return read(parts, memory_size=spec.memory_size, holdout=spec.holdout)
        if spec.speech:
            return hear(spec, parts)
        encoded = encode(
            parts, memory_size=spec.memory_size, holdout=spec.holdout, new_words=spec.open,
            spelled=spec.answers == "words",
        )  # fmt: skip
        if spec.supervision == "facts" and (encoded.train.support == NONE).all():
            raise BenchError(
                "no training question has supporting facts; give data that has them, or "
                f"{column.where} supervision='words'"
            )
        return encoded

    def work(self, column: Column, prepared: Prepared) -> Work:
        spec = _spec(column)
        if isinstance(prepared, Streams):
            return streaming_work(spec, prepared)
        if isinstance(prepared, Heard):
            return speaking_work(spec, prepared)
        return choosing_work(spec, prepared)

    def trainer(
        self, column: Column, prepared: Prepared, devices: Sequence, stream: int
    ) -> Trainer:
        from bench.methods.memnn import speaking, streaming, training

        spec = _spec(column)
        if isinstance(prepared, Streams):
            return streaming.Trainer(spec, prepared, *devices, stream=stream)
        if isinstance(prepared, Heard):
            return _Trainer(speaking.Trainer(spec, prepared, *devices, stream=stream))
        return _Trainer(training.Trainer(spec, prepared, *devices, stream=stream))

    def place(self, saved: Path, seeds: Sequence[int]) -> Hashable:
        from bench.train import checkpoint

        progress = checkpoint.load(saved, seeds)
        # O's training and that of a speaking R have parameters of other names.
        return progress and (*progress.place, min(progress.state.params))

    def save_model(self, path: Path, run: Row, outcome: Outcome, prepared: Prepared) -> None:
        save(path, outcome.params, run, outcome.row, prepared)


class _Trainer:
    """A trainer whose outcomes are rows."""

    def __init__(self, trainer: training.Trainer | speaking.Trainer):
        self._trainer = trainer

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
        encoded = self._trainer.encoded
        return [
            Outcome(one.seed, row(one, encoded), one.seconds, one.lanes, one.params)
            for one in outcomes
        ]


def _spec(column: Column) -> MemNN:
    return cast(MemNN, column)


METHOD: Method = _MemNN()
