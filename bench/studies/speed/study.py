"""Speed as a study: its rows are made by a script of its own, on a machine that does nothing
else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.core.errors import BenchError
from bench.core.profiles import Profile
from bench.core.study import Site, Study
from bench.studies.speed.tables import speed_files, speed_summary


class _Speed(Study):
    name = "speed"
    title = "A training step, ours against eager PyTorch"
    how = "run experiments/speed.py"

    def measure(self, site: Site) -> bool:
        raise BenchError("speed is not measured beside other work: run experiments/speed.py")

    def files(self, results: Path, profile: Profile, trained: Any) -> Mapping[str, bytes]:
        return speed_files(results)

    def readme(self, results: Path) -> str:
        return speed_summary(results)


STUDY = _Speed()
