"""The command line: arguments, signals, exit codes and what is printed; nothing else.

Exit codes: 0 done; 1 the report differs or can't be made whole; 2 bad input, a folder that can't be
made among it; 74 a file or the standard output can't be written; 75 stopped by --time-limit; 130
and 143 stopped by a signal; 141 nobody reads the output any more. After 74 to 143 the same command
goes on where it stopped.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import signal
import sys
import time
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from bench.core import finding, provenance, registry
from bench.core.arguments import Parser, data_options, duration, guarded, number, numbers, split
from bench.core.cache import cache_dir
from bench.core.column import NotYet
from bench.core.dataset import AtHand, Wish
from bench.core.errors import BenchError
from bench.core.experiment import Experiment
from bench.core.files import write_atomically
from bench.core.plan import Plan
from bench.core.profiles import PROFILES, Profile, profile
from bench.core.progress import Progress
from bench.core.runs import Group
from bench.core.store import Store
from bench.core.study import Site, Study
from bench.tables import report

TIME_IS_UP = 75
DEFAULT_PROFILE = "laptop"
MOST_RESTARTS = 10_000
PAPER = provenance.ROOT / "results" / "paper"


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m bench``: run, report, verify, and the commands of data sets and studies."""
    return guarded(lambda: _main(arguments))


def run_experiment(experiment: Experiment, arguments: Sequence[str] | None = None) -> int:
    """What an experiment's file does when it is run as a script."""
    parser = Parser(prog=f"experiments/{experiment.id}.py", description=experiment.title)
    _run_options(parser)
    parser.add_argument(
        "--columns", nargs="+", action="extend", metavar="ID", help="these columns only"
    )
    parser.add_argument(
        "--units",
        "--tasks",
        nargs="+",
        action="extend",
        metavar="N",
        help="these units (tasks) of the data only",
    )
    parser.add_argument("--restarts", metavar="N", help="restarts of each column, seeds 0..N-1")
    parser.add_argument(
        "--seeds",
        nargs="+",
        action="extend",
        metavar="N",
        help="these restarts, and those that share a program with them: for several machines",
    )

    def run() -> int:
        options = parser.parse_args(arguments)
        registry.check(experiment)
        columns, units, restarts = options.columns, options.units, options.restarts
        if restarts is not None and options.seeds is not None:
            raise BenchError("--restarts and --seeds: choose one, seeds from 0 on or some of them")
        asked = _Asked(
            None if columns is None else _named("--columns", columns),
            None if units is None else _units(experiment, split(units)),
            None if restarts is None else range(number("--restarts", restarts, 1, MOST_RESTARTS)),
        )
        if options.seeds is not None:
            seeds = numbers("--seeds", options.seeds, 0, MOST_RESTARTS - 1)
            asked = dataclasses.replace(asked, seeds=seeds)
        return _run([experiment], options, asked)

    return guarded(run)


@dataclass(frozen=True)
class _Asked:
    """What a script's options ask of its experiment; None leaves it to the profile."""

    columns: list[str] | None = None
    units: tuple[str, ...] | None = None
    seeds: Sequence[int] | None = None


def _main(arguments: Sequence[str] | None) -> int:
    parser = Parser(prog="python -m bench", description="Memory networks, reproduced.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", prog="run_all.sh", help="run experiments, print their tables")
    _run_options(run)
    run.add_argument(
        "--only", nargs="+", action="extend", metavar="ID", help="these experiments only"
    )
    run.add_argument("--list", action="store_true", help="list what there is, run nothing")
    run.set_defaults(action=_run_all)
    merge = commands.add_parser("merge", help="take in what another machine's run stored")
    merge.add_argument("folder", type=Path, metavar="DIR", help="its results folder")
    merge.add_argument(
        "--into", type=Path, default=PAPER, metavar="DIR", help="ours (default results/paper)"
    )
    merge.set_defaults(action=_merge)
    again = commands.add_parser("report", help="rebuild results/paper from its committed store")
    again.add_argument("--check", action="store_true", help="compare only; exit 1 on a difference")
    again.set_defaults(action=_report)
    verify = commands.add_parser("verify", help="train a committed restart again, compare its row")
    verify.add_argument(
        "--pick", default=None, metavar="HEX", help="which: any hex number (commit)"
    )
    data_options(verify, unverified=False)
    verify.set_defaults(action=_verify)
    for command in registry.commands():
        command.add(commands).set_defaults(action=command.run)
    options = parser.parse_args(arguments)
    return options.action(options)


