"""The simulator against what the release's mechanisms imply: closed forms, formats, bits.

Whether its answers are true is the readers' business (test_generated_is_readable); whether it looks
like the release is measured in experiments/generated_vs_real.py.
"""

import hashlib
import itertools
import math
import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.core.errors import BenchError
from bench.datasets.babi import babi
from bench.datasets.babi.readers.read import read_story
from bench.datasets.babi.simulator import release
from bench.datasets.babi.simulator.release import STORY, task_files
from bench.datasets.babi.simulator.story import Story, lines
from bench.datasets.bits import Bits

TASKS = range(1, 21)


def stories(task, questions, seed=5):
    return babi.parse(task_files(task, train=questions, test=1, seed=seed).train, f"task {task}")


def items(data: bytes) -> list[tuple[str, ...]]:
    """All that a reader gets for each question, from the bytes alone: IDs and answers taken off."""
    found: list[tuple[str, ...]] = []
    told: list[str] = []
    for line in data.decode().splitlines():
        number, _, text = line.partition(" ")
        if number == "1":
            told = []
        if "\t" in text:
            found.append((*told, text.split("\t")[0]))
        else:
            told.append(text)
    return found


def assert_share(count, of, expected, spread=1.0):
    """A share within 4.5 standard errors; ``spread`` widens them where draws hang together."""
    error = spread * math.sqrt(expected * (1 - expected) / of)
    assert abs(count / of - expected) < 4.5 * error, (count / of, expected, error)


# Bits


def test_the_stream_is_shake_256_of_the_key():
    """By hand from the standard's function: block b of 1,024 bytes is SHAKE-256(key/b)."""
    raw = b"".join(hashlib.shake_256(b"a key/%d" % b).digest(1024) for b in range(3))
    bits = Bits("a key")
    assert bytes(bits.below(256) for _ in range(3000)) == raw[:3000]
    bits = Bits("a key")
    wanted = [byte % 6 for byte in raw if byte < 252][:2000]
    assert [bits.below(6) for _ in range(2000)] == wanted


@given(st.integers(1, 256), st.integers(0, 10**6))
def test_draws_stay_in_range(n, key):
    bits = Bits(str(key))
    assert all(0 <= bits.below(n) < n for _ in range(50))


def test_draws_are_uniform_and_free_of_each_other():
    bits = Bits("uniform")
    pairs = Counter((bits.below(6), bits.below(5)) for _ in range(30_000))
    chi = sum((pairs[p] - 1000) ** 2 / 1000 for p in itertools.product(range(6), range(5)))
    assert chi < 29 + 5 * math.sqrt(2 * 29)


@given(st.integers(2, 9), st.integers(0, 10**6))
def test_a_cycle_leaves_nothing_in_place_and_is_one_cycle(n, key):
    order = Bits(str(key)).cycle(range(n))
    place, seen = 0, set()
    while place not in seen:
        seen.add(place)
        place = order[place]
    assert len(seen) == n


def test_cycles_of_four_are_equally_likely():
    bits = Bits("cycles")
    found = Counter(tuple(bits.cycle(range(4))) for _ in range(6000))
    assert len(found) == 6 and all(abs(n - 1000) < 150 for n in found.values())


@given(st.integers(0, 10**6))
def test_sample_and_other(key):
    bits = Bits(str(key))
    assert sorted(bits.sample("abcdef", 6)) == list("abcdef")
    assert len(set(bits.sample("abcdef", 3))) == 3
    assert bits.other("abc", "b") in "ac"


# Files


@pytest.mark.parametrize("task", TASKS)
def test_files_are_what_the_strict_parser_takes(task):
    files = task_files(task, train=103, test=57, seed=1)
    for data, wanted in ((files.train, 103), (files.test, 57)):
        parsed = babi.parse(data, "generated")
        assert sum(len(story.questions) for story in parsed) == wanted
        assert sum(len(s.questions) + len(s.statements) for s in parsed) == data.count(b"\n")


@pytest.mark.parametrize("task", TASKS)
def test_line_form_of_the_release(task):
    """One blank between '?' and tab in tasks 1-3 and 5-14, none in the others."""
    gap = "" if task == 4 or task > 14 else " "
    text = task_files(task, train=60, test=1).train.decode()
    for line in text.splitlines():
        if "\t" in line:
            assert re.fullmatch(
                rf"\d+ [A-Z][a-z ]+(?: [A-Z][a-z]+[a-z ]*)*\?{gap}\t[A-Za-z,]+\t\d+(?: \d+)*", line
            )
        else:
            assert re.fullmatch(r"\d+ [A-Z][A-Za-z ]+[a-z]+\.|\d+ [A-Z].* [A-Z][a-z]+\.", line)


