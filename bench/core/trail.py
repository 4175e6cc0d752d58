"""Which devices a training has run on, in a file beside its checkpoint: one that is resumed
elsewhere says so in its row."""

from __future__ import annotations

from pathlib import Path

from bench.core.files import write_atomically


class Trail:
    """Of one checkpoint.

    Args:
        checkpoint: its file, there or not.
        device: on which the training goes on (`bench.core.devices.describe`).
    """

    def __init__(self, checkpoint: Path, device: str):
        self._checkpoint = checkpoint
        self._file = checkpoint.with_suffix(".devices")
        before: list[str] = []
        if checkpoint.exists() and self._file.exists():
            before = self._file.read_text(encoding="utf-8", errors="replace").splitlines()
        if before and _name(before[-1]) == _name(device):
            before.pop()
        self._devices = [*before, device]
        self._kept = False

    @property
    def devices(self) -> str:
        """All of them, the first in front."""
        return ", then ".join(self._devices)

    def keep(self) -> None:
        """Writes the file if there is a checkpoint that it belongs to.

        Raises:
            BenchError: it can't be written.
        """
        if not self._kept and self._checkpoint.exists():
            write_atomically(self._file, "\n".join(self._devices) + "\n")
            self._kept = True


def _name(device: str) -> str:
    """Without the number of cores, which changes no bits."""
    return device.partition(" (")[0]
