"""Figures 2 and 3 of W14: test stories, what each model answers, and the memories it found."""

from bench.studies.memnn_stories.study import STUDY

__all__ = ["STUDY"]
