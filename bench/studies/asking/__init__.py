"""Stories that somebody puts to a saved model: its answers, and where it looked."""

from bench.core.command import Command
from bench.studies.asking import command

COMMANDS: tuple[Command, ...] = (command,)

__all__ = ["COMMANDS"]
