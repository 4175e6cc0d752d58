"""The memory network over triples against its equations in NumPy, and what its rows say."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import small_triples
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from bench.core.errors import BenchError
from bench.core.rows import wrong_field
from bench.datasets.triples.patterns import PATTERNS, words
from bench.examples.triples import Judged, Statements
from bench.methods.memnn_triples import METHOD, hashing, measure, model
from bench.methods.memnn_triples.batches import MOST_WORDS, NUMBERS, Batches, rows
from bench.methods.memnn_triples.row import FIELDS
from bench.methods.memnn_triples.spec import MemNNTriples
from bench.methods.memnn_triples.training import Trainer

DEVICE = jax.devices()[0]


def column(**fields):
    usual = dict(id="tiny", title="tiny", dim=12, batch=8, epochs=2, updates=30)
    if fields.get("hashing", "none") != "none":
        usual["common"] = 1.0
    return MemNNTriples(**usual | fields)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return small_triples.read(tmp_path_factory.mktemp("triples"))


def dense(bag, width):
    """Phi, (..., V) float64."""
    found = np.zeros((*bag.words.shape[:-1], width))
    for at in np.ndindex(bag.words.shape):
        found[at[:-1]][bag.words[at]] += bag.counts[at]
    return found


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 2**32, (*shape, NUMBERS), np.uint32)


@pytest.mark.parametrize("match", [0.0, 0.3])
def test_an_update_goes_down_the_margins_gradient(data, match):
    """Phi dense, U whole, float64: s(x, y) = Phi_x^T Uq^T Us Phi_y + match Phi_x^T Phi_y."""
    width, gamma, rate = len(data.vocabulary), 0.4, 0.05
    random = np.random.default_rng(3)
    u = {name: random.normal(0, 0.3, (width, 12)) for name in ("question", "statement")}
    batches = Batches(data)
    groups = batches.statements(drawn(16)), batches.paraphrases(drawn(16, seed=1))
    wanted, total, active = {k: v.copy() for k, v in u.items()}, 0.0, 0
    for bags, other, weight in zip(groups, ("statement", "question"), (match, 0.0), strict=True):
        x, right, wrong = (dense(bag, width) for bag in bags)
        before = {name: table.copy() for name, table in wanted.items()}
        scores = [
            ((x @ before["question"]) * (y @ before[other])).sum(1) + weight * (x * y).sum(1)
            for y in (right, wrong)
        ]
        margin = np.maximum(0.0, gamma - scores[0] + scores[1])
        total, on = total + margin.sum(), (margin > 0).astype(float)[:, None]
        active += int(on.sum())
        by_x = -on * ((right - wrong) @ before[other])
        by_y = -on * (x @ before["question"])
        wanted["question"] -= rate * x.T @ by_x
        wanted[other] -= rate * (right - wrong).T @ by_y
    assert 0 < active < 32
    start = {name: jnp.asarray(value, jnp.float32) for name, value in u.items()}
    ranked = [model.Ranked(*(model.Bag(*map(jnp.asarray, b)) for b in bags)) for bags in groups]
    found, loss = model.update(start, jnp.float32(match), *ranked, gamma, rate)
    assert float(loss) == pytest.approx(total, rel=1e-5)
    for name, value in wanted.items():
        np.testing.assert_allclose(found[name], value, atol=2e-6)


def test_questions_are_made_of_statements_by_the_patterns(data):
    asked, right, wrong = Batches(data).statements(drawn(4000))
    width, names = len(data.vocabulary), list(data.vocabulary)
    told = {}
    for row, line in enumerate(small_triples.STATEMENTS):
        relation, *arguments = (part.rpartition(".")[0].split("-") for part in line.split())
        for pattern in PATTERNS:
            special = relation[-1] if relation[-1] in ("in", "on") else ""
            if pattern.ending != special:
                continue
            given = arguments[0] if pattern.asks == "second" else arguments[1]
            stem = relation[:-1] if special else relation
            bag = np.zeros(width)
            for word in [*words(pattern), *stem, *given]:
                bag[names.index(word)] += 1
            told.setdefault(tuple(bag), set()).add(row)
    memory = np.asarray(data.memory.words.todense())
    seen = set()
    for x, y, other in zip(*(dense(bag, width) for bag in (asked, right, wrong)), strict=True):
        (row,) = np.flatnonzero((memory == y).all(axis=1))
        assert row in told[tuple(x)]
        assert (memory == other).all(axis=1).any() and (other != y).any()
        seen.add(tuple(x))
    assert seen == set(told)  # every pattern of every statement comes


def test_paraphrases_are_pairs_and_the_wrong_one_is_another_s(data):
    width = len(data.vocabulary)
    one, other = (np.asarray(side.todense()) for side in data.paraphrases)
    asked, right, wrong = (dense(b, width) for b in Batches(data).paraphrases(drawn(500)))
    ways = set()
    for x, y, z in zip(asked, right, wrong, strict=True):
        forth = (one == x).all(1) & (other == y).all(1)
        back = (other == x).all(1) & (one == y).all(1)
        (row,) = np.flatnonzero(forth | back)
        ways.add((int(row), bool(forth[row])))
        assert (other == z).all(1).any() and not (other[row] == z).all()
    assert len(ways) == 2 * len(one)


def test_statements_and_paraphrases_are_drawn_by_numbers_of_their_own(data):
    batches, numbers, others = Batches(data), drawn(50), drawn(50, seed=1)
    for made, own in ((batches.statements, slice(0, 3)), (batches.paraphrases, slice(3, None))):
        mixed = others.copy()
        mixed[:, own] = numbers[:, own]
        for bag, same in zip(made(numbers), made(mixed), strict=True):
            np.testing.assert_array_equal(bag.words, same.words)
            np.testing.assert_array_equal(bag.counts, same.counts)


@given(st.lists(st.lists(st.integers(0, 6), max_size=5), min_size=1, max_size=5), st.data())
def test_rows_are_cut_to_their_places(bags, pick):
    ends = np.concatenate([[0], np.cumsum([len(b) for b in bags])])
    flat = np.array([w for b in bags for w in b], np.int32)
    matrix = csr_array((np.ones(len(flat), np.float32), flat, ends), (len(bags), 7))
    which = np.array(pick.draw(st.lists(st.integers(0, len(bags) - 1), min_size=1, max_size=4)))
    width = pick.draw(st.integers(1, 6))
    found = rows(matrix, which, width)
    assert found.words.shape == found.counts.shape == (len(which), width)
    for got, row in enumerate(which):
        kept = bags[row][:width]
        assert found.words[got, : len(kept)].tolist() == kept
        assert found.counts[got].tolist() == [1.0] * len(kept) + [0.0] * (width - len(kept))


def matrix(sets, width):
    found = np.zeros((len(sets), width), np.float32)
    for row, some in enumerate(sets):
        found[row, list(some)] = 1
    return csr_array(found)


WORDS = st.sets(st.integers(0, 9), max_size=4)


@given(st.lists(WORDS, min_size=1, max_size=8), WORDS, st.floats(0.05, 1.0))
def test_statements_that_share_a_word_are_looked_at(statements, question, common):
    memory = matrix(statements, 10)
    spec = column(hashing="words", common=common)
    table = np.zeros((10, 3))
    found = hashing.buckets(spec, memory, table, 0)
    often = {w for w in range(10) if sum(w in s for s in statements) > common * len(statements)}
    looked = hashing.Index(found, memory).looked_at(np.array(sorted(question), int))
    assert looked.tolist() == [i for i, s in enumerate(statements) if (s & question) - often]
    assert hashing.buckets(column(), memory, table, 0) is None


def test_clusters_are_of_their_seed():
    table = np.random.default_rng(0).normal(size=(60, 3))
    one, again, other = (hashing.clusters(table, 8, seed) for seed in (0, 0, 1))
    assert (one == again).all() and (one != other).any() and set(one) == set(range(8))


def test_statements_with_a_word_of_the_same_cluster_are_looked_at():
    """Two heaps of words far apart: a question sees all statements of its heap's words."""
    random = np.random.default_rng(0)
    table = np.concatenate([random.normal(5, 0.1, (5, 3)), random.normal(-5, 0.1, (5, 3))])
    memory = matrix([{0}, {1, 2}, {3, 4}, {5}, {6, 7}, {8, 9}], 10)
    found = hashing.buckets(column(hashing="clusters", clusters=2), memory, table, 0)
    assert len(set(found[:5])) == len(set(found[5:])) == 1 and found[0] != found[9]
    index = hashing.Index(found, memory)
    assert index.looked_at(np.array([2])).tolist() == [0, 1, 2]
    assert index.looked_at(np.array([2, 9])).tolist() == [0, 1, 2, 3, 4, 5]
    assert not len(index.looked_at(np.array([], int)))


