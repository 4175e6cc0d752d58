"""Task 3's 10k training set, completed: from which stories, under which names, and when it is
refused."""

import hashlib
import re

import jax
import pytest
from data_helpers import real_data

from bench.core import finding
from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.core.experiment import Experiment
from bench.core.plan import prepare
from bench.core.runner import row
from bench.core.runs import expand
from bench.core.store import Store
from bench.core.trail import here
from bench.datasets import manifest
from bench.datasets.babi import babi, completed, pin, sums
from bench.datasets.babi.dataset import Babi, known_hashes
from bench.datasets.babi.simulator.release import VERSION, task_files
from bench.examples.stories import Story
from bench.methods.memn2n import METHOD
from bench.methods.memn2n.spec import memn2n

TOP = "tasks_1-20_v1-2"
FIRST = f"{TOP}/en/qa3_three-supporting-facts_train.txt"
PIECE = f"{TOP}/en-valid-10k/qa3_valid.txt"
TEST = f"{TOP}/en-10k/qa3_three-supporting-facts_test.txt"
TRAIN = f"{TOP}/en-10k/qa3_three-supporting-facts_train.txt"
COLUMN = memn2n(id="pe", title="PE")


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def texts(data: bytes) -> list[bytes]:
    """The stories of a file, each as its lines."""
    starts = [match.start() for match in re.finditer(rb"^1 ", data, re.MULTILINE)]
    return [data[a:b] for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]


def story(of: Story) -> tuple:
    """A story but for where in its file it stands."""
    return of.statements, tuple((q.words, q.answer, q.support, q.seen) for q in of.questions)


def words(stories) -> set[str]:
    told = {word for s in stories for statement in s.statements for word in statement}
    return told | {word for s in stories for q in s.questions for word in (*q.words, q.answer)}


def items(stories) -> set[tuple]:
    """What a reader is given: the statements before a question, and the question."""
    return {(s.statements[: q.seen], q.words) for s in stories for q in s.questions}


def locate_ten(folder, tasks=(3,), **options):
    return Babi("babi-10k").find(map(str, tasks), Wish(folder=folder, offline=True, **options))


@pytest.fixture(scope="module")
def real():
    """Asked for before a test clears BENCH_DATA."""
    return real_data()


@pytest.fixture(scope="module")
def whole(real):
    return locate_ten(real).read("3", "train")


def test_the_real_questions_come_first_and_none_is_lost(real, whole):
    first, piece = (
        [story(s) for s in babi.parse((real / n).read_bytes(), n)] for n in (FIRST, PIECE)
    )
    told = [story(s) for s in whole]
    assert sum(len(s.questions) for s in whole) == 10_000
    assert told[: len(first)] == first and sum(len(s[1]) for s in first) == 1_000
    new = [s for s in piece if s not in first]
    assert len(piece) - len(new) == 15 and told[len(first) : len(first) + len(new)] == new
    known = {*first, *piece}
    assert sum(len(s[1]) for s in told if s in known) == completed.REAL_QUESTIONS == 1_925
    assert sum(len(s[1]) for s in told if s not in known) == completed.GENERATED_QUESTIONS == 8_075


def test_no_story_is_there_twice_and_no_test_question_at_all(real, whole):
    test = babi.parse((real / TEST).read_bytes(), TEST)
    assert len({story(s) for s in whole}) == len(whole)
    assert sum(len(s.questions) for s in test) == completed.TEST_QUESTIONS
    assert words(whole) == words(test)
    assert not items(whole) & items(test)


