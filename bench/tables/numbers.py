"""How numbers and names are written: one place, so that files are the same bytes everywhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

NONE = "–"
"""What people see where there is no number."""

DAGGER = "†"
"""Follows a number of ours whose training set generated examples complete."""


def absent(value: float | None) -> bool:
    """Whether there is no number; a frame has NaN for None."""
    return value is None or value != value


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean, NaN of nothing. The sum is exact, whatever its order: files keep their
    last digit."""
    found = list(values)
    return math.fsum(found) / len(found) if found else math.nan


def exact(value: float | None) -> str:
    """For scripts: up to 4 decimals, no trailing zeros, empty for none."""
    if value is None or absent(value):
        return ""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def short(value: float | None, *, places: int = 1, sign: bool = False) -> str:
    """For people: one decimal as in most papers' tables, a dash for none."""
    if value is None or absent(value):
        return NONE
    text = f"{value:+.{places}f}" if sign else f"{value:.{places}f}"
    return (text if float(text) else text.lstrip("+-")).replace("-", "−")


def spread(average: float | None, sd: float | None, places: int = 1) -> str:
    """Mean ± sample standard deviation; the mean alone where one restart is all there is."""
    told = short(average, places=places)
    return told if absent(sd) else f"{told} ± {short(sd, places=places)}"


def count(value: float | None) -> str:
    """A count for people: with one decimal where it is a mean of counts."""
    return short(value, places=count_places(value))


def count_places(value: float | None) -> int:
    """Decimals of a count, or of a mean of counts."""
    return int(value is not None and not absent(value) and abs(value - round(value)) > 1e-9)


def decimals(printed: str) -> int:
    """How many a number is printed with."""
    return max(0, -int(Decimal(printed).as_tuple().exponent))


def superscript(number: int) -> str:
    """A footnote's mark."""
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def plural(noun: str) -> str:
    """Of a noun: 'tasks', 'accuracies'."""
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"


def capital(text: str) -> str:
    """A text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def listed(values: Iterable) -> str:
    """'a, b, c'."""
    return ", ".join(map(str, values))


FEW = 8
"""So many titles are named one by one."""


def named(titles: Sequence[str]) -> str:
    """Titles of columns, of many the first and how many others."""
    if len(titles) <= FEW:
        return listed(titles)
    return f"{titles[0]} and {len(titles) - 1} other columns"
