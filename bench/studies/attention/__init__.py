"""Where trained MemN2N models look: attention per hop, and its share on supporting facts (S15
4.4)."""

from bench.studies.attention import ask, stories_command
from bench.studies.attention.study import STUDY

__all__ = ["COMMANDS", "STUDY"]

COMMANDS = (ask, stories_command)