def _run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile", metavar="NAME", help=f"smoke, laptop or paper (default {DEFAULT_PROFILE})"
    )
    parser.add_argument("--time-limit", metavar="T", help="stop cleanly after 90s, 9m or 2h")
    parser.add_argument(
        "--save-models",
        action="store_true",
        help="keep every restart's parameters; stored ones without are trained again",
    )
    parser.add_argument(
        "--results", type=Path, metavar="DIR", help="where results go (default results/<profile>)"
    )
    data_options(parser)
    parser.add_argument(
        "--generated", action="store_true", help="use the suite's own data, whatever is there"
    )


def _run_all(options: argparse.Namespace) -> int:
    known, broken = registry.survey()
    chosen = [] if options.only is None else _named("--only", options.only)
    for name, failure in broken.items():
        if name in chosen:
            raise failure
        print(f"left out: {failure}", file=sys.stderr)
    for name in chosen:
        if name not in known:
            raise BenchError(f"--only: no experiment '{name}'; there are {', '.join(known)}")
    budget = profile(options.profile or DEFAULT_PROFILE)
    if options.list:
        return _list(known, chosen)
    if options.only is None:
        return _run([e for e in known.values() if budget.runs(e)], options, _Asked())
    for name in chosen:
        if not known[name].runnable():
            raise BenchError(f"--only: no column of '{name}' can be run yet; --list says why")
    return _run([known[name] for name in chosen], options, _Asked())


def _named(flag: str, values: Sequence[str]) -> list[str]:
    """The names given; BenchError where there is none."""
    found = split(values)
    if not found:
        raise BenchError(f"{flag}: name at least one")
    return found


def _units(experiment: Experiment, wanted: Sequence[str]) -> tuple[str, ...]:
    known = registry.units_of(experiment)
    for unit in wanted:
        if unit not in known:
            raise BenchError(f"--units (--tasks): '{unit}' is none of {', '.join(known)}")
    if not wanted:
        raise BenchError(f"--units (--tasks): name at least one of {', '.join(known)}")
    return tuple(unit for unit in known if unit in wanted)


def _run(chosen: Sequence[Experiment], options: argparse.Namespace, asked: _Asked) -> int:
    provenance.commit()  # now: what lands in the checkout later is not what runs
    limit = None if options.time_limit is None else duration(options.time_limit)
    deadline = None if limit is None else time.monotonic() + limit
    budget = profile(options.profile or DEFAULT_PROFILE)
    if options.generated and options.data is not None:
        raise BenchError("--generated and --data: choose one, the suite's own data or yours")
    wanted = [_wanted(experiment, budget, asked) for experiment in chosen]
    wish = Wish(
        folder=options.data, generated=options.generated,
        allow_unverified=options.allow_unverified, offline=options.offline,
    )  # fmt: skip
    found = finding.find(wanted, wish)
    wanted = finding.left(wanted, found)
    name = finding.folder_name(budget.name, found)
    results = options.results or provenance.ROOT / "results" / name
    with _alone(results, "--results"):
        plan = Plan(Store(results / "store"), found, results / "models")
        for one in wanted:
            study = registry.study(one.experiment.study) if one.experiment.study else None

            def models(group: Group, study: Study | None = study) -> Container[int]:
                if options.save_models:
                    return range(group.column.restarts)
                return study.models(results, group) if study else ()

            plan.add(
                one.experiment, one.columns, budget,
                units=one.units, seeds=asked.seeds, models=models,
            )  # fmt: skip
        stop = _train(plan, results, deadline, told=asked.seeds is not None)
        if not stop:
            stop = _measure(
                [one.experiment for one in wanted], plan, results, budget, wish, deadline
            )
        at_hand = {n: registry.dataset(n).whole(one) for n, one in found.items()}
        _tables(results, budget, at_hand, [one.experiment.id for one in wanted])
    return _stopped(stop)


