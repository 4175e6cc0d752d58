"""Triples: files, what is refused in them, and the generated memory."""

import contextlib
import sqlite3
from collections import Counter, defaultdict
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import small_triples

from bench.core import registry
from bench.core.dataset import Wish
from bench.core.errors import BenchError, NoData
from bench.datasets.triples import source
from bench.datasets.triples.patterns import PATTERNS, words

DATA = registry.dataset("triples")


def found(folder):
    return DATA.find(["reverb"], Wish(folder=folder, allow_unverified=True))


def counted(vocabulary, bags, row):
    """A row as words and counts."""
    dense = np.asarray(bags[[row]].todense()).reshape(-1)
    return {vocabulary[i]: float(dense[i]) for i in np.flatnonzero(dense)}


@pytest.mark.parametrize("database", [False, True])
def test_files_are_read_as_they_were_written(tmp_path, database):
    small_triples.write(tmp_path, database=database)
    read = found(tmp_path).read("reverb", "test")
    names = read.vocabulary
    assert len(set(names)) == len(names)
    for row, line in enumerate(small_triples.STATEMENTS):
        symbols = [part.rpartition(".")[0].split("-") for part in line.split()]
        parts = (read.memory.relation, read.memory.first, read.memory.second)
        for part, told in zip(parts, symbols, strict=True):
            assert counted(names, part, row) == Counter(told)
        assert names[read.endings[row]] == symbols[0][-1]
        assert counted(names, read.memory.words, row) == Counter(
            word for some in symbols for word in some
        )
    for side in (0, 1):
        for row, pair in enumerate(small_triples.PARAPHRASES):
            assert counted(names, read.paraphrases[side], row) == Counter(pair[side].split()[:-1])
    judged = read.judged
    asked = list(dict.fromkeys(q for _, q, _ in small_triples.LABELS))
    for row, (label, question, statement) in enumerate(small_triples.LABELS):
        assert bool(judged.right[row]) == bool(label) and judged.asked[row] == asked.index(question)
        told = Counter(w for s in statement.split() for w in s.rpartition(".")[0].split("-"))
        assert counted(names, judged.statements.words, row) == told
    for row, question in enumerate(asked):
        assert counted(names, judged.questions, row) == Counter(question.lower().split()[:-1])
    train = found(tmp_path).read("reverb", "train")
    assert train.judged is None and len(train.memory) == len(small_triples.STATEMENTS)
    for part in fields(read.memory):
        assert getattr(read.memory, part.name).shape == (len(small_triples.STATEMENTS), len(names))


def test_patterns_are_bags_that_take_the_ending_off(tmp_path):
    small_triples.write(tmp_path)
    read = found(tmp_path).read("reverb", "train")
    for row, pattern in enumerate(PATTERNS):
        told = Counter(words(pattern))
        if pattern.ending:
            told[pattern.ending] -= 1
            assert read.vocabulary[read.patterns.ending[row]] == pattern.ending
        else:
            assert read.patterns.ending[row] == -1
        assert counted(read.vocabulary, read.patterns.words, row) == told
        assert read.patterns.asks_second[row] == (pattern.asks == "second")
    assert len(PATTERNS) == 16


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"tuples": ""}, r"tuples.txt: there is no statement"),
        ({"tuples": "write.r milne.e\n"}, r"tuples.txt:1: expected a relation and two arguments"),
        ({"tuples": "a.r b.e c.e\na.r -.e c.e\n"}, r"tuples.txt:2: expected a relation and two"),
        ({"tuples": "b.e a.r c.e\n"}, r"tuples.txt:1: expected a relation and two arguments"),
        ({"tuples": "a.r b.e c.e d.e\n"}, r"tuples.txt:1: expected a relation and two"),
        ({"tuples": "a.r b.e c.e"}, r"tuples.txt:1: the last line is cut"),
        ({"tuples": b"a.r b.e c.e\na.r \xff.e c.e\n"}, r"tuples.txt:\d: not UTF-8"),
        ({"word": ""}, r"word_alignments.txt:1: the file is empty"),
        ({"word": "who write\n"}, r"word_alignments.txt:1: expected two questions"),
        ({"word": "who ?\twhat ?\t\n ?\twhat ?\t\n"}, r"word_alignments.txt:2: expected two"),
        ({"labels": ""}, r"labels.txt:1: the file is empty"),
        ({"labels": "2\twho ?\ta.r b.e c.e\n"}, r"labels.txt:1: expected 0 or 1, a question"),
        ({"labels": "1\twho ?\n"}, r"labels.txt:1: expected 0 or 1, a question"),
        ({"labels": "1\t ?\ta.r b.e c.e\n"}, r"labels.txt:1: expected 0 or 1, a question"),
        ({"labels": "1\twho ?\ta.r b.e c.e\tx\n"}, r"labels.txt:1: expected 0 or 1, a question"),
        ({"labels": "1\twho ?\ta.r b.e c.e\n1\twho ?\ta b\n"}, r"labels.txt:2: expected 0 or 1"),
    ],
)
def test_a_damaged_file_is_refused_by_its_line(tmp_path, texts, said):
    small_triples.write(tmp_path, **texts)
    with pytest.raises(BenchError, match=said) as caught:
        found(tmp_path).read("reverb", "test")
    assert "\n" not in str(caught.value)


