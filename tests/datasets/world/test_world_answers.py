"""The data set of spoken answers: one setting's stories, told with their facts and without."""

import dataclasses

import pytest

from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.core.kinds import REAL, UNVERIFIED
from bench.datasets.world import files, text
from bench.datasets.world.answers import FEATURES, SETTING, WORDS, Answers
from bench.datasets.world.dataset import World
from bench.datasets.world.settings import SETTINGS
from bench.datasets.world.simulator import simulate


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The setting's first questions, as a user's own files."""
    root = tmp_path_factory.mktemp("data")
    for split in files.SPLITS:
        path = root / files.name(SETTING, split)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.write(simulate(SETTINGS[SETTING], split, 40)))
    return root


def test_one_unit_has_the_facts_and_the_other_only_what_is_told(folder):
    wish = Wish(folder=folder, allow_unverified=True)
    found = Answers().find([FEATURES, WORDS], wish)
    theirs = World().find([SETTING], wish)
    for split in files.SPLITS:
        assert found.read(FEATURES, split) == theirs.read(SETTING, split)
        (whole,), (bare,) = found.read(FEATURES, split), found.read(WORDS, split)
        assert any(q.support for q in whole.questions)
        assert not any(q.support for q in bare.questions)
        put_back = (
            dataclasses.replace(q, support=labelled.support)
            for q, labelled in zip(bare.questions, whole.questions, strict=True)
        )
        assert dataclasses.replace(bare, questions=tuple(put_back)) == whole
        assert all(q.spoken.accepts(q.spoken.words) for q in bare.questions)
    at_hand = found.at_hand
    assert at_hand.kind == UNVERIFIED
    assert at_hand.files == dict.fromkeys((FEATURES, WORDS), theirs.at_hand.files[SETTING])
    one = Answers().find([WORDS], wish)
    assert set(one.at_hand.files) == {WORDS} and Answers().whole(one).files == at_hand.files
    with pytest.raises(BenchError, match=f"'{FEATURES}' was not among"):
        one.read(FEATURES, "train")


def test_what_is_known_is_the_setting_s(folder):
    known = Answers().known()
    assert known.kind == REAL and set(known.files) == {FEATURES, WORDS}
    assert all(hashes == World().known().files[SETTING] for hashes in known.files.values())
    with pytest.raises(BenchError, match="does not match the known SHA-256"):
        Answers().find([WORDS], Wish(folder=folder))
    with pytest.raises(
        BenchError, match=r"no features 'word_feature' \(did you mean 'word_features'\?\)"
    ):
        Answers().find(["word_feature"], Wish())
