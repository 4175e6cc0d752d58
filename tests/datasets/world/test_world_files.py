"""The world's files: made once, the same bytes everywhere, and read strictly."""

import os

import pytest
from world_reader import check

from bench.core import registry
from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.core.kinds import REAL, UNVERIFIED
from bench.datasets.world import files, text
from bench.datasets.world.dataset import World
from bench.datasets.world.settings import SETTINGS
from bench.datasets.world.simulator import simulate
from bench.examples.streams import stream

UNIT = "d1_actor_without_before"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache that holds the files of `UNIT`, as they are made."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_CACHE", str(folder))
        World().find([UNIT], Wish())
    return folder


@pytest.fixture
def found(cache, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(cache))
    return World().find([UNIT], Wish())


def test_files_are_as_pinned_and_as_large_as_the_papers(found):
    assert found.at_hand.kind == REAL
    assert found.at_hand.files[UNIT] == World().known().files[UNIT]
    for split in ("train", "test"):
        (story,) = found.read(UNIT, split)
        assert (len(story.statements), len(story.questions)) == (7000, 3000)
        assert len(set(story.statements)) == 100  # 4 actors, 5 verbs, 5 rooms


def test_the_hardest_setting_is_as_pinned():
    made = files.content("d5_actor_object", "train")
    assert files.manifest.digest(made) == files.known()["world-v1/d5_actor_object_train.txt"]


def test_all_files_are_pinned():
    assert set(files.known()) == {name for unit in SETTINGS for name in files.names(unit)}


def test_a_reader_of_sentences_answers_all_questions_of_all_files():
    """The bytes that are pinned, not only what is simulated now, tell what they ask for."""
    found = World().find(SETTINGS, Wish())
    assert found.at_hand.kind == REAL
    told = [found.read(unit, split) for unit in SETTINGS for split in files.SPLITS]
    assert [check(story) for (story,) in told] == [3000] * 16


def test_what_is_there_is_not_made_again_and_what_is_damaged_is(found, cache, monkeypatch):
    made = []
    original = files.content
    monkeypatch.setattr(files, "content", lambda *a: made.append(a) or original(*a))
    World().find([UNIT], Wish())
    assert made == []
    path = cache / files.names(UNIT)[1]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BenchError, match="changed since it was checked"):
        found.read(UNIT, "test")
    World().find([UNIT], Wish())
    assert made == [(UNIT, "test")]


def test_a_simulator_that_gives_other_bytes_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.setattr(files, "content", lambda unit, split: b"1 Joe went to the garden.\n")
    with pytest.raises(BenchError, match=f"{UNIT}_train.txt: the simulator gives other bytes"):
        World().find([UNIT], Wish())


def test_files_of_the_users_are_taken_as_they_say(found, cache, tmp_path):
    folder = tmp_path / files.TOP
    folder.mkdir()
    with pytest.raises(BenchError, match=f"{UNIT}_train.txt: missing"):
        World().find([UNIT], Wish(folder=tmp_path))
    for name in files.names(UNIT):
        os.link(cache / name, tmp_path / name)
    assert World().find([UNIT], Wish(folder=tmp_path)).at_hand == found.at_hand
    other = tmp_path / files.names(UNIT)[0]
    other.unlink()
    other.write_bytes(text.write(simulate(SETTINGS[UNIT], "train", 20, seed=3)))
    with pytest.raises(BenchError, match=f"{UNIT}_train.txt: does not match"):
        World().find([UNIT], Wish(folder=tmp_path))
    theirs = World().find([UNIT], Wish(folder=tmp_path, allow_unverified=True))
    assert theirs.at_hand.kind == UNVERIFIED and World().whole(theirs) == theirs.at_hand
    assert len(theirs.read(UNIT, "train")[0].questions) == 20
    with pytest.raises(BenchError, match="holds 20 questions, and 100 are to be trained on"):
        World(100).find([UNIT], Wish(folder=tmp_path, allow_unverified=True)).read(UNIT, "train")


