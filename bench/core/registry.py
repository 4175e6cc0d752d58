"""What there is: data sets, methods and studies by their folders, experiments by their files.

A folder of `bench.datasets`, `bench.methods` or `bench.studies` is found by being there; its
package says what it brings (``DATASETS``, ``METHOD``, ``STUDY``, ``COMMANDS``). There is no list to
edit.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from bench.core import experiment_file
from bench.core.command import Command
from bench.core.dataset import DataSet
from bench.core.errors import BenchError
from bench.core.experiment import Experiment
from bench.core.fields import near
from bench.core.method import Method
from bench.core.study import Study

FOLDER = Path(__file__).resolve().parents[2] / "experiments"


@functools.cache
def datasets() -> dict[str, DataSet]:
    """All data sets by name, in the order of their folders."""
    found: dict[str, DataSet] = {}
    for package in _packages("datasets"):
        for one in getattr(package, "DATASETS", ()):
            if one.name in found:
                raise BenchError(f"{package.__file__}: data set '{one.name}' is there twice")
            found[one.name] = one
    return found


@functools.cache
def methods() -> dict[str, Method]:
    """All methods by name."""
    return {p.METHOD.name: p.METHOD for p in _packages("methods") if hasattr(p, "METHOD")}


@functools.cache
def studies() -> dict[str, Study]:
    """All studies by name."""
    return {p.STUDY.name: p.STUDY for p in _packages("studies") if hasattr(p, "STUDY")}


def commands() -> list[Command]:
    """The commands that data sets and studies bring."""
    packages = [*_packages("datasets"), *_packages("studies")]
    return [one for package in packages for one in getattr(package, "COMMANDS", ())]


def dataset(name: str) -> DataSet:
    """A data set by name; BenchError if there is none."""
    return _named(name, datasets(), "data set")


def method(name: str) -> Method:
    """A method by name; BenchError if there is none."""
    return _named(name, methods(), "method")


def study(name: str) -> Study:
    """A study by name; BenchError if there is none."""
    return _named(name, studies(), "study")


def units(name: str, wanted: Iterable[str]) -> tuple[str, ...]:
    """Units of a data set in its order, each once.

    Raises:
        BenchError: the data set or one of the units is not known, or none is wanted.
    """
    known = dataset(name).units
    chosen = set(wanted)
    for unit in chosen:
        if unit not in known:
            raise BenchError(
                f"data set {name} has no unit '{unit}'{near(unit, known)}; "
                f"its units: {', '.join(known)}"
            )
    if not chosen:
        raise BenchError(f"no unit of {name} was asked for; its units: {', '.join(known)}")
    return tuple(unit for unit in known if unit in chosen)


def own(name: str, units: Iterable[str]) -> tuple[str, ...]:
    """Those of some units that the data set has, in its order."""
    wanted = set(units)
    return tuple(unit for unit in dataset(name).units if unit in wanted)


def units_of(experiment: Experiment) -> tuple[str, ...]:
    """The units of an experiment, of all of its data sets: its own, or all that there are."""
    if experiment.units:
        return experiment.units
    every = [unit for name in experiment.datasets for unit in dataset(name).units]
    return tuple(dict.fromkeys(every))


def experiments(folder: Path | None = None) -> dict[str, Experiment]:
    """All declared experiments by id, in the order of their file names.

    Raises:
        BenchError: a file is broken; the first that is, as `survey` tells it.
    """
    found, broken = survey(folder)
    for failure in broken.values():
        raise failure
    return found


def survey(folder: Path | None = None) -> tuple[dict[str, Experiment], dict[str, BenchError]]:
    """All declared experiments by id, and by the file's stem what is wrong with each broken file.

    Names that begin with an underscore are left to what experiments share.
    """
    found: dict[str, Experiment] = {}
    broken: dict[str, BenchError] = {}
    for path in sorted((folder or FOLDER).glob("[!_]*.py")):
        try:
            experiment = experiment_file.load(path, check)
            if experiment is not None:
                found[experiment.id] = experiment
        except BenchError as failure:
            broken[path.stem] = failure
    return found, broken


def check(experiment: Experiment) -> None:
    """Refuses an experiment whose columns name what there is not.

    Raises:
        BenchError: an unknown data set, method, study or unit, examples that a method can't read,
            or a table of what a method does not measure.
    """
    where = f"experiment '{experiment.id}'"
    try:
        for column in experiment.runnable():
            data, trained_by = dataset(experiment.dataset_of(column)), method(column.method)
            if data.reads is not trained_by.reads:
                raise BenchError(
                    f"column '{column.id}': method {trained_by.name} reads "
                    f"{trained_by.reads.__name__}, and {data.name} yields {data.reads.__name__}"
                )
            shown = dataset(experiment.dataset).metric.measured
            if experiment.layout != "keys" and shown not in trained_by.metrics:
                raise BenchError(
                    f"column '{column.id}': method {trained_by.name} does not measure {shown}, "
                    f"which the table of {experiment.dataset} shows; with layout='keys' every "
                    "column has its own metrics"
                )
            if experiment.units and not own(data.name, experiment.units):
                units(data.name, experiment.units)  # says what there is
        if experiment.units:
            in_order = dict.fromkeys(
                u for n in experiment.datasets for u in own(n, experiment.units)
            )
            if tuple(in_order) != experiment.units:
                for unit in experiment.units:
                    if unit not in in_order:
                        units(experiment.datasets[0], [unit])
                raise BenchError(
                    f"field 'units' must name each once, in order: {', '.join(in_order)}"
                )
        if experiment.study:
            study(experiment.study)
    except BenchError as error:
        raise BenchError(f"{where}: {error}") from error


def _named(name: str, known: dict, what: str):
    if name not in known:
        raise BenchError(
            f"there is no {what} '{name}'{near(name, known)}; there are {', '.join(known)}"
        )
    return known[name]


def _packages(folder: str) -> Iterator[ModuleType]:
    parent = importlib.import_module(f"bench.{folder}")
    for found in sorted(pkgutil.iter_modules(parent.__path__), key=lambda m: m.name):
        if found.ispkg:
            yield importlib.import_module(f"{parent.__name__}.{found.name}")
