"""MemN2N, the end-to-end memory network (S15), on question answering."""

from bench.methods.memn2n.method import METHOD

__all__ = ["METHOD"]
