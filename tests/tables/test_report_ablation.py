"""An experiment that no paper prints: its lines, effects and figures, with nothing to compare
with."""

import csv
import dataclasses
import math
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from report_helpers import PAPER, SMOKE, TASKS, gathered, result
from store_helpers import AT_HAND, row

from bench.core.experiment import Experiment
from bench.core.method import Rule
from bench.core.runs import expand
from bench.core.store import Store
from bench.methods.memn2n.spec import memn2n
from bench.tables import ablation, ablation_plot, canvas
from bench.tables import report as reports
from bench.tables.readme import BEGIN, END, with_numbers

DATA = {"babi-1k": AT_HAND}
ABLATION = Experiment(
    id="my_ablation",
    title="PE with 1 to 3 hops",
    dataset="babi-1k",
    printed=False,
    figure="hops",
    columns=tuple(
        memn2n(
            id=f"pe_{k}hop",
            title=f"{k} hops",
            hops=k,
            restarts=2,
            against="" if k == 2 else "pe_2hop",
        )
        for k in (1, 2, 3)
    ),
)
"""Of `built`, seed s on a task errs by twice its hops, and by s more; the last column is not
run."""


def fill(folder: Path, units=TASKS, kind=lambda task: "real", budget=PAPER) -> Path:
    store = Store(folder / "store")
    for column in ABLATION.runnable()[:2]:
        for group in expand(budget.apply(column), "babi-1k", units, AT_HAND):
            store.add(group, [
                row(
                    group, seed, running_error=1.0 - seed, kind=kind(group.units[0]),
                    test_errors=dict.fromkeys(group.units, 2.0 * int(column.id[3]) + seed),
                )
                for seed in (0, 1)
            ])  # fmt: skip
    return folder


def report(folder: Path, experiment: Experiment = ABLATION, budget=PAPER) -> dict[str, str]:
    paths = reports.write(gathered(folder, DATA, budget, of=experiment))
    again = gathered(folder, DATA, budget, of=experiment)
    assert reports.differing(again) == []  # the same bytes again
    return {path.name: path.read_text() for path in paths if path.suffix != ".png"}


def lines(text: str) -> dict[str, dict[str, str]]:
    return {line["column"]: line for line in csv.DictReader(text.splitlines())}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> dict[str, str]:
    return report(fill(tmp_path_factory.mktemp("built")))


def test_an_ablation_has_its_own_tables_and_no_papers_numbers(built):
    rows = list(csv.DictReader(built["my_ablation.csv"].splitlines()))
    assert {r["paper"] for r in rows} == {""} and {r["difference"] for r in rows} == {""}
    means = {r["column"]: r["ours"] for r in rows if r["task"] == "mean"}
    assert means == {"pe_1hop": "3", "pe_2hop": "5", "pe_3hop": ""}
    page = built["my_ablation.md"]
    assert "paper's" not in page.split("## Effects")[0].replace("the paper's text", "")
    assert "against the paper" not in page and "Verdicts" not in page


def test_a_line_a_column(built):
    told = lines(built["my_ablation_columns.csv"])
    one, three = told["pe_1hop"], told["pe_3hop"]
    assert (one["mean"], one["sd"], one["selected"], one["failed"]) == (
        "2.5",
        f"{0.5**0.5:.4f}",
        "3",
        "0",
    )
    assert (one["restarts"], one["tasks"], one["data"], one["status"]) == ("2", "20", "real", "run")
    assert (one["against"], one["effect"], one["effect_selected"]) == ("pe_2hop", "-2", "-2")
    assert float(one["low"]) + float(one["high"]) == pytest.approx(-4.0, abs=1e-3)
    assert (one["low_selected"], told["pe_2hop"]["effect"]) == ("", "")
    assert {three[name] for name in three} == {"pe_3hop", "pe_2hop", "not run", ""}
    page = built["my_ablation.md"]
    assert "| 1 hops | 2.5 ± 0.7 | 3.0 | 0 | 2 | 20 of 20 |" in page
    assert "| 3 hops | not run | – | – | – | – |" in page
    low, high = (f"{float(one[name]):+.1f}".replace("-", "−") for name in ("low", "high"))
    assert f"| 1 hops | 2 hops | −2.0 | {low} to {high} | −2.0 | – | 20 of 20 |" in page
    assert "| 3 hops | 2 hops | not run | – | – | – | – |" in page
    assert "Of 1 intervals, luck alone leaves about 0.1 beside 0." in page
    assert "(my_ablation.csv)" in page and "(my_ablation_columns.csv)" in page


def test_a_page_says_how_many_restarts_diverged(tmp_path):
    folder = fill(tmp_path)
    store = Store(folder / "store")
    one, _, three = (PAPER.apply(column) for column in ABLATION.runnable())
    for column, diverged in ((one, (None, 3)), (three, (3, 3))):
        task = expand(column, "babi-1k", TASKS, AT_HAND)[0]
        store.path(task).unlink(missing_ok=True)
        store.add(task, [
            row(task, seed, diverged=epoch, test_errors={task.units[0]: 2.0})
            for seed, epoch in enumerate(diverged)
        ])  # fmt: skip
    page = report(folder)["my_ablation.md"]
    assert "| 1 (1 more diverged) | 20 of 20 |" in page
    assert "| 3 hops | all diverged | – | – | – | – |" in page
    assert "| 3 hops | 2 hops | all diverged | – | – | – | – |" in page


def test_without_baselines_there_are_no_effects(tmp_path):
    plain = tuple(dataclasses.replace(column, against="") for column in ABLATION.runnable())
    built = report(fill(tmp_path), dataclasses.replace(ABLATION, columns=plain, figure="columns"))
    assert "Effects" not in built["my_ablation.md"] and "## Columns" in built["my_ablation.md"]


