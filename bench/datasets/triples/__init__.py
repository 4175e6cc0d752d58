"""Statements of two arguments and a relation, and questions about them (W14 5.1)."""

from bench.core.dataset import DataSet
from bench.datasets.triples.dataset import ReVerb

DATASETS: tuple[DataSet, ...] = (ReVerb(),)