def test_line_ends_capitals_and_marks_of_other_systems_change_nothing(tmp_path):
    plain, other = tmp_path / "plain", tmp_path / "other"
    for folder in (plain, other):
        folder.mkdir()
        small_triples.write(folder)
    for file in other.iterdir():
        told = file.read_bytes()
        told = told.upper() if file.name != "tuples.txt" else told.title().replace(b".R", b".r")
        told = told.replace(b".E", b".e").replace(b".R ", b".r ")
        file.write_bytes(b"\xef\xbb\xbf" + told.replace(b"\n", b"\r\n"))
    one, two = (found(folder).read("reverb", "test") for folder in (plain, other))
    assert one.vocabulary == two.vocabulary
    assert (one.memory.words != two.memory.words).nnz == 0
    assert (one.judged.questions != two.judged.questions).nnz == 0


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (None, "tuples.db: cannot be read as SQLite"),
        ("create table others (x)", "tuples.db: cannot be read as SQLite .no such table: tuples"),
        ("create table tuples as select 'a.r', 'b.e'", "expected a relation and two arguments"),
        ("create table tuples as select 'a.r', 'b.e', 'c.e', 'd.e'", "expected a relation and two"),
        ("create table tuples as select 'b.e', 'a.r', 'c.e'", "two arguments, in this order"),
        ("create table tuples as select 'a.r', 'b.e', 3", "expected a relation and two arguments"),
    ],
)
def test_a_damaged_database_is_refused(tmp_path, made, said):
    small_triples.write(tmp_path)
    (tmp_path / "tuples.txt").unlink()
    if made is None:
        (tmp_path / "tuples.db").write_bytes(b"no database" * 100)
    else:
        with contextlib.closing(sqlite3.connect(tmp_path / "tuples.db")) as database:
            database.execute(made)
            database.commit()
    with pytest.raises(BenchError, match=said):
        found(tmp_path).read("reverb", "train")


def test_files_of_no_known_hash_are_used_only_where_that_is_allowed(tmp_path):
    small_triples.write(tmp_path)
    with pytest.raises(BenchError, match=r"tuples.txt: its SHA-256 is not known.*unverified"):
        DATA.find(["reverb"], Wish(folder=tmp_path))
    at_hand = found(tmp_path).at_hand
    assert at_hand.kind == "unverified" and len(at_hand.files["reverb"]) == 3
    located = found(tmp_path)
    (tmp_path / "labels.txt").write_text("1\twho ?\ta.r b.e c.e\n")
    with pytest.raises(BenchError, match="labels.txt: changed since it was checked"):
        located.read("reverb", "test")
    for name, missed in (
        ("word_alignments.txt", "word_alignments.txt"),
        ("tuples.txt", "tuples.db"),
    ):
        (tmp_path / name).unlink()
        with pytest.raises(BenchError, match=rf"{missed}: there is no such file; put .* paralex"):
            found(tmp_path)


def test_without_data_a_generated_memory_serves_where_that_is_allowed(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    with pytest.raises(NoData, match="triples was not found"):
        DATA.find(["reverb"], Wish(offline=True))
    told: list[str] = []
    made = DATA.find(["reverb"], Wish(offline=True, allow_generated=True, say=told.append))
    assert made.at_hand.kind == "generated" and "GENERATED" in told[0]
    hashes = {Path(name).stem: sha[:8] for name, sha in made.at_hand.files["reverb"].items()}
    assert hashes == {
        "tuples": "eb0c56e8", "word_alignments": "8c81a554", "labels": "510e33f1",
    }  # fmt: skip


def test_generated_labels_say_what_the_memory_says(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    root = source.make()
    told = (root / "tuples.txt").read_text().splitlines()
    memory = set(told)
    assert len(memory) == len(told) == source.STATEMENTS * len(source.RELATIONS)
    ways = {r.symbol: (r.ask_second, r.ask_first) for r in source.RELATIONS}
    asks = defaultdict(set)  # question -> the relation, and which argument is what
    for line in told:
        symbol, *arguments = (part[:-2] for part in line.split())
        for side, argument in enumerate(arguments):
            for way in ways[symbol][side]:
                asks[way.format(argument.replace("-", " "))].add((symbol, side, argument))
    candidates = defaultdict(list)
    for line in (root / "labels.txt").read_text().splitlines():
        label, question, statement = line.split("\t")
        assert statement in memory and asks[question]
        symbol, *arguments = (part[:-2] for part in statement.split())
        holds = asks[question] & {(symbol, side, arguments[side]) for side in (0, 1)}
        assert bool(holds) == (label == "1")
        candidates[question].append((label, statement))
    assert len(candidates) == source.QUESTIONS
    for some in candidates.values():
        assert len(set(some)) == len(some) and {label for label, _ in some} >= {"1"}
    for line in (root / "word_alignments.txt").read_text().splitlines():
        one, other, _ = line.split("\t")
        assert one != other and asks.get(one, set()) == asks.get(other, set())
        assert not {one, other} & set(candidates)
