"""The symbolic readers on stories worked out by hand, and what they refuse."""

# ruff: noqa: E501

import pytest
from reader_cases import CARRIED, FEARS, KINDS, READ, SIX_PAST, SIZES, asked, said

from bench.datasets.babi.readers.read import READERS, answer
from bench.datasets.babi.readers.reader import Unreadable


@pytest.mark.parametrize(("task", "story", "question", "expected", "support"), READ)
def test_reads(task, story, question, expected, support):
    reading = answer(task, said(story), asked(question))
    assert (reading.answer, reading.support) == (expected, support)
    assert reading.supports == (support,)


@pytest.mark.parametrize(
    ("question", "expected", "supports"),
    [
        ("Is the box bigger than the suitcase", "yes", set()),  # 0 leads to 1 first, not to 2
        ("Is the box bigger than the chocolate", "yes", {(0, 1)}),  # though 3 says it outright
        ("Does the chocolate fit in the box", "yes", {(0, 1)}),
        ("Does the box fit in the chocolate", "no", {(1, 0)}),
        ("Is the chocolate bigger than the box", "no", {(1, 0)}),
        ("Is the suitcase bigger than the box", "no", {(2, 0)}),
    ],
)
def test_reads_sizes(question, expected, supports):
    reading = answer(18, said(SIZES), asked(question))
    assert reading.answer == expected
    assert set(reading.supports) == supports and len(reading.supports) == len(supports)


def test_either_copy_of_a_repeated_size_may_be_the_first_supporting_fact():
    story = said("The chest fits inside the box. The chocolate fits inside the chest. "
                 "The box is bigger than the chest.")  # fmt: skip
    reading = answer(18, story, asked("Does the chocolate fit in the box"))
    # from copy 2, the first other statement with the chest is copy 0, which leads to no chocolate
    assert (reading.answer, reading.supports) == ("yes", ((0, 1),))
    story = said("The chocolate fits inside the chest. The chest fits inside the box. "
                 "The box is bigger than the chest.")  # fmt: skip
    reading = answer(18, story, asked("Does the chocolate fit in the box"))
    assert reading.supports == ((1, 0), (2, 0))
    assert reading.allows((1, 0)) and reading.allows((2, 0)) and not reading.allows((0, 2))


