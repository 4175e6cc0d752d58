"""Features of statements: as many as are needed, and the same bags."""

import time

import numpy as np
import pytest
import tiny_data
from hypothesis import given
from hypothesis import strategies as st

from bench.core.errors import BenchError
from bench.examples.encode import encode
from bench.examples.stories import Question, Story
from bench.methods.memn2n import model, sentences
from bench.methods.memn2n.features import (
    MOST_ELIMINATED,
    STEP,
    Mix,
    Picked,
    independent,
    of_one,
    of_several,
)
from bench.methods.memn2n.model import build_tables

ONE, OTHER = tiny_data.stories(8, seed=1), tiny_data.stories(6, seed=5)
JOINT = encode(
    [(1, ONE), (4, OTHER)], [(1, OTHER), (4, ONE)], memory_size=6, holdout=0.1, joint=True
)
ENCODINGS = [("bow", "released"), ("pe", "released"), ("pe", "paper")]

small = st.lists(st.lists(st.integers(-2, 2), min_size=5, max_size=5), min_size=1, max_size=8)


@given(small)
def test_independent_columns_make_all_others(rows):
    columns = np.array(rows, np.float64)
    numbers, mix = independent(columns)
    assert len(numbers) == np.linalg.matrix_rank(columns)
    np.testing.assert_allclose(columns[:, numbers] @ mix, columns, atol=1e-9)


def bags_of(data, encoding, form):
    v = data.statement_words
    bags = sentences.bags(data.statements, v, encoding, form)
    return bags[:, :v], bags[:, v:] if encoding == "pe" else None


@pytest.mark.parametrize(("encoding", "form"), ENCODINGS)
def test_one_task_s_features_are_its_bags(encoding, form):
    plain, weighted = bags_of(tiny_data.encoded(ONE, OTHER), encoding, form)
    features, mix = of_one(plain, weighted)
    assert features.shape[1] % STEP == 0 and not features[0].any()
    np.testing.assert_allclose(features @ mix.plain, plain, atol=1e-5)
    if weighted is None:
        assert mix.weighted is None
    else:
        np.testing.assert_allclose(features @ mix.weighted, weighted, atol=1e-5)
    rank = np.linalg.matrix_rank(plain if weighted is None else np.hstack([plain, weighted]))
    assert np.count_nonzero(features.any(axis=0)) == rank


@pytest.mark.parametrize(("encoding", "form"), ENCODINGS)
def test_several_tasks_features_are_their_bags(encoding, form):
    plain, weighted = bags_of(JOINT, encoding, form)
    features, picked = of_several(plain, weighted, JOINT.statement_task)
    assert picked.task.tolist() == JOINT.statement_task.tolist() and set(picked.task) == {0, 1}
    words = np.concatenate([np.arange(plain.shape[1]), picked.again])
    for bags, factors in ((plain, picked.plain), (weighted, picked.weighted)):
        if bags is None:
            assert not picked.weighted.any()
            continue
        made = np.zeros_like(bags)
        for row, (values, task) in enumerate(zip(features, picked.task, strict=True)):
            mine = picked.features[task]
            np.add.at(made[row], words[mine], values * factors[mine])
        np.testing.assert_allclose(made, bags, atol=1e-5)


def wide_stories(words: int, count: int, seed: int) -> tuple[Story, ...]:
    """Statements of six words, any of ``words`` different ones; a question after every other."""
    draw = np.random.default_rng(seed)
    told = []
    for _ in range(count):
        drawn = draw.integers(words, size=(10, 6))
        statements = tuple(tuple(f"w{n}" for n in row) for row in drawn)
        asked = tuple(
            Question(("where", statements[i][0]), statements[i][5], (i,), i + 1, 1)
            for i in range(1, 10, 2)
        )
        told.append(Story(statements, asked))
    return tuple(told)


WIDE = tiny_data.encoded(wide_stories(3000, 200, seed=1), wide_stories(3000, 200, seed=2))


@pytest.mark.parametrize("encoding", ["bow", "pe"])
def test_thousands_of_words_take_seconds_and_are_their_bags(encoding):
    """Independent columns of 3,000 words would take hours to find."""
    begun = time.process_time()
    tables = build_tables(tiny_data.column(encoding=encoding), WIDE)
    assert time.process_time() - begun < 30
    plain, weighted = bags_of(WIDE, encoding, "released")
    features, factors = tables.statements, tables.features
    assert plain.shape[1] > 2900 and isinstance(factors, Picked)
    words = np.concatenate([np.arange(plain.shape[1]), factors.again])
    (mine,) = factors.features
    for bags, factor in ((plain, factors.plain), (weighted, factors.weighted)):
        if bags is not None:
            made = np.zeros_like(bags)
            for column, feature in enumerate(mine):
                made[:, words[feature]] += features[:, column] * factor[feature]
            np.testing.assert_allclose(made, bags, atol=1e-5)


def test_babi_s_tasks_keep_their_independent_columns():
    tables = build_tables(tiny_data.column(), tiny_data.encoded(ONE, OTHER))
    assert isinstance(tables.features, Mix)
    plain = np.ones((1000, 40), np.float32)  # more than the largest task has
    assert len(plain) * (2 * plain.shape[1]) ** 2 < MOST_ELIMINATED / 10


def test_too_many_words_are_refused_by_number(monkeypatch):
    monkeypatch.setattr(model, "MOST_BYTES", 1 << 20)
    with pytest.raises(BenchError, match=r"column 'tiny': a vocabulary of 3,002 words and"):
        build_tables(tiny_data.column(), WIDE)


def test_a_statement_of_two_tasks_has_a_row_in_each():
    shared = set(ONE[0].statements) & {s for story in OTHER for s in story.statements}
    assert shared
    rows = [tuple(w for w in row if w) for row in JOINT.statements.tolist()]
    for statement in shared:
        words = tuple(JOINT.vocabulary.index(word) for word in statement)
        assert sorted(JOINT.statement_task[i] for i, row in enumerate(rows) if row == words) == [
            0,
            1,
        ]
    for examples in (JOINT.train, JOINT.test):
        for memory, number in zip(examples.memory, examples.task, strict=True):
            held = memory[memory > 0]
            assert (JOINT.statement_task[held] == {1: 0, 4: 1}[int(number)]).all()
