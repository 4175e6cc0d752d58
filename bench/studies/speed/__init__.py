"""Training speed against the same model in eager PyTorch."""

from bench.studies.speed.study import STUDY

__all__ = ["STUDY"]
