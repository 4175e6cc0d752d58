"""The command line: arguments, signals, exit codes and what is printed; nothing else.

Exit codes: 0 done; 1 the report differs or can't be made whole; 2 bad input; 74 a file or the
standard output can't be written; 75 stopped by --time-limit; 130 and 143 stopped by a signal; 141
nobody reads the output any more. After 74 to 143 the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import filelock

from bench.core import at_hand, provenance, registry
from bench.core.arguments import Parser, duration, guarded, number, numbers, split
from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.core.plan import Plan
from bench.core.profiles import PROFILES, Profile, profile
from bench.core.progress import Progress
from bench.core.spec import ALL_TASKS, Experiment, NotYet
from bench.core.store import Store
from bench.datasets.babi import command
from bench.datasets.babi.cross import all_hashes, known_data
from bench.datasets.babi.locate import cache_dir
from bench.studies.attention import ask
from bench.tables.build import DataAtHand, check_report, console_table, readme_text, write_report

TIME_IS_UP = 75
DEFAULT_PROFILE = "laptop"


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m bench``: run, report, verify, generate, ask."""
    return guarded(lambda: _main(arguments))


def run_experiment(experiment: Experiment, arguments: Sequence[str] | None = None) -> int:
    """What an experiment's file does when it is run as a script."""
    parser = Parser(prog=f"experiments/{experiment.id}.py", description=experiment.title)
    run_options(parser)
    parser.add_argument("--columns", nargs="+", metavar="ID", help="these columns only")
    parser.add_argument("--tasks", nargs="+", metavar="N", help="these bAbI tasks only")
    parser.add_argument("--restarts", metavar="N", help="restarts of each column, seeds 0..N-1")

    def run() -> int:
        options = parser.parse_args(arguments)
        tasks = None if options.tasks is None else numbers("--tasks", options.tasks, 1, 20)
        restarts = None
        if options.restarts is not None:
            restarts = number("--restarts", options.restarts, 1, 10_000)
        columns = None if options.columns is None else split(options.columns)
        return _run([experiment], options, columns=columns, tasks=tasks, restarts=restarts)

    return guarded(run)


def _main(arguments: Sequence[str] | None) -> int:
    parser = Parser(prog="python -m bench", description="Memory networks, reproduced.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run", prog="run_all.sh", help="run experiments and print their tables"
    )
    run_options(run)
    run.add_argument("--only", nargs="+", metavar="ID", help="these experiments only")
    run.add_argument(
        "--list", action="store_true", help="list experiments and columns, run nothing"
    )
    report = commands.add_parser("report", help="rebuild results/paper from its committed store")
    report.add_argument("--check", action="store_true", help="compare only; exit 1 on a difference")
    verify = commands.add_parser(
        "verify", help="train a committed restart again and compare its row"
    )
    verify.add_argument(
        "--pick", default=None, metavar="HEX", help="which one: any hex number (a commit)"
    )
    _data_options(verify)
    command.add(commands)
    ask.add(commands)
    options = parser.parse_args(arguments)
    if options.command == "generate":
        return command.run(options)
    if options.command == "ask":
        return ask.run(options)
    known, broken = registry.survey()
    chosen = split(options.only or []) if options.command == "run" else []
    for name, failure in broken.items():
        if options.command == "report":  # its tables would be missing
            raise BenchError(str(failure), exit_code=1)
        if name in chosen:
            raise failure
        print(f"left out: {failure}", file=sys.stderr)
    if options.command == "report":
        return _report(list(known.values()), options.check)
    if options.command == "verify":
        from bench.core.verify import verify_row

        print(verify_row(list(known.values()), options.pick or provenance.commit(), options.data))
        return 0
    if options.list:
        _list(known)
        return 0
    if options.only is None:
        budget = profile(options.profile or DEFAULT_PROFILE)
        return _run([e for e in known.values() if budget.runs(e)], options)
    for name in chosen:
        if name not in known:
            raise BenchError(f"--only: no experiment '{name}'; there are {', '.join(known)}")
    return _run([known[name] for name in chosen], options)


