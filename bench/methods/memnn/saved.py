"""A trained restart as one .npz file, without pickle, with the words that its rows stand for. Files
may come from anybody: what one says is checked before its arrays are unpacked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bench.core import arrays, saved_models
from bench.core.errors import BenchError
from bench.core.rows import Row
from bench.core.saved_models import MOST_BYTES, MOST_HEAD_BYTES, is_word, none, short
from bench.methods.memnn.hearing import Heard
from bench.methods.memnn.input import Text, dictionary
from bench.methods.memnn.memory import JOINED, Encoded
from bench.methods.memnn.parameters import of_segmenter, of_unseen, shapes
from bench.methods.memnn.segments import Streams
from bench.methods.memnn.spec import NAME, VERSION, Speech, memnn, speech
from bench.methods.memnn.spec import MemNN as Spec

TRAINING = ("diverged", "train_error", "train_loss", "valid_error", "test_error")
"""The fields of its row that a saved model carries."""

HEAD = ("run", "ngrams", "features", "answers", "memory_slots", "training")
SPEAKING = tuple("vocabulary" if name == "answers" else name for name in HEAD)
"""The head of a model whose R speaks."""

MOST_FEATURES = 200_000
MOST_ANSWERS = 50_000
MOST_SLOTS = 10_000


@dataclass(frozen=True)
class Saved:
    """A saved model. One of word streams reads statements as segments.

    Attributes:
        params: parameter name -> float32 array, see `bench.methods.memnn.parameters`.
        run: what was trained: the group's canonical text and the seed.
        order: of the n-grams.
        features: the n-grams that have embeddings, sorted.
        answers: what R chooses from, sorted, or the words that it spells answers with; none of an R
            that speaks.
        vocabulary: of an R that speaks its words, sorted; '' the first, none of another.
        memory_slots: how many statements are remembered.
        training: how it went, the fields `TRAINING`.
    """

    params: dict[str, np.ndarray]
    run: dict[str, Any]
    order: int
    features: tuple[Text, ...]
    answers: tuple[str, ...]
    vocabulary: tuple[str, ...]
    memory_slots: int
    training: dict[str, Any]

    @cached_property
    def words(self) -> frozenset[str]:
        """The words it has embeddings of."""
        return frozenset(gram[0] for gram in self.features if len(gram) == 1)

    @property
    def spells(self) -> bool:
        """Whether its answers may be of several words (`bench.methods.memnn.spelling`)."""
        return "R/said" in self.params

    @cached_property
    def open(self) -> bool:
        """Whether it reads words that it does not know, and may answer with them."""
        return spec_of(self.run).open

    def knows(self, answer: str) -> bool:
        """Whether it may give this answer; of one that speaks, this word."""
        if self.spells:
            return self._said.issuperset(answer.split(JOINED))
        return self.open or answer in self._said

    def unfit(self, words: Sequence[str], *, statement: bool) -> str:
        """Why it cannot read this statement or question, '' if it can."""
        del statement  # all word lists have the same words
        if self.open:
            return ""
        unknown = next((word for word in words if word not in self.words), None)
        return "" if unknown is None else f"the model does not know the word '{unknown}'"

    @cached_property
    def _said(self) -> frozenset[str]:
        return frozenset((*self.answers, *self.vocabulary[1:]))


def save(
    path: Path,
    params: Mapping[str, np.ndarray],
    run: Row,
    row: Row,
    data: Encoded | Heard | Streams,
) -> None:
    """Writes a model atomically.

    The head has the run, the order of the n-grams, the ``features`` (the n-grams, words joined by a
    blank, a row of the tables each), the answers without the test's new words, how many memories
    there are, and how the training went; of an R that speaks the ``vocabulary``, its words, in
    place of the answers; of one that spells them the words it does it with.

    Args:
        params: of `bench.methods.memnn.parameters`; a speaking R's are those of
            `bench.train.cells`, and without facts there is no O.
        run: the group's canonical text and the seed.

    Raises:
        BenchError: the file can't be written.
    """
    order = row["ngrams"]
    encoded = data.encoded if isinstance(data, Heard) else data
    new = encoded.new_words if isinstance(encoded, Encoded) else ()
    answers = list(encoded.answers[: len(encoded.answers) - len(new)])
    if "R/said" in params:
        answers = sorted({word for answer in answers for word in answer.split(JOINED)})
    said = {"answers": answers}
    if isinstance(data, Heard):
        said = {"vocabulary": list(data.vocabulary)}
    if isinstance(encoded, Streams):
        features: Sequence[Text] = [(word,) for word in encoded.words]
        slots = encoded.memory_size
    else:
        features, slots = dictionary(encoded.texts, order), encoded.train.memory.shape[1]
    head: dict[str, Any] = {
        "run": run,
        "ngrams": order,
        "features": [" ".join(gram) for gram in features],
        **said,
        "memory_slots": slots,
        "training": {name: row[name] for name in TRAINING},
    }
    arrays.save(path, head, params)


def load(path: Path) -> Saved:
    """Reads a model.

    Raises:
        BenchError: there is no such file, or it is not a saved model, or one of another method, or
            one that finds no memories, or larger than any that this reads. Its numbers need not be
            finite: a diverged training's are not.
    """
    with saved_models.reading(path):
        stored = arrays.Stored(path, most=MOST_BYTES, most_head=MOST_HEAD_BYTES)
        saved = _of(stored.head)
        check(saved, stored.layouts)
        return dataclasses.replace(saved, params=stored.arrays())


def spec_of(run: Mapping[str, Any]) -> Spec:
    """The spec a model was trained by.

    Raises:
        BenchError: it is of another method, or of fields that this version does not know.
    """
    fields = dict(saved_models.fields_of(run, NAME, "MemNN"))
    try:
        if isinstance(fields.get("speech"), dict):
            fields["speech"] = speech(**fields["speech"])
        return memnn(**fields, id="saved", title="saved")
    except (BenchError, TypeError) as error:
        raise none(f"its spec: {short(error, 200)}") from error


def check(saved: Saved, layouts: Mapping[str, arrays.Layout]) -> None:
    """Refuses a model whose arrays are not those of its spec, features and answers.

    Args:
        layouts: of its arrays.

    Raises:
        BenchError: they are not, or its spec is none (`spec_of`).
    """
    spec, words, answers = spec_of(saved.run), len(saved.features), len(saved.answers)
    said = answers if spec.answers == "words" and "R/said" in layouts else 0
    wanted = shapes(
        words + saved.memory_slots * spec.slot_time,
        _lists(spec, layouts), answers + bool(said), spec.dim, said=said,
        nonlinear=spec.nonlinear, write_time=spec.write_time, apart=spec.dictionaries == "three",
    )  # fmt: skip
    wanted |= of_unseen(
        words, spec.hops, spec.dim, contexts=spec.contexts, matches=spec.matches,
        neighbours=spec.shared == "neighbours",
    )  # fmt: skip
    if spec.text == "stream":
        wanted |= of_segmenter(words, spec.dim)
    if spec.speech:
        if not any(name.startswith("O/") for name in layouts):
            raise BenchError(
                "it reads running text and finds no memories; choose a model that does"
            )
        wanted = {name: shape for name, shape in wanted.items() if name.startswith("O/")}
        wanted |= _of_speech(spec.speech, len(saved.vocabulary), layouts)
    saved_models.check_layouts(layouts, wanted)


def check_numbers(saved: Saved) -> None:
    """BenchError if the training diverged, or a parameter is not finite."""
    saved_models.check_numbers(saved.params)
    if saved.training["diverged"] is not None:
        raise BenchError("the model's training diverged; use another restart's")


def _of_speech(
    spec: Speech, words: int, layouts: Mapping[str, arrays.Layout]
) -> dict[str, tuple[int, ...]]:
    """Parameter name -> its shape, of an R that speaks; of its words alone where not even they are
    its spec's."""
    embedded: dict[str, tuple[int, ...]] = {"R/words": (words, spec.dim)}
    if "R/words" not in layouts or layouts["R/words"].shape != embedded["R/words"]:
        return embedded
    from bench.train import cells  # JAX: only these models need it to be read

    own = cells.shapes(spec.cell, words, spec.dim, words)
    return {f"R/{name}": shape for name, shape in own.items()}


