"""The files of Fader et al. (2013) as bags of words.

``tuples.db``, a table ``tuples`` of SQLite, or ``tuples.txt``, a line each: what is known, as
``write.r milne.e winnie-the-pooh.e``, the relation first. ``word_alignments.txt``: two questions
that mean the same, and what aligns them, parted by tabs. ``labels.txt``: 1 if the statement answers
the question and 0 if not, the question and the statement, parted by tabs.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from bench.core.errors import BenchError
from bench.datasets.manifest import reason
from bench.datasets.triples.patterns import PATTERNS, words
from bench.examples.triples import Judged, Patterns, Statements, Triples

REMEDY = "restore the file"
Symbols = tuple[str, str, str]
"""A statement as files have it: relation, first argument, second argument."""


def read(tuples: Path, paraphrases: Path, labels: Path) -> Triples:
    """All three files.

    Raises:
        BenchError: one can't be read or is malformed; the text names it, and the line if it has
            lines.
    """
    numbers = _Numbers()
    patterns = _patterns(numbers)
    memory, endings = _statements(numbers, _tuples(tuples))
    if not len(memory):
        raise BenchError(f"{tuples}: there is no statement; {REMEDY}")
    left, right = _Bags(numbers), _Bags(numbers)
    for one, other in _pairs(paraphrases):
        left.add(one)
        right.add(other)
    if not len(left):
        raise BenchError(f"{paraphrases}:1: the file is empty; {REMEDY}")
    judged = _judged(numbers, labels)
    count = len(numbers.index)
    return Triples(
        tuple(numbers.index),
        _wide(memory, count),
        endings,
        Patterns(_wider(patterns.words, count), patterns.asks_second, patterns.ending),
        (left.matrix(count), right.matrix(count)),
        Judged(
            _wider(judged.questions, count),
            _wide(judged.statements, count),
            judged.asked,
            judged.right,
            judged.texts,
        ),
    )


@lru_cache(1 << 18)
def symbol(text: str) -> tuple[str, ...]:
    """The words of a relation or an argument: 'be-afraid-of.r' is three."""
    plain = text[:-2] if text.endswith((".e", ".r")) else text
    return tuple(word for word in plain.lower().split("-") if word)


def _asked(text: str) -> list[str]:
    """The words of a question."""
    return text.lower().replace("?", " ").split()


class _Numbers:
    """Words and their numbers, in the order in which they come."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}
        self._symbols: dict[str, list[int]] = {}

    def of(self, words: Iterable[str]) -> list[int]:
        return [self.index.setdefault(word, len(self.index)) for word in words]

    def of_symbol(self, text: str) -> list[int]:
        """Symbols come again and again: their words are looked up once."""
        if text not in self._symbols:
            self._symbols[text] = self.of(symbol(text))
        return self._symbols[text]


class _Bags:
    """Bags of words as they come."""

    def __init__(self, numbers: _Numbers):
        self._numbers, self._words, self._ends = numbers, array("i"), array("q", [0])

    def add(self, words: Iterable[str]) -> None:
        self.add_numbers(self._numbers.of(words))

    def add_numbers(self, words: Iterable[int]) -> None:
        self._words.extend(words)
        self._ends.append(len(self._words))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def matrix(self, width: int) -> csr_array:
        words = np.frombuffer(self._words, np.int32) if self._words else np.zeros(0, np.int32)
        ends = np.frombuffer(self._ends, np.int64)
        found = csr_array((np.ones(len(words), np.float32), words, ends), (len(ends) - 1, width))
        found.sum_duplicates()
        return found


def _wider(matrix: csr_array, width: int) -> csr_array:
    """A matrix with more columns, none of which has anything."""
    return csr_array((matrix.data, matrix.indices, matrix.indptr), (matrix.shape[0], width))


def _wide(some: Statements, width: int) -> Statements:
    return Statements(*(_wider(part, width) for part in (some.first, some.relation, some.second)))


def _patterns(numbers: _Numbers) -> Patterns:
    rows, columns, values = [], [], []
    for row, pattern in enumerate(PATTERNS):
        told = [(word, 1.0) for word in words(pattern)]
        told += [(pattern.ending, -1.0)] * bool(pattern.ending)
        for word, value in told:
            rows.append(row)
            columns.extend(numbers.of([word]))
            values.append(value)
    matrix = csr_array(
        (np.array(values, np.float32), (rows, columns)), (len(PATTERNS), len(numbers.index))
    )
    return Patterns(
        matrix,
        np.array([pattern.asks == "second" for pattern in PATTERNS]),
        np.array([numbers.of([p.ending])[0] if p.ending else -1 for p in PATTERNS], np.int32),
    )


