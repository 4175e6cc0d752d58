"""Where a number came from: the code's commit and the libraries' versions."""

from __future__ import annotations

import functools
import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

CODE = ("bench", "experiments", "pyproject.toml", "requirements.lock")
"""What can change a number; uncommitted changes elsewhere do not mark a row."""


@functools.cache
def commit() -> str:
    """The commit of the running code, '+changes' appended if the code differs from it."""
    head = _git("rev-parse", "--short=12", "HEAD")
    if head is None:
        return "unknown"
    return head + ("+changes" if _git("status", "--porcelain", "--", *CODE) else "")


@functools.cache
def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that can change a number."""
    found = {"python": platform.python_version()}
    for name in ("jax", "jaxlib", "flax", "optax", "numpy"):
        found[name] = metadata.version(name)
    return found


def in_words(versions: Mapping[str, str]) -> str:
    """Libraries and their versions, 'jax 0.10.2, numpy 2.4.6'."""
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
