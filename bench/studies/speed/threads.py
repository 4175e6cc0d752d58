"""How many threads an operation of PyTorch may use on the CPU."""

import torch


def use_threads(count: int) -> None:
    """So many from now on."""
    torch.set_num_threads(count)