def _wanted(experiment: Experiment, budget: Profile, asked: _Asked) -> finding.Wanted:
    """What is run of an experiment."""
    columns = budget.chosen(experiment, asked.columns)
    return finding.Wanted(experiment, columns, asked.units or budget.units_of(experiment))


def _tables(results: Path, budget: Profile, at_hand: dict[str, AtHand], ids: Sequence[str]) -> None:
    known = list(registry.survey()[0].values())
    gathered = report.gather(results, known, budget, at_hand)
    written = report.write(gathered)
    print(report.console(gathered, ids))
    pages = [path for path in written if path.suffix == ".md" and path.stem in ids]
    print(f"Tables: {', '.join(map(str, [results / 'index.html', *pages]))}")


_SIGNAL_EXIT = {"interrupted": 130, "terminated": 143}
_LIMIT = "time limit reached"


def _stopped(stop: str) -> int:
    """The exit code of a run that stopped for this reason, '' if it is done; says it on stderr."""
    if stop:
        remedy = "what was finished is kept: run the same command again to go on"
        print(f"{stop}; {remedy}", file=sys.stderr)
    return {"": 0, _LIMIT: TIME_IS_UP}.get(stop, _SIGNAL_EXIT.get(stop, 1))


def _past(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


def _train(plan: Plan, results: Path, deadline: float | None, *, told: bool = False) -> str:
    """Trains what is left; '' when done, else why it stopped.

    Args:
        told: whether to say which other restarts are trained beside those asked for.
    """
    if plan.finished:
        total = plan.finished + plan.unfinished
        print(f"{plan.finished} of {total} groups are already in {results}/store", file=sys.stderr)
    if plan.again:
        print(
            f"{plan.again} stored restarts have no saved model: they are trained again for it",
            file=sys.stderr,
        )
    if not plan.unfinished:
        return ""
    jobs = plan.jobs(lambda: _past(deadline))
    if len(jobs) < plan.unfinished:
        return _LIMIT
    from bench.core import devices
    from bench.core.runner import Runner, chunks

    logging.getLogger("jax._src.xla_bridge").setLevel(logging.ERROR)
    there = devices.configure(cache_dir() / "xla")
    names = sorted({devices.describe(device) for device in there})
    runner = Runner(
        plan.store, there, checkpoints=results / "checkpoints", models=plan.models,
        progress=Progress(), deadline=deadline,
    )  # fmt: skip
    beside = {s for job in jobs for chunk in chunks(job, there) for s in {*chunk} - {*job.seeds}}
    if told and beside:
        print(f"{_listed('seed', sorted(beside))}: trained, too, in the same programs",
              file=sys.stderr)  # fmt: skip
    signals: list[str] = []

    def on_signal(number: int, frame: object) -> None:
        del frame
        signals.append("interrupted" if number == signal.SIGINT else "terminated")
        runner.stopped.set()
        signal.signal(number, signal.SIG_DFL)  # a second one ends it at once

    previous = {n: signal.signal(n, on_signal) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        print(f"training {len(jobs)} groups on {', '.join(names)}", file=sys.stderr)
        if runner.run(jobs):
            return ""
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return signals[0] if signals else _LIMIT


def _measure(
    chosen: Sequence[Experiment],
    plan: Plan,
    results: Path,
    budget: Profile,
    wish: Wish,
    deadline: float | None,
) -> str:
    """Lets the experiments' studies measure; '' when done, else why it stopped."""
    for experiment in chosen:
        if not experiment.study:
            continue

        def say(line: str, name: str = experiment.id) -> None:
            print(f"{name}: {line}", file=sys.stderr)

        site = Site(
            results, budget, plan.groups.get(experiment.id, []), plan.found, plan.models, wish,
            stop=lambda: _past(deadline), say=say,
        )  # fmt: skip
        if not registry.study(experiment.study).measure(site):
            return _LIMIT
    return ""


def _merge(options: argparse.Namespace) -> int:
    if not (options.folder / "store").is_dir():
        raise BenchError(f"{options.folder}: has no folder 'store'; name a run's results folder")
    with _alone(options.into, "--into"):
        added = Store(options.into / "store").take(Store(options.folder / "store"))
    for name, seeds in added.items():
        print(f"{name}: {_listed('seed', seeds)}")
    print(f"{sum(map(len, added.values()))} restarts added; bench report writes the tables anew")
    return 0


def _listed(noun: str, numbers: Sequence[int]) -> str:
    return f"{noun}{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def _report(options: argparse.Namespace) -> int:
    known, broken = registry.survey()
    for failure in broken.values():  # its tables would be missing
        raise BenchError(str(failure), exit_code=1)
    experiments = list(known.values())
    readme = provenance.ROOT / "README.md"
    names = {name for e in experiments for name in e.datasets}
    at_hand = {name: registry.dataset(name).known() for name in sorted(names)}
    gathered = report.gather(PAPER, experiments, PROFILES["paper"], at_hand)
    pages = {
        readme: report.readme(readme.read_text(encoding="utf-8"), gathered),
        PAPER.parent / "README.md": report.overview(gathered),
    }
    if not options.check:
        for path in report.write(gathered):
            print(path)
        for path, text in pages.items():
            write_atomically(path, text)
        return 0
    differing = report.differing(gathered)
    for path, text in pages.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            differing.append(str(path.relative_to(provenance.ROOT)))
    if differing:
        raise BenchError(
            f"{PAPER}: not what its store gives: {', '.join(differing)}; "
            "run 'python -m bench report' and commit",
            exit_code=1,
        )
    print(f"{PAPER} and README.md: every file and number is what the store gives")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from bench.core.verify import verify_row

    experiments = list(registry.experiments().values())
    wish = Wish(folder=options.data, offline=options.offline)
    print(verify_row(experiments, options.pick or provenance.commit(), wish))
    return 0


def _list(known: dict[str, Experiment], chosen: Sequence[str]) -> int:
    """Prints these experiments, or all and the studies that none has."""
    for experiment in map(known.__getitem__, chosen or known):
        long = "; takes hours: laptop runs it if --only names it" if experiment.long else ""
        print(f"{experiment.id}  ({experiment.title}{long})")
        for column in experiment.columns:
            state = f"not yet runnable: {column.why}" if isinstance(column, NotYet) else "runs"
            print(f"    {column.id:20s} {column.title:24s} {state}")
    for study in registry.studies().values():
        if not chosen and study.name not in {e.study for e in known.values()}:
            print(f"{study.name}  ({study.title}): {study.how}")
    return 0


@contextmanager
def _alone(results: Path, option: str) -> Iterator[None]:
    """One run a results folder at a time; the lock falls with the process, however it ends."""
    try:
        results.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(results / ".run.lock", timeout=0)
        lock.acquire()
    except filelock.Timeout as error:
        raise BenchError(
            f"{results}: another run is writing there; wait for it or choose another {option} DIR"
        ) from error
    except OSError as error:
        raise BenchError(
            f"{results}: cannot be written ({error.strerror}); use {option} DIR"
        ) from error
    try:
        yield
    finally:
        lock.release()
