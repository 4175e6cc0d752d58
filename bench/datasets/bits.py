"""Uniform draws from raw bits that are the same for ever: SHAKE-256 (FIPS 202) of a key.

Library distributions change their streams between versions; a hash function cannot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

_BLOCK = 1024


class Bits:
    """An endless stream of independent draws, determined by ``key`` alone."""

    def __init__(self, key: str):
        self._byte = _bytes(key.encode("ascii")).__next__

    def below(self, n: int) -> int:
        """Uniform on 0..n-1, for n from 1 to 256; a byte that would favour some is passed over."""
        if n == 1:
            return 0
        most = 256 - 256 % n
        value = self._byte()
        while value >= most:
            value = self._byte()
        return value % n

    def chance(self, times: int, of: int) -> bool:
        """True with probability times / of."""
        return self.below(of) < times

    def choice(self, options: Sequence[T]) -> T:
        """One of the options, uniformly."""
        return options[self.below(len(options))]

    def other(self, options: Sequence[T], taken: T) -> T:
        """One of the options but for ``taken``, uniformly."""
        while True:
            drawn = options[self.below(len(options))]
            if drawn != taken:
                return drawn

    def sample(self, options: Sequence[T], k: int) -> list[T]:
        """k different ones in random order (Fisher-Yates)."""
        left = list(options)
        return [left.pop(self.below(len(left))) for _ in range(k)]

    def cycle(self, items: Sequence[T]) -> list[T]:
        """The items in an order that is one cycle of theirs, uniform over all such (Sattolo).

        No item of two or more stays in its place.
        """
        out = list(items)
        for last in range(len(out) - 1, 0, -1):
            j = self.below(last)
            out[last], out[j] = out[j], out[last]
        return out


def _bytes(key: bytes) -> Iterator[int]:
    block = 0
    while True:
        yield from hashlib.shake_256(key + b"/%d" % block).digest(_BLOCK)
        block += 1
