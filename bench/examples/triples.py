"""Triples: statements of two arguments and a relation, and questions about them, as bags of words.

A bag of words is a row of a sparse matrix, a column a word of one vocabulary that all share; it
holds how often the word occurs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # importing it takes as long as all of NumPy
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Statements:
    """(first, relation, second), 'milne wrote winnie the pooh' say.

    Attributes:
        first, relation, second: (M, V) each.
    """

    first: csr_array
    relation: csr_array
    second: csr_array

    def __len__(self) -> int:
        return int(self.first.shape[0])

    @property
    def words(self) -> csr_array:
        """(M, V), of all three parts."""
        return self.first + self.relation + self.second

    def text(self, at: int, vocabulary: Sequence[str]) -> str:
        """A statement to read; of a part the words of a bag, which are in no order."""
        rows = (part[[at]] for part in self._parts)
        words = (np.repeat(row.indices, row.data.astype(int)) for row in rows)
        return " ".join(vocabulary[word] for part in words for word in part)

    def same(self, at: int, other: Statements, there: int) -> bool:
        """Whether a statement is one of ``other``: each part has the same words, as often."""
        pairs = zip(self._parts, other._parts, strict=True)
        return all((mine[[at]] != its[[there]]).nnz == 0 for mine, its in pairs)

    @property
    def _parts(self) -> tuple[csr_array, csr_array, csr_array]:
        return self.first, self.relation, self.second


@dataclass(frozen=True, eq=False)
class Patterns:
    """Ways to ask for an argument of a statement: a question is the pattern's words, the
    relation's and those of the argument that is not asked for.

    Attributes:
        words: (P, V); less than 0 what the relation loses ('when was x born ?' of 'born in').
        asks_second: (P,) bool, whether the second argument is asked for, or the first.
        ending: (P,) int32, the word that a relation must end in; -1 any that is no other
            pattern's.
    """

    words: csr_array
    asks_second: np.ndarray
    ending: np.ndarray


@dataclass(frozen=True, eq=False)
class Judged:
    """Questions, and statements that somebody judged to answer one of them or not.

    Attributes:
        questions: (Q, V).
        statements: C candidates.
        asked: (C,) int32, which question a candidate is one of.
        right: (C,) bool.
        texts: of the questions, word by word.
    """

    questions: csr_array
    statements: Statements
    asked: np.ndarray
    right: np.ndarray
    texts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class Triples:
    """What there is to learn from, and to be asked.

    Attributes:
        vocabulary: V words.
        memory: every statement that is known.
        endings: (M,) int32, the last word of each statement's relation.
        patterns: by which questions about statements are made.
        paraphrases: two (N, V), questions that mean the same, row by row.
        judged: the test's; None in what is trained on.
    """

    vocabulary: tuple[str, ...]
    memory: Statements
    endings: np.ndarray
    patterns: Patterns
    paraphrases: tuple[csr_array, csr_array]
    judged: Judged | None
