"""How near the simulator's stories come to the real ones: statistics, a classifier, readers,
MemN2N."""

from bench.studies.generated_vs_real.study import STUDY

__all__ = ["STUDY"]
