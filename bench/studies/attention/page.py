"""The page of attention, ``attention.md``: numbers alone, no word of the data."""

from __future__ import annotations

from collections.abc import Iterable

from bench.core import registry
from bench.core.profiles import FEW, Profile
from bench.core.provenance import in_words
from bench.core.rows import Row
from bench.datasets.babi import completed
from bench.datasets.babi.babi import ALL_TASKS, TASKS
from bench.studies.attention import hard
from bench.studies.attention.chosen import Measured, Tables, hops_of
from bench.studies.attention.stories import EXPLAINED, story_tables
from bench.tables.gather import ExperimentResult
from bench.tables.markdown import Bold, joined, table
from bench.tables.notices import data_mark
from bench.tables.numbers import NONE, mean, short, spread

PAPER_RESTARTS = 10
"""S15 4.2: repeated ten times with different random initialisations."""

_ABOUT = {"completed": f": {completed.ABOUT}"}

_READING = """\
A memory network reads a story into its memory, one statement a slot, and in each of its hops \
spreads a weight of 1 over the slots: its attention. bAbI labels the statements that an answer \
follows from, its supporting facts; the network is trained on answers alone and never sees these \
labels. The network is MemN2N, PE LS RN, a model a task: 3 hops, d = 20. So: how much of its \
attention falls on them?

- **hop 1, hop 2, ...**: the weight on the supporting facts of a question, summed, and the mean of \
that over **all questions of the test file**, in %. First of the restart with the lowest training \
error of those measured here; in brackets the mean ± sample standard deviation over all \
restarts.
- **even**: the same number for a weight spread evenly over all statements in the memory, and over \
no empty slot: what attention that knows nothing of the facts would reach. Nor need a hop reach \
100: where an answer follows from two facts, a network may look at one in the first hop and at the \
other in the next.
- **empty**: the weight on slots that hold no statement, in the hop that has most. A story shorter \
than the memory leaves such slots; they are not masked, and their weight counts as none on a fact.
- **outside**: questions of the test file with a supporting fact that had fallen out of the \
memory, which holds the latest statements only, before they were asked. They count all the same, \
with the weight of the facts that are left, if any."""


def attention_page(
    tables: Tables, profile: Profile, trained: ExperimentResult | None = None
) -> str:
    """The page as Markdown.

    Args:
        tables: not empty.
        trained: for the experiment that names the study.
    """
    rows = [
        row for tasks in tables.values() for measured in tasks.values() for row in measured.rows
    ]
    kinds = sorted({row["kind"] for row in rows} - {"real"})
    blocks = ["# Attention on the labelled supporting facts" + "".join(map(data_mark, kinds))]
    blocks += [f"> **{line}**" for line in notices(tables, profile)]
    blocks += [_READING, "The papers print no such numbers."]
    blocks.append(
        "![Share of the attention on supporting facts, and weights of stories](attention.png)"
    )
    for dataset, tasks in tables.items():
        blocks += _shares(dataset, tasks)
    blocks.append("## Largest weight on a supporting fact")
    blocks.append(
        "Questions, in % of all, where the slot with the largest weight holds a supporting fact; "
        "facts: labels in the test file, and how many of them were outside the memory."
    )
    for dataset, tasks in tables.items():
        blocks += _largest(dataset, tasks)
    blocks += hard.blocks(tables, trained)
    files = ("attention.csv", "attention_stories.csv")
    blocks.append("Every number of MemN2N's: " + ", ".join(f"[{name}]({name})" for name in files))
    blocks += ["## Stories", _about_stories(rows), EXPLAINED]
    blocks += story_tables(tables, lambda row, told: None)
    blocks += _provenance(rows, profile)
    return joined(blocks)


def notices(tables: Tables, profile: Profile) -> list[str]:
    """Loud lines: what keeps the numbers from being the paper's protocol on real data."""
    lines = []
    if profile.name != "paper":
        lines.append(f"{profile.name.upper()} profile: {profile.note}.")
    for dataset, tasks in tables.items():
        kinds: dict[str, list[int]] = {}
        for task, measured in tasks.items():
            for kind in {row["kind"] for row in measured.rows} - {"real"}:
                kinds.setdefault(kind, []).append(task)
        for kind, those in sorted(kinds.items()):
            lines.append(f"{kind.upper()} data: {dataset}, {_tasks(those)}{_ABOUT.get(kind, '')}.")
        few = [task for task, measured in tasks.items() if len(measured.rows) < PAPER_RESTARTS]
        if profile.name == "paper" and few:
            lines.append(f"FEWER than ten restarts: {dataset}, {_tasks(few)}.")
        known = registry.dataset(dataset)
        asked = known.few if profile.units == FEW else known.units
        lacking = sorted({int(unit) for unit in asked} - set(tasks))
        if lacking:
            lines.append(f"NOT MEASURED: {dataset}, {_tasks(lacking)}.")
    return lines


