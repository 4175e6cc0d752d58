"""RNN and LSTM as language models (the baselines of S15's Table 2)."""

from bench.methods.recurrent_lm.method import METHOD

__all__ = ["METHOD"]
