"""The page that sets generated beside real stories, as Markdown.

A cell with a '!' is outside its bar. The bars: means within `BAR` % of the real one; shares within
`SHARE_BAR` points; the classifier's accuracy above one half within `BAR` points; equal words and
answers; `READ` % of questions read as the file has them; a task's median test error within
`TASK_BAR` points of real stories throughout, their mean over tasks within `MEAN_BAR`.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from bench.core.provenance import in_words
from bench.core.rows import Row
from bench.datasets.babi.babi import ALL_TASKS, TASKS
from bench.studies.generated_vs_real.statistics import MEANS
from bench.tables.markdown import facts as listing
from bench.tables.markdown import joined, table
from bench.tables.numbers import NONE, short, spread
from bench.tables.provenance import short_hash

NAME = "generated_vs_real"
SIDES = ("real", "generated")
BAR = 5.0
SHARE_BAR = 1.5
READ = 99.5
TASK_BAR, MEAN_BAR = 8.0, 2.0

TRAINED = {
    "real_on_real": "real, on real",
    "generated_on_real": "generated, on real",
    "real_on_generated": "real, on generated",
}
"""What is trained on and what the errors are on, by the CSV's columns."""

Trained = Mapping[str, Mapping[int, Sequence[float]]]
"""Key of `TRAINED` -> task -> test error in % of each restart."""


def written(
    rows: Sequence[Row],
    errors: Trained,
    facts: Sequence[tuple[str, str]],
    notices: Sequence[str] = (),
) -> str:
    """The page, of rows by task; see `bench.studies.generated_vs_real.tables.comparison_files`."""
    blocks = [f"# {_title(rows)}"]
    blocks += [f"> **{line}**" for line in (*notices, *_notices(rows))]
    blocks.append(
        "The left number is of the real stories, the right one of the GENERATED. Means may "
        f"differ by {BAR:.0f} %, shares by {SHARE_BAR:.1f} points, words and answers not at all; "
        f"the classifier may be right {50 + BAR:.0f} % of the time, and {READ:.1f} % of questions "
        "must be read as the file has them. A '!' marks what is outside."
    )
    blocks.append(f"Every number: [{NAME}.csv]({NAME}.csv)")
    if rows:
        blocks += [*_statistics(rows), *_differences(rows), *_shares(rows)]
        blocks += [*_classifier(rows), *_reader(rows)]
    blocks += _trained(errors)
    blocks += _provenance(rows, facts)
    return joined(blocks)


def _title(rows: Sequence[Row]) -> str:
    real = "bAbI tasks v1.2"
    if any(row["kind"] != "real" for row in rows):
        real += ", some files UNVERIFIED"
    made = sorted({(row["generator"]["version"], row["generator"]["seed"]) for row in rows})
    which = ", ".join(f"version {version}, seed {seed}" for version, seed in made)
    simulator = f"this suite's simulator{which and ', '}{which}"
    return f"Real stories ({real}) beside GENERATED ones ({simulator})"


def _notices(rows: Sequence[Row]) -> list[str]:
    lines = []
    for row in rows:
        if row["kind"] != "real":
            lines.append(f"Task {row['task']}: a real file does not have its known SHA-256.")
        if not row["complete"]:
            lines.append(
                f"Task {row['task']}: the real 10k training file is not at hand. Its real side is "
                f"the {row['real']['questions']} questions that are, test questions too."
            )
    missing = [str(task) for task in ALL_TASKS if task not in {row["task"] for row in rows}]
    if missing:
        lines.append(f"INCOMPLETE: statistics not measured of task {', '.join(missing)}.")
    return lines


_HEADS = {
    "statements_per_question": "statements before a question",
    "words_per_statement": "words a statement",
    "words_per_question": "words a question",
    "lines_per_story": "lines a story",
    "support_per_question": "facts a question",
}


def _statistics(rows: Sequence[Row]) -> list[str]:
    head = ["", "task", "stories", "questions", *(_HEADS[name] for name in MEANS)]
    lines = []
    for row in rows:
        counted = (f"{row['real'][n]}; {row['generated'][n]}" for n in ("stories", "questions"))
        lines.append([*_task(row["task"]), *counted, *(_mean(row, name) for name in MEANS)])
    text = (
        "Means (and maxima) of the training files, and by how much the generated mean is off. "
        "Statements before a question count from the start of the story."
    )
    return ["## Statistics side by side", text, table(head, lines, "llr")]


def _mean(row: Row, name: str) -> str:
    pair = (f"{row[side][name]['mean']:.2f} ({row[side][name]['max']})" for side in SIDES)
    relative = 100 * row["comparison"][name]["relative"]
    return f"{'; '.join(pair)}; {short(relative, sign=True)} %{_flag(abs(relative) > BAR)}"


