"""What the fields of a stored row may be: small checks, and the one that names the first wrong
field."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any], bool]
Fields = Mapping[str, tuple[Check, str]]
"""Field -> a check, and in words what passes it."""


def number(value: Any) -> bool:
    """A finite number; JSON's true and false are none."""
    return type(value) in (int, float) and math.isfinite(value)


def positive(value: Any) -> bool:
    """A finite number above 0."""
    return number(value) and value > 0


def whole(value: Any) -> bool:
    """A whole number from 0."""
    return type(value) is int and value >= 0


def count(value: Any) -> bool:
    """A whole number from 1."""
    return type(value) is int and value > 0


def text(value: Any) -> bool:
    """A printable text that is not blank."""
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def list_of(item: Check) -> Check:
    """A list, empty or not, of what passes ``item``."""
    return lambda value: isinstance(value, list) and all(map(item, value))


def map_of(item: Check) -> Check:
    """An object of at least one text to what passes ``item``."""
    return lambda value: (
        isinstance(value, dict)
        and bool(value)
        and all(map(text, value))
        and all(map(item, value.values()))
    )


def wrong_field(row: Any, fields: Fields) -> str:
    """What is wrong with a row's fields one by one, '' if nothing is."""
    if not isinstance(row, dict):
        return "is not an object"
    odd = sorted(set(row) ^ set(fields))
    if odd:
        return f"has missing or unknown fields ({', '.join(odd)})"
    for name, (passes, expected) in fields.items():
        if not passes(row[name]):
            return f"has a field '{name}' that is not {expected}"
    return ""
