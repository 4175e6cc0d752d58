"""Figure 4 of W14: a dialogue that two networks answer together."""

from bench.studies.memnn_dialogue.study import STUDY

__all__ = ["STUDY"]
