"""Attention on supporting facts: ``attention.csv``, ``.md``, ``attention_stories.csv``, from rows alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from bench.attention.store import Row
from bench.data import completed
from bench.data.babi import TASKS
from bench.profiles import Profile
from bench.report.markdown import safe
from bench.report.notices import data_mark
from bench.report.numbers import NONE, exact
from bench.report.selection import mean, sd, select

HEADER = (
    "dataset", "task", "hop", "share", "mean", "sd", "top", "top_mean", "top_sd", "empty", "even",
    "questions", "facts", "lost", "questions_lost", "seed", "restarts", "test_error", "data",
    "memory",
)  # fmt: skip
"""The first six are a contract; more may follow. Shares in %: of the restart selected by training
error, then mean and sample standard deviation over the restarts stored. Rows ``mean`` are over the
tasks there are."""

_ABOUT = {"completed": f": {completed.ABOUT}"}

SHOWN_FROM = 0.05
"""The page leaves out statements that are no supporting fact and have less weight than this everywhere."""


def attention_files(rows: Iterable[Row], profile: Profile) -> dict[str, bytes]:
    """The three files by name, nothing if nothing was measured.

    Args:
        rows: as `bench.attention.store.read_rows` gives them.
    """
    sets: dict[str, dict[int, list[Row]]] = {}
    for row in rows:
        sets.setdefault(row["dataset"], {}).setdefault(row["task"], []).append(row)
    if not sets:
        return {}
    chosen = {
        name: {task: _selected(those) for task, those in sorted(tasks.items())}
        for name, tasks in sets.items()
    }
    return {
        "attention.csv": _csv(sets, chosen).encode(),
        "attention_stories.csv": _stories_csv(chosen).encode(),
        "attention.md": _page(sets, chosen, profile).encode(),
    }


def _selected(rows: Sequence[Row]) -> Row:
    """The restart with the lowest training error, as in the tables of errors."""
    row = select(rows, 1 + max(row["seed"] for row in rows), rows[0]["selection"])
    assert row is not None  # diverged ones are not stored
    return row


def _csv(sets: dict[str, dict[int, list[Row]]], chosen: dict[str, dict[int, Row]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for dataset, tasks in sets.items():
        lines = [
            _cells(rows, chosen[dataset][task], hop)
            for task, rows in sorted(tasks.items())
            for hop in range(chosen[dataset][task]["hops"])
        ]
        for hop in sorted({line["hop"] for line in lines}):
            those = [line for line in lines if line["hop"] == hop]
            summary = {"dataset": dataset, "task": "mean", "hop": hop}
            for name in ("share", "mean", "top", "top_mean", "empty", "even", "test_error"):
                summary[name] = mean([line[name] for line in those])
            lines.append(summary)
        for line in lines:
            writer.writerow([_plain(line.get(name)) for name in HEADER])
    return text.getvalue()


_AS_STORED = ("dataset", "task", "questions", "facts", "lost", "questions_lost", "seed", "memory")


def _cells(rows: Sequence[Row], chosen: Row, hop: int) -> dict[str, Any]:
    """One hop of one task, the fields of `HEADER`."""
    shares = [100 * row["share"][hop] for row in rows]
    tops = [100 * row["top"][hop] for row in rows]
    return {
        "hop": hop + 1,
        "share": 100 * chosen["share"][hop],
        "mean": mean(shares),
        "sd": sd(shares),
        "top": 100 * chosen["top"][hop],
        "top_mean": mean(tops),
        "top_sd": sd(tops),
        "empty": 100 * chosen["empty"][hop],
        "even": 100 * chosen["even"],
        "restarts": len(rows),
        "data": chosen["kind"],
        "test_error": float(chosen["test_error"]),
        **{name: chosen[name] for name in _AS_STORED},
    }


def _plain(value: Any) -> str:
    return exact(value) if value is None or isinstance(value, float) else str(value)


def _stories_csv(chosen: dict[str, dict[int, Row]]) -> str:
    """A line a statement: what figures 2 and 4 draw. Weights are empty where it fell out of the memory."""
    hops = max(row["hops"] for tasks in chosen.values() for row in tasks.values())
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [f"hop{hop + 1}" for hop in range(hops)]
    writer.writerow(
        ["task", "story", "line", "statement", "supporting", *columns]
        + ["dataset", "figure", "question", "asked", "answer", "answered", "probability", "seed", "data"]
    )
    for dataset, tasks in chosen.items():
        for task, row in tasks.items():
            for told in row["stories"]:
                after = [dataset, *(told[n] for n in ("figure", "question", "asked", "answer", "answered"))]
                after += [_plain(float(told["probability"])), row["seed"], row["kind"]]
                for line, statement, supporting, weights in told["statements"]:
                    cells = [_plain(float(w)) for w in weights]
                    cells += [""] * (hops - len(cells))
                    writer.writerow([task, told["story"], line, statement, supporting, *cells, *after])
    return text.getvalue()


def _page(sets: dict[str, dict[int, list[Row]]], chosen: dict[str, dict[int, Row]], profile: Profile) -> str:
    rows = [row for tasks in sets.values() for those in tasks.values() for row in those]
    kinds = sorted({row["kind"] for row in rows} - {"real"})
    blocks = ["# Attention on the labelled supporting facts" + "".join(map(data_mark, kinds))]
    if profile.name != "paper":
        blocks.append(f"> **{profile.name.upper()} profile: {profile.note}.**")
    blocks += [f"> **Some rows are of {kind} data{_ABOUT.get(kind, '')}.**" for kind in kinds]
    blocks.append(
        "MemN2N learns from answers alone; which statements support an answer is in the data, and never "
        "shown to it. **Share**: the attention weight p on labelled supporting facts, summed, and the "
        "mean of that over all test questions, in %: of the restart with the lowest training error, and "
        "(mean ± sd) of all restarts. "
        "**Largest**: questions whose largest weight is on a supporting fact. **Even**: the share "
        "that equal weights on all statements in memory would have. Facts that had fallen out of memory "
        "count with no weight, and are counted apart as lost. The paper prints no such numbers."
    )
    for dataset, tasks in sets.items():
        blocks += _shares(dataset, tasks, chosen[dataset])
    files = ("attention.csv", "attention_stories.csv")
    blocks.append("Every number: " + ", ".join(f"[{name}]({name})" for name in files))
    blocks.append("## Stories")
    source = " The stories are from the bAbI tasks v1.2 (CC BY 3.0)."
    blocks.append(
        "The last question of every task's first test story, and those stories of figures 2 and 4 of "
        "End-To-End Memory Networks that were found in the test files: weight of each statement in each "
        f"hop, ● beside the labelled facts. Statements with less than {SHOWN_FROM} in every hop are left "
        "out unless labelled (the CSV has all)."
        + (source if any(row["kind"] in ("real", "completed") for row in rows) else "")
    )
    for dataset, tasks in chosen.items():
        for task, row in tasks.items():
            for told in row["stories"]:
                blocks += _story(dataset, task, row, told)
    blocks += _provenance(rows)
    return "\n\n".join(blocks) + "\n"


def _shares(dataset: str, tasks: dict[int, list[Row]], chosen: dict[int, Row]) -> list[str]:
    hops = range(max(row["hops"] for row in chosen.values()))
    head = ["task", "even"]
    head += [f"{what}, hop {h + 1}" for what in ("share", "largest") for h in hops]
    head += ["facts", "lost", "test error", "restarts"]
    lines = [_line(head), "|:--|" + "--:|" * (len(head) - 1)]
    for task, rows in sorted(tasks.items()):
        row = chosen[task]
        cells = [f"{task}: {TASKS[task - 1].name}", f"{100 * row['even']:.1f}"]
        cells += [_spread(rows, row, name, h) for name in ("share", "top") for h in hops]
        cells += [str(row["facts"]), str(row["lost"]), f"{row['test_error']:.1f}", str(len(rows))]
        lines.append(_line(cells))
    return [f"## {dataset}", "\n".join(lines)]


def _spread(rows: Sequence[Row], chosen: Row, name: str, hop: int) -> str:
    if hop >= chosen["hops"]:
        return NONE
    values = [100 * row[name][hop] for row in rows]
    deviation = sd(values)
    around = "" if deviation is None else f" ({mean(values):.1f} ± {deviation:.1f})"
    return f"{100 * chosen[name][hop]:.1f}{around}"


def _story(dataset: str, task: int, row: Row, told: dict[str, Any]) -> list[str]:
    from_figure = f", figure {told['figure']}" if told["figure"] else ""
    title = f"### {dataset}, task {task}: {TASKS[task - 1].name}{from_figure}"
    said = "right" if told["answer"] == told["answered"] else f"wrong, the answer is {told['answer']}"
    asked = f"Test question {told['question']} (from 0; line {told['line']}): *{safe(told['asked'])}*"
    answered = f"Answered: **{safe(told['answered'])}** ({100 * told['probability']:.0f} %), {safe(said)}."
    hops = range(row["hops"])
    head = ["line", "statement", "fact", *(f"hop {h + 1}" for h in hops)]
    lines = [_line(head), "|--:|:--|:-:|" + "--:|" * len(hops)]
    left_out = 0
    for line, statement, supporting, weights in told["statements"]:
        if not supporting and max(weights, default=0.0) < SHOWN_FROM:
            left_out += 1
            continue
        cells = [f"{w:.2f}" for w in weights] or ["lost"] * len(hops)
        lines.append(_line([str(line), statement, "●" if supporting else "", *cells]))
    if max(told["empty"]) >= SHOWN_FROM:
        lines.append(_line(["", "(empty slots)", "", *(f"{w:.2f}" for w in told["empty"])]))
    if left_out:
        lines.append(_line(["", f"({left_out} more)", *[""] * (1 + len(hops))]))
    return [title, f"{asked} {answered}", "\n".join(lines)]


def _provenance(rows: Sequence[Row]) -> list[str]:
    head = ["data set", "tasks", "data", "model", "device", "commit", "versions"]
    lines = [_line(head), "|" + ":--|" * len(head)]
    found: dict[tuple[str, ...], set[int]] = {}
    for row in rows:
        versions = ", ".join(f"{name} {v}" for name, v in sorted(row["versions"].items()))
        model = row["model"].partition("_memn2n-")[2] or row["model"]
        key = (row["dataset"], row["kind"], model, row["device"], row["commit"], versions)
        found.setdefault(key, set()).add(row["task"])
    for (dataset, *others), tasks in sorted(found.items(), key=lambda item: (item[0][0], min(item[1]))):
        lines.append(_line([dataset, " ".join(map(str, sorted(tasks))), *others]))
    return ["## Provenance", "\n".join(lines)]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(safe(cell) for cell in cells) + " |"
