"""Which stored groups a table takes: by spec, units and files, whatever the last command was."""

from __future__ import annotations

import pandas as pd
from report_helpers import EXPERIMENT, KNOWN, REAL, TASKS, columns, fill, groups, row, table

from bench.core.dataset import AtHand
from bench.core.store import Store
from bench.tables.frame import of_column, read

OTHER = AtHand("unverified", {u: dict.fromkeys(f, "1" * 64) for u, f in KNOWN.files.items()})
THIRD = AtHand("unverified", {u: dict.fromkeys(f, "2" * 64) for u, f in KNOWN.files.items()})


def put(folder, data: AtHand, error: float, seeds=3, units=TASKS, column="bow") -> None:
    store = Store(folder / "store")
    for group in groups(column, data={"babi-1k": data}, units=units):
        errors = dict.fromkeys(group.units, error)
        store.add(group, [row(group, seed, errors, kind=data.kind) for seed in range(seeds)])


def shown(folder, located, key="7", column="bow") -> tuple[str, str]:
    line = table(folder, located)[column, key]
    return line["ours"], line["data"]


def test_rows_are_one_a_restart_and_unit(tmp_path):
    fill(tmp_path)
    frame = read(Store(tmp_path / "store"))
    assert len(frame) == 3 * 20 * 3
    assert not frame.duplicated(["group", "seed", "unit", "metric"]).any()
    bow = EXPERIMENT.select(["bow"])[0]
    mine = of_column(frame, bow, "babi-1k")
    assert len(mine) == 60 and set(mine.unit) == set(TASKS)
    stored = [r for g in groups("bow") for r in Store(tmp_path / "store").rows(g)]
    assert sorted(mine.value) == sorted(v for r in stored for v in r["test_errors"].values())
    assert pd.Series(mine.running_error).nunique() == 60


def test_of_located_data_only_its_files_count(tmp_path):
    put(tmp_path, OTHER, 5.0)
    assert shown(tmp_path, REAL) == ("", "")
    assert shown(tmp_path, {"babi-1k": OTHER}) == ("5", "unverified")
    put(tmp_path, KNOWN, 6.0)
    assert shown(tmp_path, REAL) == ("6", "real")
    assert shown(tmp_path, {"babi-1k": OTHER}) == ("5", "unverified")


def test_of_other_data_the_known_files_count_or_whatever_there_is(tmp_path):
    put(tmp_path, OTHER, 5.0)
    put(tmp_path, THIRD, 8.0, seeds=4)
    assert shown(tmp_path, {}) == ("8", "unverified")  # most rows are of these
    assert shown(tmp_path, {}) == shown(tmp_path, {})
    put(tmp_path, KNOWN, 6.0, units=("7",))
    assert shown(tmp_path, {}) == ("6", "real")
    assert shown(tmp_path, {}, "8") == ("8", "unverified")


def test_units_of_an_earlier_command_stay(tmp_path):
    put(tmp_path, KNOWN, 6.0, units=("2",))
    put(tmp_path, KNOWN, 7.0, units=("19",))
    lines = table(tmp_path)
    assert {key for (name, key), line in lines.items() if line["ours"]} == {"2", "19"}


def test_a_joint_column_is_the_group_of_the_most_units(tmp_path):
    joint = "3hop_pe_ls_joint"
    put(tmp_path, KNOWN, 9.0, units=("1", "2"), column=joint)
    assert shown(tmp_path, REAL, "2", joint) == ("9", "real")
    assert table(tmp_path)[joint, "mean"]["status"] == "partial"
    put(tmp_path, KNOWN, 4.0, units=("1", "2", "5"), column=joint)
    assert shown(tmp_path, REAL, "2", joint) == ("4", "real")
    put(tmp_path, KNOWN, 3.0, column=joint)
    found = columns(tmp_path)[joint]
    assert set(found.stored.units) == {TASKS} and found.rows["mean"].ours == 3.0
