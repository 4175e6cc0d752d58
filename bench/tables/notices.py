"""What a reader must not miss: everything that keeps a table from being a reproduction."""

from __future__ import annotations

from bench.core import kinds
from bench.core.column import NotYet
from bench.core.profiles import Profile
from bench.tables.cells import PARTIAL, Cell
from bench.tables.gather import ColumnResult, ExperimentResult
from bench.tables.numbers import DAGGER, NONE, capital, listed, named, plural, superscript

_KINDS = {
    kinds.UNVERIFIED: "some files do not have the SHA-256 they are known by",
    kinds.GENERATED: "made by this suite's own generator; not the files of the paper",
}


def notices(result: ExperimentResult) -> tuple[str, ...]:
    """Loud lines, none for a complete run of the paper's protocol on real data."""
    lines = []
    profile = result.profile
    if result.runnable and profile.name != "paper":
        lines += of_profile(profile)
        quick = {column.id for column in result.experiment.quick}
        small = [c for c in result.ran if c.column.id in quick]
        budgets = [(column.column.title, _budget(result, column)) for column in small]
        lines += [f"CAPPED: {name} has {budget}." for name, budget in budgets if budget]
    marks = kind_marks(result)
    settings = f" ({result.about})" if result.about else ""
    for kind, mark in marks.items():
        lines.append(f"{kind.upper()} data in the cells marked {mark}{settings}: {_why(kind)}.")
    if not marks and data_mark(result.kind):
        lines.append(f"{result.kind.upper()} data{settings}: {_why(result.kind)}.")
    only = "; only the paper's numbers are shown" if result.experiment.printed else ""
    if not result.runnable:
        lines.append(f"NOT YET RUNNABLE: no column of it is written{only}.")
    elif not result.ran:
        lines.append(f"NOT RUN: no restart is stored{only}.")
    counts = {
        c.column.title: int((c.cells.status[_units(result)] == PARTIAL).sum()) for c in result.ran
    }
    few = [title for title, count in counts.items() if count]
    if few:
        lines.append(
            f"INCOMPLETE: {sum(counts.values())} cells have fewer restarts stored than asked for "
            f"({named(few)})."
        )
    return tuple(lines)


def of_profile(profile: Profile) -> list[str]:
    """What another profile than the paper's has to say, a line or none."""
    if profile.name == "paper":
        return []
    what = profile.note.removesuffix(", not a reproduction")
    return [f"{profile.name.upper()} profile, not a reproduction of the paper: {what}."]


def _budget(result: ExperimentResult, column: ColumnResult) -> str:
    """What a quick column's settings differ in from those of the column that it stands for."""
    (whole,) = (c for c in result.experiment.runnable() if c.id == column.column.id)
    quick, usual = column.spec.canonical(), result.profile.apply(whole).canonical()
    values = {**dict.fromkeys(usual, "the default"), **usual}
    return listed([
        f"{name} {quick[name]} in place of {values.get(name, 'the default')}"
        for name in quick if quick[name] != usual.get(name)
    ])  # fmt: skip


def _units(result: ExperimentResult) -> list[str]:
    """The rows of its cells that are no summaries."""
    summaries = {summary.key for summary in result.subject.summaries}
    return [key for key in result.keys if key not in summaries]


def kind_marks(result: ExperimentResult) -> dict[str, str]:
    """Kind of data -> the mark of its cells, where cells of one table differ in it.

    Real ones have none, and completed ones a mark of their own (`marked`).
    """
    found = {kind for c in result.ran for kind in c.cells.data[_units(result)] if kind}
    seen = sorted({kinds.REAL if kind == kinds.COMPLETED else kind for kind in found})
    if len(seen) < 2:
        return {}
    return dict(zip((kind for kind in seen if kind != kinds.REAL), "*‡§¶", strict=False))


def _why(kind: str) -> str:
    return _KINDS.get(kind, "not the files of the paper")


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
    return "" if kind in ("", kinds.REAL, kinds.COMPLETED) else f" [{kind.upper()} data]"


def completion(result: ExperimentResult) -> str:
    """What the mark of a number from completed data means, '' if none has it."""
    if not result.completed:
        return ""
    about = result.completion or "generated examples complete a training set"
    return f"{DAGGER} {capital(about)}. Whatever includes that has the mark too."


def marked(number: str, cell: Cell) -> str:
    """A number of ours as it is written, with the mark if it is from completed data."""
    return number + DAGGER if cell.completed and number != NONE else number


def headline(result: ExperimentResult) -> str:
    """The loud lines in a few words, for a figure's title."""
    return "; ".join(line.partition(":")[0] for line in notices(result))


def later_marks(result: ExperimentResult) -> dict[str, str]:
    """Why columns can't be run yet -> the mark of their titles."""
    whys = dict.fromkeys(c.column.why for c in result.columns if isinstance(c.column, NotYet))
    return {why: superscript(number) for number, why in enumerate(whys, start=1)}


def footnotes(result: ExperimentResult) -> tuple[str, ...]:
    """Why cells are empty or stand on less, or on something else, than the paper's."""
    nouns = capital(plural(result.subject.noun))
    lines = [completion(result)] if result.completed else []
    for why, mark in later_marks(result).items():
        lines.append(f"{mark} Not yet runnable: {why}. The paper's numbers only.")
    for kind, mark in kind_marks(result).items():
        lines.append(f"{mark} {kind.upper()} data: {_why(kind)}.")
    runnable = [c for c in result.columns if not isinstance(c.column, NotYet)]
    if runnable:
        lines.append("– : not run.")
    idle = [c.column.title for c in runnable if not c.ran]
    if idle and result.ran:
        lines.append(f"Columns not run: {named(idle)}.")
    if result.without_files:
        lines.append(f"{nouns} whose files are not at hand: {listed(result.without_files)}.")
    joint = {c.runs.units.iloc[0] for c in runnable if c.ran and c.spec.joint}
    for units in sorted(joint - {result.subject.units}):
        lines.append(
            f"Joint columns: one model of {nouns.lower()} {listed(units)} only, where the paper's "
            "is of all."
        )
    for column in result.ran:
        cells = column.cells.loc[_units(result)]
        lost = list(cells.index[(cells.restarts > 0) & (cells.finished == 0)])
        if lost:
            what = f"no restart to show for {nouns.lower()} {listed(lost)} (diverged)"
            lines.append(f"{column.column.title}: {what}.")
    return tuple(lines)