@pytest.mark.parametrize("task", (1, 3, 18, 20))
def test_a_small_file_is_the_beginning_of_a_large_one(task):
    """But for a last story that is cut."""
    small = task_files(task, train=100, test=1).train
    assert task_files(task, train=220, test=1).train.startswith(small)


def test_seeds_tasks_and_splits_are_streams_of_their_own():
    one = task_files(1, train=50, test=50, as_released=True)
    assert one == task_files(1, train=50, test=50, as_released=True)
    assert one.train != one.test
    other = task_files(1, train=50, test=50, seed=1)
    assert len({one.train, one.test, other.train, other.test}) == 4


def test_global_random_state_plays_no_part():
    random.seed(1)
    state = random.getstate()
    first = task_files(6, train=20, test=20)
    assert random.getstate() == state
    random.seed(2)
    assert task_files(6, train=20, test=20) == first


@pytest.mark.parametrize("task", (4, 17, 20, 1))
def test_shared_test_questions_are_counted_and_left_out(task):
    kept = task_files(task, train=1000, test=300, as_released=True)
    known = set(items(kept.train))
    assert kept.shared == sum(item in known for item in items(kept.test))
    clean = task_files(task, train=1000, test=300)
    assert clean.train == kept.train
    assert len(items(clean.test)) == 300 and not known & set(items(clean.test))
    assert clean.shared >= kept.shared


def test_what_is_left_out_changes_nothing_else():
    """The clean test file holds exactly the questions that are not shared, in their order."""
    files = task_files(20, train=1000, test=400)
    known = set(items(files.train))
    whole = items(task_files(20, train=1000, test=1000, as_released=True).test)
    assert items(files.test) == [item for item in whole if item not in known][:400]


def test_a_small_world_runs_out_of_new_questions():
    """Task 4 has 7,680 different items; training on nearly all leaves nothing to test on."""
    with pytest.raises(BenchError, match=r"task 4.*--as-released"):
        task_files(4, train=60_000, test=50)


@pytest.mark.parametrize(
    "wrong", (dict(train=0), dict(test=0), dict(seed=-1), dict(train=-5)), ids=str
)
def test_senseless_numbers_are_refused(wrong):
    (name,) = wrong
    with pytest.raises(BenchError, match=f"^{name}: "):
        task_files(1, **{"train": 5, "test": 5, **wrong})
    with pytest.raises(BenchError, match="no task 21"):
        task_files(21, train=5, test=5)


def test_line_ids_after_a_question_was_left_out():
    story = Story()
    first = story.tell("A is x.")
    story.ask("A?", "x", (first,))
    second = story.tell("B is y.")
    story.ask("B?", "y", (second, first))
    story.tell("C is z.")
    assert list(lines(story, story.questions, " ")) == [
        "1 A is x.\n", "2 A? \tx\t1\n", "3 B is y.\n", "4 B? \ty\t3 1\n",
    ]  # fmt: skip
    assert list(lines(story, story.questions[1:], "")) == [
        "1 A is x.\n", "2 B is y.\n", "3 B?\ty\t2 1\n",
    ]  # fmt: skip


# Truth, by readers that share no code with the simulator


@pytest.mark.parametrize("task", TASKS)
def test_generated_is_readable(task):
    """But for task 5, where a later gift between the same two may come in between, as released."""
    for story in stories(task, 1000):
        readings = read_story(task, story)
        for question, reading in zip(story.questions, readings, strict=True):
            if reading.answer != question.answer:
                assert task == 5 and question.words[:2] == ("what", "did"), question
            else:
                assert reading.allows(question.support), question


# What the mechanisms imply


@pytest.mark.parametrize("task", (1, 6, 9, 10, 11, 12, 13))
def test_block_pattern(task):
    """Two statements, a question, five times; task 6 has a few longer gaps."""
    seen = Counter(tuple(q.seen for q in story.questions) for story in stories(task, 1000))
    assert all(len(gaps) == 5 and all(n % 2 == 0 for n in gaps) for gaps in seen)
    assert set(seen) == {(2, 4, 6, 8, 10)} or task == 6


