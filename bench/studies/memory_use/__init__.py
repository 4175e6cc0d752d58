"""Where a language model looks in its memory, hop by hop: Figure 3 of S15, and a saved model put to
a text."""

from bench.core.command import Command
from bench.studies.memory_use import read_command
from bench.studies.memory_use.study import STUDY

COMMANDS: tuple[Command, ...] = (read_command,)

__all__ = ["COMMANDS", "STUDY"]