def _differences(rows: Sequence[Row]) -> list[str]:
    head = [
        "", "task", "answer's share, points", "by chance (as far)", "facts' share, points",
        "mean, standard errors", "words", "answers", "test questions repeated from training",
    ]  # fmt: skip
    lines = []
    for row in rows:
        differs, overlap = row["comparison"], row["overlap"]
        apart = {name: differs[name]["z"] for name in MEANS if differs[name]["z"] is not None}
        most = max(apart, key=lambda name: abs(apart[name]), default=None)
        repeated = (f"{overlap[side]['repeated']} of {overlap[side]['test']}" for side in SIDES)
        lines.append([
            *_task(row["task"]),
            _share(differs["answers"]),
            _chance(row),
            _share(differs["support"]),
            f"{short(apart[most], sign=True)} ({_HEADS[most]})" if most else NONE,
            *(_set(row, name) for name in ("words", "answers")),
            "; ".join(repeated),
        ])  # fmt: skip
    text = (
        "The largest differences, generated − real, and what they are of. A standard error is "
        "that of a difference of means, with a story as one observation; means that do not vary "
        "have none. By chance: 95 % of sets of as many stories as the real side has, drawn from "
        "the generated ones, stay within so many points; in brackets, how many of them are as "
        "far off as the real side."
    )
    return ["## Largest differences", text, table(head, lines, "llr")]


def _share(differs: Mapping[str, Any]) -> str:
    points = differs["points"]
    return f"{short(points, sign=True)} ({differs['of']}){_flag(abs(points) > SHARE_BAR)}"


def _chance(row: Row) -> str:
    draws, far = row["chance"]["answers"], abs(row["comparison"]["answers"]["points"])
    share = 100 * sum(draw >= far for draw in draws) / len(draws)
    return f"{by_chance(row):.1f} ({share:.0f} %)"


def _set(row: Row, name: str) -> str:
    only = row["comparison"][f"{name}_only"]
    if not any(only.values()):
        return f"{len(row['real'][name])}, the same"
    return "; ".join(
        f"only {side}: {' '.join(only[side])}" for side in SIDES if only[side]
    ) + _flag(True)


def _shares(rows: Sequence[Row]) -> list[str]:
    head = ["", "task", "answers, % of questions", "supporting facts, % of questions"]
    lines = []
    for row in rows:
        cells = []
        for name in ("answers", "support"):
            real, made = (row[side][name] for side in SIDES)
            shares = {
                of: (100 * real.get(of, 0) / row["real"]["questions"],
                     100 * made.get(of, 0) / row["generated"]["questions"])
                for of in dict.fromkeys((*real, *made))
            }  # fmt: skip
            cells.append(
                ", ".join(f"{of} {one:.1f}; {other:.1f}" for of, (one, other) in shares.items())
            )
        lines.append([*_task(row["task"]), *cells])
    return ["## Answers and supporting facts", table(head, lines, "llr")]


def _classifier(rows: Sequence[Row]) -> list[str]:
    head = ["", "task", "right, %", "by lot, %", "least to most", "questions a side"]
    lines = []
    for row in rows:
        told = row["classifier"]
        by_lot, told_right = percents(told["by_lot"]), 100 * told["accuracy"]
        lines.append([
            *_task(row["task"]),
            short(told_right) + _flag(told_right > 50 + BAR),
            spread(*mean_sd(by_lot)),
            f"{short(min(by_lot))} to {short(max(by_lot))}",
            str(told["questions"]),
        ])  # fmt: skip
    text = (
        "Logistic regression on counts of words and of pairs of neighbouring words in the "
        "statements so far and the question, real against generated, cross-validated in five "
        "folds by story. 50 % is no better than guessing. By lot: the same stories with their "
        f"sides drawn by lot ({len(rows[0]['classifier']['by_lot'])} times; mean ± standard "
        "deviation), what chance gives."
    )
    return ["## Can a classifier tell them apart?", text, table(head, lines, "llr")]


def _reader(rows: Sequence[Row]) -> list[str]:
    head = ["", "task", "real, % right", "exceptions", "generated, % right", "exceptions"]
    lines = []
    for row in rows:
        cells = []
        for side in SIDES:
            read = row["reader"][side]
            wrong = read["questions"] - read["right"]
            named = _places(read["exceptions"][:3]) + (", …" if wrong > 3 else "")
            share = f"{right(read):.2f}{_flag(right(read) < READ)}"
            cells += [share, f"{wrong} of {read['questions']}" + (f" ({named})" if wrong else "")]
        lines.append([*_task(row["task"]), *cells])
    text = (
        "A symbolic reader, which shares no code with the simulator, answers training and test "
        "questions from the text alone. Exceptions: questions it answers otherwise than the file."
    )
    return ["## Read by rules", text, table(head, lines, "llr")]


