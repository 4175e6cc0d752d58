"""A file of ``experiments/``: the experiment it declares, or where and how it is broken."""

from __future__ import annotations

import importlib.util
import traceback
from collections.abc import Callable
from pathlib import Path

from bench.core.errors import BenchError
from bench.core.experiment import Experiment


def load(path: Path, check: Callable[[Experiment], None]) -> Experiment | None:
    """The experiment of a file; None if it is a measurement with a script of its own.

    Args:
        check: refuses an experiment that makes no sense.

    Raises:
        BenchError: ``file:line: what is wrong``: the file can't be run, its experiment does not
            bear the file's name, or it declares none and is no script.
    """
    source = importlib.util.spec_from_file_location(f"experiments.{path.stem}", path)
    assert source is not None and source.loader is not None
    module = importlib.util.module_from_spec(source)
    try:
        source.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever a file may do
        raise BenchError(f"{path}:{_line(path, error)}: {_what(error)}") from error
    experiment = getattr(module, "EXPERIMENT", None)
    text = path.read_text(encoding="utf-8")
    if experiment is None:
        if "__main__" in text and "run_experiment(" not in text:
            return None
        line = _line_of(text, "run_experiment(")
        raise BenchError(f"{path}:{line}: no EXPERIMENT is declared in this file")
    at = f"{path}:{_line_of(text, 'EXPERIMENT')}"
    if not isinstance(experiment, Experiment):
        kind = type(experiment).__name__
        raise BenchError(f"{at}: EXPERIMENT is a {kind}, not a bench.core.experiment.Experiment")
    if experiment.id != path.stem:
        raise BenchError(f"{at}: declares experiment '{experiment.id}'; name file and id alike")
    try:
        check(experiment)
    except BenchError as failure:
        raise BenchError(f"{at}: {failure}") from failure
    return experiment


def _line_of(text: str, part: str) -> int:
    """The first line with this part, 1 if there is none."""
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if part in line), 1)


def _line(path: Path, error: BaseException) -> int:
    """The line of the file that the error came from."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 1
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno or 1 for f in reversed(frames) if f.filename == str(path)), 1)


def _what(error: BaseException) -> str:
    if isinstance(error, BenchError):
        return str(error)
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}"
