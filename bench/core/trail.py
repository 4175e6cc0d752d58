"""Where a training has run, in a file beside its checkpoint: a row whose training was resumed on
another device, or with other libraries, says so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.core import provenance
from bench.core.files import write_atomically
from bench.core.rows import Row

UNKNOWN = "unknown device"

THEN = ", then "


@dataclass(frozen=True)
class Ran:
    """What the bits of a stretch of training follow from, beside its group and seed.

    Attributes:
        device: as `bench.core.devices.describe` tells it.
        rounding: the method's (`bench.core.method.Method.rounding`).
        versions: the libraries', by name.
    """

    device: str
    rounding: int
    versions: dict[str, str]


def here(device: str, rounding: int) -> Ran:
    """With the libraries of this process."""
    return Ran(device, rounding, provenance.versions())


class Trail:
    """The stretches of a training.

    Args:
        now: the one that begins.
        resumed: whether the training goes on from the checkpoint. If not, what is there of an
            earlier one counts for nothing.

    Attributes:
        ran: all so far, ``now`` the last.
    """

    def __init__(self, checkpoint: Path, now: Ran, *, resumed: bool):
        self._path, self._kept = checkpoint.with_suffix(".trail"), False
        self.ran = _read(self._path) if resumed else []
        if not self.ran or self.ran[-1] != now:
            self.ran.append(now)
        if not resumed:
            self.keep()

    def keep(self) -> None:
        """Written for those who go on from the checkpoint, once. Call it after a block: before, a
        machine that resumes has had no part in the training.

        Raises:
            BenchError: the file can't be written.
        """
        if not self._kept:
            write_atomically(self._path, json.dumps([asdict(ran) for ran in self.ran]))
        self._kept = True


def told(ran: Sequence[Ran]) -> Row:
    """The fields 'device' and 'versions' of a row. Where a stretch is like the one before in both
    but for its rounding, the device is told twice: it is no longer that of one training."""
    versions = {}
    for name in ran[-1].versions:
        found = [one.versions[name] for one in ran if name in one.versions]
        changes = [found[0], *(b for a, b in zip(found, found[1:], strict=False) if a != b)]
        versions[name] = THEN.join(changes)
    return {"device": THEN.join(one.device for one in ran), "versions": versions}


def _read(path: Path) -> list[Ran]:
    """The stretches of a checkpoint that is there."""
    try:
        found = [Ran(**ran) for ran in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        found = []
    return found or [Ran(UNKNOWN, 0, {})]
