"""A trained language model as one .npz file, without pickle, with its words. Files may come from
anybody: what one says is checked before its arrays are unpacked."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.core import arrays
from bench.core.errors import BenchError
from bench.core.fields import build
from bench.methods.memn2n_lm.spec import NAME, VERSION, MemN2NLM

MOST_WORDS = 200_000
MOST_HEAD_BYTES = 1 << 25
REMEDY = "train with --save-models again"


@dataclass(frozen=True)
class Saved:
    """A saved model.

    Attributes:
        params: parameter name -> float32 array (`bench.methods.memn2n_lm.model.shapes`).
        run: what was trained: the group's canonical text and the seed.
        vocabulary: its words.
    """

    params: dict[str, np.ndarray]
    run: dict[str, Any]
    vocabulary: tuple[str, ...]

    @property
    def spec(self) -> MemN2NLM:
        """The spec it was trained by; BenchError if it is none of this version's."""
        wanted = {"method": NAME, "version": VERSION}
        found = {name: self.run.get(name) for name in wanted}
        if found != wanted:
            raise BenchError(f"is not a language model of this version; {REMEDY}")
        try:
            return build(MemN2NLM, {**self.run["spec"], "id": "saved", "title": "saved"}, "spec")
        except (KeyError, TypeError) as error:
            raise BenchError(f"has no spec; {REMEDY}") from error


def save(path: Path, saved: Saved) -> None:
    """Writes a model atomically.

    Raises:
        BenchError: the file can't be written.
    """
    arrays.save(path, {"run": saved.run, "vocabulary": list(saved.vocabulary)}, saved.params)


def load(path: Path) -> Saved:
    """Reads a model.

    Raises:
        BenchError: there is no such file, or it is not a language model, or its arrays are not
            those of its spec.
    """
    from bench.methods.memn2n_lm.model import shapes

    try:
        stored = arrays.Stored(path, most_head=MOST_HEAD_BYTES)
        saved = _of(stored.head)
        wanted = {
            name: (np.dtype(np.float32), shape)
            for name, shape in shapes(saved.spec, len(saved.vocabulary)).items()
        }
        if dict(stored.layouts) != wanted:
            raise BenchError(f"its arrays are not those of its spec; {REMEDY}")
        return dataclasses.replace(saved, params=stored.arrays())
    except FileNotFoundError as error:
        raise BenchError(f"{path}: no such file; train with --save-models first") from error
    except (OSError, arrays.Damaged) as error:
        raise BenchError(f"{path}: is not a saved model; {REMEDY}") from error
    except BenchError as error:
        raise BenchError(f"{path}: {error}", error.exit_code) from error


def _of(head: Any) -> Saved:
    whole = isinstance(head, dict) and set(head) == {"run", "vocabulary"}
    if not whole or not isinstance(head["run"], dict) or not isinstance(head["vocabulary"], list):
        raise BenchError(f"is not a saved language model; {REMEDY}")
    words = head["vocabulary"]
    if not 0 < len(words) <= MOST_WORDS or not all(
        isinstance(word, str) and word.isprintable() for word in words
    ):
        raise BenchError(f"its vocabulary is none: 1 to {MOST_WORDS} words are read; {REMEDY}")
    return Saved({}, head["run"], tuple(words))
