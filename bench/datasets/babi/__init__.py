"""The bAbI tasks v1.2: data set of S15 section 4, a simulator of it, and readers that answer it."""

from bench.core.command import Command
from bench.core.dataset import DataSet
from bench.datasets.babi import generate, solve
from bench.datasets.babi.cross import TRAINED_ON, CrossedBabi
from bench.datasets.babi.dataset import Babi
from bench.datasets.babi.layout import DATASETS as _FOLDERS

DATASETS: tuple[DataSet, ...] = (*map(Babi, _FOLDERS), *map(CrossedBabi, TRAINED_ON))
COMMANDS: tuple[Command, ...] = (generate, solve)