def run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile", metavar="NAME", help=f"smoke, laptop or paper (default {DEFAULT_PROFILE})"
    )
    parser.add_argument("--time-limit", metavar="T", help="stop cleanly after 90s, 9m or 2h")
    parser.add_argument(
        "--save-models", action="store_true", help="keep every restart's parameters"
    )
    parser.add_argument(
        "--results", type=Path, metavar="DIR", help="where results go (default results/<profile>)"
    )
    _data_options(parser)
    parser.add_argument(
        "--generated",
        action="store_true",
        help="use the suite's own generated data, whatever is there",
    )


def _data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the data sets are")
    parser.add_argument(
        "--allow-unverified",
        action="store_true",
        help="use files whose checksum is not the known one",
    )
    parser.add_argument("--offline", action="store_true", help="download nothing")


def _run(
    chosen: Sequence[Experiment],
    options: argparse.Namespace,
    *,
    columns: list[str] | None = None,
    tasks: tuple[int, ...] | None = None,
    restarts: int | None = None,
) -> int:
    started = time.monotonic()
    limit = None if options.time_limit is None else duration(options.time_limit)
    budget = profile(options.profile or DEFAULT_PROFILE)
    for experiment in chosen:
        experiment.select(columns)  # a wrong column is told before data is looked for
    if options.generated and options.data is not None:
        raise BenchError("--generated and --data: choose one, the suite's own data or yours")
    wanted = {e.id: budget.tasks_of(e) if tasks is None else tasks for e in chosen}
    located = at_hand.find(
        [dataclasses.replace(e, tasks=wanted[e.id]) for e in chosen],
        ALL_TASKS,
        data_dir=options.data,
        generated=options.generated,
        allow_unverified=options.allow_unverified,
        offline=options.offline,
    )
    chosen = [e for e in chosen if set(e.datasets) <= set(located)]
    columns_of = {
        e.id: [c for c in e.select(columns) if columns is not None or budget.joint or not c.joint]
        for e in chosen
    }
    results = options.results or provenance.ROOT / "results" / at_hand.folder_name(
        budget.name, located
    )
    with alone(results):
        store = Store(results / "store")
        models = results / "models" if options.save_models else None
        plan = Plan(store, located, models)
        for experiment in chosen:
            plan.add(
                experiment,
                columns_of[experiment.id],
                budget,
                tasks=wanted[experiment.id],
                restarts=restarts,
            )
        stop = train(plan, results, models, started, limit)
        compared = [wanted[e.id] for e in chosen if e.table == "data sets"]
        if not stop and compared:
            stop = _compare(results, compared[0], budget, options, started, limit)
        data = {
            name: DataAtHand(found.kind, all_hashes(found), found.about)
            for name, found in located.items()
        }
        shown = budget.with_tasks(tasks or ())
        written = write_report(results, chosen, shown, data, restarts=restarts)
        print(console_table(results, chosen, shown, data, restarts=restarts))
        pages = [path for path in written if path.suffix in {".html", ".md"}]
        print("Tables: " + ", ".join(str(path) for path in pages))
    return stopped(stop)


_SIGNAL_EXIT = {"interrupted": 130, "terminated": 143}


def stopped(stop: str) -> int:
    """The exit code of a run that stopped for this reason, '' if it is done; says it on stderr."""
    if stop:
        print(
            f"{stop}; what was finished is kept: run the same command again to go on",
            file=sys.stderr,
        )
    return {"": 0, "time limit reached": TIME_IS_UP}.get(stop, _SIGNAL_EXIT.get(stop, 1))


