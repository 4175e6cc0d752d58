"""The declared experiments: the papers' settings in numbers, and runs that tables and ablations
share."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
from pathlib import Path

import pytest
from report_helpers import TASKS, groups, result, table
from store_helpers import AT_HAND, row

from bench.core import provenance, registry
from bench.core.column import NotYet
from bench.core.errors import BenchError
from bench.core.experiment import Experiment
from bench.core.profiles import PROFILES, profile
from bench.core.runs import expand
from bench.core.store import Store
from bench.datasets.babi.babi import ALL_TASKS
from bench.methods.memn2n.protocols import joint_1k, joint_10k, per_task
from bench.methods.memn2n.spec import MemN2N, Readings, memn2n
from bench.methods.memnn.spec import memnn
from bench.methods.memnn_triples.spec import MemNNTriples
from bench.tables import printed
from bench.tables.page import grids

KNOWN = registry.experiments()
TABLE1, TABLE3 = KNOWN["e2e_table1_babi_1k"], KNOWN["e2e_table3_babi_10k"]
ABLATIONS = [e for name, e in KNOWN.items() if name.startswith("ablation_")]
ROOT = Path(__file__).resolve().parents[2]


def ids(experiment: Experiment, name: str) -> list[str]:
    (column,) = experiment.select([name])
    data = registry.dataset(experiment.dataset_of(column))
    return [group.id for group in expand(column, data.name, data.units, data.known())]


def protocol(column: MemN2N) -> tuple:
    return (
        column.dim, column.hops, column.epochs, column.rate, column.halve_every,
        column.linear_start_epochs, column.linear_start_rate,
        column.batch, column.clip, column.init_std, column.holdout, column.restarts,
    )  # fmt: skip


def test_protocols_are_section_4_2():
    common = (32, 40.0, 0.1, 0.1, 10)
    assert protocol(per_task(id="x", title="x")) == (20, 3, 100, 0.01, 25, 0, 0.0, *common)
    linear = per_task(id="x", title="x", linear_start=True)
    assert protocol(linear) == (20, 3, 100, 0.005, 25, 20, 0.005, *common)
    assert protocol(joint_1k(id="x", title="x")) == (50, 3, 60, 0.005, 15, 30, 0.005, *common)
    assert protocol(joint_10k(id="x", title="x", hops=1)) == (
        50,
        1,
        20,
        0.005,
        5,
        10,
        0.005,
        *common,
    )
    assert joint_1k(id="x", title="x").joint and not per_task(id="x", title="x").joint
    with pytest.raises(BenchError, match="unknown field 'hopps'"):
        joint_10k(id="x", title="x", hopps=2)


@pytest.mark.parametrize("table", [TABLE1, TABLE3], ids=lambda e: e.id)
def test_a_printed_table_has_the_papers_columns_in_its_order(table):
    head = (printed.FOLDER / f"{table.id}.csv").read_text().splitlines()[0].split(",")
    assert [column.id for column in table.columns] == head[2:]
    assert [column.id for column in table.columns if not isinstance(column, MemN2N)] == [
        "memnn", "lstm", "memnn_wsh",
    ]  # fmt: skip


def test_table_3_is_table_1_on_more_questions():
    one = {column.id: column for column in TABLE1.runnable()}
    for column in TABLE3.runnable():
        if column.id == "pe_ls_lw_rn_relu_d100":
            starred = dict(
                id=column.id, title=column.title, tying="layerwise", nonlinearity="relu", dim=100
            )
            assert column == dataclasses.replace(one["pe_ls_rn"], **starred) and column.state_map
        elif not isinstance(column, MemN2N):
            fewer = dict(restarts=3) | (dict(epochs=12) if column.method == "memnn" else {})
            assert column == dataclasses.replace(one[column.id], **fewer)
        elif column.joint:
            schedule = dict(epochs=20, halve_every=5, linear_start_epochs=10)
            assert column == dataclasses.replace(one[column.id], **schedule)
        else:
            assert column == one[column.id]


def test_the_headers_quote_the_papers_numbers():
    for one in (TABLE1, TABLE3):
        text = (registry.FOLDER / f"{one.id}.py").read_text()
        numbers = printed.read(one)
        for column in one.runnable():
            mean, failed = numbers.of(column.id, ("mean", "failed"))
            assert f"{mean} / {failed}" in text, column.id


@pytest.mark.parametrize(
    ("ablation", "column", "of_table_1"),
    [
        ("embeddings", "pe_ls", "pe_ls"),
        ("embeddings", "pe_ls_rn", "pe_ls_rn"),
        ("hops", "3hop", "pe_ls_rn"),
        ("hops", "3hop_joint", "pe_ls_rn_joint"),
        ("tying", "adjacent", "pe_ls_rn"),
        ("released_vs_paper", "pe_ls_rn", "pe_ls_rn"),
        ("released_vs_paper", "selection", "pe_ls_rn"),
    ],
)
def test_columns_that_are_table_1s_are_views_on_its_runs(ablation, column, of_table_1):
    assert ids(KNOWN[f"ablation_{ablation}"], column) == ids(TABLE1, of_table_1)


def test_no_other_run_is_trained_twice():
    """Columns alike in all but names and rules have the same ids; no two of one ablation do by
    mistake."""
    for experiment in ABLATIONS:
        found = [ids(experiment, c.id)[0] for c in experiment.runnable() if c.id != "selection"]
        assert len(set(found)) == len(found)
    lw = ids(KNOWN["ablation_tying"], "layerwise")
    assert lw == ids(KNOWN["ablation_released_vs_paper"], "pe_ls_rn_lw")


def test_every_committed_run_of_a_trainer_of_today_belongs_to_an_experiment():
    """A change of a protocol would leave it an orphan."""
    columns = [
        (experiment, column.id)
        for experiment in KNOWN.values()
        for column in experiment.runnable()
        if registry.dataset(experiment.dataset_of(column)).known().files  # else anybody's files
    ]
    known = {i for experiment, name in columns for i in ids(experiment, name)}
    paths = (ROOT / "results" / "paper" / "store").glob("*.jsonl")
    manifests = [json.loads(path.read_text().partition("\n")[0]) for path in paths]
    trained = [m for m in manifests if "method" in m]
    today = [m for m in trained if m["version"] == registry.method(m["method"]).version]
    assert len(today) > 800
    assert {m["group"] for m in today} <= known


def test_every_committed_row_names_a_commit_that_there_is():
    """Else nobody could see the code that it came from."""

    def git(*arguments: str, told: str = "") -> str:
        command = ["git", "-C", str(provenance.ROOT), *arguments]
        return subprocess.run(
            command, input=told, capture_output=True, text=True, check=True
        ).stdout

    try:
        shallow = git("rev-parse", "--is-shallow-repository").strip() == "true"
    except (OSError, subprocess.CalledProcessError):
        shallow = True
    if shallow:
        pytest.skip("the repository's history is not at hand")
    folder = provenance.ROOT / "results" / "paper" / "store"
    named = {
        commit
        for path in folder.glob("*.jsonl")
        for commit in re.findall(r'"commit": ?"([0-9a-f]+)', path.read_text())
    }
    found = git("cat-file", "--batch-check", told="\n".join(sorted(named))).splitlines()
    assert len(found) == len(named) > 30
    assert [line for line in found if " commit " not in line] == []


def test_every_reading_is_switched_once_and_alone():
    experiment = KNOWN["ablation_released_vs_paper"]
    columns = {column.id: column for column in experiment.runnable()}
    switches = {f.name: f.metadata["options"] for f in dataclasses.fields(Readings)}
    for name, options in switches.items():
        column, default = columns.pop(name), Readings()
        (other,) = set(options) - {getattr(default, name)}
        assert column.readings == dataclasses.replace(default, **{name: other})
        baseline = columns[column.against]
        same = dict(
            id=column.id, title=column.title, against=column.against, readings=column.readings
        )
        assert column == dataclasses.replace(baseline, **same)
    assert columns.pop("selection").selection == "paper"
    assert sorted(columns) == ["pe_ls_rn", "pe_ls_rn_lw"]


def test_each_hop_and_tying_is_there():
    hops = KNOWN["ablation_hops"].runnable()
    assert [(c.joint, c.hops) for c in hops] == [(j, k) for j in (False, True) for k in range(1, 7)]
    tyings = [(c.tying, c.state_map) for c in KNOWN["ablation_tying"].runnable()]
    assert tyings == [
        ("adjacent", True),
        ("layerwise", True),
        ("layerwise", False),
        ("untied", True),
    ]
    embeddings = {(c.encoding, c.readings.position_encoding, c.temporal, c.time_noise > 0)
                  for c in KNOWN["ablation_embeddings"].runnable()}  # fmt: skip
    noise_or_not = [(True, False), (True, True)]
    assert embeddings == {
        (*form, *rest)
        for form in (("bow", "released"), ("pe", "released"), ("pe", "paper"))
        for rest in [*noise_or_not, *([(False, False)] if form[1] == "released" else [])]
    }


def test_what_takes_hours_is_left_to_paper_and_to_names():
    runnable = {name: e for name, e in KNOWN.items() if e.runnable()}
    long = {name for name, e in runnable.items() if e.long}
    assert long == {e.id for e in ABLATIONS} | {
        TABLE3.id,
        "attention",
        "e2e_table2_lm",
        "memnn_dialogue",
        "memnn_stories",
        "memnn_table1_large_scale_qa",
        "memnn_table2_hashing",
        "memnn_unseen",
        "methods_on_stories",
        "own_text",
        "memory_use",
    }
    left = {name for name, e in runnable.items() if not profile("laptop").runs(e)}
    assert left == {name for name in long if not KNOWN[name].quick}
    for name in PROFILES:
        assert not any(profile(name).runs(e) for e in KNOWN.values() if not e.runnable())
    for name in ("smoke", "paper"):
        assert all(profile(name).runs(e) for e in runnable.values())
    every = tuple(map(str, ALL_TASKS))
    stories = [e for e in runnable.values() if e.dataset.startswith("babi")]
    assert all(profile("paper").units_of(e) == every for e in stories)
    assert profile("laptop").units_of(TABLE3) == every
    assert profile("smoke").units_of(TABLE3) == ("1",)
    assert profile("smoke").units_of(TABLE1) == ("1", "6", "8")
    assert profile("smoke").units_of(KNOWN["memnn_dialogue"]) == ("d5_actor_object", "reverb")


@pytest.mark.parametrize(
    ("against", "said"), [("bse", "did you mean 'base'"), ("x", "'x'"), ("later", "'later'")]
)
def test_a_baseline_must_be_another_trained_column(against, said):
    columns = (
        NotYet(id="later", title="L", why="not yet"), memn2n(id="base", title="B"),
        memn2n(id="x", title="X", against=against),
    )  # fmt: skip
    with pytest.raises(BenchError, match=f"'against' of column 'x'.*{said}"):
        Experiment(id="t", title="T", dataset="babi-1k", columns=columns, printed=False)


def test_table_3_gets_intervals_and_verdicts(tmp_path):
    """30 restarts that all err by what the paper prints for the column's mean."""
    name, data = "pe_ls_lw_rn_relu_d100", {"babi-10k": AT_HAND}
    store = Store(tmp_path / "store")
    for group in groups(name, data=data, units=TASKS, of=TABLE3):
        errors = dict.fromkeys(group.units, 4.2)
        store.add(group, [row(group, seed, test_errors=errors) for seed in range(30)])
    lines = table(tmp_path, data, of=TABLE3)
    mean = lines[name, "mean"]
    assert (mean["ours"], mean["paper"], mean["verdict"]) == ("4.2", "4.2", "inside")
    assert (lines[name, "17"]["verdict"], lines[name, "1"]["verdict"]) == ("better", "worse")
    assert lines["pe", "mean"]["verdict"] == ""
    titles = [grid.title for grid in grids(result(tmp_path, data, of=TABLE3))]
    assert titles == ["Ours and the paper's", "Spread over restarts", "Differences", "Verdicts"]


