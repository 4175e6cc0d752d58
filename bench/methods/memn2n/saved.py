"""A trained restart's parameters as one .npz file, without pickle, with all that reading a story
needs. Files may come from anybody: what one says is checked before its arrays are unpacked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.core import arrays, saved_models
from bench.core.errors import BenchError
from bench.core.saved_models import none, short
from bench.examples.encode import Sizes
from bench.methods.memn2n.spec import (
    MOST_DIM,
    MOST_HOPS,
    MOST_SLOTS,
    NAME,
    VERSION,
    memn2n,
    readings,
)
from bench.methods.memn2n.spec import MemN2N as Spec

TRAINING = (
    "diverged", "running_error", "running_loss", "train_error", "train_loss", "test_error",
)  # fmt: skip
"""The fields of its row (`bench.core.store.FIELDS`) that a saved model carries."""

MOST_BYTES = 1 << 26
"""Of a file. A joint model of S15 (K = 3, d = 50) has 0.2 MB."""
MOST_HEAD_BYTES = 1 << 22
MOST_WORDS = 50_000


@dataclass(frozen=True)
class Saved:
    """A saved model.

    Attributes:
        params: parameter name -> float32 array, shapes as in `bench.methods.memn2n.model.MemN2N`.
        run: what was trained: the group's canonical text and the seed.
        sizes: the words that the rows stand for, and the other sizes of the data trained on.
        training: how it went, the fields `TRAINING`.
    """

    params: dict[str, np.ndarray]
    run: dict[str, Any]
    sizes: Sizes
    training: dict[str, Any]

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The words; index 0 is the null word."""
        return self.sizes.vocabulary


def save(path: Path, saved: Saved) -> None:
    """Writes a model atomically.

    Raises:
        BenchError: the file can't be written.
    """
    head = {"run": saved.run, "sizes": dataclasses.asdict(saved.sizes), "training": saved.training}
    arrays.save(path, head, saved.params)


def load(path: Path) -> Saved:
    """Reads a model.

    Raises:
        BenchError: there is no such file, or it is not a saved model, or one of another method, or
            of before models carried their sizes, or larger than any that this reads. Its numbers
            need not be finite: a diverged training's are not.
    """
    with saved_models.reading(path):
        stored = arrays.Stored(path, most=MOST_BYTES, most_head=MOST_HEAD_BYTES)
        head = stored.head
        saved_models.check_method(head, NAME, "MemN2N")
        if isinstance(head, dict) and {"run", "vocabulary"} == set(head):
            raise BenchError(
                "was saved by an earlier version, without its data's sizes; "
                "delete it and train with --save-models again"
            )
        run, sizes, training = _parts(head)
        saved = Saved({}, run, sizes, training)
        check(saved, stored.layouts)
        return dataclasses.replace(saved, params=stored.arrays())


def spec_of(saved: Saved) -> Spec:
    """The spec a model was trained by.

    Raises:
        BenchError: it is of another method, or of fields that this version does not know, or of
            more than it can compute.
    """
    fields = saved_models.fields_of(saved.run, NAME, "MemN2N")
    try:
        given = fields.get("readings", {})
        spec = memn2n(**{**fields, "readings": readings(**given)}, id="saved", title="saved")
        if spec.pads_questions and "question_padding" not in given:  # older than the reading
            spec = dataclasses.replace(spec, readings=readings(**given, question_padding="slots"))
        for name, most in (("hops", MOST_HOPS), ("dim", MOST_DIM)):
            if getattr(spec, name) > most:
                raise BenchError(f"field '{name}' is {getattr(spec, name)}, at most {most} is read")
    except (BenchError, TypeError) as error:
        raise none(f"its spec: {short(error, 200)}") from error
    return spec


def check(saved: Saved, layouts: Mapping[str, arrays.Layout]) -> None:
    """Refuses a model whose arrays are not those of its spec and sizes.

    Args:
        layouts: of its arrays.

    Raises:
        BenchError: they are not, or its spec is none (`spec_of`).
    """
    spec = spec_of(saved)
    if saved.sizes.memory_slots > spec.memory_size:
        raise none("its memory has more slots than its spec's")
    saved_models.check_layouts(layouts, shapes(spec, saved.sizes))


def check_numbers(saved: Saved) -> None:
    """BenchError if a parameter is not finite."""
    saved_models.check_numbers(saved.params)


def shapes(spec: Spec, sizes: Sizes) -> dict[str, tuple[int, ...]]:
    """Parameter name -> its shape, as `bench.methods.memn2n.model.MemN2N` makes them."""
    words, dim = len(sizes.vocabulary), spec.dim
    matrices = {"adjacent": spec.hops + 1, "layerwise": 2, "untied": 2 * spec.hops}[spec.tying]
    times = sizes.memory_slots if spec.temporal else 0
    found: dict[str, tuple[int, ...]] = {
        "words": (matrices, words, dim), "times": (matrices, times, dim),
    }  # fmt: skip
    if spec.tying != "adjacent":
        answers = words + (times if spec.readings.answer_space == "released" else 0)
        found |= {"B": (words, dim), "W": (answers, dim)}
    if spec.tying == "layerwise" and spec.state_map:
        found["H"] = (dim, dim)
    return found


def _parts(head: Any) -> tuple[dict[str, Any], Sizes, dict[str, Any]]:
    """Run, sizes and training."""
    if not isinstance(head, dict) or set(head) != {"run", "sizes", "training"}:
        raise none("its head")
    run = saved_models.run_of(head["run"], VERSION)
    training = saved_models.training_of(head["training"], TRAINING)
    return run, _sizes(head["sizes"]), training


def _sizes(value: Any) -> Sizes:
    if not isinstance(value, dict) or set(value) != {f.name for f in dataclasses.fields(Sizes)}:
        raise none("its sizes")
    words, answers = value["vocabulary"], value["answers"]
    if not isinstance(words, list) or not 0 < len(words) <= MOST_WORDS:
        raise none(f"its vocabulary: 1 to {MOST_WORDS} words are read")
    if not all(map(saved_models.is_word, words)):
        raise none("its words")
    if words[0] or not all(words[1:]) or len(set(words)) < len(words):
        raise none("its words: the first alone is the null word, and none is there twice")
    if not isinstance(answers, list) or not _ascending(answers, len(words)):
        raise none("its answers")
    for name, most in (
        ("statement_words", len(words)),
        ("sentence_slots", MOST_SLOTS),
        ("memory_slots", MOST_SLOTS),
    ):
        if type(value[name]) is not int or not 0 < value[name] <= most:
            raise none(f"its {name}: 1 to {most} are read")
    return Sizes(**{**value, "vocabulary": tuple(words), "answers": tuple(answers)})


def _ascending(numbers: list[Any], end: int) -> bool:
    """Whether they are indices below ``end``, at least one, each above the one before."""
    whole = all(type(n) is int and 0 <= n < end for n in numbers)
    return whole and bool(numbers) and numbers == sorted(set(numbers))
