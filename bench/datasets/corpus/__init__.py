"""Running texts: Penn Treebank and Text8 (S15 section 5), and any text of one's own."""

from bench.core.dataset import DataSet
from bench.datasets.corpus.own import Own
from bench.datasets.corpus.ptb import PennTreebank
from bench.datasets.corpus.text8 import Text8

DATASETS: tuple[DataSet, ...] = (
    PennTreebank(),
    Text8("text8", "fewer than 11 times"),
    Text8("text8-5", "fewer than 5 times"),
    Own(),
)