def test_negation_answers():
    """P(no) = 1/4 + 3/4 x 1/2."""
    answers = Counter(q.answer for s in stories(9, 5000) for q in s.questions)
    assert_share(answers["no"], 5000, 0.625, spread=2)


def test_indefinite_answers():
    """Definite (3/4): yes half. 'either' (1/4): maybe for the true place, and for the other one
    (5/6 of the time another place) one time in five of the false half."""
    answers = Counter(q.answer for s in stories(10, 5000) for q in s.questions)
    assert_share(answers["yes"], 5000, 3 / 8, spread=2)
    assert_share(answers["maybe"], 5000, 1 / 4 * (1 / 2 + 1 / 2 * 5 / 6 * 1 / 5), spread=2)


def test_first_block_of_time_reasoning():
    """After 2, 4 or 6 statements: until one of four people has moved twice in two, four draws
    ..."""
    first = Counter(s.questions[0].seen for s in stories(14, 5000))
    total = sum(first.values())
    # After two: the second person is the first again (1/4), whose two places always differ.
    assert_share(first[2], total, 1 / 4)
    # Four different people in the first four draws: 3/4 x 2/4 x 1/4.
    assert_share(first[6], total, 3 / 4 * 2 / 4 * 1 / 4)


def test_two_statements_of_time_reasoning_are_always_swapped():
    """So with two statements by one person, the later time is told first."""
    swapped = total = 0
    for story in stories(14, 2000):
        a, b = story.statements[:2]
        if story.questions[0].seen == 2:
            total += 1
            swapped += "morning" in a and "yesterday" in b
    assert swapped == total > 50


def test_motive_story_lengths():
    """8 + the number of different motives among four people."""
    sizes = Counter(len(s.statements) for s in stories(20, 8000)[:-1])
    total = sum(sizes.values())
    ways = {1: 4, 2: 84, 3: 144, 4: 24}  # of 256: onto maps of 4 people to k of 4 motives
    for motives, count in ways.items():
        assert_share(sizes[8 + motives], total, count / 256)


def test_kept_numbers_of_a_kind():
    """Task 16: binomial(4, 1/4) others of the asked kind, without 0 and 2."""
    weights = {s: math.comb(4, s) * 3 ** (4 - s) for s in (1, 3, 4)}
    found = Counter()
    for story in stories(16, 3000):
        kinds = {words[0]: words[3] for words in story.statements if "a" in words}
        asked = story.questions[0].words[-1]
        found[sum(kind == kinds[asked] for kind in kinds.values()) - 1] += 1
    assert set(found) == {1, 3, 4}
    for others, weight in weights.items():
        assert_share(found[others], 3000, weight / sum(weights.values()))


def test_middle_place_and_middle_thing():
    """The one both statements name comes second with probability 2/3 in task 4, first in task
    17."""
    second = 0
    for story in stories(4, 3000):
        pairs = [(words[1], words[-1]) for words in story.statements]
        (middle,) = set(pairs[0]) & set(pairs[1])
        second += sum(pair[1] == middle for pair in pairs)
    assert_share(second, 6000, 2 / 3)
    first = total = 0
    for story in stories(17, 16000):
        texts = [" ".join(words[1:]) for words in story.statements]
        pairs = [
            re.split(r" is (?:above|below|to the left of|to the right of) the ", t) for t in texts
        ]
        (middle,) = set(pairs[0]) & set(pairs[1])
        first += sum(pair[0] == middle for pair in pairs)
        total += 2
    assert_share(first, total, 2 / 3)


def test_paths_have_twelve_equally_likely_answers():
    answers = Counter(s.questions[0].answer for s in stories(19, 6000))
    back = {"n": "s", "s": "n", "e": "w", "w": "e"}
    assert set(answers) == {f"{a},{b}" for a in "nsew" for b in "nsew" if b != back[a]}
    for count in answers.values():
        assert_share(count, 6000, 1 / 12)


def test_every_animal_fears_one_other_kind():
    """Task 15; the first line is a fear, since names wait for their kind's."""
    for story in stories(15, 400):
        fears = [(w[0], w[-1]) for w in story.statements if "are" in w]
        assert len(fears) == 4 == len({kind for kind, _ in fears})
        assert all(kind != feared for kind, feared in fears)
        assert "are" in story.statements[0]


def test_every_task_has_its_story_and_the_version_is_a_number():
    assert set(STORY) == set(TASKS) and release.VERSION >= 1
