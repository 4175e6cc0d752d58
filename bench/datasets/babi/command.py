"""Old name of `bench.datasets.babi.generate`, until nothing imports it."""

from bench.datasets.babi.generate import add, run

__all__ = ["add", "run"]