def test_few_tasks_say_so(tmp_path):
    fill(tmp_path, ("1", "6"), budget=SMOKE)
    built = report(tmp_path, budget=SMOKE)
    told = lines(built["my_ablation_columns.csv"])["pe_1hop"]
    assert (told["mean"], told["tasks"], told["status"]) == ("2.5", "2", "partial")
    assert "| 2 of 20 |" in built["my_ablation.md"] and "SMOKE profile" in built["my_ablation.md"]


@pytest.mark.parametrize("kind", ["unverified", "generated"])
def test_cells_of_other_data_are_marked(tmp_path, kind):
    fill(tmp_path, kind=lambda task: kind if task == "3" else "real")
    built = report(tmp_path)
    page, name = built["my_ablation.md"], kind.upper()
    assert page.startswith(f"# PE with 1 to 3 hops \\[some {name} data\\]\n")
    assert f"> **{name} data in the cells marked \\*: " in page and f"\n\\* {name} data: " in page
    cells = {
        line.split(" | ")[0]: line for line in page.split("## Ours")[1].split("## ")[0].splitlines()
    }
    assert "| 3.0\\* | 5.0\\* | – |" in cells["| 3"] and "\\*" not in cells["| 4"]
    assert "2.5 ± 0.7\\*" in page and "**3.0\\***" in page  # means that hold it
    assert f"[some {name} data]" in built["index.html"]
    rows = list(csv.DictReader(built["my_ablation.csv"].splitlines()))
    assert {r["task"] for r in rows if r["data"] == kind} == {"3", "mean", "failed"}


def test_all_of_other_data_has_no_marks(tmp_path):
    page = report(fill(tmp_path, kind=lambda task: "unverified"))["my_ablation.md"]
    assert page.startswith("# PE with 1 to 3 hops \\[UNVERIFIED data\\]\n") and "\\*" not in page


def _texts(figure: Figure) -> list[str]:
    found = [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]
    return [text for text in found if text]


def test_figures_show_what_is_stored_and_say_what_is_not(tmp_path):
    found = result(fill(tmp_path), DATA, of=ABLATION)
    with canvas.style():
        hops, columns = ablation_plot.hops(found), ablation_plot.columns(found)
    assert any("(not run: 3 hops)" in text for text in _texts(hops))
    (line,) = [
        one for one in hops.axes[0].lines if len(one.get_xdata()) == 2 and one.get_lw() == 1.4
    ]
    assert list(line.get_ydata()) == [2.5, 4.5]
    texts = _texts(columns)
    assert texts.count("not run") == 2 and {"1 hops", "2 hops", "3 hops"} <= set(texts)
    left, right = columns.axes
    assert {2.5, 4.5} <= {
        float(one.get_xdata()[0]) for one in left.lines if len(one.get_xdata()) == 1
    }
    assert -2.0 in {float(one.get_xdata()[0]) for one in right.lines if len(one.get_xdata()) == 1}


def test_where_no_restart_is_chosen_none_is_shown(tmp_path):
    """Of a column whose rule picks none the mean is reported: no diamond, no number twice."""
    found = result(fill(tmp_path), DATA, of=ABLATION)
    mean = Rule(fields=(), split="train", about="", measure="")
    first, *rest = found.columns
    found = dataclasses.replace(found, columns=(dataclasses.replace(first, rule=mean), *rest))
    one, two, _ = ablation.lines(found)
    assert math.isnan(one.chosen) and two.chosen == 5.0
    assert math.isnan(one.effect.chosen) and one.effect.mean == -2.0
    columns, effects = ablation.grids(found)
    assert columns.rows[0][:3] == ("1 hops", "2.5 ± 0.7", "–") and effects.rows[0][4] == "–"
    with canvas.style():
        figure = ablation_plot.columns(found)
        ablation_plot.hops(found)
    diamonds = [[o for o in axis.lines if o.get_marker() == "D"] for axis in figure.axes]
    assert [len(those) for those in diamonds] == [1, 0]


def test_figures_tell_why_a_difference_is_missing(tmp_path):
    found = result(fill(tmp_path), DATA, of=ABLATION)
    *some, third = found.columns
    runs = some[0].stored.assign(diverged=True)
    lost = dataclasses.replace(third, stored=runs)
    found = dataclasses.replace(found, columns=(*some, lost))
    with canvas.style():
        texts = _texts(ablation_plot.columns(found))
    assert texts.count("all diverged") == 2 and "not run" not in texts


def test_nothing_run_says_so(tmp_path):
    for figure in ("units", "columns", "hops"):
        built = report(tmp_path, dataclasses.replace(ABLATION, figure=figure))
        assert "NOT RUN: no restart is stored.**" in built["my_ablation.md"]
    made = gathered(tmp_path, DATA, of=ABLATION)
    assert "PE with 1 to 3 hops" in reports.console(made, ["my_ablation"])


def test_the_readme_is_changed_between_its_marks_alone(tmp_path):
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert (
        with_numbers(text, [], []) == f"before\n{BEGIN}\nNothing has been run yet.\n{END}\nafter\n"
    )
    found = result(fill(tmp_path), DATA, of=ABLATION)
    told = with_numbers(text, [found], ["what a study says"], {"seen.md": "What was seen"})
    assert "\nwhat a study says\n" in told
    assert "- [What was seen](results/paper/seen.md)\n" in told
    link = "- [PE with 1 to 3 hops](results/paper/my_ablation.md)"
    assert f"{link}: 2 of 3 columns run whole\n" in told
    assert "| column |" not in told
    part = result(fill(tmp_path / "part", TASKS[:1]), DATA, of=ABLATION)
    told = with_numbers(text, [part], [])
    assert f"{link}: 0 of 3 columns run whole, 2 in part or with fewer restarts\n" in told