def test_the_sums_are_those_of_the_files_put_together_by_hand(real):
    first, piece = ((real / name).read_bytes() for name in (FIRST, PIECE))
    made = task_files(3, train=8_075, test=1, seed=0).train
    new = b"".join(text for text in texts(piece) if text not in texts(first))
    found = locate_ten(real)
    assert found.kind == "real" and found.completed
    assert found.hashes == {
        FIRST: sha(first),
        PIECE: sha(piece),
        TEST: sha((real / TEST).read_bytes()),
        f"generated-v{VERSION}-seed-0-8075-questions/qa3_three-supporting-facts_train.txt": sha(
            made
        ),
        "completed/en-10k/qa3_three-supporting-facts_train.txt": sha(first + new + made),
    }
    known = Babi("babi-10k").known()
    assert found.hashes == known_hashes("babi-10k", [3]) == known.files["3"]
    assert found.at_hand.completion == known.completion == completed.ABOUT
    alone = locate_ten(real, [1])
    assert alone.at_hand.completion == "" and list(alone.at_hand.files) == ["1"]
    assert Babi("babi-10k").whole(alone) == Babi("babi-10k").whole(found) == known


def test_the_generated_part_is_as_pinned():
    made = task_files(3, train=completed.GENERATED_QUESTIONS, test=1, seed=completed.SEED).train
    assert sha(made) == completed.known()[completed.generated_name()]
    assert re.search(rf"\bv{VERSION}\b.*\b0\b.*\b8075\b", completed.generated_name())


@pytest.fixture
def parts(monkeypatch, tmp_path):
    """A folder of made-up parts, by whose sums they count as real; 8 real questions and 12 more."""
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setattr(completed, "GENERATED_QUESTIONS", 12)
    first, more = (texts(task_files(3, train=n, test=1, seed=s).train) for n, s in ((5, 7), (3, 8)))
    files = {
        FIRST: first,
        PIECE: [*more, *first],
        TEST: texts(task_files(3, train=1, test=5, seed=9).test),
    }
    for name, told in files.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(told))
    folder = tmp_path / "manifests"
    folder.mkdir()
    lines = (f"{sha(b''.join(told))}  {name}\n" for name, told in files.items())
    (folder / "babi_v1_2.sha256").write_text("".join(lines))
    monkeypatch.setattr(sums, "FOLDER", folder)
    pin.completed_set(tmp_path / "data" / TOP)
    return tmp_path / "data"


def refusal(folder, **options) -> str:
    found = locate_ten(folder, **options)
    assert not found.completed and not found.has(3, "train")
    with pytest.raises(BenchError) as caught:
        found.read("3", "train")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_made_up_parts_are_completed(parts):
    found = locate_ten(parts)
    assert found.has(3, "train") and sum(len(s.questions) for s in found.read("3", "train")) == 20
    with pytest.raises(BenchError, match=r"qa3_three-supporting-facts_train\.txt: not at hand"):
        found.path(3, "train")  # there is no file


@pytest.mark.parametrize("name", [FIRST, PIECE])
def test_a_part_that_is_missing_is_named(parts, name):
    (parts / name).unlink()
    text = refusal(parts)
    assert text.startswith(str(parts / TRAIN)) and "leave this task out" in text
    assert name.removeprefix(f"{TOP}/") in text and "is missing" in text


@pytest.mark.parametrize("name", [FIRST, PIECE])
def test_a_damaged_part_completes_nothing(parts, name):
    (parts / name).write_bytes((parts / TEST).read_bytes())
    assert name.removeprefix(f"{TOP}/") in refusal(parts, allow_unverified=True)
    if name == PIECE:  # it is a file of this data set
        with pytest.raises(BenchError, match=r"qa3_valid\.txt: does not match the known SHA-256"):
            locate_ten(parts)
    else:
        assert "does not match its known SHA-256" in refusal(parts)


def test_a_part_that_changes_after_the_check_is_refused(parts):
    found = locate_ten(parts)
    (parts / PIECE).write_bytes((parts / TEST).read_bytes())
    with pytest.raises(BenchError, match=r"qa3_valid\.txt: changed since it was checked"):
        found.read("3", "train")
    (parts / PIECE).unlink()
    with pytest.raises(BenchError, match=r"qa3_valid\.txt: cannot be read"):
        found.read("3", "train")


