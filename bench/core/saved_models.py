"""What reading saved models takes: files may come from anybody, so what one says is checked before
its arrays are unpacked, and whatever is wrong is one line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bench.core import arrays
from bench.core.errors import BenchError

MOST_BYTES = 1 << 27
"""Of a file, at most, of any method that is asked."""
MOST_HEAD_BYTES = 1 << 24

MOST_LETTERS = 100
"""Of a word, or of an answer of several."""


def method_of(path: Path) -> str:
    """The method that a file says it is of, '' if it says none: its reader tells why."""
    try:
        return _method(arrays.Stored(path, most=MOST_BYTES, most_head=MOST_HEAD_BYTES).head)
    except (OSError, arrays.Damaged):
        return ""


def check_method(head: Any, method: str, title: str) -> None:
    """BenchError if a head says that it is of another method than this, for people ``title``."""
    found = _method(head)
    if found not in ("", method):
        raise _other(found, method, title)


def _method(head: Any) -> str:
    run = head.get("run") if isinstance(head, dict) else None
    method = run.get("method") if isinstance(run, dict) else None
    return method if isinstance(method, str) else ""


def _other(found: Any, method: str, title: str) -> BenchError:
    return BenchError(f"its method is '{short(found)}', not {method}; choose a {title} model")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Whatever is wrong with a file is a BenchError that names it."""
    try:
        yield
    except FileNotFoundError as error:
        raise BenchError(f"{path}: no such file; train with --save-models first") from error
    except OSError as error:
        raise BenchError(
            f"{path}: cannot be read ({error.strerror or error}); name a saved model"
        ) from error
    except arrays.Damaged as error:
        raise BenchError(f"{path}: is not a saved model; train with --save-models again") from error
    except BenchError as error:
        raise BenchError(f"{path}: {error}", error.exit_code) from error


def run_of(value: Any, version: int) -> dict[str, Any]:
    """A head's run; only what is used is looked at, the rest is its identity.

    Args:
        version: the method's, here.
    """
    if not isinstance(value, dict) or type(value.get("seed")) is not int:
        raise none("its run")
    found = value.get("version", version)
    if type(found) is not int or not 0 < found <= version:
        raise none(f"its method's version is {short(found)}, and here {version}")
    return value


def training_of(value: Any, names: Iterable[str]) -> dict[str, Any]:
    """How the training of a model went: finite numbers, or None, of these names."""
    if not isinstance(value, dict) or set(value) != set(names):
        raise none("its training")
    if not all(
        v is None or (type(v) in (int, float) and abs(v) < math.inf) for v in value.values()
    ):
        raise none("its training's numbers")
    return value


def fields_of(run: Mapping[str, Any], method: str, title: str) -> dict[str, Any]:
    """The fields of a run's spec, none of a name or a number that would be too much for messages.

    Args:
        method, title: the run's must be this one, for people called ``title``.
    """
    found, fields = run.get("method"), run.get("spec")
    if found != method:
        raise _other(found, method, title)
    if not isinstance(fields, dict):
        raise none("its spec")
    nested = (
        pair for value in fields.values() if isinstance(value, dict) for pair in value.items()
    )
    for name, value in (*fields.items(), *nested):
        if len(name) > MOST_LETTERS:
            raise none(f"its spec: unknown field '{short(name)}'")
        if isinstance(value, (int, float)) and not abs(value) < 1e9:  # NaN is not
            raise none(f"its spec: field '{short(name)}' is {short(value)}")
    return fields


def is_word(value: Any) -> bool:
    """Whether it is a text that may be printed as a word."""
    return isinstance(value, str) and value.isprintable() and len(value) <= MOST_LETTERS


def check_layouts(
    layouts: Mapping[str, arrays.Layout], shapes: Mapping[str, tuple[int, ...]]
) -> None:
    """BenchError unless a model's arrays are float32, of these names and shapes."""
    if dict(layouts) != {name: (np.dtype(np.float32), shape) for name, shape in shapes.items()}:
        raise BenchError(
            "the model's arrays are not those of its spec; train with --save-models again"
        )


def check_numbers(params: Mapping[str, np.ndarray]) -> None:
    """BenchError if a parameter is not finite."""
    if not all(np.isfinite(value).all() for value in params.values()):
        raise BenchError("the model's training diverged: it has no numbers; use another restart's")


def none(why: str) -> BenchError:
    """The error of a file that is no saved model."""
    return BenchError(f"is not a saved model ({why}); train with --save-models again")


def short(value: Any, most: int = 40) -> str:
    """A value as a text of about so many letters."""
    text = str(value)
    return text if len(text) <= most else text[:most] + "..."
