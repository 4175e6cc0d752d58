"""How numbers are written: one place, so that files are the same bytes everywhere."""

from __future__ import annotations

NONE = "–"
"""What people see where there is no number."""

DAGGER = "†"
"""Follows a number of ours whose training set generated stories complete."""


def exact(value: float | None) -> str:
    """For scripts: up to 4 decimals, no trailing zeros, empty for None."""
    if value is None:
        return ""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def short(value: float | None, *, whole: bool = False, sign: bool = False) -> str:
    """For people: one decimal as in the paper (none for a count), a dash for None."""
    if value is None:
        return NONE
    places = 0 if whole else 1
    text = f"{value:+.{places}f}" if sign else f"{value:.{places}f}"
    return (text if float(text) else text.lstrip("+-")).replace("-", "−")


def spread(mean: float | None, sd: float | None) -> str:
    """Mean ± sample standard deviation; the mean alone where one restart is all there is."""
    return short(mean) if sd is None else f"{short(mean)} ± {short(sd)}"


def superscript(number: int) -> str:
    """A footnote's mark."""
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
