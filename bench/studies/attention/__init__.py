"""Where trained MemN2N models look: attention per hop, and its share on supporting facts (S15
4.4)."""

from bench.core.command import Command
from bench.studies.attention import stories_command
from bench.studies.attention.study import STUDY

COMMANDS: tuple[Command, ...] = (stories_command,)

__all__ = ["COMMANDS", "STUDY"]