CANDIDATES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-3, 3), st.booleans(), st.booleans()), max_size=12
)


@given(CANDIDATES)
def test_f1_is_of_the_best_candidate_that_is_looked_at(told):
    asked, scored, right, seen = (np.array(x) for x in zip(*told, strict=True)) if told else (
        np.zeros(0, int), np.zeros(0), np.zeros(0, bool), np.zeros(0, bool)
    )  # fmt: skip
    nothing = csr_array((4, 2))
    none = Statements(nothing, nothing, nothing)
    judged = Judged(nothing, none, asked.astype(int), right, ())
    hits = answered = 0
    for question in range(4):
        own = [(s, i) for i, (q, s, _, look) in enumerate(told) if q == question and look]
        if own:
            answered += 1
            hits += told[max(own)[1]][2]
    precision, recall = (hits / answered if answered else 0.0), hits / 4
    wanted = 2 * precision * recall / (precision + recall) if hits else 0.0
    assert measure.f1(judged, scored, seen) == pytest.approx(wanted)


def test_candidates_are_scored_as_the_equation_says(data):
    random, width = np.random.default_rng(1), len(data.vocabulary)
    question, statement = random.normal(size=(2, width, 5))
    found = measure.scores(data.judged, question, statement, 0.7)
    x = np.asarray(data.judged.questions.todense())[data.judged.asked]
    y = np.asarray(data.judged.statements.words.todense())
    wanted = np.einsum("cv,vn,wn,cw->c", x, question, statement, y) + 0.7 * (x * y).sum(1)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_it_learns_what_paraphrases_mean_and_its_row_is_whole(data):
    spec = column(epochs=6, updates=150, rate=0.05, hashing="words", reports="match")
    (one,) = Trainer(spec, "reverb", data, DEVICE, stream=5).train([0])
    row = one.row
    assert wrong_field(row, FIELDS) == "" and row["diverged"] is None
    # 'Who own mars' has one candidate, which is wrong and shares no word: the others are right.
    assert row["f1s"] == {
        "reverb": pytest.approx(2 * (2 / 2) * (2 / 3) / (2 / 2 + 2 / 3), abs=1e-6)
    }
    assert row["f1s"] == row["embedding_bow_f1s"]
    losses = row["losses"]["match"]
    assert losses[-1] < 0.3 * losses[0] and row["train_loss"] == losses[-1]
    looked = row["candidates"]["reverb"]
    assert row["speedups"]["reverb"] == pytest.approx(10 / looked, rel=1e-3) and 0 < looked < 10


