"""The user's cache: downloads, generated data, compiled programs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_dir() -> Path:
    """``BENCH_CACHE``, or the platform's place for caches."""
    return Path(
        os.environ.get("BENCH_CACHE") or platformdirs.user_cache_dir("memory-networks-bench")
    )