def test_the_readmes_example_is_an_experiment(tmp_path):
    text = (ROOT / "README.md").read_text().partition("## Adding an experiment")[2]
    code = text.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "my_ablation.py").write_text(code)
    (experiment,) = registry.experiments(tmp_path).values()
    assert [column.hops for column in experiment.runnable()] == [1, 2, 3] and not experiment.printed
    listed = text.partition("| experiment |")[2]
    assert all(f"| `{name}` |" in listed for name in KNOWN)


COLUMN = memn2n(id="x", title="X")
SOUND = dict(id="an_experiment", title="t", dataset="babi-1k", columns=(COLUMN,))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (dict(id=""), "'id'"),
        (dict(id="a/b"), "'id'"),
        (dict(columns=()), "'columns'"),
        (dict(units=("21",)), "no unit '21'"),
        (dict(units=("1", "1")), "'units'"),
        (dict(units=("2", "1")), "'units'"),
        (dict(dataset="babi"), "no data set 'babi'"),
        (dict(study="weather"), "no study 'weather'"),
        (
            dict(columns=(COLUMN, MemNNTriples(id="y", title="Y", dataset="triples"))),
            "column 'y': method memnn_triples does not measure test_error",
        ),
        (dict(keys=("task",)), "'keys'"),
        (dict(long="no"), "'long'"),
        (dict(remarks="One sentence."), "'remarks' must be a tuple"),
        (dict(units="12"), "'units' must be a tuple"),
        (dict(columns=[COLUMN]), "'columns' must be a tuple"),
        (dict(printed="no"), "'printed'"),
        (
            dict(columns=(COLUMN, memn2n(id="y", title="Y", against="x", dataset="babi-10k"))),
            "'against' of column 'y'.*another data set",
        ),
        (
            dict(columns=(memn2n(id="x", title="X", against="x"),)),
            "'against' of column 'x' names 'x', which",
        ),
    ],
)
def test_an_experiment_that_makes_no_sense_is_refused_by_field(wrong, said):
    registry.check(Experiment(**SOUND))
    with pytest.raises(BenchError, match=said):
        registry.check(Experiment(**SOUND | wrong))


