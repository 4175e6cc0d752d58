"""Numbers from a completed training set: in every file with their mark, and what it means below."""

import csv

import pytest
from matplotlib.figure import Figure
from report_helpers import TASKS, gathered, groups
from report_helpers import result as result_of
from store_helpers import row

from bench.core import registry
from bench.core.dataset import AtHand
from bench.core.experiment import Experiment
from bench.core.store import Store
from bench.methods.memn2n.spec import memn2n
from bench.tables import report
from bench.tables.notices import notices, title
from bench.tables.plot import units
from bench.tables.readme import BEGIN, END, with_numbers

TEN = registry.dataset("babi-10k").known()
WITH_FILE = AtHand(
    "real",
    {**TEN.files, "3": {f"t/en-10k/qa3_x_{split}.txt": "0" * 64 for split in ("train", "test")}},
)
EXPERIMENT = Experiment(
    id="e2e_table3_babi_10k",
    title="Ten thousand",
    dataset="babi-10k",
    columns=(
        memn2n(id="pe", title="PE", restarts=2),
        memn2n(id="3hop_pe_ls_joint", title="Joint", joint=True, restarts=1),
        memn2n(id="bow", title="BoW", encoding="bow"),
    ),
)
BELOW = (
    "† Trained on 1,925 real and 8,075 generated questions of task 3 (simulator version 1, seed "
    "0), tested on the 1,000 real ones."
)


def filled(folder, data=TEN, columns=("pe", "3hop_pe_ls_joint"), tasks=TASKS) -> Store:
    store = Store(folder / "store")
    for column in columns:
        for group in groups(column, data={"babi-10k": data}, units=tasks, of=EXPERIMENT):
            errors = {unit: float(unit) for unit in group.units}
            rows = [
                row(group, seed, kind=group.kind(data.kind), test_errors=errors)
                for seed in range(2)
            ]
            store.add(group, rows)
    return store


def write(folder, data=TEN) -> None:
    report.write(gathered(folder, {"babi-10k": data}, of=EXPERIMENT))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paper")
    filled(folder)
    write(folder)
    return folder


def kinds(folder) -> dict[tuple[str, str], str]:
    with open(folder / f"{EXPERIMENT.id}.csv", newline="") as file:
        return {(line["column"], line["task"]): line["data"] for line in csv.DictReader(file)}


def test_the_csv_says_which_cells(built):
    found = kinds(built)
    assert {found["pe", task] for task in TASKS if task != "3"} == {"real"}
    assert {found["pe", key] for key in ("3", "mean", "failed")} == {"completed"}
    joint = {found["3hop_pe_ls_joint", key] for key in ("1", "3", "mean")}
    assert joint == {"completed"}  # one model of all tasks
    assert {kind for (column, _), kind in found.items() if column == "bow"} == {""}


def test_the_page_marks_them_and_says_why_below(built):
    lines = (built / f"{EXPERIMENT.id}.md").read_text().splitlines()
    start = lines.index("## Ours and the paper's")
    for grid in (lines[start], "## Spread over restarts", "## Differences", "## Verdicts"):
        rows = [line.split(" | ") for line in lines[lines.index(grid) :] if line.startswith("| ")]
        by_name = {cells[1].strip("* "): cells[2:] for cells in rows[:23]}
        assert "†" in by_name["3 supporting facts"][0] and "†" in by_name["Mean error (%)"][0]
        assert (
            "†" not in by_name["2 supporting facts"][0] and "†" in by_name["2 supporting facts"][1]
        )
        assert not any(
            "†" in cell for cells in by_name.values() for cell in cells[2:]
        )  # BoW was not run
    assert "| 3 | 3 supporting facts | 3.0† (12.6) | 3.0† (14.0) | – (17.8) |" in lines
    below = next(n for n, line in enumerate(lines) if line.startswith(BELOW))
    assert start < below < lines.index("## Spread over restarts")
    data = "- Data: babi-10k, real, task 3 completed: trained on 1,925 real and"
    assert any(line.startswith(data) for line in lines)
    assert BELOW in (built / "index.html").read_text()


def test_it_still_stands_beside_the_papers_numbers(built):
    result = result_of(built, {"babi-10k": TEN}, of=EXPERIMENT)
    assert title(result) == "Ten thousand" and not any("data" in line for line in notices(result))


def test_console_readme_and_figure_have_the_mark(built):
    data = {"babi-10k": TEN}
    made = gathered(built, data, of=EXPERIMENT)
    (result,) = made.experiments
    for text in (
        report.console(made, [EXPERIMENT.id]),
        with_numbers(f"{BEGIN}\n{END}\n", [result], []),
    ):
        assert "10.5†" in text and "15†" in text and BELOW in text
    figure = units(result)
    assert isinstance(figure, Figure)
    first, joint = figure.axes[:2]
    assert [tick.get_text() for tick in first.get_xticklabels()][1:4] == ["2", "3†", "4"]
    assert {tick.get_text()[-1] for tick in joint.get_xticklabels()} == {"†"}
    assert "mean error 10.5†" in first.get_title(loc="left")
    assert any(
        "completed by generated" in text.get_text() for text in figure.legends[0].get_texts()
    )


@pytest.mark.parametrize(
    ("data", "tasks"), [(WITH_FILE, TASKS), (TEN, tuple(t for t in TASKS if t != "3"))]
)
def test_without_it_there_is_no_mark(tmp_path, data, tasks):
    filled(tmp_path, data, tasks=tasks, columns=("pe",))
    write(tmp_path, data)
    assert (
        "†"
        not in (tmp_path / f"{EXPERIMENT.id}.md").read_text()
        + (tmp_path / "index.html").read_text()
    )
    assert set(kinds(tmp_path).values()) == {"real", ""}


def test_a_run_on_the_file_itself_finds_no_completed_rows(tmp_path):
    store = filled(tmp_path)
    (group,) = groups("pe", data={"babi-10k": WITH_FILE}, units=["3"], of=EXPERIMENT)
    assert store.rows(group) == []


def test_unverified_files_beside_do_not_hide_it(tmp_path):
    data = AtHand("unverified", TEN.files, completion=TEN.completion)
    filled(tmp_path, data, columns=("pe",))
    write(tmp_path, data)
    text = (tmp_path / f"{EXPERIMENT.id}.md").read_text()
    assert BELOW in text and "[UNVERIFIED data]" in text.replace("\\", "")
    assert kinds(tmp_path)["pe", "3"] == "unverified"


def test_a_number_that_is_not_there_has_no_mark(tmp_path):
    filled(tmp_path, columns=("pe",), tasks=("1", "3"))
    write(tmp_path)
    text = (tmp_path / f"{EXPERIMENT.id}.md").read_text()
    assert "3.0† (12.6)" in text and "–†" not in text
