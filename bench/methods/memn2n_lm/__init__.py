"""MemN2N as a language model (S15 section 5)."""

from bench.methods.memn2n_lm.method import METHOD

__all__ = ["METHOD"]