def test_rows_say_what_their_own_models_do(data):
    """By the parameters of every restart and model, measured again one by one."""
    spec = column(match=1.0, dim=4, epochs=1, updates=9, hashing="clusters", clusters=6)
    rows = {}
    for reports in ("embedding", "match"):
        told = dataclasses.replace(spec, reports=reports)
        outcomes = Trainer(told, "reverb", data, DEVICE, stream=3).train([0, 1, 2, 3])
        for seed, one in enumerate(outcomes):
            wanted, words = [], data.memory.words
            for which, match in enumerate((0.0, 1.0)):
                table = {name: tables[which] for name, tables in one.params.items()}
                found = hashing.buckets(told, words, table["statement"], seed)
                scored = measure.scores(data.judged, table["question"], table["statement"], match)
                wanted.append(measure.measure(data.judged, words, scored, found))
            row = {name: one.row[name] for name in METHOD.metrics.values()}
            assert row == {
                "f1s": {"reverb": round(wanted[reports == "match"].f1, 6)},
                "embedding_f1s": {"reverb": round(wanted[0].f1, 6)},
                "embedding_bow_f1s": {"reverb": round(wanted[1].f1, 6)},
                "candidates": {"reverb": round(wanted[0].candidates, 2)},
                "speedups": {"reverb": pytest.approx(10 / max(wanted[0].candidates, 1), abs=1e-3)},
            }
            rows[reports, seed] = row
    assert len({row["embedding_f1s"]["reverb"] for row in rows.values()}) > 1
    assert len({row["candidates"]["reverb"] for row in rows.values()}) > 1
    assert any(row["embedding_f1s"] != row["embedding_bow_f1s"] for row in rows.values())
    assert {name: METHOD.metrics[name] for name in ("f1", "embedding_f1", "embedding_bow_f1")} == {
        "f1": "f1s", "embedding_f1": "embedding_f1s", "embedding_bow_f1": "embedding_bow_f1s",
    }  # fmt: skip