def _statements(numbers: _Numbers, told: Iterable[Symbols]) -> tuple[Statements, np.ndarray]:
    """Statements, and the last word of each relation."""
    first, relation, second = (_Bags(numbers) for _ in range(3))
    endings = array("i")
    for r, x, y in told:
        found = numbers.of_symbol(r)
        endings.append(found[-1])
        relation.add_numbers(found)
        first.add_numbers(numbers.of_symbol(x))
        second.add_numbers(numbers.of_symbol(y))
    width = len(numbers.index)
    parts = (bags.matrix(width) for bags in (first, relation, second))
    return Statements(*parts), np.array(endings, np.int32)


def _judged(numbers: _Numbers, path: Path) -> Judged:
    questions: dict[tuple[str, ...], int] = {}
    bags, told = _Bags(numbers), []
    asked, right = array("i"), []
    for line, text in _lines(path):
        fields = text.split("\t")
        statement, question = _symbols(fields[-1]), tuple(_asked(fields[len(fields) > 1]))
        wrong = len(fields) != 3 or fields[0] not in ("0", "1") or not question
        if wrong or statement is None:
            raise BenchError(
                f"{path}:{line}: expected 0 or 1, a question, and a statement of three, parted by "
                f"tabs; {REMEDY}"
            )
        if question not in questions:
            questions[question] = len(questions)
            bags.add(question)
        asked.append(questions[question])
        right.append(fields[0] == "1")
        told.append(statement)
    if not told:
        raise BenchError(f"{path}:1: the file is empty; {REMEDY}")
    statements, _ = _statements(numbers, told)
    matrix, texts = bags.matrix(len(numbers.index)), tuple(questions)
    return Judged(matrix, statements, np.array(asked, np.int32), np.array(right), texts)


def _pairs(path: Path) -> Iterator[tuple[list[str], list[str]]]:
    """The words of two questions, line by line."""
    for line, text in _lines(path):
        told = [_asked(question) for question in text.split("\t")[:2]]
        if len(told) < 2 or not all(told):
            raise BenchError(f"{path}:{line}: expected two questions, parted by a tab; {REMEDY}")
        yield told[0], told[1]


def _tuples(path: Path) -> Iterator[Symbols]:
    if path.suffix == ".db":
        yield from _table(path)
        return
    for line, text in _lines(path):
        found = _symbols(text)
        if found is None:
            raise BenchError(
                f"{path}:{line}: expected a relation and two arguments, parted by blanks; {REMEDY}"
            )
        yield found


def _table(path: Path) -> Iterator[Symbols]:
    try:
        # Immutable: what a journal beside the file holds is not in its SHA-256.
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as found:
            for row in found.execute("select * from tuples"):
                texts = [one for one in row if isinstance(one, str)]
                told = _ordered(texts) if len(row) == len(texts) else None
                if told is None:
                    raise BenchError(
                        f"{path}: its table 'tuples' holds {row!r:.80}; expected a relation and "
                        f"two arguments, in this order; {REMEDY}"
                    )
                yield told
    except sqlite3.Error as error:
        raise BenchError(f"{path}: cannot be read as SQLite ({error}); {REMEDY}") from None


def _symbols(text: str) -> Symbols | None:
    """A statement of a line, None if it is none."""
    return _ordered(text.split(" "))


def _ordered(parts: Sequence[str]) -> Symbols | None:
    """Three symbols, None if they are not: 'x.r' is a relation, and 'x.e' an argument."""
    if len(parts) != 3 or not all(map(symbol, parts)):
        return None
    relation, first, second = parts
    if relation.endswith(".e") or first.endswith(".r") or second.endswith(".r"):
        return None
    return relation, first, second


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """A file's lines, numbered, without their ends."""
    line = 0
    try:
        with open(path, encoding="utf-8-sig", newline="\n") as file:
            for line, text in enumerate(file, start=1):
                if not text.endswith("\n"):
                    raise BenchError(
                        f"{path}:{line}: the last line is cut: it does not end in a newline; "
                        f"{REMEDY}"
                    )
                yield line, text[:-1].removesuffix("\r")
    except UnicodeDecodeError:
        raise BenchError(f"{path}:{line + 1}: not UTF-8 text, near there; {REMEDY}") from None
    except OSError as error:
        raise BenchError(f"{path}: cannot be read ({reason(error)}); {REMEDY}") from None
