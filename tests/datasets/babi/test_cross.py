"""Data sets whose halves are of two kinds, and what is found of them."""

import hashlib

import pytest
from data_helpers import real_data

from bench.core import finding, registry
from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.core.experiment import Experiment
from bench.core.runs import expand
from bench.datasets.babi.babi import parse
from bench.datasets.babi.cross import TRAINED_ON, CrossedBabi
from bench.datasets.babi.simulator.release import task_files
from bench.methods.memn2n.spec import memn2n

TO_REAL, TO_GENERATED = TRAINED_ON


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_each_half_is_of_its_kind(cache):
    data = real_data()
    made = task_files(6, train=1000, test=1000, as_released=True)
    real = {s: next(data.glob(f"tasks*/en/qa6_*_{s}.txt")).read_bytes() for s in ("train", "test")}
    for name, halves in (
        (TO_REAL, (made.train, real["test"])),
        (TO_GENERATED, (real["train"], made.test)),
    ):
        dataset = CrossedBabi(name)
        found = dataset.find(["6"], Wish(folder=data))
        for split, wanted in zip(("train", "test"), halves, strict=True):
            assert found.read("6", split) == parse(wanted, "x")
        assert set(found.hashes.values()) == {hashlib.sha256(half).hexdigest() for half in halves}
        assert found.kind == "generated"
        # What a report knows without the files is what is found.
        known = dataset.known()
        assert known.kind == "generated" and len(known.files) == 20
        assert known.files == dataset.whole(found).files
        assert {"6": known.files["6"]} == {"6": found.hashes} == found.at_hand.files


def test_runs_have_ids_of_their_own():
    column = memn2n(id="x", title="x")
    ids = set()
    for name in ("babi-1k", *TRAINED_ON):
        (group,) = expand(column, name, ["6"], registry.dataset(name).known())
        assert len(group.hashes) == 2
        ids.add(group.id)
    assert len(ids) == 3


def test_real_on_real_is_table_1s_own_column():
    """Its runs are a view on those of Table 1: the same ids."""
    known = registry.experiments()
    ours = known["generated_vs_real"].select(["real_on_real"])
    table = known["e2e_table1_babi_1k"].select(["pe_ls_rn"])
    data = registry.dataset("babi-1k")
    ids = [[g.id for g in expand(c, "babi-1k", data.units, data.known())] for (c,) in (ours, table)]
    assert ids[0] == ids[1] and len(set(ids[0])) == 20


def test_without_real_data_comparisons_are_left_out(cache, monkeypatch, capsys):
    monkeypatch.delenv("BENCH_DATA", raising=False)
    known = registry.experiments()
    names = ("e2e_table1_babi_1k", "generated_vs_real")
    both = [finding.Wanted(known[n], known[n].runnable(), ["6"]) for n in names]
    wish = Wish(offline=True)
    found = finding.find(both, wish)
    assert set(found) == {"babi-1k"} and found["babi-1k"].kind == "generated"
    assert "generated_vs_real is left out" in capsys.readouterr().err
    assert finding.folder_name("laptop", found) == "laptop-generated"
    with pytest.raises(BenchError, match="babi-1k was not found"):
        finding.find(both[1:], wish)


def test_a_comparison_leaves_results_in_the_real_folder(cache):
    experiment = registry.experiments()["generated_vs_real"]
    wanted = finding.Wanted(experiment, experiment.runnable(), ["6"])
    found = finding.find([wanted], Wish(folder=real_data(), offline=True))
    assert set(found) == {"babi-1k", *TRAINED_ON}
    assert finding.folder_name("paper", found) == "paper"


def test_a_column_may_have_a_data_set_of_its_own():
    one, other = memn2n(id="a", title="a"), memn2n(id="b", title="b", dataset="babi-10k")
    experiment = Experiment(id="x", title="x", dataset="babi-1k", columns=(one, other))
    assert experiment.datasets == ("babi-1k", "babi-10k")
    assert [experiment.dataset_of(column) for column in experiment.columns] == [
        "babi-1k",
        "babi-10k",
    ]
    with pytest.raises(BenchError, match="'table' must be one of cells, data sets"):
        Experiment(id="x", title="x", dataset="babi-1k", columns=(), table="plot")