def test_candidates_are_counted_in_the_memory_and_answered_from_the_judged():
    """Question 0 has word 0, question 1 word 5: by words they look at three statements and at one,
    and of the judged at one (which is right) and at none."""
    memory = matrix([{0, 1}, {0, 2}, {0}, {3}, {5}], 6)
    nothing = csr_array((3, 6))
    judged = Judged(
        matrix([{0}, {5}], 6),
        Statements(matrix([{0}, {3}, {2}], 6), nothing, nothing),
        np.array([0, 0, 1]),
        np.array([True, False, True]),
        (),
    )
    found = np.array([0, 1, 2, 3, -1, 5])
    seen = measure.measure(judged, memory, np.array([1.0, 2.0, 3.0]), found)
    assert seen.candidates == 2.0 and seen.f1 == pytest.approx(2 * 1.0 * 0.5 / 1.5)
    whole = measure.measure(judged, memory, np.array([1.0, 2.0, 3.0]), None)
    assert whole.candidates == 5.0 and whole.f1 == 0.5


def test_an_epoch_draws_anew_and_its_loss_is_a_pair_s(data):
    trainer = Trainer(column(epochs=1, updates=1, gamma=0.5), "reverb", data, DEVICE, stream=4)
    seeds = np.zeros(1, np.int32)
    first, second = (trainer.draw(seeds, epoch) for epoch in (1, 2))
    assert (first != second).any() and (first == trainer.draw(seeds, 1)).all()
    batches, begin = Batches(data), trainer.init(seeds).params
    tables = {name: jnp.asarray(value)[0, 0] for name, value in begin.items()}
    groups = batches.statements(first[0, 0]), batches.paraphrases(first[0, 0])
    ranked = [model.Ranked(*(model.Bag(*map(jnp.asarray, b)) for b in bags)) for bags in groups]
    _, loss = model.update(tables, jnp.float32(0.0), *ranked, 0.5, 0.01)
    (one,) = trainer.train([0])
    assert one.row["losses"]["embedding"] == [pytest.approx(float(loss) / 16, rel=1e-5)]


