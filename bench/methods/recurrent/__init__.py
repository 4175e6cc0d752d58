"""RNN and LSTM that read a story and a question word by word (S15 section 4, W14 5.2)."""

from bench.methods.recurrent.method import METHOD

__all__ = ["METHOD"]