REFUSED = [
    # task, story, question, part of the message
    (1, "John ate the apple", "Where is John", "'john ate the apple.' is no statement of this task"),
    (1, "John got the milk there", "Where is John", "is no statement of this task"),
    (1, "Julie went to the office", "Where is Julie", "is no statement of this task"),
    (1, "John went to the park", "Where is John", "is no statement of this task"),
    (1, "John went to the office", "Where was John", "'where was john?' is no question of this task"),
    (1, "John went to the office", "Where is Mary", "before any move of mary"),
    (2, "Mary got the milk", "Where is the milk", "is no statement"),  # 'there' is never left out
    (2, "Mary took the milk there", "Where is the milk", "no move that says where"),
    (2, "Mary moved to the office. Mary took the milk there", "Where is the milk", "no move"),
    (2, "Mary moved to the office", "Where is the milk", "before anyone had the milk"),
    (2, SIX_PAST + "John dropped the milk", "Where is the milk", "john does not have the milk"),
    (2, SIX_PAST + "John got the milk there. Mary got the milk there", "Where is the milk",
     "john has the milk"),
    (3, CARRIED, "Where was the milk before the garden", "before anyone had the milk"),
    (3, CARRIED, "Where was the apple before the office", "no two stops"),
    (3, "Mary moved to the office. Mary took the apple. Mary went to the garden",
     "Where was the apple before the garden", "no two stops"),
    (4, "The office is north of the kitchen. The garden is north of the office",
     "What is east of the office", "has 0 answers"),
    (4, "The office is north of the kitchen. The garden is north of the kitchen",
     "What is north of the kitchen", "has 2 answers"),
    (4, "The office is north of the kitchen. The kitchen is south of the office",
     "What is north of the kitchen", "says again"),
    (5, "Fred got the milk there. Fred gave the milk to Jeff", "What did Jeff give to Fred",
     "a gift that was not made"),
    (5, "Fred got the milk there. Jeff gave the milk to Fred", "Who gave the milk", "does not have"),
    (5, "Fred got the milk there. Fred gave the milk to Fred", "Who gave the milk", "both sides"),
    (6, "John got the milk there", "Is John in the office", "before any move of john"),
    (7, "John went to the office", "How many objects is John carrying", "had any object"),
    (8, "Mary took the milk there. Mary gave the milk to John", "What is Mary carrying", "no statement"),
    (8, "Mary took the milk there", "What is John carrying", "had any object"),
    (9, "John is not in the office", "Is John in the garden", "left open"),
    (9, "John is in the office", "Is Mary in the garden", "before anything was said of mary"),
    (10, "Fred is not in the park", "Is Fred in the park", "is no statement"),
    (10, "Fred is in the park", "Is Bill in the park", "before anything was said of bill"),
    (11, "Then he went to the office", "Where is John", "stands for nobody"),
    (11, "Mary went to the garden. Then he went to the office", "Where is Mary", "stands for nobody"),
    (11, "John went to the garden. Then he went to the office. Then he went to the kitchen",
     "Where is John", "stands for nobody"),
    (11, "John went to the garden. Then they went to the office", "Where is John", "no statement"),
    (12, "John and John went to the garden", "Where is John", "names one person twice"),
    (12, "John went to the garden", "Where is John", "is no statement"),
    (13, "Then they went to the office", "Where is John", "stands for nobody"),
    (13, "John and Mary went to the garden. Then she went to the office", "Where is Mary", "no statement"),
    (14, "Yesterday Fred went to the park. Fred moved to the school yesterday",
     "Where was Fred before the park", "second move of fred yesterday"),
    (14, "Yesterday Fred went to the park", "Where was Fred before the park", "no earlier move"),
    (14, "Fred went to the park", "Where was Fred before the park", "is no statement"),
    (15, "Gertrude is a wolf", "What is gertrude afraid of", "before the story says"),
    (15, "Wolves are afraid of mice. Wolves are afraid of cats", "What is gertrude afraid of", "says again"),
    (15, FEARS + "Emily is a cat", "What is emily afraid of", "says again what emily is"),
    (15, "Wolf are afraid of mice", "What is gertrude afraid of", "is no statement"),
    (16, KINDS, "What color is Brian", "without brian's color"),
    (16, "Lily is a swan. Brian is a frog. Brian is white", "What color is Lily", "no other swan"),
    (16, KINDS + "Greg is white", "What color is Lily", "says again what color greg is"),
    (16, KINDS + "Greg is a frog", "What color is Lily", "says again what greg is"),
    (17, "The red square is below the triangle", "Is the red square above the triangle", "not 0"),
    (17, "The blue sphere is below the triangle", "Is the red square above the triangle", "no statement"),
    (17, "The triangle is below the triangle", "Is the red square above the triangle", "says again"),
    (18, "The box is bigger than the chest", "Is the box bigger than the suitcase", "left open"),
    (18, SIZES + "The box fits inside the chocolate", "Is the box bigger than the chest", "contradicts"),
    (18, "The box fits inside the box", "Is the box bigger than the chest", "contradicts"),
    (19, "The office is east of the kitchen", "How do you go from the kitchen to the office", "not 0"),
    (20, "Sumit is hungry", "Where will yann go", "before what yann is"),
    (20, "Sumit is hungry. Sumit went to the garden", "Why did sumit go to the garden", "does not go with"),
    (20, "Sumit is hungry", "Why did sumit get the apple", "before it was done"),
    (20, "Sumit is hungry. Sumit is bored", "Where will sumit go", "says again what sumit is"),
]  # fmt: skip


@pytest.mark.parametrize(("task", "story", "question", "part"), REFUSED)
def test_refuses(task, story, question, part):
    with pytest.raises(Unreadable) as caught:
        answer(task, said(story), asked(question))
    text = str(caught.value)
    assert part in text and text.startswith(f"task {task}: '") and "correct the story" in text


@pytest.mark.parametrize("task", READERS)
def test_refuses_words_of_no_task(task):
    stories = [case for case in READ if case[0] == task] or [(18, SIZES, *[""] * 3)]
    _, story, question, _, _ = stories[0]
    for told, then in (
        ([*said(story), ("it", "rained")], asked(question)),
        (said(story), ("who", "rained")),
    ):
        with pytest.raises(Unreadable, match="rained"):
            answer(task, told, then)
    with pytest.raises(Unreadable, match="is no statement"):
        answer(task, [()], asked(question))
