"""Finds a bAbI data set, checks it, and says what kind of data it is.

Searched in this order: the folder given (``--data``), ``BENCH_DATA``, ``data/`` beside the package,
the user's cache (``BENCH_CACHE`` moves it), the network and, only if allowed, what the suite's own
simulator generates. The first two are the user's word: what they name must hold the data set, or
the run is refused.
"""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.core.cache import cache_dir
from bench.core.errors import BenchError, NoData
from bench.datasets.babi import babi, completed, fetch, generated, layout, manifest, record
from bench.datasets.babi.check import Located, check, required
from bench.datasets.babi.layout import DATASETS
from bench.datasets.babi.simulator import release

REPO_DATA = Path(__file__).resolve().parents[3] / "data"


def locate(
    dataset: str,
    tasks: Iterable[int],
    *,
    data_dir: Path | None,
    allow_unverified: bool = False,
    allow_generated: bool = False,
    allow_download: bool = True,
    progress: bool = True,
    say: Callable[[str], None] = lambda line: None,
) -> Located:
    """Find ``dataset`` ('babi-1k' or 'babi-10k') for ``tasks`` (numbers 1-20) and check its files.

    ``data_dir`` is the parent of tasks_1-20_v1-2 or that folder itself, or a folder of generated
    files. ``allow_generated``: generated data may serve, a user's own or, where no other data can
    be had, the default set, made in the cache; ``say`` is told why in a line before that.

    Raises BenchError if a named folder does not hold the data set, a file is missing or does not
    match its known SHA-256 (unless ``allow_unverified``), or nothing can be found or downloaded. A
    file with no known SHA-256 (the 10k training set of task 3) may be missing: then a completed set
    stands in for it or, without its real parts, ``Located.stories`` refuses it.
    """
    tasks = sorted(set(tasks))
    names = layout.names(dataset, tasks)

    def checked(root: Path) -> Located:
        return check(
            dataset, tasks, root, allow_unverified=allow_unverified, allow_generated=allow_generated
        )

    for given, what in ((data_dir, "--data"), (os.environ.get("BENCH_DATA"), "BENCH_DATA")):
        if given:  # an empty BENCH_DATA is as good as none
            return checked(_named(Path(given), what, dataset))
    root = _find(REPO_DATA, dataset)
    if root:
        return checked(root)
    cached = _find(cache_dir(), dataset)
    failure = None
    if cached:
        try:
            return checked(cached)
        except BenchError as error:  # the cache is ours to mend
            failure = error
    if allow_download:
        try:
            fetch.fetch_babi(cache_dir(), required(names), progress=progress)
            return checked(cache_dir() / fetch.BABI_FOLDER)
        except BenchError as error:
            failure = error
    if allow_generated:
        line = (
            f"no real bAbI data here and none could be downloaded ({_short(failure)}): "
            "generated stories are used, and tables say GENERATED; "
            f"for the real data unpack {fetch.BABI_URLS[0]} and pass --data DIR"
        )
        return _default(
            dataset, tasks, as_released=False, progress=progress, begins=lambda: say(line)
        )
    remedy = failure or f"fetch {' or '.join(fetch.BABI_URLS)} and unpack it"
    raise NoData(
        f"data set {dataset} was not found in {REPO_DATA} or {cache_dir()}: {remedy}; then pass "
        f"--data DIR, the folder that holds {fetch.BABI_FOLDER}"
    )


def locate_generated(
    dataset: str, tasks: Iterable[int], *, as_released: bool = False, progress: bool = True
) -> Located:
    """The default generated set: made in the cache once, for these tasks, and checked every time.

    ``as_released`` keeps test questions that occur in training, as the release does. Raises
    BenchError if the cache can't be written, or the simulator gives other bytes than the suite's
    manifest has.
    """
    tasks = sorted(set(tasks))
    return _default(dataset, tasks, as_released=as_released, progress=progress)


