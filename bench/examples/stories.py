"""Stories with questions, what bAbI yields."""

from bench.datasets.babi.babi import Question, Story

__all__ = ["Question", "Story"]
