"""A handful of statements, paraphrases and judged questions, as text and as files."""

from __future__ import annotations

import contextlib
import sqlite3

from bench.core import registry
from bench.core.dataset import Wish

STATEMENTS = (
    "write.r milne.e winnie-the-pooh.e",
    "write.r kafka.e the-trial.e",
    "be-bear-in.r kafka.e prague.e",
    "be-bear-in.r milne.e london.e",
    "die-on.r milne.e january-31.e",
    "eat.r sheep.e grass.e",
    "be-afraid-of.r sheep.e wolf.e",
    "be-afraid-of.r wolf.e fire.e",
    "live-in.r wolf.e forest.e",
    "be-the-capital-of.r prague.e bohemia.e",
)
PARAPHRASES = (
    ("who write the trial ?", "who be the author of the trial ?"),
    ("who write winnie the pooh ?", "who be the author of winnie the pooh ?"),
    ("where be kafka bear ?", "what be the birthplace of kafka ?"),
    ("what do sheep fear ?", "what be sheep afraid of ?"),
    ("what do wolf fear ?", "what be wolf afraid of ?"),
)
LABELS = (
    (1, "Who be the author of the trial ?", "write.r kafka.e the-trial.e"),
    (0, "Who be the author of the trial ?", "write.r milne.e winnie-the-pooh.e"),
    (0, "Who be the author of the trial ?", "be-bear-in.r kafka.e prague.e"),
    (0, "What do sheep fear ?", "eat.r sheep.e grass.e"),
    (1, "What do sheep fear ?", "be-afraid-of.r sheep.e wolf.e"),
    (0, "Who own mars ?", "die-on.r milne.e january-31.e"),
)


def read(folder):
    """The files, as tests read them."""
    write(folder)
    wish = Wish(folder=folder, allow_unverified=True)
    return registry.dataset("triples").find(["reverb"], wish).read("reverb", "test")


def write(folder, *, database=False, **texts):
    """The three files; ``texts`` in place of theirs, by the first word of a file's name."""
    usual = {
        "tuples.txt": "".join(f"{line}\n" for line in STATEMENTS),
        "word_alignments.txt": "".join(f"{a}\t{b}\t0-0\n" for a, b in PARAPHRASES),
        "labels.txt": "".join(f"{n}\t{q}\t{s}\n" for n, q, s in LABELS),
    }
    for name, text in usual.items():
        told = texts.get(name.partition(".")[0].partition("_")[0], text)
        (folder / name).write_bytes(told if isinstance(told, bytes) else told.encode())
    if database:
        (folder / "tuples.txt").unlink()
        with contextlib.closing(sqlite3.connect(folder / "tuples.db")) as made:
            made.execute("create table tuples (rel text, arg1 text, arg2 text)")
            rows = [line.split() for line in STATEMENTS]
            made.executemany("insert into tuples values (?, ?, ?)", rows)
            made.commit()
