"""The simulated world against what its rules imply: a reader of sentences, and closed forms."""

import itertools
import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world_reader import check

from bench.core.errors import BenchError
from bench.datasets.world import text, wording
from bench.datasets.world.settings import SETTINGS, Setting
from bench.datasets.world.simulator import simulate

MANY = 10_000

any_setting = st.builds(Setting, st.integers(1, 9), before=st.booleans(), objects=st.booleans())


def told(setting, questions, seed=0, split="test"):
    return text.parse(text.write(simulate(setting, split, questions, seed)), setting.name)


def assert_even(counts: Counter, kinds: int) -> None:
    """Uniform over so many kinds: chi-square within 4.5 standard deviations of its mean."""
    expected = counts.total() / kinds
    chi = sum((n - expected) ** 2 / expected for n in counts.values())
    assert len(counts) == kinds and chi < kinds - 1 + 4.5 * math.sqrt(2 * (kinds - 1)), counts


def assert_share(count, of, expected):
    assert abs(count / of - expected) < 4.5 * math.sqrt(expected * (1 - expected) / of)


@given(any_setting, st.integers(0, 10**6), st.sampled_from(("train", "test")))
@settings(max_examples=60, deadline=None)
def test_what_is_told_keeps_the_constraints_and_what_is_asked_has_one_answer(setting, seed, split):
    assert check(told(setting, 60, seed, split)) == 60


@pytest.mark.parametrize("before", (False, True))
@pytest.mark.parametrize("objects", (False, True))
def test_a_reader_of_sentences_answers_all_questions(before, objects):
    assert check(told(Setting(5, before=before, objects=objects), MANY, seed=1)) == MANY


