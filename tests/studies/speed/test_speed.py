"""Speed: the works, the stored rows, the tables of them, and the command that measures."""

import csv
import dataclasses
import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from bench.core import registry
from bench.core.errors import BenchError
from bench.studies.speed.command import run_speed
from bench.studies.speed.rows import ROWS, Work, busy, make_row
from bench.studies.speed.tables import speed_files, speed_summary

ROOT = Path(__file__).resolve().parents[3]


def a_row(work="babi_task1", device="cpu test, 2 cores", ours=(0.2, 0.25, 0.22), **fields) -> dict:
    """A row as `race` makes them; fields given win."""
    peer = fields.pop("peer_repeats", [2.2, 2.4, 2.3])
    others = dict(
        work=work, device=device, kind="real", ours_steps=56, peer="pytorch-eager", peer_steps=40,
        peer_threads=2, compile_s=4.5, restarts=10, lanes=5, versions={"torch": "2", "jax": "0"},
        commit="0123456789ab",
    )  # fmt: skip
    return make_row(list(ours), peer, **others | fields)


def put(results: Path, *rows: dict) -> Path:
    """A handmade store."""
    path = ROWS.path(results)
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def the_works() -> tuple[Work, ...]:
    return runpy.run_path(str(ROOT / "experiments" / "speed.py"))["WORKS"]


def test_the_works_are_columns_of_tables_1_and_2():
    known = registry.experiments()
    table1 = {column.id: column for column in known["e2e_table1_babi_1k"].select(None)}
    *stories, language = the_works()
    assert [work.id for work in stories] == ["babi_task1", "babi_task2", "babi_task3", "babi_joint"]
    for work in stories:
        assert work.column == table1[work.column.id]
    (row,) = known["e2e_table2_lm"].select(["ptb-memn2n-150-6-100"])
    assert (language.id, language.dataset) == ("ptb_k6_n100", row.dataset)
    assert language.column.canonical() == row.canonical()


def test_an_unknown_work_is_refused():
    work = the_works()[0]
    with pytest.raises(BenchError, match="work 'babi_task9' is not known"):
        dataclasses.replace(work, id="babi_task9")
    with pytest.raises(BenchError, match="several units need a joint column"):
        dataclasses.replace(work, units=("1", "2"))


def test_a_rows_medians_and_ratio():
    row = a_row()
    assert (row["ours_ms"], row["peer_ms"]) == (0.22, 2.3)
    assert row["ratio"] == pytest.approx(2.3 / 0.22)


def test_saving_replaces_the_row_of_the_same_work_and_device(tmp_path):
    ROWS.save(tmp_path, a_row("babi_joint"))
    ROWS.save(tmp_path, a_row("babi_task1"))
    ROWS.save(tmp_path, a_row("babi_task1", device="gpu test"))
    ROWS.save(tmp_path, a_row("babi_task1", ours=(0.1, 0.1, 0.1)))
    rows = ROWS.read(tmp_path)
    assert [(r["work"], r["device"][:3], r["ours_ms"]) for r in rows] == [
        ("babi_task1", "cpu", 0.1),
        ("babi_task1", "gpu", 0.22),
        ("babi_joint", "cpu", 0.22),
    ]


def test_the_csv_begins_with_the_contract_and_recomputes_the_ratio(tmp_path):
    put(tmp_path, a_row("babi_task2"), a_row("babi_task1"))
    files = speed_files(tmp_path)
    assert list(files) == ["speed.csv", "speed.md"]
    lines = files["speed.csv"].decode().splitlines()
    assert lines[0] == (
        "work,device,ours_ms,peer,peer_ms,ratio,"
        "restarts,lanes,ours_min,ours_max,peer_min,peer_max,commit"
    )
    first, second = csv.DictReader(lines)
    assert (first["work"], second["work"]) == ("babi_task1", "babi_task2")
    assert first == {
        "work": "babi_task1", "device": "cpu test, 2 cores", "ours_ms": "0.22",
        "peer": "pytorch-eager", "peer_ms": "2.3", "ratio": "10.455", "restarts": "10",
        "lanes": "5", "ours_min": "0.2", "ours_max": "0.25", "peer_min": "2.2",
        "peer_max": "2.4", "commit": "0123456789ab",
    }  # fmt: skip


