"""The command line of experiments/attention.py: trains what is not saved yet, measures, writes the
tables.

Exit codes are `bench.cli`'s. The same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import cli
from bench.core import at_hand, provenance
from bench.core.arguments import Parser, duration, guarded, number, numbers
from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.core.plan import Plan, model_path
from bench.core.profiles import profile
from bench.core.spec import Experiment, Group, expand
from bench.core.store import Store
from bench.datasets.babi.layout import DATASETS
from bench.datasets.babi.locate import Located
from bench.methods.memn2n.saved import load
from bench.studies.attention.store import read_rows, save_row
from bench.studies.attention.tables import attention_files
from bench.studies.attention.text import TEXT, text_page


def run_attention(experiment: Experiment, arguments: Sequence[str] | None = None) -> int:
    """What experiments/attention.py does when it is run as a script.

    Args:
        experiment: has one column, trained per task.
    """
    return guarded(lambda: _run(experiment, arguments))


def _run(experiment: Experiment, arguments: Sequence[str] | None) -> int:
    parser = Parser(prog="experiments/attention.py", description=experiment.title)
    cli.run_options(parser)
    parser.add_argument(
        "--dataset", choices=list(DATASETS), default=experiment.dataset, help="trained on"
    )
    parser.add_argument("--tasks", nargs="+", metavar="N", help="these bAbI tasks only")
    parser.add_argument("--restarts", metavar="N", help="restarts of each task, seeds 0..N-1")
    parser.add_argument(
        "--with-text", action="store_true",
        help=f"also write models/{TEXT}: the stories' tables with their text (for yourself: never committed)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    started = time.monotonic()
    limit = None if options.time_limit is None else duration(options.time_limit)
    budget = profile(options.profile or cli.DEFAULT_PROFILE)
    tasks = budget.tasks if options.tasks is None else numbers("--tasks", options.tasks, 1, 20)
    restarts = (
        None if options.restarts is None else number("--restarts", options.restarts, 1, 10_000)
    )
    if options.generated and options.data is not None:
        raise BenchError("--generated and --data: choose one, the suite's own data or yours")
    experiment = dataclasses.replace(experiment, dataset=options.dataset)
    found = _find(experiment, tasks, options)
    data = found[experiment.dataset]
    assert isinstance(data, Located)
    for task in (t for t in tasks if not data.has(t, "train")):
        print(f"task {task} is left out: its training file is not at hand", file=sys.stderr)
    tasks = tuple(t for t in tasks if data.has(t, "train"))
    (column,) = experiment.runnable()
    applied = budget.apply(column, restarts)
    groups = expand(applied, experiment.dataset, tasks, data.hashes)
    results = options.results or provenance.ROOT / "results" / at_hand.folder_name(
        budget.name, found
    )
    models = results / "models"
    with cli.alone(results):
        measured = {row["id"] for row in read_rows(results)}
        left = [g for g in groups if not {g.run_id(s) for s in range(applied.restarts)} <= measured]
        plan = Plan(Store(results / "store"), dict(found), models)
        for group in left:
            plan.add(experiment, [column], budget, tasks=group.tasks, restarts=restarts)
        stop = cli.train(plan, results, models, started, limit)
        for group in left:
            _measure(results, models, group, data)
        rows = read_rows(results)
        paths = []
        for name, content in attention_files(rows, budget).items():
            write_atomically(results / name, content)
            paths.append(results / name)
        if options.with_text and rows:
            path = (
                models / TEXT
            )  # of the results folder's parts the one that git ignores everywhere
            write_atomically(path, text_page(rows, groups, data))
            paths.append(path)
    print(_summary(results, groups))
    print("Tables: " + (", ".join(map(str, paths)) or "none yet"))
    return cli.stopped(stop)


def _find(
    experiment: Experiment, tasks: Sequence[int], options: argparse.Namespace
) -> at_hand.Data:
    return at_hand.find(
        [experiment],
        tasks,
        data_dir=options.data,
        generated=options.generated,
        allow_unverified=options.allow_unverified,
        offline=options.offline,
    )


def _measure(results: Path, models: Path, group: Group, data: Located) -> None:
    """Measures the restarts of a group whose models there are, but for those that diverged."""
    paths = {seed: model_path(models, group, seed) for seed in range(group.column.restarts)}
    there = {seed: path for seed, path in paths.items() if path.exists()}
    if not there:
        return
    import jax  # only now: a wrong option is told before this takes its seconds

    from bench.core import devices
    from bench.studies.attention.measure import measure

    stories = data.stories(group.tasks[0], "test")
    device = devices.describe(jax.local_devices()[0])
    measured = {row["id"] for row in read_rows(results)}
    for seed, path in there.items():
        if group.run_id(seed) in measured:
            continue
        saved = load(path)
        if saved.training["diverged"] is not None:
            print(f"{path}: left out, its training diverged", file=sys.stderr)
            continue
        try:
            row = measure(saved, group, stories, kind=data.kind, device=device)
        except BenchError as error:
            raise BenchError(f"{path}: {error}", error.exit_code) from error
        save_row(results, row)


def _summary(results: Path, groups: Sequence[Group]) -> str:
    """A line a task for the terminal: share of the attention on supporting facts, by hop."""
    wanted = {g.run_id(s) for g in groups for s in range(g.column.restarts)}
    by_task: dict[int, list[list[float]]] = {}
    for row in read_rows(results):
        if row["id"] in wanted:
            by_task.setdefault(row["task"], []).append(row["share"])
    lines = ["share of attention on supporting facts by hop (%), mean of the restarts"]
    for task, found in sorted(by_task.items()):
        means = [100 * sum(hop) / len(hop) for hop in zip(*found, strict=True)]
        by_hop = "  ".join(f"{mean:5.1f}" for mean in means)
        lines.append(f"task {task:2d}  {by_hop}  ({len(found)} restarts)")
    return "\n".join(lines)