def test_smaller_training_sets_are_beginnings(found):
    (whole,) = found.read(UNIT, "train")
    for size in (100, 500, 1000):
        data = registry.dataset(f"world-{size}")
        (part,) = data.find([UNIT], Wish()).read(UNIT, "train")
        told = part.questions[-1].seen
        assert len(part.questions) == size and len(part.statements) == told == -(-7 * size // 3)
        assert part.questions == whole.questions[:size]
        assert part.statements == whole.statements[:told]
        assert part.joiners == whole.joiners[:told]
        assert data.find([UNIT], Wish()).read(UNIT, "test") == found.read(UNIT, "test")


# The format

GOOD = """\
1 Joe went to the kitchen, and then
2 Joe took the milk.
3 Where is Joe now?\tkitchen\t1\tHe is in the kitchen I believe
4 Where is the milk?\tkitchen\t2 1\tThe kitchen
5 Joe went back to the garden.
6 Where was Joe before the garden?\tkitchen\t5 1\tI think Joe was in the kitchen
"""


def test_a_file_is_read_whole():
    story = text.parse(GOOD.encode(), "good")
    assert story.statements[1] == ("joe", "took", "the", "milk")
    assert story.joiners == ((",", "and", "then"), (".",), (".",))
    asked = story.questions
    assert asked[0].words == ("where", "is", "joe", "now")
    assert asked[1].words == ("where", "is", "the", "milk")
    assert [(q.answer, q.support, q.seen, q.line) for q in asked] == [
        ("kitchen", (0,), 2, 3), ("kitchen", (1, 0), 2, 4), ("kitchen", (2, 0), 3, 6),
    ]  # fmt: skip
    assert asked[0].spoken.words == ("he", "is", "in", "the", "kitchen", "i", "believe")


@pytest.mark.parametrize(
    "line, was, becomes, said",
    (
        (1, "1 Joe", "2 Joe", "does not begin with its number, 1"),
        (2, "2 Joe", "02 Joe", "does not begin with its number, 2"),
        (1, "went to", "flew to", "no statement of the world"),
        (1, "the kitchen", "the milk", "no statement of the world"),
        (2, "the milk", "the kitchen", "no statement of the world"),
        (1, ", and then", ", but", "no statement of the world"),
        (1, ", and then", "", "no statement of the world"),
        (3, "now?", "soon?", "is no question of the world"),
        (3, "Joe now?", "the milk", "is no question of the world"),
        (3, "\tkitchen", "\tcellar", "the answer 'cellar' is none of"),
        (3, "\tHe is in the kitchen I believe", "", "has three tabs, this one has 2"),
        (3, "He is", "It is", "does not say where 'Joe' is"),
        (4, "2 1", "2 9", "supporting fact '9' is not an earlier"),
        (4, "2 1", "2 3", "supporting fact '3' is not an earlier"),
        (4, "2 1", "2 2", "listed twice"),
        (4, "The kitchen", "The garden", "does not say where 'milk' is"),
        (5, "garden.", "garden.\r", "carriage return"),
        (5, "Joe went", "Jo\u00e9 went", "is not ASCII"),
        (6, "kitchen\n", "kitchen", "the last line is cut"),
    ),
)
def test_a_malformed_line_is_named(line, was, becomes, said):
    lines = GOOD.splitlines(keepends=True)
    assert was in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(was, becomes, 1)
    with pytest.raises(BenchError, match=rf"^bad\.txt:{line}: .*{said}"):
        text.parse("".join(lines).encode(), "bad.txt")


@pytest.mark.parametrize(
    "data, said",
    (
        (b"", r"bad\.txt:1: the file is empty"),
        (b"1 Joe went to the kitchen.\n", r"bad\.txt:1: the file has no question"),
        (
            b"1 Where is Joe?\tkitchen\t1\tThe kitchen\n",
            r"bad\.txt:1: what stands before a question",
        ),
    ),
)
def test_a_file_without_a_question_that_can_be_asked_is_refused(data, said):
    with pytest.raises(BenchError, match=said):
        text.parse(data, "bad.txt")


# Running text


def test_a_story_is_running_text_too():
    world = simulate(SETTINGS["d5_actor_object"], "train", 200)
    story = text.parse(text.write(world), "made")
    running = stream(story)
    pairs = zip(world.events, world.joiners, strict=True)
    raw = " ".join(f"{event.text}{joiner}" for event, joiner in pairs)
    for mark in ".,;":
        raw = raw.replace(mark, f" {mark}")
    assert list(running.words) == raw.lower().split()
    assert [running.words[a:b] for a, b in running.spans] == list(story.statements)
    assert running.told[0] == 0 and running.told[-1] == len(running.words)
    for question in story.questions:
        assert running.words[running.told[question.seen] - 1] == "."


def test_stories_without_joiners_are_no_running_text():
    story = text.parse(GOOD.encode(), "good")
    with pytest.raises(BenchError, match="told in sentences"):
        stream(type(story)(story.statements, story.questions))
