"""Memory networks, reproduced: every experiment of W14 and S15 as a spec that a JAX runner trains.

W14 is Weston, Chopra, Bordes, *Memory Networks* (ICLR 2015); S15 is Sukhbaatar, Szlam, Weston,
Fergus, *End-To-End Memory Networks* (NIPS 2015). Docstrings cite them by these names.
"""

__version__ = "0.1.0"
