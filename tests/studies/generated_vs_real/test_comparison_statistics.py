"""Statistics of stories, against counting lines of text by another route."""

import math
import re
from collections import Counter
from statistics import fmean, stdev

import comparison_helpers
import pytest
from data_helpers import real_data

from bench.datasets.babi.babi import TASKS, parse
from bench.datasets.babi.simulator.release import task_files
from bench.examples.stories import Story
from bench.studies.generated_vs_real.statistics import MEANS, by_chance, compare, describe, repeated

HAND = """\
1 Mary went to the garden.
2 John took the apple there.
3 Where is Mary? \tgarden\t1
4 John put down the apple.
5 What is John carrying? \tnothing\t2 4
1 John went back to the hall.
2 Where is John? \thall\t1
"""


def by_hand() -> tuple[Story, ...]:
    return parse(HAND.encode(), "by hand")


def test_every_number_of_a_text_read_by_eye():
    told = describe(by_hand())
    assert (told["stories"], told["questions"], told["statements"]) == (2, 3, 4)
    assert told["statements_per_question"]["mean"] == pytest.approx((2 + 3 + 1) / 3)
    assert told["statements_per_question"]["max"] == 3
    assert told["words_per_statement"]["mean"] == pytest.approx((5 + 5 + 5 + 6) / 4)
    assert told["words_per_statement"]["max"] == 6
    assert told["words_per_question"]["mean"] == pytest.approx((3 + 4 + 3) / 3)
    assert told["lines_per_story"] == {"mean": 3.5, "max": 5, "se": pytest.approx(1.5)}
    assert told["support_per_question"]["mean"] == pytest.approx(4 / 3)
    assert told["answers"] == {"garden": 1, "hall": 1, "nothing": 1}
    assert told["support"] == {"1": 2, "2": 1}
    words = (
        "mary went to the garden john took apple there where is put down what carrying back hall"
    )
    assert told["words"] == sorted(words.split())


def test_a_standard_error_takes_a_story_as_one_observation():
    told = comparison_helpers.stories(40, seed=3)
    means = describe(told)
    lengths = [float(len(s.statements) + len(s.questions)) for s in told]
    assert means["lines_per_story"]["se"] == pytest.approx(stdev(lengths) / 40**0.5)
    # Equal numbers in every story: the error of a mean over lines is that of the stories' own
    # means.
    by_story = [fmean(map(len, s.statements)) for s in told]
    assert means["words_per_statement"]["se"] == pytest.approx(stdev(by_story) / 40**0.5)


def test_one_story_and_a_story_without_statements_are_described():
    (story,) = parse(b"1 Mary sat.\n2 Where is Mary?\tsofa\t1\n", "one")
    assert describe([story])["lines_per_story"] == {"mean": 2, "max": 2, "se": 0}
    told = describe([story, Story((), story.questions)])
    assert told["statements"] == 1 and told["words_per_statement"]["mean"] == 2


def raw_statistics(text: str) -> dict:
    """By regular expressions on the lines: no parser of ours."""
    stories = re.split(r"^(?=1 )", text, flags=re.M)[1:]
    lines = text.splitlines()
    asked = [line for line in lines if "\t" in line]
    told = [line for line in lines if "\t" not in line]
    before = []
    for story in stories:
        so_far = 0
        for line in story.splitlines():
            before += [so_far] if "\t" in line else []
            so_far += "\t" not in line
    answers = Counter(line.split("\t")[1].lower() for line in asked)
    support = Counter(str(len(line.split("\t")[2].split())) for line in asked)
    questions = [re.findall(r"[\w-]+", line.split("\t")[0])[1:] for line in asked]
    statements = [re.findall(r"[\w-]+", line)[1:] for line in told]
    return {
        "stories": len(stories),
        "questions": len(asked),
        "statements": len(told),
        "statements_per_question": (fmean(before), max(before)),
        "words_per_statement": (fmean(map(len, statements)), max(map(len, statements))),
        "words_per_question": (fmean(map(len, questions)), max(map(len, questions))),
        "lines_per_story": (len(lines) / len(stories), max(len(s.splitlines()) for s in stories)),
        "support_per_question": (
            sum(int(n) * k for n, k in support.items()) / len(asked), max(map(int, support)),
        ),
        "answers": dict(answers),
        "support": dict(support),
        "words": sorted({w.lower() for words in (*questions, *statements) for w in words}),
    }  # fmt: skip


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.stem)
def test_the_real_files_counted_line_by_line(task):
    text = (real_data() / "tasks_1-20_v1-2" / "en" / f"{task.stem}_train.txt").read_text()
    told, counted = describe(parse(text.encode(), task.stem)), raw_statistics(text)
    assert told.keys() == counted.keys()
    for name, value in counted.items():
        if name in MEANS:
            assert (told[name]["mean"], told[name]["max"]) == (pytest.approx(value[0]), value[1]), (
                name
            )
        else:
            assert told[name] == value, name


