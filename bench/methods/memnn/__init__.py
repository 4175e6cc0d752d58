"""MemNN, memory networks trained on supporting facts (W14, W15), on question answering."""

from bench.methods.memnn.method import METHOD

__all__ = ["METHOD"]
