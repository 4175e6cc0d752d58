"""The command line of experiments/speed.py: arguments, errors and what is printed; nothing else.

Exit codes: 0 done; 2 bad input or no PyTorch; 74 a file can't be written; 130 interrupted.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.core import provenance
from bench.core.arguments import Parser, guarded, number, split
from bench.core.errors import BenchError
from bench.core.files import write_all
from bench.studies.speed.rows import ROWS, Work, busy
from bench.studies.speed.tables import speed_files

REPEATS = 5
QUICK_REPEATS = 2
SECONDS = 1.0
"""Least length of a repeat."""
QUICK_SECONDS = 0.05
MOST_REPEATS = 1000


def run_speed(works: Sequence[Work], arguments: Sequence[str] | None = None) -> int:
    """What experiments/speed.py does when it is run as a script."""
    return guarded(lambda: _run(works, arguments))


def _run(works: Sequence[Work], arguments: Sequence[str] | None) -> int:
    parser = Parser(
        prog="experiments/speed.py", description="Times training steps against eager PyTorch."
    )
    parser.add_argument("--works", nargs="+", metavar="ID", help="these works only")
    parser.add_argument("--repeats", metavar="N", help=f"of each side (default {REPEATS})")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the data sets are")
    parser.add_argument(
        "--results",
        type=Path,
        metavar="DIR",
        help="where rows and tables go (default results/paper; results/smoke with --quick)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="short repeats, generated data if there is no other: checks that it runs",
    )
    options = parser.parse_args(arguments)
    chosen = _chosen(works, options.works)
    repeats = QUICK_REPEATS if options.quick else REPEATS
    if options.repeats is not None:
        repeats = number("--repeats", options.repeats, 1, MOST_REPEATS)
    folder = "smoke" if options.quick else "paper"
    results = options.results or provenance.ROOT / "results" / folder
    if importlib.util.find_spec("torch") is None:
        raise BenchError("no PyTorch, the peer: BENCH_EXTRAS=peers ./run_all.sh --list installs it")
    # Only now: a wrong option is told before these take their seconds.
    from bench.core import devices
    from bench.studies.speed.race import load, race

    logging.getLogger("jax._src.xla_bridge").setLevel(logging.ERROR)
    found = devices.configure(None)  # no cache: compiling is timed too
    print(f"timing on {devices.describe(found[0])}", file=sys.stderr)
    written: list[Path] = []
    for work in chosen:
        encoded, kind = load(work, options.data, allow_generated=options.quick)
        rows = race(
            work, encoded, kind, found, repeats=repeats,
            seconds=QUICK_SECONDS if options.quick else SECONDS,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )  # fmt: skip
        for row in rows:
            ROWS.save(results, row)
            if busy(row):
                print(f"{work.id}: repeats differ much; was the machine busy?", file=sys.stderr)
            print(
                f"{work.id}: ours {row['ours_ms']:.3g} ms a step and restart, {row['peer']} "
                f"{row['peer_ms']:.3g} ms, ratio {row['ratio']:.1f}",
                flush=True,
            )
        written = write_all(results, speed_files(results))
    print("Tables: " + ", ".join(str(path) for path in written))
    return 0


def _chosen(works: Sequence[Work], ids: Sequence[str] | None) -> list[Work]:
    """Works by id, given as words or joined by commas; all if None."""
    if ids is None:
        return list(works)
    known = {work.id: work for work in works}
    names = split(ids)
    for name in names:
        if name not in known:
            raise BenchError(f"--works: no work '{name}'; there are {', '.join(known)}")
    if not names:
        raise BenchError(f"--works: name at least one of {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)]