def _lists(spec: Spec, layouts: Mapping[str, arrays.Layout]) -> int:
    """How many word lists the memories in a query have: as many as its data has facts, which only
    the arrays tell, and no more than its spec allows."""
    most = spec.hops if spec.lists == "hop" else 1
    if spec.supervision == "words":
        return min(most, 2)
    layout = layouts.get("O/support")
    return max(1, min(most, layout.shape[0])) if layout and layout.shape else 1


def _of(head: Any) -> Saved:
    """A model without its arrays."""
    if not isinstance(head, dict) or not {"run", "training"} <= set(head):
        raise none("its head")
    run = saved_models.run_of(head["run"], VERSION)
    spec = spec_of(run)
    if set(head) != set(SPEAKING if spec.speech else HEAD):
        raise none("its head")
    order, slots = head["ngrams"], head["memory_slots"]
    if type(order) is not int or order not in spec.orders:
        raise none(f"its order of n-grams is {short(order)}")
    most = min(spec.memory_size, MOST_SLOTS)
    if type(slots) is not int or not 0 < slots <= most:
        raise none(f"its memory_slots: 1 to {most} are read")
    training = saved_models.training_of(head["training"], TRAINING)
    features = _features(head["features"], order)
    if not spec.speech:
        answers = _words(head["answers"], "answers")
        if spec.answers == "words" and any(JOINED in answer for answer in answers):
            raise none("its answers: it spells them, and each is a word")
        return Saved({}, run, order, features, answers, (), slots, training)
    told = head["vocabulary"]
    if not isinstance(told, list) or told[:1] != [""]:
        raise none("its vocabulary: its first word is ''")
    vocabulary = _words(told[1:], "vocabulary")
    if not {gram[0] for gram in features} <= set(vocabulary):
        raise none("its vocabulary: it has the words of the features")
    return Saved({}, run, order, features, (), ("", *vocabulary), slots, training)


def _words(value: Any, of: str) -> tuple[str, ...]:
    """Words or answers, sorted."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_ANSWERS:
        raise none(f"its {of}: 1 to {MOST_ANSWERS} are read")
    if not all(word and is_word(word) for word in value) or not _ascending(value):
        raise none(f"its {of}")
    return tuple(value)


def _features(value: Any, order: int) -> tuple[Text, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_FEATURES:
        raise none(f"its features: 1 to {MOST_FEATURES} are read")
    if not all(isinstance(text, str) for text in value):
        raise none("its features")
    grams = tuple(tuple(text.split(" ")) for text in value)
    if not all(len(gram) <= order and all(w and is_word(w) for w in gram) for gram in grams):
        raise none(f"its features: n-grams of 1 to {order} words are read")
    alone = {gram[0] for gram in grams if len(gram) == 1}
    if not _ascending(grams) or not all(alone.issuperset(gram) for gram in grams):
        raise none("its features: they ascend, and every word of one is one")
    return grams


def _ascending(values: Sequence[Any]) -> bool:
    return all(one < other for one, other in pairwise(values))
