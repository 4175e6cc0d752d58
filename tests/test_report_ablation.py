"""An experiment that no paper prints: the same pages, with nothing to compare with."""

import csv

from bench.profiles import profile
from bench.report.build import DataAtHand, console_table, write_report
from bench.report.readme import BEGIN, END, with_numbers
from bench.spec import Experiment, expand, memn2n
from bench.store import Store
from store_helpers import HASHES, row

ABLATION = Experiment(
    id="my_ablation",
    title="PE with 1 to 3 hops",
    dataset="babi-1k",
    printed=False,
    columns=tuple(memn2n(id=f"pe_{k}hop", title=f"{k} hops", hops=k, restarts=1) for k in (1, 2, 3)),
)


def test_an_ablation_has_its_own_tables_and_no_papers_numbers(tmp_path):
    store = Store(tmp_path / "store")
    for place, column in enumerate(ABLATION.runnable()):
        for group in expand(column, "babi-1k", ABLATION.tasks, HASHES):
            errors = {str(task): 2.0 * place for task in group.tasks}
            store.add(group, [row(group, 0, test_errors=errors)])
    data = {"babi-1k": DataAtHand("real", HASHES)}
    write_report(tmp_path, [ABLATION], profile("paper"), data)
    with open(tmp_path / "my_ablation.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {r["paper"] for r in rows} == {""} and {r["difference"] for r in rows} == {""}
    assert {r["column"]: r["ours"] for r in rows if r["task"] == "mean"} == {
        "pe_1hop": "0", "pe_2hop": "2", "pe_3hop": "4",
    }  # fmt: skip
    page = (tmp_path / "my_ablation.md").read_text()
    assert "paper's" not in page.split("## Provenance")[0].replace("the paper's text", "")
    assert "PE with 1 to 3 hops" in console_table(tmp_path, [ABLATION], profile("paper"), data)


def test_the_readme_is_changed_between_its_marks_alone():
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert with_numbers(text, [], []) == f"before\n{BEGIN}\nNothing has been run yet.\n{END}\nafter\n"
