"""The classifier tells stories apart that differ, and no others."""

import itertools
import math
import random
from collections import Counter

import comparison_helpers
import numpy as np
import pytest
from data_helpers import real_data

from bench.core.errors import BenchError
from bench.datasets.babi.babi import parse
from bench.examples.stories import Story
from bench.studies.generated_vs_real.classifier import FOLDS, counts, folds_by_story, tell_apart


def chance(told) -> tuple[float, float]:
    """Four standard deviations around what the drawings by lot give."""
    middle = np.mean(told.by_lot)
    return middle - 4 * np.std(told.by_lot, ddof=1), middle + 4 * np.std(told.by_lot, ddof=1)


def test_two_samples_of_one_source_are_not_told_apart():
    one, other = (comparison_helpers.stories(400, seed=seed) for seed in (1, 2))
    told = tell_apart(one, other)
    assert told.questions == 800 and len(told.by_lot) == 10
    low, high = chance(told)
    assert low < told.accuracy < high and abs(np.mean(told.by_lot) - 0.5) < 0.02


def test_a_wording_somewhat_more_frequent_is_told():
    """3 of 4 moves against 1 of 2, with four moves before the last question."""
    one = comparison_helpers.stories(400, seed=1)
    other = comparison_helpers.stories(400, seed=2, weights=(3, 1))
    told = tell_apart(one, other, lots=4)
    assert told.accuracy > 0.58
    low, high = chance(told)
    assert not low < told.accuracy < high and abs(np.mean(told.by_lot) - 0.5) < 0.03


def test_a_word_that_one_side_lacks_tells_everything():
    one = comparison_helpers.stories(20, seed=1)
    other = comparison_helpers.stories(20, seed=2, verbs=("flew", "swam"))
    assert tell_apart(one, other, lots=2).accuracy == 1.0


def test_a_story_known_by_its_own_words_is_no_help():
    """Every story speaks of a thing of its own, in all its questions: only a split story tells."""
    told = []
    for number in range(120):
        thing = "x" + "".join("abcdefghij"[int(digit)] for digit in str(number))
        lines = [f"1 Ann saw the {thing}."] + [
            f"{n} What is this? \t{thing}\t1" for n in range(2, 10)
        ]
        told += parse("".join(f"{line}\n" for line in lines).encode(), "things")
    assert tell_apart(told[:60], told[60:], lots=1).accuracy <= 0.5


def test_real_halves_are_not_told_apart():
    """Task 17 asks eight questions about the same two statements: the hardest for folds by
    story."""
    path = real_data() / "tasks_1-20_v1-2" / "en" / "qa17_positional-reasoning_train.txt"
    stories = list(parse(path.read_bytes(), path.name))
    random.Random(1).shuffle(stories)
    told = tell_apart(stories[::2], stories[1::2])
    low, high = chance(told)
    assert low < told.accuracy < high


def test_the_same_stories_give_the_same_numbers():
    one, other = (comparison_helpers.stories(50, seed=seed) for seed in (1, 2))
    assert tell_apart(one, other, lots=3) == tell_apart(one, other, lots=3)


def test_the_longer_side_is_cut_to_the_others_questions():
    one, other = comparison_helpers.stories(30, seed=1), comparison_helpers.stories(50, seed=2)
    assert tell_apart(one, other, lots=2) == tell_apart(one, other[:30], lots=2)
    cut = Story(one[-1].statements, one[-1].questions[:1])
    assert tell_apart((*one[:-1], cut), other, lots=1).questions == 59


def test_bags_count_words_and_pairs_within_sentences():
    (story,) = parse(b"1 A b.\n2 B a b.\n3 Who b?\tx\t1\n4 A b.\n5 Who?\tx\t1\n", "bags")
    bags, story_of = counts([story])
    found = sorted(map(tuple, bags.T.tolist()))
    expected = []
    for sentences in (["a b", "b a b", "who b"], ["a b", "b a b", "a b", "who"]):
        bag = Counter()
        for sentence in sentences:
            words = sentence.split()
            bag.update([*words, *itertools.pairwise(words)])
        expected.append(bag)
    grams = set(expected[0]) | set(expected[1])
    assert ("b", "b") not in grams  # 'A b. B a b.' has that pair across a full stop
    assert found == sorted(tuple(float(bag[gram]) for bag in expected) for gram in grams)
    assert story_of.tolist() == [0, 0]


def test_folds_are_even_and_no_story_is_in_two():
    labels = np.array([False] * 23 + [True] * 40)
    random.Random(3).shuffle(labels)
    fold = folds_by_story(labels)
    assert fold.shape == labels.shape  # one fold a story, whatever it asks
    for side, number in ((False, 23), (True, 40)):
        sizes = np.bincount(fold[labels == side], minlength=FOLDS)
        assert len(sizes) == FOLDS and max(sizes) == math.ceil(number / FOLDS)
        assert min(sizes) == number // FOLDS
    assert fold.tolist() != sorted(fold.tolist())


def test_too_few_stories_are_refused():
    one, other = comparison_helpers.stories(4, seed=1), comparison_helpers.stories(30, seed=2)
    with pytest.raises(BenchError, match="4 stories are too few to be told apart"):
        tell_apart(one, other)
