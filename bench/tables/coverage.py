"""How often the 95 % intervals hold: ``python -m bench.tables.coverage FOLDER``.

Each line of the table is a made-up law of restarts (`bench.tables.synthetic`). From it come our N
restarts, and 10 more, whose best by training error is "the paper's"; counted is how often the
interval from ours has the paper's number, as printed. Writes ``coverage.csv`` and ``coverage.md``:
the same bytes each time, with the same version of NumPy.

Exit codes: 0 done; 2 a wrong argument; 74 a file can't be written; 130 interrupted.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.core.arguments import Parser, guarded, number
from bench.core.files import write_all
from bench.tables import interval
from bench.tables.csvs import csv_text
from bench.tables.markdown import joined, table
from bench.tables.numbers import NONE
from bench.tables.synthetic import COLUMN, ONE_FILE, OWN, TASKS, TWO_FILES, Task, score
from bench.tables.verdict import beyond

CHOSEN = 10
"""S15 chooses one of 10 restarts."""

RESTARTS = (30, 50, 100)
REPLICATIONS = 4000
SHARED = tuple(name for name in TASKS if name.startswith("normal") and name.endswith("0.5"))
"""The cases that are also scored on files in common."""

_ROUNDED = 0.05
_BLOCK = 500
"""Replications made at once, for memory's sake."""


@dataclass(frozen=True)
class Measured:
    """A line: of ``replications`` intervals from N = ``restarts``, the shares that have the paper's
    number (``coverage``), or it is below or above (a verdict 'worse' or 'better'), and the mean
    width (%, or tasks). ``plain``: coverage of the percentile bootstrap alone, None where it is not
    part of the interval."""

    case: str
    questions: str
    restarts: int
    coverage: float
    below: float
    above: float
    width: float
    plain: float | None
    replications: int


def measure_task(
    name: str, restarts: int, questions: str = OWN, replications: int = REPLICATIONS
) -> Measured:
    """One task of `synthetic.TASKS`."""
    found, plain = [], []
    for rng, many in _blocks(f"{name}/{restarts}/{questions}", replications):
        ours, paper = _scored(rng, TASKS[name], many, restarts, questions)
        of = interval.draw(ours, interval.chances(range(restarts), CHOSEN))
        low, high = (np.clip(limit, 0.0, 100.0) for limit in interval.interval(of))
        found.append((beyond(paper, _ROUNDED, low, high), high - low))
        plain.append(beyond(paper, _ROUNDED, *of.inner))
    return _line(name, questions, restarts, found, plain)


def measure_column(
    joint: bool, restarts: int, questions: str = OWN, replications: int = REPLICATIONS
) -> tuple[Measured, Measured, Measured]:
    """Mean error and failed tasks of `synthetic.COLUMN`, and all its tasks' errors taken together.

    Args:
        joint: whether one restart is chosen for all tasks.
    """
    kind = "joint column" if joint else "column"
    weights = interval.chances(range(restarts), CHOSEN)
    means, counts, cells = [], [], []
    for rng, many in _blocks(f"{kind}/{restarts}/{questions}", replications):
        if joint:
            errors, paper = _scored_jointly(rng, many, restarts, questions)
            mean = interval.joint_mean_interval(errors, weights)
            count = interval.joint_count_interval(errors, weights)
        else:
            pairs = [_scored(rng, task, many, restarts, questions) for task in COLUMN]
            errors = np.stack([ours for ours, _ in pairs], axis=1)
            paper = np.stack([theirs for _, theirs in pairs], axis=1)
            tasks = [interval.draw(errors[:, task], weights) for task in range(len(COLUMN))]
            mean = interval.mean_interval(tasks)
            count = interval.count_interval([interval.failing(task) for task in tasks])
        limits = interval.interval(interval.draw(errors, weights))
        low, high = (np.clip(limit, 0.0, 100.0) for limit in limits)
        cells.append((beyond(paper, _ROUNDED, low, high), high - low))
        printed = np.round(paper.mean(1), 1)
        means.append((beyond(printed, _ROUNDED, *mean), mean[1] - mean[0]))
        failed = (np.round(paper, 1) > 5.0).sum(1)
        counts.append((beyond(failed, 0.0, *count), count[1] - count[0]))
    named = (
        (f"{kind}, mean error", means),
        (f"{kind}, failed tasks", counts),
        (f"{kind}, its tasks", cells),
    )
    lines = [_line(name, questions, restarts, found, []) for name, found in named]
    return lines[0], lines[1], lines[2]


def measure(replications: int = REPLICATIONS) -> Iterator[Measured]:
    """Every line of the table."""
    for restarts in RESTARTS:
        for name in TASKS:
            yield measure_task(name, restarts, OWN, replications)
        for joint in (False, True):
            yield from measure_column(joint, restarts, OWN, replications)
    for questions in (ONE_FILE, TWO_FILES):
        for name in SHARED:
            yield measure_task(name, 30, questions, replications)
        for joint in (False, True):
            yield from measure_column(joint, 30, questions, replications)


