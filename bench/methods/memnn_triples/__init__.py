"""W14's memory network over a large memory of triples: one hop, hashing (W14 3.3, 5.1)."""

from bench.methods.memnn_triples.method import METHOD

__all__ = ["METHOD"]
