"""Known SHA-256 sums of the data files the suite reads, as ``sha256sum`` prints them."""

import hashlib
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.core.errors import BenchError
from bench.core.files import write_atomically

_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*)")


def load(path: Path) -> dict[str, str]:
    """The files that a manifest lists: relative path -> SHA-256 in hex.

    Raises BenchError if it can't be read, or naming the line that is malformed, leaves its folder
    or names a file twice.
    """
    remedy = "reinstall the package or restore the file"
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error)
        raise BenchError(f"{path}: the manifest cannot be read ({why}); {remedy}") from None
    known: dict[str, str] = {}
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        match = _LINE.fullmatch(line)
        if not match or ".." in match[2].split("/"):
            what = "expected 64 hex digits, two blanks and a relative path"
            raise BenchError(f"{path}:{number}: {what}; {remedy}")
        if match[2] in known:
            raise BenchError(f"{path}:{number}: {match[2]} is listed twice; {remedy}")
        known[match[2]] = match[1]
    return known


def save(path: Path, sums: Mapping[str, str]) -> Path:
    """Writes a manifest anew; returns its file."""
    write_atomically(path, "".join(f"{sums[file]}  {file}\n" for file in sorted(sums)))
    return path


def same(name: str, found: str, pinned: str) -> None:
    """BenchError if what the simulator made has another SHA-256 than the manifest says."""
    if found != pinned:
        raise BenchError(
            f"{name}: the simulator gives other bytes here than where the suite was made (SHA-256 "
            f"{found[:8]}…, expected {pinned[:8]}…): a bug; please report it with the version of "
            f"Python ({sys.version.split()[0]}) and the platform ({sys.platform})"
        )


def sha256(path: str | Path) -> str:
    """The SHA-256 of a file's bytes, in hex; BenchError if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        why = reason(error)
        raise BenchError(f"{path}: cannot be read ({why}); check the file and its rights") from None


def digest(data: bytes) -> str:
    """The SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def read(path: Path, checked: str) -> bytes:
    """The bytes of a file that had the SHA-256 ``checked``.

    Raises BenchError if it cannot be read, or is not what it was.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        why = reason(error)
        raise BenchError(f"{path}: cannot be read ({why}); check the file and its rights") from None
    if digest(data) != checked:
        what = "changed since it was checked"
        raise BenchError(f"{path}: {what}; start again when nothing writes to it")
    return data


def reason(error: Exception) -> str:
    """The short text of an error: the system's words for an OSError, else its message or type."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text or type(error).__name__