def train(
    plan: Plan, results: Path, models: Path | None, started: float, limit: float | None
) -> str:
    """Trains what is left; '' when done, else why it stopped."""
    total = plan.finished + len(plan.jobs)
    if plan.finished:
        print(f"{plan.finished} of {total} groups are already in {results}/store", file=sys.stderr)
    if not plan.jobs:
        return ""
    from bench.core import devices
    from bench.core.runner import Runner

    logging.getLogger("jax._src.xla_bridge").setLevel(logging.ERROR)
    found = devices.configure(cache_dir() / "xla")
    names = sorted({devices.describe(device) for device in found})
    print(f"training {len(plan.jobs)} groups on {', '.join(names)}", file=sys.stderr)
    runner = Runner(
        plan.store,
        found,
        checkpoints=results / "checkpoints",
        models=models,
        progress=Progress(),
        deadline=None if limit is None else started + limit,
    )
    signals: list[str] = []

    def on_signal(number: int, frame: object) -> None:
        del frame
        signals.append("interrupted" if number == signal.SIGINT else "terminated")
        runner.stopped.set()
        signal.signal(number, signal.SIG_DFL)  # a second one ends it at once

    previous = {n: signal.signal(n, on_signal) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        if runner.run(plan.jobs):
            return ""
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return signals[0] if signals else "time limit reached"


def _compare(
    results: Path,
    tasks: Sequence[int],
    budget: Profile,
    options: argparse.Namespace,
    started: float,
    limit: float | None,
) -> str:
    """Measures what is left of the comparison of data sets; '' when done, else why it stopped."""
    from bench.studies.generated_vs_real.measure import measure_all

    rows = measure_all(
        results,
        tasks,
        options.data,
        allow_unverified=options.allow_unverified,
        train=budget.compared,
        say=lambda line: print(f"comparing, {line}", file=sys.stderr),
        stop=lambda: limit is not None and time.monotonic() >= started + limit,
    )
    return "" if len(rows) == len(tasks) else "time limit reached"


def _report(experiments: Sequence[Experiment], check: bool) -> int:
    results, readme = provenance.ROOT / "results" / "paper", provenance.ROOT / "README.md"
    data = {
        name: DataAtHand(*known_data(name, ALL_TASKS)) for e in experiments for name in e.datasets
    }
    paper = PROFILES["paper"]
    text = readme.read_text(encoding="utf-8")
    numbers = readme_text(text, results, experiments, paper, data)
    if not check:
        for path in write_report(results, experiments, paper, data):
            print(path)
        write_atomically(readme, numbers)
        return 0
    differing = check_report(results, experiments, paper, data)
    differing += ["README.md"] if numbers != text else []
    if differing:
        raise BenchError(
            f"{results}: not what its store gives: {', '.join(differing)}; "
            "run 'python -m bench report' and commit",
            exit_code=1,
        )
    print(f"{results} and README.md: every file and number is what the store gives")
    return 0


def _list(known: dict[str, Experiment]) -> None:
    for experiment in known.values():
        long = "; takes hours: laptop runs it if --only names it" if experiment.long else ""
        print(f"{experiment.id}  ({experiment.title}{long})")
        for column in experiment.columns:
            state = f"not yet runnable: {column.why}" if isinstance(column, NotYet) else "runs"
            print(f"    {column.id:20s} {column.title:24s} {state}")
    print(
        "attention  (weights per hop, and their share on supporting facts): run experiments/attention.py"
    )
    print("speed  (steps against eager PyTorch): run experiments/speed.py")


@contextmanager
def alone(results: Path) -> Iterator[None]:
    """One run a results folder at a time; the lock falls with the process, however it ends."""
    try:
        results.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(results / ".run.lock", timeout=0)
        lock.acquire()
    except filelock.Timeout as error:
        raise BenchError(
            f"{results}: another run is writing there; wait for it or choose another --results DIR"
        ) from error
    except OSError as error:
        raise BenchError(
            f"{results}: cannot be written ({error.strerror}); use --results DIR"
        ) from error
    try:
        yield
    finally:
        lock.release()