def test_the_most_frequent_answer_comes_first():
    asked = list(describe(comparison_helpers.stories(60, seed=1))["answers"].values())
    assert asked == sorted(asked, reverse=True) and asked[0] > asked[-1]


def test_questions_repeated_word_for_word_with_all_before_them():
    first, second = by_hand()
    assert repeated([first, second], [second]) == 1
    assert repeated([first], [first, second]) == 2
    # The same question after another statement, or after more of them, is another question.
    other = parse(HAND.replace("hall.", "den.").encode(), "other")
    assert repeated(by_hand(), other) == 2
    assert repeated([second], [Story(second.statements * 2, second.questions)]) == 1
    moved = parse(
        b"1 Mary sat.\n2 John went back to the hall.\n3 Where is John?\thall\t2\n", "moved"
    )
    assert repeated([second], moved) == 0


def test_repeated_questions_are_those_the_simulator_counts():
    """Of task 4, where stories are so short that many come again."""
    made = task_files(4, train=1500, test=60, as_released=True)
    assert made.shared > 5
    assert repeated(parse(made.train, "train"), parse(made.test, "test")) == made.shared


def test_two_sets_alike_do_not_differ():
    told = describe(comparison_helpers.stories(20, seed=1))
    differs = compare(told, told)
    for name in MEANS:
        assert differs[name]["relative"] == 0 and not differs[name]["z"]
    assert differs["answers"]["points"] == differs["support"]["points"] == 0
    assert differs["words_only"] == differs["answers_only"] == {"real": [], "generated": []}


def test_how_two_sets_differ():
    real = describe(by_hand())
    generated = describe(parse(
        b"1 Mary sat.\n2 Where is Mary?\tsofa\t1\n1 Mary ran on.\n2 Where is Mary?\tsofa\t1\n", "g"
    ))  # fmt: skip
    differs = compare(real, generated)
    assert differs["lines_per_story"]["relative"] == pytest.approx((2 - 3.5) / 3.5)
    assert differs["lines_per_story"]["z"] == pytest.approx((2 - 3.5) / 1.5)
    assert differs["answers"] == {"of": "sofa", "points": pytest.approx(100)}
    assert differs["support"] == {"of": "1", "points": pytest.approx(100 / 3)}
    assert differs["answers_only"] == {"real": ["garden", "hall", "nothing"], "generated": ["sofa"]}
    assert differs["words_only"]["generated"] == ["on", "ran", "sat"]
    back = compare(generated, real)
    assert back["support"]["points"] == pytest.approx(-100 / 3)


def test_differences_by_chance_are_those_of_sampling():
    """Two answers, one a story, half each: a set of n stories is off by |binomial - n/2| / n."""
    text = "".join(
        f"1 Ann went to the attic.\n2 Where is Ann? \t{place}\t1\n"
        for place in ("attic", "barn") * 500
    )
    stories = parse(text.encode(), "made up")
    draws = by_chance(stories, 100, draws=400)
    assert draws == sorted(draws) == by_chance(stories, 100, draws=400) and len(draws) == 400
    mean = sum(draws) / 400  # E|Z| of a normal with sd 5 points
    assert abs(mean - 5 * math.sqrt(2 / math.pi)) < 0.8
    assert max(by_chance(stories, 10_000)) < 3
