"""Runs: what an id depends on, columns to groups, budgets."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from bench.core import registry
from bench.core.column import NotYet
from bench.core.dataset import AtHand
from bench.core.errors import BenchError
from bench.core.experiment import Experiment
from bench.core.fields import build
from bench.core.profiles import PROFILES, profile
from bench.core.runs import Group, expand
from bench.methods.memn2n.spec import MemN2N, Readings, memn2n

AT_HAND = AtHand(
    "real",
    {
        unit: {
            f"tasks/en/qa{unit}_{stem}_{part}.txt": f"{int(unit):02d}{part[0]}" + "0" * 61
            for part in ("train", "test")
        }
        for unit, stem in (("1", "one"), ("2", "two"), ("11", "eleven"))
    },
)
LABELS = {"id", "against", "title", "dataset", "restarts", "selection"}
FULL = memn2n(
    id="full", title="everything on", tying="layerwise", nonlinearity="relu",
    linear_start=True, linear_start_epochs=20, linear_start_rate=0.005, time_noise=0.1,
)  # fmt: skip

OLD = dataclasses.replace(FULL, readings=Readings(question_padding="slots"))
"""As everything was before that reading was one."""

METHOD = registry.method("memn2n")


def group(column=FULL, **changes) -> Group:
    (one,) = expand(column, "babi-1k", ["1"], AT_HAND)
    return dataclasses.replace(one, **changes)


def other_value(field: dataclasses.Field, value):
    if "options" in field.metadata:
        return next(option for option in field.metadata["options"] if option != value)
    if field.type == "bool":
        return not value
    if field.type == "int":
        return value + 1
    if field.type == "float":
        return value * 0.5
    return value + "x"


@pytest.mark.parametrize("field", dataclasses.fields(MemN2N), ids=lambda f: f.name)
def test_the_id_changes_with_every_field_that_matters_and_no_other(field):
    value = getattr(FULL, field.name)
    if field.name == "readings":
        changed = {"readings": Readings(clip_rows="apart")}
    elif field.name == "linear_start":
        changed = {"linear_start": False, "linear_start_epochs": 0, "linear_start_rate": 0.0}
    elif field.name == "temporal":
        changed = {"temporal": False, "time_noise": 0.0, "readings": Readings()}
    else:
        changed = {field.name: other_value(field, value)}
    other = group(dataclasses.replace(FULL, **changed))
    same = field.name in LABELS
    assert (other.id == group().id) == same
    assert (other.run_id(3) == group().run_id(3)) == same


@pytest.mark.parametrize("field", dataclasses.fields(Readings), ids=lambda f: f.name)
def test_the_id_changes_with_every_reading(field):
    value = other_value(field, getattr(FULL.readings, field.name))
    changed = dataclasses.replace(FULL.readings, **{field.name: value})
    assert group(dataclasses.replace(FULL, readings=changed)).id != group().id


def test_every_field_has_its_own_place_in_the_id():
    """All single changes give different ids: no two fields are mixed up."""
    ids = {group().id}
    numbers = [f for f in dataclasses.fields(MemN2N) if f.type in ("int", "float", "bool")]
    numbers = [f for f in numbers if f.name not in LABELS | {"linear_start"}]
    numbers = [f for f in numbers if f.name != "temporal"]  # which RN contradicts
    for field in numbers:
        value = other_value(field, getattr(FULL, field.name))
        ids.add(group(dataclasses.replace(FULL, **{field.name: value})).id)
    assert len(ids) == 1 + len(numbers)


def test_the_id_changes_with_data_seed_and_trainer(monkeypatch):
    base = group()
    file, digest = base.hashes[0]
    changed = [
        dataclasses.replace(base, hashes=((file, digest[:-1] + "1"), *base.hashes[1:])),
        dataclasses.replace(base, hashes=((file + "x", digest), *base.hashes[1:])),
        dataclasses.replace(base, hashes=base.hashes[1:]),
        dataclasses.replace(base, dataset="babi-10k"),
        dataclasses.replace(base, units=("2",)),
    ]
    ids = {base.id, *(one.id for one in changed)}
    runs = {base.run_id(0), base.run_id(1), base.run_id(10), *(g.run_id(0) for g in changed)}
    assert len(ids) == 6 and len(runs) == 8 and not ids & runs
    before = base.id, base.run_id(0)
    monkeypatch.setattr(METHOD, "version", METHOD.version + 1)
    assert base.id != before[0] and base.run_id(0) != before[1]


def test_whole_numbers_and_floats_of_the_same_value_share_an_id():
    whole, real = (dataclasses.replace(FULL, clip=value) for value in (40, 40.0))
    assert group(whole).id == group(real).id


KNOWN = ("9e4665d5e0e8ae07", "50999aae8f110969")


def test_ids_are_the_same_in_every_process_and_release(monkeypatch):
    """A stored row is found again by these very digits."""
    monkeypatch.setattr(METHOD, "version", 1)
    one = group(OLD)
    assert (one.id, one.run_id(3)) == KNOWN
    code = (
        "import sys; sys.path[:0] = ['tests', 'tests/core'];"
        "import test_runs as t; t.METHOD.version = 1;"
        "print(t.group(t.OLD).id, t.group(t.OLD).run_id(3))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "77", "PYTHONPATH": "."},
    )  # fmt: skip
    assert tuple(told.stdout.split()) == KNOWN


@dataclasses.dataclass(frozen=True, kw_only=True)
class Later(MemN2N):
    """A spec with a field added later, neutral at the value that keeps old runs as they were."""

    window: int = dataclasses.field(default=0, metadata={"neutral": 0})


def test_a_field_added_later_leaves_old_ids_valid_at_its_neutral_value():
    fields = {f.name: getattr(FULL, f.name) for f in dataclasses.fields(FULL)}
    assert group(build(Later, fields, "x")).id == group().id
    assert group(build(Later, fields | {"window": 1}, "x")).id != group().id


def test_a_run_without_a_file_hash_is_refused():
    bare = AtHand("real", {"1": {}, "2": AT_HAND.files["2"]})
    with pytest.raises(BenchError, match="'full': babi-1k has no hash of the files of '1'"):
        expand(FULL, "babi-1k", ["1"], bare)
    with pytest.raises(BenchError, match="no hash of the files of '1'"):
        expand(dataclasses.replace(FULL, joint=True), "babi-1k", ["2", "1"], bare)


def test_a_unit_or_data_set_that_there_is_not_is_refused():
    with pytest.raises(BenchError, match="babi-1k has no unit '21'"):
        expand(FULL, "babi-1k", ["21"], AT_HAND)
    with pytest.raises(BenchError, match="no data set 'babi-1'.*did you mean 'babi-1k'"):
        expand(FULL, "babi-1", ["1"], AT_HAND)


# Columns to groups


def test_a_column_is_a_group_a_task_with_that_task_s_files_alone():
    groups = expand(FULL, "babi-1k", ["11", "1", "2", "1"], AT_HAND)
    assert [g.units for g in groups] == [("1",), ("2",), ("11",)]
    for one in groups:
        marks = {file.split("qa")[1].split("_")[0] for file, _ in one.hashes}
        assert marks == set(one.units) and len(one.hashes) == 2
    assert len({g.id for g in groups}) == 3


def test_a_joint_column_is_one_group_whatever_the_order_of_its_tasks():
    joint = dataclasses.replace(FULL, joint=True)
    (one,) = expand(joint, "babi-1k", ["2", "1", "11"], AT_HAND)
    (two,) = expand(joint, "babi-1k", ["1", "11", "2"], AT_HAND)
    assert one.units == ("1", "2", "11") and len(one.hashes) == 6
    assert one == two and one.id == two.id


def test_labels_tell_the_groups_of_a_column_apart():
    groups = expand(FULL, "babi-1k", ["1", "2", "11"], AT_HAND)
    assert len({g.label for g in groups}) == 3
    assert all(not set(g.label) & set("/ \\:") for g in groups)


def experiment():
    columns = (
        NotYet(id="lstm", title="LSTM", why="not written"),
        FULL,
        dataclasses.replace(FULL, id="other"),
    )
    return Experiment(id="table", title="T", dataset="babi-1k", columns=columns)


def test_columns_are_chosen_by_id():
    assert [c.id for c in experiment().select(None)] == ["full", "other"]
    assert [c.id for c in experiment().select(["other"])] == ["other"]
    with pytest.raises(BenchError, match="'fulll'.*did you mean 'full'"):
        experiment().select(["fulll"])
    with pytest.raises(BenchError, match="'lstm'.*not written"):
        experiment().select(["lstm"])
    with pytest.raises(BenchError, match="'full' is declared twice"):
        Experiment(id="t", title="T", dataset="babi-1k", columns=(FULL, FULL))


# Profiles


def test_smoke_caps_epochs_linear_start_and_restarts():
    small = PROFILES["smoke"].apply(FULL)
    assert (small.epochs, small.linear_start_epochs, small.restarts) == (2, 2, 2)
    capped = {"epochs", "linear_start_epochs", "restarts"}
    kept = {f.name for f in dataclasses.fields(FULL)} - capped
    assert all(getattr(small, name) == getattr(FULL, name) for name in kept)
    plain = PROFILES["smoke"].apply(memn2n(id="x", title="t", epochs=1, restarts=1))
    assert (plain.epochs, plain.linear_start_epochs, plain.restarts) == (1, 0, 1)


def test_laptop_caps_restarts_alone_and_paper_nothing():
    assert PROFILES["laptop"].apply(FULL) == dataclasses.replace(FULL, restarts=5)
    assert PROFILES["paper"].apply(FULL) == FULL
    one = dataclasses.replace(FULL, restarts=1)
    assert PROFILES["laptop"].apply(one) == one


@pytest.mark.parametrize("name", ["smoke", "laptop", "paper"])
def test_restarts_from_the_command_line_win(name):
    assert profile(name).apply(FULL, restarts=7).restarts == 7
    assert profile(name).apply(FULL, restarts=1).restarts == 1
    with pytest.raises(BenchError, match="'restarts'"):
        profile(name).apply(FULL, restarts=0)


def test_only_smoke_changes_what_is_trained():
    for name in PROFILES:
        same = group(PROFILES[name].apply(FULL)).id == group().id
        assert same == (name != "smoke")


def test_an_unknown_profile_is_refused_with_the_known_ones():
    with pytest.raises(BenchError, match="'huge'.*smoke, laptop, paper"):
        profile("huge")


def test_fields_added_later_leave_old_ids_alone():
    """At their neutral value they are not part of the canonical text."""
    spec = group().canonical()["spec"]
    assert "state_map" not in spec and "temporal" not in spec