def known_hashes(dataset: str, tasks: Iterable[int]) -> dict[str, str]:
    """The SHA-256 sums ``Located.hashes`` has for complete real data, from the manifests alone.

    Task 3 of babi-10k, whose training file's is not known, has those of the completed set.
    """
    known = manifest.load("babi_v1_2")
    names = layout.names(dataset, tasks)
    found = {name: known[name] for name in names if name in known}
    if completed.FILE in names and completed.FILE not in known:
        found |= completed.known()
    return found


def known_generated_hashes(
    dataset: str, tasks: Iterable[int], *, as_released: bool = False
) -> dict[str, str]:
    """The SHA-256 sums ``locate_generated(...).hashes`` has, from the manifest alone."""
    return generated.pinned(dataset, tasks, as_released=as_released)


def hashes_of_all_tasks(found: Located) -> dict[str, str]:
    """``found.hashes``, and the known ones of its data set's other tasks if it is a known set."""
    every = range(1, len(babi.TASKS) + 1)
    known = {}
    if found.kind == "real":
        known = known_hashes(found.dataset, every)
    elif found.kind == "generated":
        for as_released in (False, True):
            if found.top == generated.top(release.VERSION, as_released=as_released):
                known = known_generated_hashes(found.dataset, every, as_released=as_released)
        if not found.hashes.items() <= known.items():  # a set of the user's own
            known = {}
    return {**known, **found.hashes}


def _default(
    dataset: str,
    tasks: list[int],
    *,
    as_released: bool,
    progress: bool,
    begins: Callable[[], None] = lambda: None,
) -> Located:
    """The default set; ``begins`` is called once nothing can keep it from being made."""
    top = generated.top(release.VERSION, as_released=as_released)
    pins = generated.pinned(dataset, tasks, as_released=as_released)
    root = cache_dir() / top
    lacking = [task for task in tasks if not _as_pinned(root, dataset, task, top, pins)]
    if lacking:
        generated.make_folder(root)
    begins()
    if lacking:
        train, test = generated.SIZES[dataset]
        inside = {layout.inside(name): pin for name, pin in pins.items()}
        generated.generate(
            root, dataset, lacking, train=train, test=test,
            as_released=as_released, progress=progress, pins=inside,
        )  # fmt: skip
    settings = (*generated.SIZES[dataset], generated.DEFAULT_SEED, as_released)
    return Located(
        dataset, "generated", root, pins, top=top, about=record.about(release.VERSION, [settings])
    )


def _as_pinned(root: Path, dataset: str, task: int, top: str, pins: dict[str, str]) -> bool:
    names = layout.names(dataset, [task], top)
    files = {name: layout.below(root, name) for name in names}
    return all(os.path.isfile(f) and manifest.sha256(f) == pins[n] for n, f in files.items())


def _short(failure: BenchError | None) -> str:
    """Why there is no real data, without the remedies, and of addresses the hosts alone."""
    why = str(failure or "--offline").partition(". Check the network")[0].partition("; the file")[0]
    why = why.removeprefix(f"could not download {fetch.BABI_FOLDER}: ")
    return re.sub(r"https?://([^/\s]+)/\S*:", r"\1:", why)


def _find(folder: Path, dataset: str) -> Path | None:
    """The tasks_1-20_v1-2 folder in ``folder``, or ``folder`` itself, if it has this data set."""
    for root in (folder / fetch.BABI_FOLDER, folder):
        if os.path.isdir(root / DATASETS[dataset]):
            return root
    return None


def _named(folder: Path, what: str, dataset: str) -> Path:
    if not os.path.isdir(folder):  # unlike Path.is_dir, False where access is denied
        raise BenchError(
            f"{folder}: {what} does not name a folder; correct it, or leave it out to have the data found or made"
        )
    root = _find(folder, dataset)
    if root is None:
        sub = DATASETS[dataset]
        raise BenchError(
            f"{folder}: {what} names this folder, but it does not hold {dataset}: neither "
            f"{fetch.BABI_FOLDER}/{sub}/ nor {sub}/ is in it; name the folder that holds "
            f"{fetch.BABI_FOLDER}"
        )
    return root
