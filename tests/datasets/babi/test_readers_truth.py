"""The symbolic readers against other wordings, other names, and brute force where it is cheap."""

# ruff: noqa: E501

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_cases import READ, asked, said

from bench.datasets.babi.readers.read import READERS, answer
from bench.datasets.babi.readers.reader import Unreadable


@given(st.sampled_from(sorted({case[0] for case in READ})), st.data())
def test_true_sentences_in_any_order_are_read_or_refused(task, data):
    """No order of a task's own sentences, sense or nonsense, ends in anything but these two."""
    cases = [case for case in READ if case[0] == task]
    sentences = [sentence for case in cases for sentence in said(case[1])]
    reader = READERS[task]()
    for words in data.draw(st.lists(st.sampled_from(sentences), max_size=12)):
        try:
            reader.tell(words)
            reading = reader.ask(asked(data.draw(st.sampled_from(cases))[2]))
        except Unreadable:
            continue
        assert all(0 <= index < reader.told for index in reading.support)


WORDINGS = {
    "went to the": ["went back to the", "journeyed to the", "travelled to the", "moved to the"],
    "got the milk there": [
        "picked up the milk there",
        "grabbed the milk there",
        "took the milk there",
    ],
    "left the milk": [
        "discarded the milk",
        "dropped the milk",
        "put down the milk",
        "left the milk there",
    ],
    "gave the milk": ["passed the milk", "handed the milk"],
    "then": ["after that", "afterwards", "following that"],
}


@pytest.mark.parametrize(
    ("task", "story", "question"),
    [
        (2, "Mary got the milk there. Mary went to the office. Mary left the milk", "Where is the milk"),
        (7, "Mary got the milk there. Mary gave the milk to John", "How many objects is John carrying"),
        (11, "Mary went to the office. Then she went to the garden", "Where is Mary"),
        (13, "John and Mary went to the office. Then they went to the garden", "Where is Mary"),
        (14, "Yesterday Fred went to the park. Fred went to the office this evening",
         "Where was Fred before the office"),
    ],
)  # fmt: skip
def test_wording_makes_no_difference(task, story, question):
    story = story.lower()
    expected = answer(task, said(story), asked(question))
    tried = 0
    for one, others in WORDINGS.items():
        for other in others if one in story else []:
            assert answer(task, said(story.replace(one, other)), asked(question)) == expected
            tried += 1
    assert tried >= 4


HOUSE = ("bathroom", "bedroom", "garden", "hallway", "kitchen", "office")
TOWN = ("bedroom", "cinema", "kitchen", "office", "park", "school")
HOUSEHOLD = ("john", "mary", "sandra", "daniel")
TOWNSPEOPLE = ("bill", "fred", "julie", "mary")
OBJECTS = ("apple", "football", "milk")
FREE = {
    **dict.fromkeys((1, 2, 3, 6, 7, 8), (HOUSEHOLD, HOUSE, OBJECTS)),
    **dict.fromkeys((9, 12, 13), (HOUSEHOLD, HOUSE)),
    **dict.fromkeys((10, 14), (TOWNSPEOPLE, TOWN)),
    **dict.fromkeys((4, 19), (HOUSE,)),
    5: (("mary", "fred", "bill", "jeff"), OBJECTS, HOUSE),
    11: (("john", "daniel"), ("mary", "sandra"), HOUSE),  # 'he' and 'she' stay true
    15: (("gertrude", "winona", "jessica", "emily"),),
    16: (
        ("lily", "bernhard", "greg", "julius", "brian"),
        ("swan", "lion", "frog", "rhino"),
        ("gray", "white", "yellow", "green"),
    ),
    17: (("blue", "yellow"),),
    20: (("sumit", "yann", "antoine", "jason"),),
}
"""What may be renamed at will within a task without touching the truth of a story."""


@given(st.sampled_from(READ), st.data())
def test_renaming_renames_the_answer(case, data):
    task, story, question, expected, support = case
    renamed = {}
    for names in FREE[task]:
        renamed |= dict(zip(names, data.draw(st.permutations(names)), strict=True))

    def rename(words):
        return tuple(renamed.get(word, word) for word in words)

    reading = answer(task, map(rename, said(story)), rename(asked(question)))
    assert reading.answer == ",".join(rename(expected.split(",")))
    assert reading.support == support


BIG = ("box", "chest", "suitcase", "container", "box of chocolates", "chocolate")
ORDERS = [dict(zip(BIG, order, strict=True)) for order in itertools.permutations(range(6))]


@given(
    st.permutations(BIG),
    st.lists(st.tuples(*[st.integers(0, 5)] * 2), min_size=1, max_size=8),
    st.data(),
)
def test_sizes_against_all_orders(order, pairs, data):
    """The truth is what holds in every one of the 720 orders that fit the statements."""
    facts = [(order[min(p)], order[max(p)]) for p in pairs if p[0] != p[1]]  # bigger, smaller
    story = []
    for big, small in facts:
        fits = f"the {small} fits inside the {big}", f"the {big} is bigger than the {small}"
        story.append(tuple(data.draw(st.sampled_from(fits)).split()))
    one, other = data.draw(st.permutations(BIG))[:2]
    fitting = [s for s in ORDERS if all(s[big] > s[small] for big, small in facts)]
    truths = {size[one] > size[other] for size in fitting}
    for question in f"is the {one} bigger than the {other}", f"does the {other} fit in the {one}":
        if len(truths) == 2:
            with pytest.raises(Unreadable, match="left open"):
                answer(18, story, asked(question))
            continue
        reading = answer(18, story, asked(question))
        assert reading.answer == ("yes" if truths == {True} else "no")
        for first, second in reading.supports:
            middle = set(facts[first]) & set(facts[second])
            assert {one, other} | middle == {*facts[first], *facts[second]}


AWAY = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}


@given(
    st.permutations(HOUSE),
    st.permutations(sorted(AWAY)),
    st.lists(st.booleans(), min_size=2, max_size=2),
)
def test_the_way_leads_there(places, directions, turned):
    """Walking the answer's steps from the start, on a map drawn first, ends at the goal."""
    start, middle, goal, *_ = places
    at = {middle: (0, 0), start: AWAY[directions[0]], goal: AWAY[directions[1]]}
    story = []
    for place, _, turn in (start, 0, turned[0]), (goal, 1, turned[1]):
        one, other = (middle, place) if turn else (place, middle)
        away = tuple(a - b for a, b in zip(at[one], at[other], strict=True))
        name = next(name for name, step in AWAY.items() if step == away)
        story.append(("the", one, "is", name, "of", "the", other))
    reading = answer(19, story, ("how do you go from the", start, "to the", goal))
    steps = [
        step for letter in reading.answer.split(",") for n, step in AWAY.items() if n[0] == letter
    ]
    assert tuple(map(sum, zip(at[start], *steps, strict=True))) == at[goal]
    assert reading.support == (0, 1)
