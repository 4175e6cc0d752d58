"""A generated text of known entropy, for where no corpus can be had: the same bytes everywhere.

A word is, with probability `COPY`, the word `LAG` back, and else drawn by the word before it from
`FOLLOWERS` words of its own, each of its chance (a Markov chain). So there is something to learn
for a model that sees one word and more for one that sees `LAG`, and the best perplexity there is
can be computed: the source's own on the very text.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from bench.core.cache import cache_dir
from bench.core.files import write_atomically
from bench.datasets import manifest
from bench.datasets.corpus.text import SPLITS, Texts
from bench.datasets.writing import holds, writing

VERSION = 1
TOP = f"generated-text-v{VERSION}"
WORDS = 500
FOLLOWERS = 8
COPY, LAG = 0.4, 7
LENGTHS = {"train": 120_000, "valid": 8_000, "test": 8_000}
LINE = 20
"""Words a line; the end of a line is a word too, and foreseeable."""


@cache
def followers() -> np.ndarray:
    """(WORDS, FOLLOWERS): what follows each word; the first is the likeliest."""
    draw = np.random.Generator(np.random.PCG64(VERSION))
    return np.array([draw.permutation(WORDS)[:FOLLOWERS] for _ in range(WORDS)])


def chances() -> np.ndarray:
    """Of the followers: each half as likely as the one before, the last two alike."""
    halves = 0.5 ** np.arange(1, FOLLOWERS + 1)
    halves[-1] *= 2
    return halves


def draw(split: str) -> np.ndarray:
    """The words of a text as numbers, without ends of lines."""
    random = np.random.Generator(np.random.PCG64([VERSION, SPLITS.index(split)]))
    length = LENGTHS[split]
    copies = random.random(length) < COPY
    which = np.searchsorted(np.cumsum(chances())[:-1], random.random(length), side="right")
    table, words = followers(), [0]
    for at in range(1, length):
        copy = bool(copies[at]) and at >= LAG
        words.append(words[at - LAG] if copy else int(table[words[-1], which[at]]))
    return np.array(words)


def entropy(words: np.ndarray) -> float:
    """Nats a word that the source itself needs for a text, its first `LAG` words left out."""
    table, share = followers(), chances()
    nats = 0.0
    for at in range(LAG, len(words)):
        right = (table[words[at - 1]] == words[at]) @ share
        nats -= math.log(COPY * (words[at] == words[at - LAG]) + (1 - COPY) * right)
    return nats / (len(words) - LAG)


def lines(words: np.ndarray) -> bytes:
    """As a file."""
    rows = [words[at : at + LINE] for at in range(0, len(words), LINE)]
    return "".join(" ".join(f"w{word}" for word in row) + "\n" for row in rows).encode()


def make() -> Texts:
    """The text, made in the cache if it is not there.

    Raises:
        BenchError: the cache can't be written.
    """
    root = cache_dir() / TOP
    drawn = {split: draw(split) for split in SPLITS}
    files = {split: root / f"{split}.txt" for split in SPLITS}
    hashes = {}
    for split, file in files.items():
        content = lines(drawn[split])
        hashes[split] = f"{TOP}/{split}.txt", manifest.digest(content)
        if not holds(file, content):
            with writing(root):
                root.mkdir(parents=True, exist_ok=True)
            write_atomically(file, content)
    words = drawn["test"]
    ends = len(words) // LINE
    best = math.exp(entropy(words) * len(words) / (len(words) + ends))
    about = (
        f"a source of {WORDS} words that copies the word {LAG} back with probability {COPY}; "
        f"no model's perplexity on its test text can be much below {best:.1f}, the source's own"
    )
    return Texts(root, "generated", files, hashes, about=about)
