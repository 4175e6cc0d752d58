"""Numbers far from the paper's: which they are, and what restarts and ablations say of them."""

import dataclasses

from report_helpers import KNOWN, PAPER
from store_helpers import row

from bench.core.experiment import Experiment
from bench.core.runs import expand
from bench.core.store import Store
from bench.methods.memn2n.spec import memn2n
from bench.tables import far, report

DATA = {"babi-1k": KNOWN}
TABLE = Experiment(
    id="e2e_table1_babi_1k", title="Table 1", dataset="babi-1k",
    columns=(memn2n(id="pe", title="PE", restarts=3),),
)  # fmt: skip
BASE = memn2n(id="base", title="base")
ABLATION = Experiment(
    id="my_ablation", title="Mine", dataset="babi-1k", printed=False,
    columns=(
        BASE,
        memn2n(id="near", title="two hops", hops=2, against="base"),
        memn2n(id="off", title="one hop", hops=1, against="base"),
    ),
)  # fmt: skip


def filled(folder, errors):
    """A store in which columns err on every task by what ``errors`` says, a number a seed."""
    store = Store(folder / "store")
    for experiment in (TABLE, ABLATION):
        for column in experiment.runnable():
            for group in expand(column, "babi-1k", KNOWN.files, KNOWN):
                store.add(group, [
                    row(group, seed, running_error=float(seed),
                        test_errors=dict.fromkeys(group.units, error))
                    for seed, error in enumerate(errors.get(column.id, ()))
                ])  # fmt: skip
    return report.gather(folder, [TABLE, ABLATION], PAPER, DATA).experiments


def lines(folder, errors):
    table, ablation = filled(folder, errors)
    found = far.grid(table, (table, ablation))
    return {} if found is None else {line[1].split()[0]: line for line in found.rows}


def test_a_far_number_is_told_with_its_restarts_and_the_nearest_setting(tmp_path):
    """The paper's PE errs by 21.6 on task 2 and by 64.2 on task 3."""
    found = lines(tmp_path, {"pe": (20.0, 40.0, 70.0), "near": (60.0, 70.0), "off": (99.0, 99.0)})
    assert "2" not in found  # 20.0 is near 21.6
    column, _, ours, paper, limits, restarts, reached, nearest = found["3"]
    assert (column, ours, paper, limits) == ("PE", "20.0", "64.2", "–")
    assert restarts == "20.0 to 70.0" and reached == "1 of 3"
    assert nearest.startswith("two hops: 65.0")
    assert found["1"][7] == "–"  # no setting is nearer to 0.1 than the column's own mean


def test_nothing_far_is_no_table(tmp_path):
    table, ablation = filled(tmp_path, {"pe": (20.0,)})
    assert far.grid(table, (ablation,)) is not None
    nothing = dataclasses.replace(table, columns=())
    assert far.grid(nothing, ()) is None and far.grid(ablation, (table,)) is None
