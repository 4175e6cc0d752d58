"""The run store and the files below it: whole or not at all, and nothing taken for what it is
not."""

import dataclasses
import json

import pytest
from store_helpers import group, row

from bench.core import registry, rows
from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.core.store import Store


def test_rows_come_back_by_seed_and_keep_their_first_value(tmp_path):
    store, g = Store(tmp_path), group()
    store.add(g, [row(g, 3), row(g, 1)])
    store.add(g, [row(g, 2), row(g, 1, test_error=99.0)])
    found = store.rows(g)
    assert [r["seed"] for r in found] == [1, 2, 3]
    assert found[0] == row(g, 1)


def test_another_stores_restarts_are_taken_in_and_own_ones_kept(tmp_path):
    ours, theirs, g, other = Store(tmp_path / "a"), Store(tmp_path / "b"), group(), group(hops=2)
    ours.add(g, [row(g, 1), row(g, 5)])
    theirs.add(g, [row(g, 4), row(g, 1, test_error=99.0), row(g, 0)])
    theirs.add(other, [row(other, 2)])
    added = {ours.path(g).name: [0, 4], ours.path(other).name: [2]}
    assert ours.take(theirs) == added
    assert ours.rows(g) == [row(g, seed) for seed in (0, 1, 4, 5)]
    assert ours.rows(other) == [row(other, 2)]
    assert ours.take(theirs) == {}
    theirs.path(other).rename(theirs.path(group(hops=1)))
    with pytest.raises(BenchError, match=r"jsonl:1: line is the manifest of "):
        ours.take(theirs)


def test_nothing_is_stored_of_a_group_that_was_never_trained(tmp_path):
    assert Store(tmp_path).rows(group()) == []


@pytest.mark.parametrize(
    "fields", [{"hops": 2}, {"dim": 21}, {"time_noise": 0.1}, {"tying": "layerwise"}]
)
def test_another_spec_finds_no_stale_row(tmp_path, fields):
    store, g = Store(tmp_path), group()
    store.add(g, [row(g, 0)])
    assert store.rows(group(**fields)) == []


def test_a_row_moved_to_another_group_is_refused(tmp_path):
    store, g, other = Store(tmp_path), group(), group(hops=2)
    store.add(g, [row(g, 0)])
    store.path(g).rename(store.path(other))
    with pytest.raises(BenchError, match=r"jsonl:1: line is not the manifest"):
        store.rows(other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r | {"seed": 7}, "id that is not its run's"),
        (lambda r: r | {"test_error": "13"}, "'test_error' that is not a percentage"),
        (lambda r: r | {"test_error": -5.0}, "'test_error' that is not a percentage"),
        (lambda r: r | {"running_error": 1000}, "'running_error' that is not a percentage"),
        (lambda r: r | {"test_errors": {"2": float("nan")}}, "'test_errors' that is not"),
        (lambda r: r | {"test_errors": {"2": 1e999}}, "'test_errors' that is not"),
        (lambda r: r | {"test_errors": {"2": True}}, "'test_errors' that is not"),
        (
            lambda r: r | {"test_errors": {"3": 13.0}},
            r"'test_errors' that is not of its units \(2\)",
        ),
        (lambda r: r | {"test_errors": {"2": 1.0, "3": 1.0}}, "not of its units"),
        (lambda r: r | {"kind": "gold"}, "'kind' that is not one of"),
        (lambda r: r | {"seed": -1}, "'seed' that is not"),
        (lambda r: r | {"seconds": 10**400}, "'seconds' that is not"),
        (lambda r: r | {"test_errors": {"2": -(10**400)}}, "'test_errors' that is not"),
        (lambda r: r | {"diverged": 0}, "'diverged' that is not"),
        (lambda r: r | {"curves": {}}, "'curves' that is not"),
        (lambda r: {k: v for k, v in r.items() if k != "lanes"}, r"fields \(lanes\)"),
        (lambda r: r | {"extra": 1}, r"fields \(extra\)"),
    ],
)
def test_a_damaged_row_is_named_by_file_and_line(tmp_path, change, said):
    store, g = Store(tmp_path), group()
    store.add(g, [row(g, 0), row(g, 1)])
    lines = store.path(g).read_text().splitlines()
    lines[2] = json.dumps(change(json.loads(lines[2])))
    store.path(g).write_text("\n".join(lines) + "\n")
    with pytest.raises(BenchError, match=rf"jsonl:3: .*{said}"):
        store.rows(g)


def test_a_row_may_lack_what_only_some_have_and_no_more():
    fields = {"error": rows.PERCENT, "cuts": rows.Maybe(rows.percent, "a percentage")}
    told = {"error": 1.0, "cuts": 2.0}
    assert rows.wrong_field(told, fields) == rows.wrong_field({"error": 1.0}, fields) == ""
    assert "unknown fields (error)" in rows.wrong_field({"cuts": 2.0}, fields)
    assert "unknown fields (more)" in rows.wrong_field(told | {"more": 1}, fields)
    assert "'cuts' that is not a percentage" in rows.wrong_field(told | {"cuts": None}, fields)


def test_a_row_on_a_completed_training_set_is_never_real(tmp_path):
    made, real = group(), group(task=3)
    made = dataclasses.replace(
        made, hashes=(*made.hashes, ("completed/en-10k/qa2_x_train.txt", "0" * 64))
    )
    store = Store(tmp_path)
    store.add(made, [row(made, 0, kind="completed")])
    assert [r["kind"] for r in store.rows(made)] == ["completed"]
    for of, kind in ((made, "real"), (real, "completed")):
        store.path(of).unlink(missing_ok=True)
        store.add(of, [row(of, 0, kind=kind)])
        with pytest.raises(
            BenchError, match=rf"jsonl:2: .*'kind' that is not its data's \('{kind}'\)"
        ):
            store.rows(of)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]\n", b"[" * 100_000 + b"\n"])
def test_a_cut_or_binary_file_is_refused(tmp_path, content):
    store, g = Store(tmp_path), group()
    store.add(g, [row(g, 0)])
    store.path(g).write_bytes(content)
    with pytest.raises(BenchError, match=r"jsonl:1: .*delete it to train again"):
        store.rows(g)


def test_a_manifest_that_was_edited_is_refused(tmp_path):
    store, g = Store(tmp_path), group()
    store.add(g, [row(g, 0)])
    text = store.path(g).read_text()
    store.path(g).write_text(text.replace('"hops":3', '"hops":4', 1))
    with pytest.raises(BenchError, match="jsonl:1: line is a manifest whose id is not its text's"):
        list(store.all())


def test_all_groups_are_read_but_those_of_an_earlier_version(tmp_path, monkeypatch):
    store, one, other = Store(tmp_path), group(), group(hops=2)
    store.add(one, [row(one, 0)])
    store.add(other, [row(other, 0), row(other, 1)])
    (tmp_path / "speed.jsonl").write_text("a study's\n")
    assert sorted((s.manifest["group"], len(s.rows)) for s in store.all()) == sorted(
        [(one.id, 1), (other.id, 2)]
    )
    monkeypatch.setattr(type(registry.method("memn2n")), "version", 10_000)
    assert list(store.all()) == []


def test_a_file_is_replaced_whole_or_left_alone(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write_atomically(path, "old")

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(
        BenchError, match="No space left on device.*run the same command again"
    ) as caught:
        write_atomically(path, "new")
    assert caught.value.exit_code == 74
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
