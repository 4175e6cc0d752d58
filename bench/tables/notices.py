"""What a reader must not miss: everything that keeps a table from being a reproduction."""

from __future__ import annotations

from collections.abc import Iterable

from bench.core.spec import ALL_TASKS, NotYet
from bench.datasets.babi import completed
from bench.tables.gather import PARTIAL, Cell, ExperimentResult
from bench.tables.numbers import DAGGER, NONE, superscript

_KINDS = {
    "unverified": "some files do not have the SHA-256 they are known by",
    "generated": "made by this suite's own generator; not the bAbI files of the paper",
}


def notices(result: ExperimentResult) -> tuple[str, ...]:
    """Loud lines, none for a complete run of the paper's protocol on real data."""
    lines = []
    profile = result.profile
    if profile.name != "paper":
        what = profile.note.removesuffix(", not a reproduction")
        lines.append(f"{profile.name.upper()} profile, not a reproduction of the paper: {what}.")
    marks = kind_marks(result)
    settings = f" ({result.about})" if result.about else ""
    for kind, mark in marks.items():
        lines.append(f"{kind.upper()} data in the cells marked {mark}{settings}: {_why(kind)}.")
    if not marks and data_mark(result.kind):
        lines.append(f"{result.kind.upper()} data{settings}: {_why(result.kind)}.")
    declared = {c.id: c.restarts for c in result.experiment.runnable()}
    ours = {c.column.id: c.column.restarts for c in result.columns if c.column.id in declared}
    if profile.name == "paper" and ours != declared:
        lines.append(f"{result.restarts} RESTARTS asked for: not the paper's protocol.")
    if not result.ran:
        only = "; only the paper's numbers are shown" if result.experiment.printed else ""
        lines.append(f"NOT RUN: no restart is stored{only}.")
    short = sum(c.cells[str(task)].status == PARTIAL for c in result.ran for task in ALL_TASKS)
    if short:
        lines.append(f"INCOMPLETE: {short} cells have fewer restarts stored than asked for.")
    return tuple(lines)


def kind_marks(result: ExperimentResult) -> dict[str, str]:
    """Kind of data -> the mark of its cells, where cells of one table differ in it.

    Real ones have none, and completed ones a mark of their own (`marked`).
    """
    cells = [c.cells[str(task)] for c in result.ran for task in ALL_TASKS]
    kinds = sorted({cell.data.replace("completed", "real") for cell in cells if cell.seeds})
    if len(kinds) < 2:
        return {}
    return dict(zip((kind for kind in kinds if kind != "real"), "*‡§¶", strict=False))


def _why(kind: str) -> str:
    return _KINDS.get(kind, "not the bAbI files of the paper")


def title(result: ExperimentResult) -> str:
    """The experiment's title, which says so where the data is not the paper's, or not of every
    cell."""
    if kind_marks(result):
        return f"{result.experiment.title} [some {result.kind.upper()} data]"
    return result.experiment.title + data_mark(result.kind)


def data_mark(kind: str) -> str:
    """What a title ends in for a kind of data: ' [GENERATED data]', nothing for real data or none.

    Nothing for completed data either: its test set is real, and each number from it has a mark.
    """
    return "" if kind in ("", "real", "completed") else f" [{kind.upper()} data]"


def completion(result: ExperimentResult) -> str:
    """What the mark of a number from completed data means, '' if none has it."""
    if not result.completed:
        return ""
    about = completed.ABOUT[0].upper() + completed.ABOUT[1:]
    return f"{DAGGER} {about}. Whatever includes that has the mark too."


def marked(number: str, cell: Cell) -> str:
    """A number of ours as it is written, with the mark if it is from completed data."""
    return number + DAGGER if cell.completed and number != NONE else number


def headline(result: ExperimentResult) -> str:
    """The loud lines in a few words, for a figure's title."""
    return "; ".join(line.partition(":")[0] for line in notices(result))


def footnotes(result: ExperimentResult) -> tuple[str, ...]:
    """Why cells are empty or stand on less, or on something else, than the paper's."""
    lines = [completion(result)] if result.completed else []
    later = 0
    for column in result.columns:
        if isinstance(column.column, NotYet):
            later += 1
            mark = superscript(later)
            lines.append(f"{mark} Not yet runnable: {column.column.why}. The paper's numbers only.")
    for kind, mark in kind_marks(result).items():
        lines.append(f"{mark} {kind.upper()} data: {_why(kind)}.")
    if any(not isinstance(c.column, NotYet) for c in result.columns):
        lines.append("– : not run.")
    idle = [
        c.column.title for c in result.columns if not c.ran and not isinstance(c.column, NotYet)
    ]
    if idle and result.ran:
        lines.append(f"Columns not run: {', '.join(idle)}.")
    if result.without_files:
        lines.append(f"Tasks whose files are not at hand: {_list(result.without_files)}.")
    joint = [g.tasks for c in result.ran for g, rows in c.groups if g.column.joint and rows]
    for tasks in sorted(set(joint) - {result.experiment.tasks}):
        lines.append(
            f"Joint columns: one model of tasks {_list(tasks)} only, where the paper's is of all."
        )
    for column in result.ran:
        lost = [task for task in ALL_TASKS if _all_lost(column.cells[str(task)])]
        if lost:
            lines.append(
                f"{column.column.title}: no restart to show for tasks {_list(lost)} (diverged)."
            )
    return tuple(lines)


def _all_lost(cell: Cell) -> bool:
    return bool(cell.seeds) and not cell.errors


def _list(tasks: Iterable[int]) -> str:
    return ", ".join(str(task) for task in tasks)
