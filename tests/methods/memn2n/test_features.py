"""Features of statements: as many as are needed, and the same bags."""

import numpy as np
import pytest
import tiny_data
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.examples.encode import encode
from bench.methods.memn2n import sentences
from bench.methods.memn2n.features import STEP, independent, of_one, of_several

ONE, OTHER = tiny_data.stories(8, seed=1), tiny_data.stories(6, seed=5)
JOINT = encode(
    [(1, ONE), (4, OTHER)], [(1, OTHER), (4, ONE)], memory_size=6, holdout=0.1, joint=True
)
ENCODINGS = [("bow", "released"), ("pe", "released"), ("pe", "paper")]

small = st.lists(st.lists(st.integers(-2, 2), min_size=5, max_size=5), min_size=1, max_size=8)


@given(small)
@settings(deadline=None)
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
