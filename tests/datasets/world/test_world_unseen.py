"""Stories of unseen names: the world's own, told of others."""

from __future__ import annotations

from pathlib import Path

import pytest
from world_reader import Reader

from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.datasets.world.dataset import World
from bench.datasets.world.unseen import MEMORY, NAMES, SETTING, UNIT, Unseen


@pytest.fixture(scope="module")
def found():
    return Unseen().find([UNIT], Wish())


def test_no_name_is_one_that_training_has_read(found):
    trained = {
        word
        for story in found.read(UNIT, "train")
        for text in (*story.statements, *(q.words for q in story.questions))
        for word in text
    }
    pools = [set(pool) for pool in NAMES.values()]
    assert not trained & set().union(*pools) and not pools[0] & pools[1] | pools[1] & pools[2]
    stories = found.read(UNIT, "test")
    assert len(stories) == Unseen.questions == 1000
    world = {name.lower() for names in NAMES for name in names}
    used = set()
    for story in stories:
        (asked,) = story.questions
        words = {word for text in (*story.statements, asked.words) for word in text}
        assert not words & world and asked.answer in pools[2]
        assert len(story.statements) == asked.seen <= MEMORY
        used |= words & set().union(*pools)
    assert used == set().union(*pools)


def test_a_reader_of_sentences_who_knows_who_is_meant_answers_all(found):
    """By the statements the whole file has in their place: what a story begins with was told
    before."""
    (whole,) = World().find([SETTING], Wish()).read(SETTING, "test")
    reader = Reader()
    for number, story in enumerate(found.read(UNIT, "test")):
        (asked,) = story.questions
        seen = whole.questions[3 * number].seen
        for text in whole.statements[reader.told : seen]:
            reader.tell(text)
        first = seen - asked.seen
        meant: dict[str, str] = {}
        for told, text in zip(story.statements, whole.statements[first:seen], strict=True):
            for word, name in zip(told, text, strict=True):
                assert meant.setdefault(word, name) == name
        assert len(set(meant.values())) == len(meant)
        answer, support = reader.ask([meant.get(word, word) for word in asked.words])
        assert meant[asked.answer] == answer
        assert asked.support == tuple(at - first for at in support if at >= first)


def test_they_are_every_third_question_of_the_setting(found):
    (whole,) = World().find([SETTING], Wish()).read(SETTING, "test")
    stories = found.read(UNIT, "test")
    for number in (0, 1, 500, 999):
        (asked,) = stories[number].questions
        known = whole.questions[3 * number]
        first = max(0, known.seen - MEMORY)
        assert asked.line == known.line
        assert [first + at for at in asked.support] == [at for at in known.support if at >= first]
        back: dict[str, str] = {}
        for told, text in zip(stories[number].statements, whole.statements[first:], strict=False):
            for word, name in zip(told, text, strict=True):
                assert back.setdefault(word, name) == name
        assert len(set(back.values())) == len(back) and back[asked.answer] == known.answer


def test_the_names_are_part_of_the_data_s_identity(found, monkeypatch):
    (before,) = found.at_hand.files.values()
    monkeypatch.setattr("bench.datasets.world.unseen.VERSION", 2)
    (after,) = found.at_hand.files.values()
    assert before != after and {n for n in before if before[n] != after[n]} == {
        "world-v1/unseen_names"
    }


def test_another_unit_and_a_missing_folder_are_refused(tmp_path: Path):
    with pytest.raises(BenchError, match="has no test 'x'"):
        Unseen().find(["x"], Wish())
    with pytest.raises(BenchError, match="--data does not name a folder"):
        Unseen().find([UNIT], Wish(folder=tmp_path / "none"))
