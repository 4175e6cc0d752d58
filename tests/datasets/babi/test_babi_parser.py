"""The bAbI parser: made-up stories, one case for each rule, and the facts of the real files."""

import csv
import hashlib
from pathlib import Path

import pytest
from data_helpers import FIXTURE_EN, assert_names_line, count, real_data, real_files
from fixture import make_fixture
from hypothesis import given
from hypothesis import strategies as st

from bench.core.errors import BenchError
from bench.datasets.babi import babi
from bench.examples.stories import Question, Story

GOOD = b"1 Ada ran.\n2 Ben sat down.\n3 Where is Ada? \tattic\t1\n4 Who sat?\tBen,Ada\t2 1\n"

word = st.sampled_from(("ada", "o'clock", "well-known", "is", "x", "a-b'c"))
words = st.lists(word, min_size=1, max_size=5).map(tuple)


@st.composite
def rendered_stories(draw):
    """Stories with the text they are written as: case, blank before the tab and such vary."""
    stories, text, line = [], [], 0
    for _ in range(draw(st.integers(1, 3))):
        statements, questions, ids, identity = [], [], [], 0
        for is_question in [False, *draw(st.lists(st.booleans(), max_size=6)), True]:
            identity, line = identity + 1, line + 1
            spoken = draw(words)
            shown = draw(st.sampled_from([str.lower, str.capitalize, str.upper]))(" ".join(spoken))
            if not is_question:
                ids.append(identity)
                statements.append(spoken)
                text.append(f"{identity} {shown}.\n")
                continue
            answer = draw(word)
            for more in draw(st.lists(word, max_size=3)):
                answer += draw(st.sampled_from(" ,")) + more
            picked = draw(st.lists(st.sampled_from(list(range(len(ids)))), min_size=1, unique=True))
            blank = draw(st.sampled_from(["", " "]))
            support = " ".join(str(ids[i]) for i in picked)
            text.append(f"{identity} {shown}?{blank}\t{answer.title()}\t{support}\n")
            questions.append(Question(spoken, answer, tuple(picked), len(statements), line))
        stories.append(Story(tuple(statements), tuple(questions)))
    return tuple(stories), "".join(text).encode("ascii")


@given(rendered_stories())
def test_parses_back_what_was_written(pair):
    stories, data = pair
    assert babi.parse(data, "f") == stories
    assert count(stories) == data.count(b"\n")


@given(st.binary(max_size=80) | st.text("12 aA.?\t\n,'", max_size=60).map(str.encode))
def test_any_bytes_parse_or_are_refused(data):
    try:
        assert count(babi.parse(data, "f")) == data.count(b"\n")
    except BenchError as error:
        assert_names_line(str(error), "f", data.count(b"\n") + 1)


def test_reads_a_story():
    (story,) = babi.parse(GOOD, "f")
    assert story.statements == (("ada", "ran"), ("ben", "sat", "down"))
    assert story.questions[0] == Question(("where", "is", "ada"), "attic", (0,), 2, 3)
    assert story.questions[1] == Question(("who", "sat"), "ben,ada", (1, 0), 2, 4)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        (GOOD, b"", 1, "empty"),
        (b"down", b"d\xffwn", 2, "0xff"),
        (b"down.\n", b"down.\r\n", 2, "carriage return"),
        (b"2 1\n", b"2 1", 4, "cut"),
        (b"1 Ada", b"2 Ada", 1, "line ID 2"),
        (b"2 Ben", b"3 Ben", 2, "line ID 3 where 2 or 1 was expected"),
        (b"2 Ben", b"02 Ben", 2, "line ID and one blank"),
        (b"2 Ben", b"9999999 Ben", 2, "line ID and one blank"),
        (b"2 Ben", b"2Ben", 2, "line ID and one blank"),
        (b"2 Ben", b"\n2 Ben", 2, "line ID and one blank"),
        (b"down.", b"down", 2, "full stop"),
        (b"down.", b"down?", 2, "full stop"),
        (b"sat down", b"sat  down", 2, "single blanks"),
        (b"sat down.", b"sat down .", 2, "single blanks"),
        (b"sat down", b"sat do\x0bwn", 2, "single blanks"),
        (b"sat down", b"sat d0wn", 2, "letters"),
        (b"Ben sat down.", b".", 2, "letters"),
        (b"sat down", b"sat\tdown", 2, "two tabs"),
        (b"Ada? \tattic", b"Ada? attic", 3, "two tabs"),
        (b"2 1\n", b"2 1\t\n", 4, "two tabs"),
        (b"Ada? \t", b"Ada. \t", 3, "'?'"),
        (b"Ada? \t", b"Ada?  \t", 3, "'?'"),
        (b"\tattic", b"\t", 3, "the answer is empty"),
        (b"\tattic", b"\tthe  attic", 3, "single blanks or commas"),
        (b"\tattic", b"\tattic ", 3, "single blanks or commas"),
        (b"Ben,Ada", b"Ben,", 4, "single blanks or commas"),
        (b"Ben,Ada", b"Ben, Ada", 4, "single blanks or commas"),
        (b"attic\t1", b"attic\t", 3, "separated by single blanks"),
        (b"2 1\n", b"2  1\n", 4, "separated by single blanks"),
        (b"2 1\n", b"2 1 \n", 4, "separated by single blanks"),
        (b"2 1\n", b"2 x\n", 4, "separated by single blanks"),
        (b"2 1\n", b"2 3\n", 4, "supporting fact 3"),
        (b"2 1\n", b"2 5\n", 4, "supporting fact 5"),
        (b"2 1\n", b"2 2\n", 4, "twice"),
        (b"2 Ben", b"1 Ben", 1, "no question"),
        (b"2 1\n", b"2 1\n1 Ada ran.\n", 5, "no question"),
    ],
)
def test_refuses(old, new, line, what):
    assert GOOD.count(old) == 1
    data = GOOD.replace(old, new)
    with pytest.raises(BenchError) as caught:
        babi.parse(data, "some/file.txt")
    text = str(caught.value)
    assert text.startswith(f"some/file.txt:{line}: ") and what in text
    assert text.endswith("restore the file from the bAbI v1.2 archive, or correct this line")