def test_the_page_tells_what_was_measured(tmp_path):
    put(tmp_path, a_row(device="cpu a|b <i>"), a_row("ptb_k6_n100"))
    page = speed_files(tmp_path)["speed.md"].decode()
    assert r"| cpu a\|b &lt;i&gt; | 0.22 (0.2 to 0.25) | pytorch-eager | 2.3 (2.2 to 2.4) |" in page
    assert "Penn Treebank" in page and "jax 0, torch 2" in page
    assert "As few as 3 repeats" in page and "busy" not in page and "generated" not in page.lower()


def test_the_page_warns_of_a_busy_machine_and_of_generated_data(tmp_path):
    row = a_row(ours=(0.2, 0.22, 0.31), kind="generated")
    assert busy(row) and not busy(a_row())
    put(tmp_path, row)
    page = speed_files(tmp_path)["speed.md"].decode()
    assert "The machine was busy" in page and "Timed on generated data: babi_task1" in page
    assert page.splitlines()[0].endswith("PyTorch [GENERATED data]")
    loud = [line for line in page.splitlines() if line.startswith("> ")]
    summary = speed_summary(tmp_path).splitlines()
    assert [line for line in summary if line.startswith("> ")] == loud


def test_tables_are_the_same_bytes_again(tmp_path):
    rows = [a_row("babi_task1"), a_row("babi_joint"), a_row("babi_task1", device="gpu test")]
    put(tmp_path / "a", *rows)
    put(tmp_path / "b", *reversed(rows))
    assert speed_files(tmp_path / "a") == speed_files(tmp_path / "b")


def test_nothing_timed_gives_no_tables(tmp_path):
    assert ROWS.read(tmp_path) == [] and speed_files(tmp_path) == {}
    assert speed_summary(tmp_path) == ""


@pytest.mark.parametrize(
    "change, what",
    [
        ({"work": "babi_task9"}, "'work' that is not one of babi_task1"),
        ({"work": ["babi_task1"]}, "'work'"),
        ({"device": "tpu v4"}, "'device' that is not a text that begins with cpu or gpu"),
        ({"device": ""}, "'device'"),
        ({"device": "cpu a\nb"}, "'device'"),
        ({"kind": "dream"}, "'kind'"),
        ({"ours_ms": 0.5}, "'ours_ms' that its repeats do not give"),
        ({"ours_ms": 0}, "'ours_ms' that is not a number above 0"),
        ({"peer_ms": "2.3"}, "'peer_ms'"),
        ({"peer_ms": True}, "'peer_ms'"),
        ({"ratio": 11.0}, "'ratio' that its repeats do not give"),
        ({"ours_repeats": []}, "'ours_repeats'"),
        ({"ours_repeats": [0.2, 0.22]}, "more repeats of one side"),
        ({"peer_repeats": [2.3, -1, 2.3]}, "'peer_repeats'"),
        ({"restarts": 10.0}, "'restarts' that is not a whole number"),
        ({"versions": {"jax": 1}}, "'versions'"),
        ({"versions": {}}, "'versions'"),
        ({"commit": None}, "'commit'"),
        ({"more": 1}, "missing or unknown fields (more)"),
    ],
    ids=str,
)
def test_a_bad_row_is_refused_by_file_and_line(tmp_path, change, what):
    path = put(tmp_path, a_row("babi_task1"), a_row("babi_task2") | change)
    with pytest.raises(BenchError) as caught:
        speed_files(tmp_path)
    text = str(caught.value)
    assert text.startswith(f"{path}:2: line has ") and what in text and "restore" in text