def test_long_bags_are_cut(data):
    long = csr_array(np.ones((10, len(data.vocabulary)), np.float32))
    some = dataclasses.replace(data, memory=dataclasses.replace(data.memory, first=long))
    asked, right, _ = Batches(some).statements(drawn(8))
    assert right.words.shape[-1] <= MOST_WORDS + 8 and asked.words.shape[-1] <= MOST_WORDS + 16


def test_both_models_see_the_same_draws_and_differ_by_the_match_alone(data):
    (one,) = Trainer(column(match=1e-9), "reverb", data, DEVICE).train([0])
    for name in ("question", "statement"):
        np.testing.assert_allclose(one.params[name][0], one.params[name][1], atol=1e-6)
    (other,) = Trainer(column(match=0.2), "reverb", data, DEVICE).train([0])
    assert np.abs(other.params["question"][0] - other.params["question"][1]).max() > 1e-3
    np.testing.assert_array_equal(one.params["question"][0], other.params["question"][0])


@pytest.mark.parametrize("block", [7, 30])
def test_a_training_that_is_stopped_anywhere_ends_as_if_it_had_not_been(data, tmp_path, block):
    (whole,) = Trainer(column(), "reverb", data, DEVICE, block=30).train([0])
    trainer, asked = Trainer(column(), "reverb", data, DEVICE, block=block), 0

    def every_third():
        nonlocal asked
        asked += 1
        return asked % 3 == 0

    path = tmp_path / "saved.npz"
    for _ in range(50):
        found = trainer.train([0], saved=[path], stop=every_third)
        if found is not None:
            break
    assert found is not None and found[0].row == whole.row
    for name, value in whole.params.items():
        np.testing.assert_array_equal(found[0].params[name], value)


def test_restarts_and_groups_differ_and_companions_change_nothing(data):
    trainer = Trainer(column(), "reverb", data, DEVICE, stream=5)
    both, (alone,) = trainer.train([0, 1]), trainer.train([1])
    (elsewhere,) = Trainer(column(), "reverb", data, DEVICE, stream=6).train([1])
    assert both[1].row["losses"] == alone.row["losses"] != both[0].row["losses"]
    assert elsewhere.row["losses"] != alone.row["losses"]


def test_a_training_that_diverges_says_so(data):
    for hashed in ("none", "clusters"):
        spec = column(rate=1e20, init_std=1e10, hashing=hashed)
        (one,) = Trainer(spec, "reverb", data, DEVICE).train([0])
        assert one.row["diverged"] == 1 and wrong_field(one.row, FIELDS) == ""


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"common": 1.5}, "field 'common' must be at most 1"),
        ({"match": 0.0}, "field 'match' must be above 0"),
        ({"clusters": 5}, "field 'clusters' has no effect with hashing='none'"),
        ({"clusters": 5, "hashing": "words"}, "field 'clusters' has no effect"),
        ({"common": 0.5}, "field 'common' has no effect with hashing='none'"),
        ({"hashing": "word"}, "field 'hashing' must be one of none, words, clusters"),
        ({"joint": True}, "field 'joint' must be False"),
    ],
)
def test_a_wrong_setting_is_refused(fields, said):
    with pytest.raises(BenchError, match=said):
        column(**fields)


def test_too_little_to_draw_from_is_refused(data):
    few = tuple(side[:1] for side in data.paraphrases)
    one = Statements(
        *(p[:1] for p in (data.memory.first, data.memory.relation, data.memory.second))
    )
    for some in ({"paraphrases": few}, {"memory": one}):
        parts = {"reverb": {"test": dataclasses.replace(data, **some)}}
        with pytest.raises(BenchError, match="give at least two of each"):
            METHOD.prepare(column(), parts)
    huge = {"reverb": {"test": dataclasses.replace(data, vocabulary=("word",) * 1_100_000)}}
    with pytest.raises(BenchError, match="field 'dim' is too much for 1,100,000 words"):
        METHOD.prepare(column(dim=128), huge)
