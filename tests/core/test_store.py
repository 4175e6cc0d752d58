"""The run store and the files below it: whole or not at all, and nothing taken for what it is
not."""

import dataclasses
import json

import pytest
from store_helpers import group, row

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
        (lambda r: r | {"test_error": "13"}, "'test_error' of the wrong type"),
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


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]\n"])
def test_a_cut_or_binary_file_is_refused(tmp_path, content):
    store, g = Store(tmp_path), group()
    store.add(g, [row(g, 0)])
    store.path(g).write_bytes(content)
    with pytest.raises(BenchError, match=r"jsonl:1: .*delete it to train again"):
        store.rows(g)


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
