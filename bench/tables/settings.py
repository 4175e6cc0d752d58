"""Every setting that decides a run, as the columns have it: what was trained, beside what came
out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.core.column import Column
from bench.tables.gather import ExperimentResult
from bench.tables.grid import Grid
from bench.tables.numbers import FEW, NONE


def grids(result: ExperimentResult) -> list[Grid]:
    """A table a method: a row a setting in which its columns differ, or where there are many
    columns a row each; those settings that all have alike stand above. Where the profile caps one
    it is the capped one."""
    by_method: dict[str, list[Column]] = {}
    for column in result.columns:
        if isinstance(column.column, Column):
            by_method.setdefault(column.column.method, []).append(column.column)
    return [
        _grid(f"Settings of {name}" if len(by_method) > 1 else "Settings", columns, result)
        for name, columns in by_method.items()
    ]


def _grid(title: str, columns: list[Column], result: ExperimentResult) -> Grid:
    every = [
        {"data": result.experiment.dataset_of(column), **dict(_flat(column.canonical()))}
        for column in columns
    ]
    names = dict.fromkeys(name for settings in every for name in settings)
    told = {name: tuple(_text(settings.get(name)) for settings in every) for name in names}
    alike = {n: values[0] for n, values in told.items() if len(columns) > len(set(values)) == 1}
    many = len(columns) > FEW
    lines = [
        ("Column" if many else "Setting", *(column.title for column in columns)),
        *((name, *values) for name, values in told.items() if name not in alike),
    ]
    if many:
        lines = list(zip(*lines, strict=True))
    text = "; ".join(f"{name} = {value}" for name, value in alike.items())
    return Grid(title, f"All: {text}." if text else "", lines[0], tuple(lines[1:]), labels=1)


def _flat(settings: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Settings that hold others by both names."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return NONE if value is None else str(value)