@given(any_setting, st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_a_question_is_about_one_of_the_last_statements(setting, seed):
    """Of difficulty L: a walk of the actor asked for (to the place that he was elsewhere before),
    or an action with the object asked for."""
    story = told(setting, 40, seed)
    for question in story.questions:
        window = story.statements[max(0, question.seen - setting.difficulty) : question.seen]
        asked = [word for word in question.words if word not in ("where", "is", "now")]
        if asked[0] == "was":
            assert setting.before
            assert any((s[0], s[-1]) == (asked[1], asked[-1]) for s in window)
        elif asked[0] == "the":
            assert setting.objects and any(s[-1] == asked[1] for s in window)
        else:
            walks = [s for s in window if s[0] == asked[0]]
            assert any(s[-1].capitalize() not in wording.OBJECTS for s in walks)


def test_how_far_back_the_answer_lies_follows_from_the_difficulty():
    """Statement j of the last five is drawn, of an actor who walks in a quarter of the later ones:
    his last walk is s back with (3/4)^(s-1) (1 + (5 - s) / 4) / 5."""
    story = told(SETTINGS["d5_actor_without_before"], MANY)
    back = Counter(q.seen - q.support[0] for q in story.questions[10:])
    for s in range(1, 6):
        assert_share(back[s], back.total(), 0.75 ** (s - 1) * (1 + (5 - s) / 4) / 5)


def test_questions_come_three_after_seven_statements():
    story = told(SETTINGS["d5_actor"], 300)
    assert [q.seen for q in story.questions] == [-(-7 * n // 3) for n in range(1, 301)]
    late = told(SETTINGS["d1_actor_object"], 300)  # the first may have had to wait
    assert [q.seen for q in late.questions[50:]] == [-(-7 * n // 3) for n in range(51, 301)]


def test_words_and_kinds_are_drawn_evenly():
    world = simulate(SETTINGS["d5_actor_object"], "test", MANY)
    assert_even(Counter(event.who for event in world.events), 4)
    for action, verbs in wording.VERBS.items():
        said = [e.text for e in world.events if e.action == action]
        found = Counter(t.split(" ", 1)[1].rsplit(" the ", 1)[0] for t in said)
        assert set(found) == set(verbs)
        assert_even(found, len(verbs))
    asked_after = {question.seen - 1 for question in world.asked}
    joiners = Counter(j for i, j in enumerate(world.joiners) if i not in asked_after)
    assert_even(joiners, 9)
    assert {world.joiners[i] for i in asked_after} == {"."}
    actors = [q.text for q in world.asked[100:] if " is the " not in q.text]
    was = sum("Where was" in t for t in actors)
    assert_share(was, len(actors), 0.5)
    now = [t.endswith(" now?") for q in world.asked if "Where is" in (t := q.text)]
    assert_share(sum(now), len(now), 0.5)


def test_a_walk_leads_to_any_other_room():
    world = simulate(SETTINGS["d1_actor"], "test", 3000)
    walks = Counter()
    for who in wording.ACTORS:
        rooms = [e.room for e in world.events if e.who == who]
        walks.update(itertools.pairwise(rooms))
    assert_even(walks, 20)


def test_a_kind_of_action_is_drawn_among_those_that_are_possible():
    """With objects: who has nothing in his hands and nothing at his feet always walks."""
    world = simulate(SETTINGS["d5_actor_object"], "train", 3000)
    holds: dict[str, set[str]] = {who: set() for who in wording.ACTORS}
    lies: dict[str, str] = {}
    room: dict[str, str] = {}
    counts: Counter = Counter()
    for event in world.events:
        who, thing = event.who, event.thing
        if len(lies) + sum(map(len, holds.values())) == 3 and who in room:
            here = room[who] in lies.values()
            counts[1 + here + bool(holds[who]), event.action == "go"] += 1
        room[who] = event.room
        if event.action == "get":
            lies.pop(thing, None)
            holds[who].add(thing)
        elif event.action == "drop":
            holds[who].remove(thing)
            lies[thing] = event.room
    assert counts[1, False] == 0 and counts[1, True] > 500
    for kinds in (2, 3):
        of = counts[kinds, True] + counts[kinds, False]
        assert_share(counts[kinds, True], of, 1 / kinds)


def test_fewer_questions_are_the_same_storys_beginning():
    setting = SETTINGS["d5_actor_object"]
    short, long = (text.write(simulate(setting, "train", n)) for n in (100, 200))
    assert long.startswith(short)
    assert text.write(simulate(setting, "test", 100)) != short


@pytest.mark.parametrize(
    "setting, questions, seed, named",
    (
        (Setting(0, before=True, objects=True), 1, 0, "difficulty: 0"),
        (Setting(1, before=True, objects=True), 0, 0, "questions: 0"),
        (Setting(1, before=True, objects=True), 1, -1, "seed: -1"),
    ),
)
def test_numbers_out_of_range_are_refused(setting, questions, seed, named):
    with pytest.raises(BenchError, match=named):
        simulate(setting, "train", questions, seed)


def test_a_spoken_answer_is_right_by_its_words():
    story = told(SETTINGS["d5_actor_object"], 500)
    forms = Counter()
    for question in story.questions:
        spoken = question.spoken
        assert spoken.accepts(spoken.words) and spoken.holds == question.answer
        forms[spoken.words[0], spoken.words[-1], len(spoken.words)] += 1
        subject = question.words[3 if question.words[2] == "the" else 2]
        person = subject.capitalize() in wording.ACTORS
        for said, right in (
            (f"{subject} is in the {question.answer}", True),
            (f"{'he' if person else 'it'} was in the {question.answer} i believe", True),
            (question.answer, True),
            (f"{'it' if person else 'he'} is in the {question.answer}", False),
            (f"they are in the {question.answer}", False),
            (f"{subject} is in the {question.answer} or the {_other(question.answer)}", False),
            (f"{_someone_else(subject)} is in the {question.answer}", False),
            (f"{subject} is in the {_other(question.answer)}", False),
            (f"{subject} is in the", False),
        ):
            assert spoken.accepts(said.split()) == right, (question, said)
    assert len(forms) > 10


def _other(room):
    return next(r for r in wording.ROOMS if r != room)


def _someone_else(subject):
    return next(w for w in ("joe", "milk") if w != subject)
