"""Downloads data sets into the user's cache: mirrors in turn, nothing placed before it is checked.

A download is made in a temporary folder inside the cache (hence on the same file system) and moved
to its place by one rename once every file wanted has its known SHA-256. A lock keeps two processes
from fetching at the same time.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.core.errors import BenchError
from bench.datasets import manifest
from bench.datasets.writing import locked, writing

TIMEOUT = 10.0
"""Seconds a server may stay silent."""
DOWNLOAD_LIMIT = 200 << 20
UNPACKED_LIMIT = 1 << 30
"""Bytes; the bAbI archive is some 12 MB, and unpacks to less than 300 MB."""

_LOCK_WAIT = 900.0
_DAMAGED = (
    tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError,
    zipfile.BadZipFile, NotImplementedError,
)  # fmt: skip


@dataclass(frozen=True)
class Release:
    """A data set as it was published. Files have names that begin with its folder in the cache.

    Attributes:
        top: that folder.
        mirrors: addresses, tried in turn: of an archive, or of the folder where the files lie.
        known: file -> SHA-256.
        form: what is at the addresses: 'tar.gz', 'zip' or 'files'.
        also: other files of the archive that are kept, unchecked, if it has them.
        base: the folder of the cache that an archive is unpacked in; '' where the names of its
            members begin with ``top`` already.
    """

    top: str
    mirrors: tuple[str, ...]
    known: Mapping[str, str]
    form: str = "files"
    also: tuple[str, ...] = ()
    base: str = ""


class _Refused(Exception):
    """What a mirror sent cannot be used: the reason; the next mirror may do better."""


def fetch(
    release: Release,
    cache: Path,
    needed: Iterable[str],
    *,
    timeout: float = TIMEOUT,
    progress: bool = True,
    limit: int = UNPACKED_LIMIT,
) -> Path:
    """Makes ``cache / release.top`` hold the files ``needed``; returns that folder.

    All that is known is checked before it is placed, and nothing is downloaded if all needed are
    there.

    Args:
        timeout: seconds of silence allowed.
        limit: bytes that an archive may unpack to.

    Raises:
        BenchError: no mirror serves (each one's reason is told), or a file can't be written.
    """
    top, target, needed = release.top, cache / release.top, set(needed)
    with writing(cache):
        cache.mkdir(parents=True, exist_ok=True)
    with locked(cache / f".{top}.lock", "fetching", _LOCK_WAIT):
        if all(_has(cache / name, release.known[name]) for name in needed):
            return target  # another process was faster
        for left in cache.glob(f".{top}.fetch-*"):  # of a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        failures = []
        for url in release.mirrors:
            with writing(cache):
                work = Path(tempfile.mkdtemp(prefix=f".{top}.fetch-", dir=cache))
            try:
                with writing(work):
                    (work / "new" / top).mkdir(parents=True)
                    _fill(work / "new", release, url, timeout, progress, limit)
                _check(work / "new", needed, release.known)
                with writing(target):
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


def _fill(
    folder: Path, release: Release, url: str, timeout: float, progress: bool, limit: int
) -> None:
    """Gets the release's files from one mirror."""
    if release.form == "files":
        for name in release.known:
            address = url.rstrip("/") + "/" + name.rpartition("/")[2]
            _download(address, folder / name, timeout, progress)
        return
    archive = folder.parent / f"archive.{release.form}"
    _download(url, archive, timeout, progress)
    members = _zipped if release.form == "zip" else _tarred
    wanted = {*release.known, *release.also}
    try:
        for member, source in members(archive, limit):
            name = str(Path(release.base, member.removeprefix("./")))
            if name in wanted:
                _copy(source, folder / name)
    except _DAMAGED as error:
        raise _Refused(f"the archive is damaged or cut short ({_short(error)})") from None


def _check(folder: Path, needed: set[str], known: Mapping[str, str]) -> None:
    """Every file needed is there, and every file whose SHA-256 is known has it."""
    for name, expected in known.items():
        if not (folder / name).is_file():
            if name in needed:
                raise _Refused(f"it lacks {name}")
            continue
        found = manifest.sha256(folder / name)
        if found != expected:
            hashes = f"expected {expected[:8]}…, found {found[:8]}…"
            raise _Refused(f"{name} does not match the known SHA-256 ({hashes})")


def _download(url: str, path: Path, timeout: float, progress: bool) -> None:
    """Fetches ``url`` into ``path``; _Refused tells why a mirror did not serve."""
    import pooch  # type: ignore[import-untyped]  # here: it takes longer than all the rest
    import requests

    get = pooch.HTTPDownloader(progressbar=progress, chunk_size=1 << 16, timeout=timeout)
    with writing(path), open(path, "wb") as file:
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


def _tarred(archive: Path, limit: int) -> Iterator[tuple[str, Any]]:
    """The plain files of a tar.gz, to be read in turn; refused if one would leave the folder."""
    with gzip.open(archive) as raw:
        # A stream ('r|'), so that the cap sees every byte: headers and skipped files too.
        capped: Any = _Capped(raw, limit, "archive", archive)
        with tarfile.open(fileobj=capped, mode="r|") as tar:
            for member in tar:
                _refuse_unsafe(member.name)
                if member.issym() or member.islnk():  # never unpacked; one may be an attack
                    base = os.path.dirname(member.name) if member.issym() else ""
                    target = os.path.normpath(os.path.join(base, member.linkname))
                    if target.startswith(("/", "..")):
                        why = "is not safe: it links out of the folder"
                        raise _Refused(f"the archive's member {member.name!r} {why}")
                elif member.isreg():
                    yield member.name, tar.extractfile(member)
                elif not member.isdir():
                    why = "is not safe to unpack: a device"
                    raise _Refused(f"the archive's member {member.name!r} {why}")
        while capped.read(1 << 16):  # up to gzip's own checksum, which tar does not look at
            pass


def _zipped(archive: Path, limit: int) -> Iterator[tuple[str, Any]]:
    """The files of a zip, to be read in turn; refused if one would leave the folder."""
    capped = _Capped(None, limit, "archive", archive)
    with zipfile.ZipFile(archive) as files:
        for member in files.infolist():
            _refuse_unsafe(member.filename)
            if member.is_dir():
                continue
            if member.flag_bits & 1:
                raise _Refused(f"the archive's member {member.filename!r} is encrypted")
            with files.open(member) as capped.file:
                yield member.filename, capped


def _refuse_unsafe(name: str) -> None:
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
        raise _Refused(f"the archive's member {name!r} would leave the folder")


def _copy(source: Any, path: Path) -> None:
    """Our own writing: tarfile's 'data' filter came with Python 3.11.4 only."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            shutil.copyfileobj(source, file)


class _Capped:
    """A binary file that refuses to pass more than ``limit`` bytes, read or written."""

    def __init__(self, file: Any, limit: int, what: str, path: Path):
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
        with writing(self.path):
            self.file.write(self._count(data))

    def flush(self) -> None:
        with writing(self.path):
            self.file.flush()


def _short(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text if len(text) <= 160 else text[:159] + "…"
