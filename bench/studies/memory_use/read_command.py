"""``python -m bench read MODEL [TEXT]``: a saved language model scores a text, says what it looked
at before the last word, and goes on."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.core.arguments import number
from bench.core.errors import BenchError

BAR = 8
"""Characters of a bar of weight 1."""
MOST_BYTES = 1 << 20
"""Of a text."""
SHOWN = 8
"""Words of the memory that are shown: those that a hop looks at most."""
RARE, END = "<unk>", "<eos>"


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Declares the command and its options; returns its parser."""
    parser = commands.add_parser(
        "read", help="let a saved language model score a text and go on with it"
    )
    parser.add_argument(
        "model", type=Path, metavar="MODEL", help="a file that --save-models wrote (.npz)"
    )
    parser.add_argument(
        "text", nargs="?", default="-", metavar="TEXT",
        help="words parted by blanks; the end of a line is a word (default -: standard input)",
    )  # fmt: skip
    parser.add_argument("--go-on", metavar="N", default="0", help="so many likeliest words more")
    return parser


def run(options: argparse.Namespace) -> int:
    """Prints every word's probability, the perplexity, where the hops looked, and what follows.

    Raises:
        BenchError: the model or the text can't be read.
    """
    more = number("--go-on", options.go_on, 0, 1000)
    from bench.methods.memn2n_lm.saved import load

    saved = load(options.model)
    words = _words(options.text)
    ids = _ids(words, saved.vocabulary, options.text)
    import jax  # after all that can be told without it

    jax.config.update("jax_platforms", "cpu")
    from bench.studies.memory_use.activation import activations, following

    costs, _ = activations(saved, ids)
    for word, known, cost in zip(words, ids, costs, strict=True):
        read = saved.vocabulary[known]
        print(f"{np.exp(-cost):8.2%}  {word}{'' if read == word else f'  (read as {read})'}")
    mean = np.mean(costs, dtype=np.float64)
    print(f"perplexity {np.exp(mean):.2f} over {len(ids)} words")
    if len(ids) > 1:
        _, attention = following(saved, ids[:-1])
        for line in looks(words[:-1], attention):
            print(line)
    for _ in range(more):
        chances, _ = following(saved, ids)
        ids = np.append(ids, np.int32(chances.argmax()))
    if more:
        print("goes on:", " ".join(saved.vocabulary[i] for i in ids[-more:]))
    return 0


def looks(words: Sequence[str], attention: np.ndarray) -> Iterator[str]:
    """Lines: the words that were looked at most before the last one, with their weight in every
    hop.

    Args:
        attention: (K, n), the latest word first.
    """
    most = sorted(np.argsort(-attention.max(axis=0), kind="stable")[:SHOWN])
    width = max(4, *(len(words[-1 - back]) for back in most))
    head = "".join(f"  {f'hop {hop + 1}':{BAR + 5}}" for hop in range(len(attention)))
    yield f"  back  {'word':{width}}{head}".rstrip()
    for back in most:
        bars = (f"  {w:4.2f} {'#' * round(BAR * float(w)):{BAR}}" for w in attention[:, back])
        yield f"  {back + 1:4d}  {words[-1 - back]:{width}}{''.join(bars)}".rstrip()


def _name(text: str) -> str:
    """A text's name in messages."""
    return "standard input" if text == "-" else text


def _words(text: str) -> list[str]:
    name = _name(text)
    try:
        if text == "-":
            if sys.stdin is None:  # closed
                raise BenchError("standard input: is closed; give the path of a text")
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(text).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise BenchError(f"{name}: is longer than {MOST_BYTES} bytes; give a shorter text")
        words = data.decode("utf-8-sig").rstrip("\n").replace("\n", f" {END} ").split()
    except OSError as error:
        why = error.strerror or error
        raise BenchError(
            f"{name}: cannot be read ({why}); give the path of a text, or - for standard input"
        ) from None
    except UnicodeDecodeError:
        raise BenchError(f"{name}: is not UTF-8 text; convert it to UTF-8") from None
    if not words:
        raise BenchError(f"{name}: has no words; give a text")
    return words


def _ids(words: Sequence[str], vocabulary: Sequence[str], text: str) -> np.ndarray:
    index = {word: i for i, word in enumerate(vocabulary)}
    rare = index.get(RARE)
    for word in words:
        if word not in index and rare is None:
            raise BenchError(
                f"{_name(text)}: the model does not know the word '{word[:40]}'; leave it out"
            )
    return np.array([index.get(word, rare) for word in words], np.int32)