def test_other_generated_stories_do_not_pass_unseen(parts, monkeypatch):
    found = locate_ten(parts)
    other = task_files(3, train=12, test=1, seed=1)
    monkeypatch.setattr(completed.release, "task_files", lambda *a, **k: other)
    with pytest.raises(
        BenchError,
        match=r"generated-v\d+-seed-0-12-questions/qa3_.*: the simulator gives other bytes",
    ):
        found.read("3", "train")


@pytest.mark.parametrize("change", [("GENERATED_QUESTIONS", 13), ("SEED", 1)])
def test_a_manifest_of_other_settings_is_refused(parts, monkeypatch, change):
    monkeypatch.setattr(completed, *change)
    with pytest.raises(
        BenchError, match=r"completed\.sha256: generated-v.* is missing; restore .* write it"
    ):
        locate_ten(parts)


def test_another_part_or_another_count_is_another_run(parts, monkeypatch):
    def group():
        (made,) = expand(COLUMN, "babi-10k", ["3"], locate_ten(parts).at_hand)
        return made

    ids = [group().id]
    assert group().completed and group().kind("real") == "completed" and ids == [group().id]
    assert group().kind("unverified") == "unverified"
    monkeypatch.setattr(completed, "GENERATED_QUESTIONS", 13)
    pin.completed_set(parts / TOP)
    ids.append(group().id)
    (parts / PIECE).write_bytes(
        (parts / PIECE).read_bytes() + texts((parts / TEST).read_bytes())[0]
    )
    lines = (f"{manifest.sha256(parts / name)}  {name}\n" for name in (FIRST, PIECE, TEST))
    (sums.FOLDER / "babi_v1_2.sha256").write_text("".join(lines))
    pin.completed_set(parts / TOP)
    ids.append(group().id)
    # the file itself: of no known sum, hence passed over unless allowed, and then other runs
    (parts / TRAIN).write_bytes((parts / FIRST).read_bytes())
    assert group().id == ids[-1]
    found = locate_ten(parts, allow_unverified=True)
    assert found.kind == "unverified" and not found.completed
    assert len(found.read("3", "train")) == 1
    (own,) = expand(COLUMN, "babi-10k", ["3"], found.at_hand)
    assert not own.completed and own.kind("real") == "real"
    assert len({*ids, own.id}) == 4


def test_known_one_day_the_file_is_asked_of_nobody(parts):
    before = (sums.FOLDER / "babi_v1_2.sha256").read_text()
    (sums.FOLDER / "babi_v1_2.sha256").write_text(f"{before}{sha(b'')}  {TRAIN}\n")
    assert locate_ten(parts).completed


def test_a_run_is_told_what_it_trains_on(parts, capsys):
    experiment = Experiment(id="x", title="X", dataset="babi-10k", columns=(COLUMN,))
    wanted = finding.Wanted(experiment, (COLUMN,), ["3"])
    found = finding.find([wanted], Wish(folder=parts, offline=True))
    assert finding.folder_name("paper", found) == "paper"
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("data: babi-10k is real") and len(told) == 2
    assert told[1] == f"data: babi-10k: {completed.ABOUT}"


def test_no_manifest_is_written_without_the_parts(parts):
    (parts / FIRST).unlink()
    with pytest.raises(
        BenchError, match=r"en/qa3_.* is missing; name the folder of tasks_1-20_v1-2"
    ):
        pin.completed_set(parts / TOP)


def test_a_restart_says_so_in_its_row(parts):
    column = memn2n(id="bow", title="BoW", encoding="bow", hops=1, dim=2, epochs=1, batch=4)
    data = locate_ten(parts)
    (group,) = expand(column, "babi-10k", ["3"], data.at_hand)
    encoded = prepare(group, data)
    assert len(encoded.train) == 20 and len(encoded.test) == 5
    device = jax.devices()[0]
    (outcome,) = METHOD.trainer(column, encoded, [device], 0).train([0])
    store = Store(parts / "store")
    store.add(group, [row(group, outcome, group.kind(data.kind), [here("cpu", 1)])])
    assert [told["kind"] for told in store.rows(group)] == ["completed"]
