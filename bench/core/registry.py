"""The experiments there are: every file of experiments/ that declares an EXPERIMENT."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from bench.core.errors import BenchError
from bench.core.spec import Experiment

FOLDER = Path(__file__).resolve().parents[2] / "experiments"


def experiments(folder: Path = FOLDER) -> dict[str, Experiment]:
    """All declared experiments by id, in the order of their file names.

    Raises:
        BenchError: a file's experiment does not bear the file's name.
    """
    found: dict[str, Experiment] = {}
    for path in sorted(folder.glob("*.py")):
        source = importlib.util.spec_from_file_location(f"experiments.{path.stem}", path)
        assert source is not None and source.loader is not None
        module = importlib.util.module_from_spec(source)
        source.loader.exec_module(module)
        experiment = getattr(module, "EXPERIMENT", None)
        if experiment is None:
            continue  # a measurement with a script of its own
        if experiment.id != path.stem:
            raise BenchError(f"{path}: declares experiment '{experiment.id}'; name both alike")
        found[experiment.id] = experiment
    return found
