"""Commands of ``python -m bench`` that a data set or a study brings with it."""

from __future__ import annotations

import argparse
from typing import Protocol


class Command(Protocol):
    """One command: it declares its options and runs; a module with these two functions is one."""

    def add(self, commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
        """Declares the command and its options; returns its parser."""

    def run(self, options: argparse.Namespace) -> int:
        """Runs it; the exit code."""
