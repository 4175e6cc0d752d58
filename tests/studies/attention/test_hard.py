"""Hard attention beside soft, from made-up rows of both."""

from __future__ import annotations

from attention_rows import a_row
from report_helpers import PAPER, REAL, gathered

from bench.core.experiment import Experiment
from bench.core.runs import expand
from bench.core.store import Store
from bench.methods.memnn.protocols import supervised
from bench.studies.attention import hard
from bench.studies.attention.chosen import by_task

EXPERIMENT = Experiment(
    id="an_experiment",
    title="t",
    dataset="babi-1k",
    printed=False,
    columns=(supervised(id="memnn", title="MemNN, told"),),
)


def memnn_row(group, seed: int, found: list, diverged: int | None = None) -> dict:
    (unit,) = group.units
    return {
        "id": group.run_id(seed), "seed": seed, "lanes": 5, "epochs": 60, "diverged": diverged,
        "ngrams": 1, "train_loss": 0.1, "train_error": 1.0, "valid_loss": 0.1, "valid_error": 1.0,
        "test_error": 2.0, "test_errors": {unit: 2.0}, "support_accuracy": found,
        "curves": {"epoch": [60], "train_loss": [0.1], "valid_error": [1.0]}, "seconds": 1.0,
        "kind": "real", "device": "cpu test", "commit": "0123456789ab", "versions": {"jax": "0"},
    }  # fmt: skip


def test_means_of_both_are_set_side_by_side_for_tasks_that_have_both(tmp_path):
    store = Store(tmp_path / "store")
    column = PAPER.apply(EXPERIMENT.columns[0])
    for unit, (one, other) in {"2": (90.0, 80.0), "4": (70.0, 60.0)}.items():
        (group,) = expand(column, "babi-1k", [unit], REAL["babi-1k"])
        rows = [
            memnn_row(group, 0, [one, 50.0]),
            memnn_row(group, 1, [other, 40.0]),
            memnn_row(group, 2, [1.0, 1.0], diverged=3),
        ]
        store.add(group, rows)
    (trained,) = gathered(tmp_path, of=EXPERIMENT).experiments
    soft = by_task([a_row(1), a_row(2, 0, top=[0.25, 0.5]), a_row(2, 1, top=[0.75, 0.5])])
    title, text, name, table = hard.blocks(soft, trained)
    assert title == hard.TITLE and "told" in text and name == "babi-1k: MemNN, told"
    head, _, *lines = table.splitlines()
    assert head.count("MemNN, fact") == 3 and head.count("MemN2N, hop") == 2
    assert lines == ["| 2 | 2 | 85.0 | 45.0 | – | 50.0 | 50.0 |"]


def test_without_a_memnn_there_is_no_section(tmp_path):
    assert hard.blocks(by_task([a_row(1)]), None) == []
    (trained,) = gathered(tmp_path, of=EXPERIMENT).experiments
    assert hard.blocks(by_task([a_row(1)]), trained) == []