def test_support_may_not_reach_into_another_story():
    with pytest.raises(BenchError, match="f:6: supporting fact 2"):
        babi.parse(GOOD + b"1 Ada ran.\n2 Where is Ada?\tattic\t2\n", "f")


def test_tasks_are_those_of_the_paper():
    path = Path(__file__).parents[3] / "experiments/paper/e2e_table1_babi_1k.csv"
    with open(path, newline="") as file:
        rows = [(row["task"], row["name"]) for row in csv.DictReader(file)]
    assert [(str(task.number), task.name) for task in babi.TASKS] == rows[:20]


def test_fixture_is_what_its_writer_writes(tmp_path):
    make_fixture.write(tmp_path)
    kept = {file.name: file.read_bytes() for file in FIXTURE_EN.glob("*")}
    assert kept == {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert len(kept) == 6


@pytest.mark.parametrize("task", [1, 6, 8])
@pytest.mark.parametrize(("split", "questions"), [("train", 80), ("test", 40)])
def test_fixture_answers_are_true(task, split, questions):
    """A second reading of the stories, from the parsed words alone, finds the same answers."""
    file = FIXTURE_EN / f"{babi.TASKS[task - 1].stem}_{split}.txt"
    stories = babi.parse(file.read_bytes(), str(file))
    assert sum(len(story.questions) for story in stories) == questions
    for story in stories:
        for question in story.questions:
            told = list(enumerate(story.statements[: question.seen]))
            person = question.words[2 if task in (1, 8) else 1]
            own = [(i, said[1], said[-1]) for i, said in told if said[0] == person]
            if task == 8:
                handled = [
                    (i, verb, thing) for i, verb, thing in own if verb in ("lifted", "released")
                ]
                things = dict.fromkeys(thing for _, _, thing in handled)
                last = {thing: verb for _, verb, thing in handled}
                expected = ",".join(t for t in things if last[t] == "lifted") or "nothing"
                assert question.answer == expected
                assert set(question.support) == {i for i, _, _ in handled}
                continue
            index, _, place = [walk for walk in own if walk[1] in ("walked", "ran")][-1]
            truth = place if task == 1 else "yes" if question.words[-1] == place else "no"
            assert (question.answer, question.support) == (truth, (index,))


# The rest needs the real files.


@pytest.fixture(scope="module")
def en():
    """(task, split) -> stories of the 1k set."""
    folder = real_data() / "tasks_1-20_v1-2" / "en"
    return {
        (task.number, split): babi.parse(
            (folder / f"{task.stem}_{split}.txt").read_bytes(), task.stem
        )
        for task in babi.TASKS
        for split in ("train", "test")
    }


def test_real_files_parse_and_no_line_is_lost():
    files = real_files()
    assert len(files) == 80
    parsed = {}
    for file in files:
        data = file.read_bytes()
        digest = hashlib.sha256(data).digest()
        if digest not in parsed:  # the test files of en and en-10k are the same
            stories = babi.parse(data, str(file))
            assert count(stories) == data.count(b"\n")
            parsed[digest] = sum(len(story.questions) for story in stories)
        ten = file.parent.name == "en-10k" and "train" in file.name
        assert parsed[digest] == (10_000 if ten else 1_000)


def test_real_vocabulary(en):
    asked, answers, train_answers = set(), set(), set()
    for (_, split), stories in en.items():
        for story in stories:
            asked.update(*story.statements, *(q.words for q in story.questions))
            answers.update(q.answer for q in story.questions)
            if split == "train":
                train_answers.update(q.answer for q in story.questions)
    assert len(asked) == 145
    assert (len(train_answers), len(answers)) == (57, 58)
    assert (len(asked | train_answers), len(asked | answers)) == (173, 174)
    assert len(asked | {item for answer in answers for item in answer.split(",")}) == 156


def test_real_lengths(en):
    longest = {key: max(len(story.statements) for story in stories) for key, stories in en.items()}
    assert max(longest.items(), key=lambda item: item[1]) == ((3, "test"), 228)
    assert longest[3, "train"] <= 228
    assert max(q.seen for story in en[3, "test"] for q in story.questions) == 228
    said = {
        (task, len(statement))
        for (task, _), stories in en.items()
        for story in stories
        for statement in story.statements
    }
    posed = {len(q.words) for stories in en.values() for story in stories for q in story.questions}
    assert max(length for _, length in said) == max(posed) == 11
    assert {task for task, length in said if length == 11} == {17}


def test_real_supports(en):
    for task, number in ((1, 1), (2, 2), (3, 3), (18, 2), (19, 2), (20, 1)):
        for split in ("train", "test"):
            assert {len(q.support) for story in en[task, split] for q in story.questions} == {
                number
            }
    oldest = [q.seen - min(q.support) for story in en[3, "test"] for q in story.questions]
    assert max(oldest) == 40
    assert (len(en[18, "train"]), len(en[20, "train"]), len(en[20, "test"])) == (198, 94, 93)


def test_task_five_answers_are_lowered(en):
    answers = {q.answer for story in en[5, "train"] for q in story.questions}
    assert answers == {"fred", "bill", "mary", "jeff", "apple", "football", "milk"}