def _places(exceptions: Sequence[str]) -> str:
    """'file:line' each, the file's name once."""
    told: dict[str, list[str]] = {}
    for exception in exceptions:
        file, _, line = exception.rpartition(":")
        told.setdefault(file, []).append(f":{line}")
    return ", ".join(file + ", ".join(lines) for file, lines in told.items())


def _trained(errors: Trained) -> list[str]:
    title = "## Trained on one, tested on the other"
    if not any(errors.values()):
        return [title, "Not run."]
    medians = {
        k: {task: statistics.median(v) for task, v in by.items()} for k, by in errors.items()
    }
    real = medians["real_on_real"]
    lines = []
    for task in ALL_TASKS:
        cells = []
        for key in TRAINED:
            middle, values = medians[key].get(task), errors[key].get(task, ())
            cells += [
                short(middle) + _off(middle, real.get(task), TASK_BAR),
                spread(*mean_sd(values)),
            ]
        lines.append([*_task(task), *cells, _restarts(task, errors)])
    means = {
        k: statistics.fmean(by.values()) if len(by) == len(ALL_TASKS) else None
        for k, by in medians.items()
    }
    of_means = [
        short(mean) + _off(mean, means["real_on_real"], MEAN_BAR) for mean in means.values()
    ]
    lines.append(["", "mean of medians", *(cell for mean in of_means for cell in (mean, "")), ""])
    head = [f"{title}: {what}" for title in TRAINED.values() for what in ("median", "mean ± sd")]
    text = (
        "Test errors in % over the restarts, trained on the stories named first and tested on "
        f"those named second. '!': the median is more than {TASK_BAR:.0f} points, or the mean "
        f"over tasks more than {MEAN_BAR:.0f}, away from that of real stories throughout."
    )
    return [title, text, table(["", "task", *head, "restarts"], lines, "llr")]


def _off(error: float | None, real: float | None, bar: float) -> str:
    return _flag(error is not None and real is not None and abs(error - real) > bar)


def _provenance(rows: Sequence[Row], facts: Sequence[tuple[str, str]]) -> list[str]:
    texts = list(facts)
    if rows:
        versions = {in_words(row["versions"]) for row in rows}
        files = {name: value for row in rows for name, value in row["files"].items()}
        texts += [
            ("Commits of the measurement", ", ".join(sorted({row["commit"] for row in rows}))),
            ("Versions of the measurement", "; ".join(sorted(versions))),
            ("Real files", f"{len(files)}, SHA-256 {short_hash(files)}… over their names and sums"),
        ]
    blocks = ["## Provenance"]
    if texts:
        blocks.append(listing(texts))
    if rows:
        head = [
            "", "task", "real files", "generated training file", "test file", "made in, s",
            "commit",
        ]  # fmt: skip
        lines = []
        for row in rows:
            sums = (f"{row['generator']['sha256'][split][:12]}…" for split in ("train", "test"))
            seconds = f"{row['seconds']['generating']:.2f}"
            real = f"{short_hash(row['files'])}…"
            lines.append([*_task(row["task"]), real, *sums, seconds, row["commit"]])
        blocks.append(table(head, lines, "llr"))
    return blocks


def by_chance(row: Row) -> float:
    """The points that 95 % of sets drawn from the generated stories stay within."""
    draws = row["chance"]["answers"]
    return draws[int(0.95 * (len(draws) - 1))]


def restarts(task: int, errors: Trained) -> int | None:
    """The fewest of those columns that were run."""
    return min((len(errors[key][task]) for key in TRAINED if task in errors[key]), default=None)


def _restarts(task: int, errors: Trained) -> str:
    """Those of every column, once where they are as many."""
    many = [str(len(errors[key].get(task, ())) or NONE) for key in TRAINED]
    return many[0] if len(set(many)) == 1 else " / ".join(many)


def mean_sd(values: Sequence[float]) -> tuple[float | None, float | None]:
    if not values:
        return None, None
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None


def percents(shares: Sequence[float]) -> list[float]:
    return [100 * share for share in shares]


def right(read: Mapping[str, Any]) -> float:
    return 100 * read["right"] / read["questions"]


def _task(task: int) -> tuple[str, str]:
    return str(task), TASKS[task - 1].name


def _flag(outside: bool) -> str:
    return " !" if outside else ""