def test_a_quick_check_of_units_of_its_own_takes_one_of_them():
    """Else an experiment on one odd task would end every quick check."""
    odd = Experiment(**SOUND | dict(dataset="babi-1k", units=("5", "7")))
    assert "5" not in registry.dataset("babi-1k").few
    assert PROFILES["smoke"].units_of(odd) == ("5",)
    assert PROFILES["paper"].units_of(odd) == ("5", "7")


def test_units_are_of_any_of_its_data_sets():
    open_world = memnn(id="y", title="Y", dataset="world-unseen")
    columns = (memnn(id="x", title="X"), open_world)
    fields = dict(SOUND, dataset="world-answers", columns=columns)
    registry.check(Experiment(**fields, units=("memnn_igo_features", "unseen_names")))
    for units, said in (
        (("unseen_names", "memnn_igo_features"), "'units'"),
        (("memnn_igo_features",), "world-unseen has no unit"),
        (("memnn_igo_features", "unseen_names", "seen_names"), "no unit 'seen_names'"),
    ):
        with pytest.raises(BenchError, match=said):
            registry.check(Experiment(**fields, units=units))


def test_every_path_that_the_readme_names_is_there():
    text = (ROOT / "README.md").read_text()
    named = set(re.findall(r"\b(?:bench|experiments|results|tests)/[\w/.-]*\w/?", text))
    made = {path for path in named if "<" in path or path.startswith("experiments/my_")}
    assert len(named) > 20
    assert not {p for p in named - made if not (ROOT / p).exists() and "ablation_columns" not in p}


def test_w14s_tables_share_what_is_alike():
    three, four = KNOWN["memnn_table3_simulation"], KNOWN["memnn_table4_learning_curve"]
    five = KNOWN["memnn_table5_sentence_level"]
    assert ids(four, "3000") == ids(five, "memnn_k2_time")
    streams = KNOWN["ablation_word_streams"]
    assert ids(streams, "k2_time") == ids(four, "3000")
    for name in ("k1", "k1_time", "k2_time"):
        assert ids(three, f"memnn_{name}") == ids(streams, f"{name}_stream")
    assert len({tuple(ids(four, column.id)) for column in four.runnable()}) == 4
    assert ids(KNOWN["ablation_memnn"], "am_ng_nl") == ids(TABLE1, "memnn")