def _shares(dataset: str, tasks: dict[int, Measured]) -> list[str]:
    hops = hops_of(tasks)
    head = ["task", "even", *(f"hop {h + 1}" for h in hops), "empty", "outside", "questions"]
    head += ["test error", "restarts"]
    lines = []
    for measured in tasks.values():
        row = measured.chosen
        cells = [_name(measured), short(100 * row["even"])]
        cells += [_spread(measured, "share", h) for h in hops]
        cells += [short(100 * max(row["empty"])), str(row["questions_lost"]), str(row["questions"])]
        cells += [short(float(row["test_error"])), str(len(measured.rows))]
        lines.append(cells)
    if len(tasks) > 1:
        cells = [
            Bold(f"mean of {len(tasks)} tasks"),
            _mean(100 * m.chosen["even"] for m in tasks.values()),
        ]
        for h in hops:
            found = [m.spread("share", h) for m in tasks.values() if h < m.chosen["hops"]]
            cells.append(f"{_mean(f[0] for f in found)} ({_mean(f[1] for f in found)})")
        cells += ["", "", "", _mean(float(m.chosen["test_error"]) for m in tasks.values()), ""]
        lines.append(cells)
    return [
        f"## {dataset}: share of the attention on supporting facts (%)",
        table(head, lines, "lr"),
    ]


def _largest(dataset: str, tasks: dict[int, Measured]) -> list[str]:
    hops = hops_of(tasks)
    head = [dataset, *(f"hop {h + 1}" for h in hops), "facts", "outside"]
    lines = []
    for measured in tasks.values():
        row = measured.chosen
        cells = [_name(measured), *(_spread(measured, "top", h) for h in hops)]
        lines.append([*cells, str(row["facts"]), str(row["lost"])])
    return [table(head, lines, "lr")]


def _about_stories(rows: Iterable[Row]) -> str:
    figures = ""
    if any(told["figure"] for row in rows for told in row["stories"]):
        figures = (
            " Then the stories of figures 2 and 4 of End-To-End Memory Networks that were found "
            "in the v1.2 files; '(unverified)': by the index that was noted for it, without a "
            "second source to check the figure's text. Figure 2's story of task 16 is not in "
            "v1.2, which changed that task; the figures' other stories were not found. The "
            "paper's figures show a model trained on the 10k set."
        )
    return (
        "Of every task the last question of the first test story: the weight of each statement "
        f"in each hop, of the restart shown above.{figures} Statements are given by their line in "
        "the task's file. `python -m bench stories` writes the same tables with the "
        "text, for those who have the data, to `models/attention_stories.md` in the results "
        "folder."
    )


def _provenance(rows: Iterable[Row], profile: Profile) -> list[str]:
    head = ["data set", "tasks", "data", "restarts", "model", "device", "commit", "versions"]
    lines = []
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        model, versions = row["model"].partition("_memn2n-")[2], in_words(row["versions"])
        key = (row["dataset"], row["kind"], model, row["device"], row["commit"], versions)
        found.setdefault(key, []).append(row)
    for (dataset, kind, *others), those in sorted(
        found.items(), key=lambda item: (item[0][0], min(row["task"] for row in item[1]), item[0])
    ):
        tasks = " ".join(str(task) for task in sorted({row["task"] for row in those}))
        lines.append([dataset, tasks, kind, str(len(those)), *others])
    note = (
        f"Profile {profile.name}: {profile.note}. "
        "Device and commit are those that measured the models."
    )
    return ["## Provenance", note, table(head, lines, "l")]


def _name(measured: Measured) -> str:
    row = measured.chosen
    kind = "" if row["kind"] == "real" else f" ({row['kind']} data)"
    return f"{row['task']}: {TASKS[row['task'] - 1].name}{kind}"


def _spread(measured: Measured, name: str, hop: int) -> str:
    if hop >= measured.chosen["hops"]:
        return NONE
    value, average, deviation = measured.spread(name, hop)
    return short(value) + ("" if deviation is None else f" ({spread(average, deviation)})")


def _mean(values: Iterable[float]) -> str:
    return short(mean(values))


def _tasks(tasks: Iterable[int]) -> str:
    numbers = sorted(tasks)
    if numbers == list(ALL_TASKS):
        return "every task"
    return f"task{'s' * (len(numbers) > 1)} " + ", ".join(map(str, numbers))