@pytest.mark.parametrize(
    "tail, what",
    [
        (b"{\n", "is not JSON"),
        (b"\n", "is not JSON"),
        (b"[" * 100_000 + b"\n", "is not JSON"),
        (b"[]\n", "is not an object"),
        (b"{}\n", "missing or unknown fields"),
        (b'{"work": NaN}\n', "missing or unknown fields"),
        (b"{", "is cut"),
    ],
    ids=["half", "empty", "deep", "list", "no fields", "nan", "no newline"],
)
def test_a_bad_line_is_refused_by_file_and_line(tmp_path, tail, what):
    path = put(tmp_path, a_row())
    path.write_bytes(path.read_bytes() + tail)
    with pytest.raises(BenchError) as caught:
        ROWS.read(tmp_path)
    assert str(caught.value).startswith(f"{path}:2: line ") and what in str(caught.value)


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    path = put(tmp_path, a_row())
    path.write_text(path.read_text().replace('"compile_s": 4.5', '"compile_s": NaN'))
    with pytest.raises(BenchError, match="'compile_s' that is not a number above 0"):
        ROWS.read(tmp_path)


def test_two_rows_of_one_work_and_device_are_refused(tmp_path):
    put(tmp_path, a_row("babi_task2"), a_row(), a_row())
    with pytest.raises(BenchError, match=":3: line is of the same work, device and peer as line 2"):
        ROWS.read(tmp_path)


def test_a_damaged_store_is_not_written_over(tmp_path):
    path = put(tmp_path, a_row())
    path.write_bytes(b"\xff\n")
    with pytest.raises(BenchError, match=":1: line cannot be read"):
        ROWS.save(tmp_path, a_row())
    assert path.read_bytes() == b"\xff\n"


def test_tables_need_neither_jax_nor_torch(tmp_path):
    put(tmp_path, a_row())
    code = (
        "import sys; from pathlib import Path; from bench.studies.speed.tables import speed_files\n"
        "import experiments.speed\n"
        "assert len(speed_files(Path(sys.argv[1]))) == 2\n"
        "heavy = {'jax', 'jaxlib', 'flax', 'torch'} & {n.split('.')[0] for n in sys.modules}\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments, what",
    [
        (["--works", "babi_task4"], "no work 'babi_task4'; there are babi_task1"),
        (["--works", ","], "name at least one"),
        (["--repeats", "0"], "'0' is not a whole number from 1"),
        (["--repeats", "1e3"], "'1e3' is not a whole number"),
        (["--repeat"], "--help lists the options"),
        (["--nonsense"], "--help lists the options"),
    ],
    ids=str,
)
def test_a_wrong_argument_is_one_line(capsys, arguments, what):
    assert run_speed(the_works(), arguments) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1
    assert told.err.startswith("error: ") and what in told.err


def test_without_torch_the_extra_is_named(capsys, monkeypatch):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "torch" else find(name, *a)
    )
    assert run_speed(the_works(), []) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "BENCH_EXTRAS=peers" in told


def test_a_tiny_race_is_stored_and_tabled(tmp_path):
    """The whole way on tiny stories: our trainer and the peer, two devices' worth of chunks."""
    pytest.importorskip("torch", reason="PyTorch is not installed (extra [peers])")
    import jax
    import tiny_data

    from bench.studies.speed.race import race

    data = tiny_data.encoded(tiny_data.stories(8, seed=1), tiny_data.stories(3, seed=2))
    column = tiny_data.column(linear_start=True, time_noise=0.2)
    work = Work(id="babi_task1", dataset="babi-1k", units=("1",), column=column)
    lines: list[str] = []
    rows = race(
        work, data, "generated", jax.local_devices(), restarts=3, lanes=2, repeats=2,
        seconds=0.001, say=lines.append,
    )  # fmt: skip
    assert [row["peer"] for row in rows] == ["pytorch-eager", "pytorch-eager-tuned"]
    for row in rows:
        assert len(row["ours_repeats"]) == len(row["peer_repeats"]) == 2
        assert (row["restarts"], row["lanes"], row["ours_steps"] % (len(data.fit) // 3)) == (
            3,
            2,
            0,
        )
        assert row["versions"].keys() >= {"jax", "torch"} and len(lines) == 3
        ROWS.save(tmp_path, row)
    assert ROWS.read(tmp_path) == rows
    assert len(speed_files(tmp_path)) == 2
