"""The bAbI tasks v1.2, and stories of the suite's own simulator in their format."""

from bench.datasets.babi import command
from bench.datasets.babi.dataset import DATASETS

__all__ = ["COMMANDS", "DATASETS"]

COMMANDS = (command,)