def _scored(
    rng: np.random.Generator, task: Task, many: int, restarts: int, questions: str
) -> tuple[np.ndarray, np.ndarray]:
    """Errors (many, restarts), the best in training first, and the paper's (many)."""
    ranks, errors = task.restarts(rng, (many, restarts))
    order = np.argsort(ranks, axis=1)
    ranks, theirs = task.restarts(rng, (many, CHOSEN))
    best = theirs[np.arange(many), ranks.argmin(axis=1)]
    return score(rng, np.take_along_axis(errors, order, axis=1), best, questions)


def _scored_jointly(
    rng: np.random.Generator, many: int, restarts: int, questions: str
) -> tuple[np.ndarray, np.ndarray]:
    """Errors (many, tasks, restarts) and the paper's (many, tasks); a joint model's rank is the
    sum."""
    made = []
    for size in (restarts, CHOSEN):
        common = rng.standard_normal((many, size))
        pairs = [task.restarts(rng, (many, size), common) for task in COLUMN]
        ranks = sum(rank for rank, _ in pairs)
        order = np.argsort(ranks, axis=1)
        made.append([np.take_along_axis(errors, order, axis=1) for _, errors in pairs])
    scored = [score(rng, ours, theirs[:, 0], questions) for ours, theirs in zip(*made, strict=True)]
    return np.stack([ours for ours, _ in scored], 1), np.stack([theirs for _, theirs in scored], 1)


def _blocks(name: str, replications: int) -> Iterator[tuple[np.random.Generator, int]]:
    """A line's own stream of random numbers, so that no line depends on another, and block
    sizes."""
    rng = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))
    for begin in range(0, replications, _BLOCK):
        yield rng, min(_BLOCK, replications - begin)


def _line(name: str, questions: str, restarts: int, found: list, plain: list) -> Measured:
    side = np.concatenate([one.ravel() for one, _ in found])
    width = np.concatenate([one.ravel() for _, one in found])
    replications = sum(len(one) for one, _ in found)
    alone = float(np.mean(np.concatenate(plain) == 0)) if plain else None
    inside, below, above = (float(np.mean(side == place)) for place in (0, -1, 1))
    wide = float(width.mean())
    return Measured(name, questions, restarts, inside, below, above, wide, alone, replications)


HEADER = (
    "case", "questions", "restarts", "coverage", "below", "above", "width", "plain", "replications",
)  # fmt: skip


def _csv(lines: Sequence[Measured]) -> str:
    rows = []
    for line in lines:
        shares = (f"{share:.4f}" for share in (line.coverage, line.below, line.above, line.width))
        plain = "" if line.plain is None else f"{line.plain:.4f}"
        rows.append((line.case, line.questions, line.restarts, *shares, plain, line.replications))
    return csv_text(HEADER, rows)


def _markdown(lines: Sequence[Measured]) -> str:
    text = (
        "How often the interval from N made-up restarts has the best of 10 others (%). 'Below' "
        "and 'above' are the shares of false verdicts, 'worse' and 'better'; 'width' is the "
        "interval's mean width in percentage points (of failed tasks: tasks); 'percentile only'"
        " is the coverage of the percentile bootstrap of the same restarts. 'Own' questions: "
        "every restart errs on its own; 'one file': all restarts, ours and the paper's, are "
        "scored on the same 1000 questions, of which the same are hard; 'two files': ours are "
        "scored on one file and the paper's on another. Each share is known to about "
        f"± {100 * 1.96 * (0.05 * 0.95 / lines[0].replications) ** 0.5:.1f} (95 %)."
    )
    head = ("case", "questions", "N", "coverage", "below", "above", "width", "percentile only")
    rows = []
    for line in lines:
        shares = (f"{100 * share:.1f}" for share in (line.coverage, line.below, line.above))
        plain = NONE if line.plain is None else f"{100 * line.plain:.1f}"
        width = f"{line.width:.2f}"
        rows.append((line.case, line.questions, str(line.restarts), *shares, width, plain))
    return joined(["# Coverage of the 95 % intervals", text, table(head, rows, "llr")])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, writes and names the files; the exit code."""
    return guarded(lambda: _main(arguments))


def _main(arguments: Sequence[str] | None) -> int:
    parser = Parser(
        prog="python -m bench.tables.coverage",
        description="Measure how often the verdicts' 95 % intervals hold, on made-up restarts.",
    )
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="where coverage.csv and coverage.md go"
    )
    parser.add_argument(
        "--replications",
        default=str(REPLICATIONS),
        metavar="N",
        help=f"a line (default {REPLICATIONS})",
    )
    options = parser.parse_args(arguments)
    many = number("--replications", options.replications, 1, 9_999_999)
    lines: list[Measured] = []
    for line in measure(many):
        lines.append(line)
        told = f"{line.coverage:7.1%}  N = {line.restarts:3d}  {line.questions:9s}  {line.case}"
        print(told, file=sys.stderr)
    files = {"coverage.csv": _csv(lines), "coverage.md": _markdown(lines)}
    print(*write_all(options.folder, files), sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
