"""Fields of specs: what they may be, which of them decide a run, and how a wrong one is told."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from bench.core.errors import BenchError

T = TypeVar("T")

LABEL: Mapping[str, Any] = {"run": False}
"""Metadata of a field that changes no single run: a name, a budget, a rule of reporting."""

_KINDS: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "float": (int, float),
    "bool": bool,
}


def choice(*options: str, default: str | None = None, **metadata: Any) -> Any:
    """A dataclass field that takes one of ``options``; the first is the default."""
    return dataclasses.field(
        default=default or options[0], metadata={"options": options, **metadata}
    )


def label(**default: Any) -> Any:
    """A dataclass field that changes no single run; give ``default=`` or nothing."""
    return dataclasses.field(metadata=LABEL, **default)


def build(kind: type[T], fields: Mapping[str, Any], where: str) -> T:
    """A spec dataclass from a mapping; unknown and missing fields are refused by name.

    Raises:
        BenchError: a field is unknown, missing, or refused by the dataclass itself.
    """
    known = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for name in fields:
        if name not in known:
            raise BenchError(f"{where}: unknown field '{name}'{near(name, known)}")
    for name, f in known.items():
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if required and name not in fields:
            raise BenchError(f"{where}: field '{name}' is missing")
    return kind(**fields)


def check(spec: Any, where: str) -> None:
    """Refuses a field of the wrong type, or none of its options.

    Fields are of the types str, int, float (finite), bool, tuples, or of a spec of their own, which
    has checked itself; others are left to the spec.
    """
    for f in dataclasses.fields(spec):
        value, want = getattr(spec, f.name), _KINDS.get(str(f.type))
        if str(f.type).startswith("tuple[") and not isinstance(value, tuple):
            raise BenchError(f"{where}: field '{f.name}' must be a tuple, not {value!r}")
        if want is None:
            continue
        if not isinstance(value, want) or (isinstance(value, bool) and f.type != "bool"):
            raise BenchError(f"{where}: field '{f.name}' must be {f.type}, not {value!r}")
        if isinstance(value, float) and not math.isfinite(value):
            raise BenchError(f"{where}: field '{f.name}' must be finite, not {value}")
        options = f.metadata.get("options")
        if options and value not in options:
            raise BenchError(
                f"{where}: field '{f.name}' must be one of {', '.join(options)}, not {value!r}"
            )


def positive(spec: Any, where: str, *names: str) -> None:
    """Refuses these fields unless they are above 0."""
    for name in names:
        value = getattr(spec, name)
        if not value > 0:
            raise BenchError(f"{where}: field '{name}' must be above 0, not {value}")


def canonical(spec: Any) -> dict[str, Any]:
    """The fields that decide a run, as plain JSON values.

    A field added later declares the value that keeps old runs as they were
    (``metadata={'neutral': value}``) and is left out at that value, so old ids stay valid.
    """
    out: dict[str, Any] = {}
    for f in dataclasses.fields(spec):
        value = getattr(spec, f.name)
        if not f.metadata.get("run", True):
            continue
        if "neutral" in f.metadata and value == f.metadata["neutral"]:
            continue
        if dataclasses.is_dataclass(value):
            value = canonical(value)
        elif f.type == "float":
            value = float(value)
        out[f.name] = value
    return out


def near(name: str, known: Iterable[str]) -> str:
    """' (did you mean ...?)' where one of the known names is close, else ''."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""
