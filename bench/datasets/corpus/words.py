"""Bytes of a text to words, and words to numbers: a piece at a time, so that a text of 100 MB takes
seconds and no gigabyte."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from bench.core.errors import BenchError
from bench.examples.tokens import Tokens

END, RARE = "<eos>", "<unk>"
PIECE = 1 << 22


def words(data: bytes, name: str, *, lines: bool) -> Iterator[list[str]]:
    """The words of a text, piece by piece: what blanks part. A byte order mark is none.

    Args:
        name: of the file, for messages.
        lines: whether a line is a sentence: its end is a word, `END`.

    Raises:
        BenchError: the file is empty, not UTF-8, or has no words.
    """
    if not data:
        raise BenchError(f"{name}:1: the file is empty; give a text")
    found, at = False, len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    while at < len(data):
        stop = min(at + PIECE, len(data))
        while stop < len(data) and data[stop - 1] not in b" \n":
            stop += 1
        try:
            piece = data[at:stop].decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, at + error.start) + 1
            wrong = data[at + error.start]
            raise BenchError(
                f"{name}:{line}: byte 0x{wrong:02x} is not UTF-8 text; convert the file to UTF-8"
            ) from None
        if lines:
            piece = piece.replace("\n", f" {END} ")
        some = piece.split()
        found = found or any(word != END for word in some)
        yield some
        at = stop
    if lines and not data.endswith(b"\n"):
        yield [END]
    if not found:
        raise BenchError(f"{name}:1: the file has no words; give a text")


def vocabulary(pieces: Iterator[list[str]], least: int) -> tuple[str, ...]:
    """The words of a training text, the most frequent first; those rarer than ``least`` are one,
    `RARE`."""
    counts: Counter[str] = Counter()
    for piece in pieces:
        counts.update(piece)
    rare = [word for word, count in counts.items() if count < least and word not in (RARE, END)]
    for word in rare:
        counts[RARE] += counts.pop(word)
    return tuple(sorted(counts, key=lambda word: (-counts[word], word)))


def numbers(pieces: Iterator[list[str]], vocabulary: Sequence[str], name: str) -> Tokens:
    """A text's words by their numbers; a word that is not in the vocabulary is `RARE`.

    Raises:
        BenchError: there is such a word, and the vocabulary has no `RARE`.
    """
    index = {word: i for i, word in enumerate(vocabulary)}
    rare = index.get(RARE, -1)
    parts = []
    for piece in pieces:
        ids = np.fromiter((index.get(word, rare) for word in piece), np.int32, len(piece))
        if rare < 0 and len(ids) and ids.min() < 0:
            word = piece[int(np.argmin(ids))]
            raise BenchError(
                f"{name}: '{word}' is not in the training text, which has no {RARE} for it; write "
                f"{RARE} for rare words there"
            )
        parts.append(ids)
    return Tokens(tuple(vocabulary), np.concatenate(parts))
