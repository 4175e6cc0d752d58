"""What an experiment is, as data: columns of a paper's table, expanded to runs with stable ids.

No JAX and no I/O here. A column says everything that decides a number; a run is one column, on one
task (or on all of them jointly), from one seed. A run's id is the hash of its canonical text, which
holds every field that can change the result, the SHA-256 of its data files and the trainer's
version, so a stored row is taken for a run only if nothing that matters has changed.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.errors import BenchError

TRAINER_VERSION = 4
"""Raised by hand whenever the same spec on the same data would train to other numbers.

``tests/test_trainer_version.py`` holds a fingerprint of a short training and fails when the numbers
move while this does not, and CI trains a committed restart again.
"""

ALL_TASKS = tuple(range(1, 21))

COMPLETED = "completed/"
"""So begins the name, among a group's files, of a training set that generated stories complete."""

_LABEL = {"run": False}  # names, budgets and reporting rules: they change no single run


def choice(*options: str, default: str | None = None, **metadata: Any) -> Any:
    """A dataclass field that takes one of ``options``; the first is the default."""
    return field(default=default or options[0], metadata={"options": options, **metadata})


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Where the authors' released code differs from the paper's text (bAbI), one switch each.

    The default of every switch is the released code, except the clipping norm: Frobenius, since
    the released 2-norm costs a singular value decomposition a step and matches no better.
    """

    position_encoding: str = choice("released", "paper")
    """S15 4.1. paper: l_kj = (1 - j/J) - (k/d)(1 - 2j/J), J the sentence's own length.
    released: 1 + 4 (k - (d+1)/2)(j - (J+1)/2) / (d J), J = longest sentence of the data set + 1."""
    time_scale: str = choice("released", "paper")
    """paper: T is added unscaled. released: the time word sits in slot J and takes its PE weight."""
    answer_space: str = choice("released", "paper")
    """paper: softmax over the answer words. released: over all words, the null and the time words."""
    time_noise: str = choice("released", "paper")
    """With RN on. paper: ceil(n/10) empty memories are put in, the oldest fall out at the end.
    released: b ~ U{0..ceil(n/10)}; indices move, clipped at the memory size; nothing falls out."""
    clip_norm: str = choice("frobenius", "spectral")
    """The norm that is held at ``clip``. paper: frobenius. released: spectral (largest singular value)."""
    clip_rows: str = choice("together", "apart")
    """released: a matrix's word and time rows are one matrix. paper: A and T_A are two."""
    sampling: str = choice("released", "paper")
    """paper: epochs over the shuffled set. released: floor(N / batch) batches drawn with replacement."""
    halving: str = choice("released", "paper")
    """With halve_every = 25. paper: after 25, 50, 75 epochs. released: on entering 25, 50, 75, 100."""
    linear_start_end: str = choice("released", "paper")
    """paper: when validation loss stops falling. released: after ``linear_start_epochs``."""
    null_columns: str = choice("released", "paper")
    """Layer-wise tying only. paper: the null word's embedding is zero everywhere. released: the null
    rows of B and W are trained, so question padding is a learned bias."""

    def __post_init__(self) -> None:
        _check_fields(self, "readings")


@dataclass(frozen=True, kw_only=True)
class MemN2N:
    """One column of MemN2N results (S15 sections 2 and 4). Build it with `memn2n`."""

    id: str = field(metadata=_LABEL)
    title: str = field(metadata=_LABEL)
    encoding: str = choice("pe", "bow")
    hops: int = 3
    dim: int = 20
    memory_size: int = 50
    tying: str = choice("adjacent", "layerwise", "untied")
    """S15 2.2. adjacent: A_{k+1} = C_k, B = A_1, W^T = C_K. layerwise: one A and one C, with B and W of
    their own. untied (ours): every hop has its own A and C, with B and W of their own."""
    state_map: bool = field(default=True, metadata={"neutral": True})
    """Layer-wise tying: u_{k+1} = H u_k + o_k. False (ours) leaves H out."""
    temporal: bool = field(default=True, metadata={"neutral": True})
    """T_A and T_C are added to memories (S15 4.1). False (ours): there are none, nor time words."""
    nonlinearity: str = choice("none", "relu")
    linear_start: bool = False
    linear_start_epochs: int = 0
    linear_start_rate: float = 0.0
    time_noise: float = 0.0
    joint: bool = False
    epochs: int = 100
    rate: float = 0.01
    halve_every: int = 25
    batch: int = 32
    clip: float = 40.0
    init_std: float = 0.1
    holdout: float = 0.1
    readings: Readings = field(default_factory=Readings)
    dataset: str = field(default="", metadata=_LABEL)
    """What it is trained and tested on, if not the experiment's data set. (The run's id has it.)"""
    restarts: int = field(default=10, metadata=_LABEL)
    selection: str = choice("released", "paper", run=False)
    """Which training error picks the restart. paper: the final model's. released: the running error
    of the last epoch's batches, noise included. Ties: lower training loss, then lower seed."""
    against: str = field(default="", metadata=_LABEL)
    """In an ablation: the id of the column that this one is compared with, its baseline."""

    method = "memn2n"

    def __post_init__(self) -> None:
        where = f"column '{self.id}'"
        _check_fields(self, where)
        for name in ("hops", "dim", "memory_size", "epochs", "halve_every", "batch", "restarts"):
            _positive(where, name, getattr(self, name))
        for name in ("rate", "clip", "init_std"):
            _positive(where, name, getattr(self, name))
        if not 0.0 < self.holdout < 1.0:
            raise BenchError(f"{where}: field 'holdout' must lie between 0 and 1, not {self.holdout}")
        if not 0.0 <= self.time_noise < 1.0:
            raise BenchError(f"{where}: field 'time_noise' must lie in [0, 1), not {self.time_noise}")
        ls_fields = ("linear_start_epochs", "linear_start_rate")
        if self.linear_start:
            for name in ls_fields:
                _positive(where, name, getattr(self, name))
        else:
            for name in ls_fields:
                if getattr(self, name):
                    raise BenchError(
                        f"{where}: field '{name}' contradicts linear_start=False; "
                        f"set linear_start=True or leave '{name}' out"
                    )
        if not self.state_map and self.tying != "layerwise":
            raise BenchError(f"{where}: field 'state_map' contradicts tying='{self.tying}': it has no H")
        if self.time_noise and not self.temporal:
            raise BenchError(f"{where}: field 'time_noise' contradicts temporal=False: it moves time indices")
        contradictions = [
            ("position_encoding", self.encoding == "bow", "encoding='bow' has no position encoding"),
            ("time_scale", self.encoding == "bow", "encoding='bow' scales no time word"),
            ("time_scale", not self.temporal, "temporal is False"),
            ("clip_rows", not self.temporal, "temporal is False, so there are no time rows"),
            ("time_noise", self.time_noise == 0.0, "time_noise=0 inserts no empty memories"),
            ("linear_start_end", not self.linear_start, "linear_start is False"),
            ("null_columns", self.tying == "adjacent", "adjacent tying has no B and W of their own"),
        ]
        for name, idle, why in contradictions:
            if idle and getattr(self.readings, name) != getattr(Readings, name):
                raise BenchError(f"{where}: reading '{name}' has no effect here ({why}); leave it out")


def memn2n(**fields: Any) -> MemN2N:
    """A MemN2N column from named fields; an unknown field is refused by name.

    Raises:
        BenchError: a field is unknown, missing, of the wrong type, or contradicts another.
    """
    return build(MemN2N, fields, f"column '{fields.get('id', '?')}'")


def readings(**fields: Any) -> Readings:
    """`Readings` from named switches; an unknown switch is refused by name."""
    return build(Readings, fields, "readings")


@dataclass(frozen=True, kw_only=True)
class NotYet:
    """A column of the paper's table that the suite cannot train yet; listed, never dropped."""

    id: str
    title: str
    why: str


Column = MemN2N | NotYet


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One paper artifact: a table's columns on a data set.

    Attributes:
        id: the name of its CSV of printed numbers, and of its result files.
        title: what the paper calls it.
        dataset: 'babi-1k' or 'babi-10k'.
        columns: in the paper's order; ids are the CSV's headers.
        printed: whether a paper prints this table; an ablation of ours has nothing to compare with.
        table: what its files hold: 'cells', each task's error a column, or 'data sets', which
            compares the columns' data sets and what is trained on them.
        figure: what its plot shows: 'tasks', every task's error, a panel a column; 'columns', every
            column's mean error and its difference from its baseline; 'hops', mean error by hops.
        long: takes hours. The laptop profile runs it only where it is named, smoke on fewer tasks.
    """

    id: str
    title: str
    dataset: str
    columns: tuple[Column, ...]
    tasks: tuple[int, ...] = ALL_TASKS
    printed: bool = True
    table: str = choice("cells", "data sets")
    figure: str = choice("tasks", "columns", "hops")
    long: bool = False

    def __post_init__(self) -> None:
        where = f"experiment '{self.id}'"
        if not re.fullmatch(r"\w[\w-]*", self.id):
            raise BenchError(f"{where}: field 'id' must be a file's name: letters, digits, '_' and '-'")
        _check_options(self, where)
        for name in ("printed", "long"):
            if not isinstance(getattr(self, name), bool):
                raise BenchError(f"{where}: field '{name}' must be bool, not {getattr(self, name)!r}")
        if not self.columns:
            raise BenchError(f"{where}: field 'columns' must name at least one column")
        if not self.tasks or list(self.tasks) != sorted(set(self.tasks) & set(ALL_TASKS)):
            raise BenchError(
                f"{where}: field 'tasks' must name tasks from 1 to 20, in order, each once, not {self.tasks}"
            )
        ids = [column.id for column in self.columns]
        for name in ids:
            if ids.count(name) > 1:
                raise BenchError(f"{where}: column '{name}' is declared twice")
        trained = {column.id: column for column in self.runnable()}
        for column in self.runnable():
            base = trained.get(column.against)
            if base and base.id != column.id and self.dataset_of(base) != self.dataset_of(column):
                raise BenchError(
                    f"{where}: field 'against' of column '{column.id}' names '{base.id}', "
                    "which has another data set"
                )
            if column.against and (base is None or base.id == column.id):
                raise BenchError(
                    f"{where}: field 'against' of column '{column.id}' names '{column.against}'"
                    f"{_near(column.against, set(trained) - {column.id})}, "
                    "which is no other column that is trained here"
                )

    def dataset_of(self, column: MemN2N) -> str:
        """The data set a column is trained and tested on."""
        return column.dataset or self.dataset

    @property
    def datasets(self) -> tuple[str, ...]:
        """The data sets of all its columns."""
        return tuple(dict.fromkeys(self.dataset_of(c) for c in self.runnable())) or (self.dataset,)

    def runnable(self) -> tuple[MemN2N, ...]:
        """The columns that can be trained."""
        return tuple(c for c in self.columns if not isinstance(c, NotYet))

    def select(self, ids: Iterable[str] | None) -> tuple[MemN2N, ...]:
        """Runnable columns by id, all if None.

        Raises:
            BenchError: an id is unknown or names a column that is not yet runnable.
        """
        if ids is None:
            return self.runnable()
        by_id = {column.id: column for column in self.columns}
        chosen = []
        for name in ids:
            if name not in by_id:
                raise BenchError(
                    f"experiment '{self.id}' has no column '{name}'{_near(name, by_id)}; "
                    f"its columns: {', '.join(by_id)}"
                )
            column = by_id[name]
            if isinstance(column, NotYet):
                raise BenchError(f"column '{name}' of '{self.id}' cannot be run yet: {column.why}")
            chosen.append(column)
        return tuple(chosen)


@dataclass(frozen=True)
class Group:
    """All restarts of one column on one task (or on several jointly): what is trained together."""

    column: MemN2N
    dataset: str
    tasks: tuple[int, ...]
    hashes: tuple[tuple[str, str], ...]
    """(file, SHA-256) of the data read, sorted by file."""

    def canonical(self) -> dict[str, Any]:
        """Everything that can change a number, as plain JSON values."""
        return {
            "method": self.column.method,
            "spec": _canonical(self.column),
            "dataset": self.dataset,
            "units": [str(task) for task in self.tasks],
            "data": dict(self.hashes),
            "version": TRAINER_VERSION,
        }

    @property
    def id(self) -> str:
        """16 hex digits: the group's identity, seeds apart."""
        return _digest(self.canonical())

    @property
    def completed(self) -> bool:
        """Whether generated stories complete one of its training sets (`bench.data.completed`)."""
        return any(name.startswith(COMPLETED) for name, _ in self.hashes)

    def kind(self, data: str) -> str:
        """The kind of data its rows are of, where the data set's files are of kind ``data``."""
        return "completed" if self.completed and data == "real" else data

    @property
    def stream(self) -> int:
        """32 bits of its identity, mixed into its seeds: other groups' restarts draw other numbers."""
        return int(self.id[:8], 16)

    def run_id(self, seed: int) -> str:
        """16 hex digits: the identity of the restart with this seed."""
        return _digest({**self.canonical(), "seed": seed})

    @property
    def label(self) -> str:
        """For people and file names: method, encoding, marks, task."""
        column = self.column
        marks = [column.encoding]
        marks += ["ls"] * column.linear_start + ["rn"] * (column.time_noise > 0)
        marks += [f"{column.hops}hop", column.tying, f"d{column.dim}"]
        marks += ["noh"] * (not column.state_map) + ["notime"] * (not column.temporal)
        marks += ["relu"] * (column.nonlinearity == "relu")
        tasks = f"qa{self.tasks[0]:02d}" if len(self.tasks) == 1 else f"joint{len(self.tasks)}"
        return f"{self.dataset}_{tasks}_{column.method}-{'-'.join(marks)}"


def expand(
    column: MemN2N, dataset: str, tasks: Iterable[int], hashes: Mapping[str, str]
) -> tuple[Group, ...]:
    """The groups of a column: one a task, or one for all tasks if the column is joint.

    Args:
        hashes: file name -> SHA-256 for every file of the tasks (names hold ``qa<task>_``).
    """
    tasks = tuple(sorted(set(tasks)))
    sets = (tasks,) if column.joint else tuple((task,) for task in tasks)
    return tuple(Group(column, dataset, s, _files_of(s, hashes)) for s in sets)


def _files_of(tasks: tuple[int, ...], hashes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    marks = tuple(f"/qa{task}_" for task in tasks)
    return tuple(sorted((f, h) for f, h in hashes.items() if any(m in "/" + f for m in marks)))


def build(kind: type, fields: Mapping[str, Any], where: str) -> Any:
    """A spec dataclass from a mapping, refusing unknown and missing fields by name."""
    known = {f.name: f for f in dataclasses.fields(kind)}
    for name in fields:
        if name not in known:
            raise BenchError(f"{where}: unknown field '{name}'{_near(name, known)}")
    for name, f in known.items():
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if required and name not in fields:
            raise BenchError(f"{where}: field '{name}' is missing")
    return kind(**fields)


def _near(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def _check_fields(spec: Any, where: str) -> None:
    kinds = {"str": str, "int": int, "float": (int, float), "bool": bool, "Readings": Readings}
    for f in dataclasses.fields(spec):
        value = getattr(spec, f.name)
        want = kinds[f.type]
        if not isinstance(value, want) or (isinstance(value, bool) and f.type != "bool"):
            raise BenchError(f"{where}: field '{f.name}' must be {f.type}, not {value!r}")
    _check_options(spec, where)


def _check_options(spec: Any, where: str) -> None:
    for f in dataclasses.fields(spec):
        value, options = getattr(spec, f.name), f.metadata.get("options")
        if options and value not in options:
            raise BenchError(
                f"{where}: field '{f.name}' must be one of {', '.join(options)}, not {value!r}"
            )


def _positive(where: str, name: str, value: float) -> None:
    if not value > 0:
        raise BenchError(f"{where}: field '{name}' must be above 0, not {value}")


def _canonical(spec: Any) -> dict[str, Any]:
    """Fields that decide a run. A field added later declares the value that keeps old runs as they
    were (``metadata={'neutral': value}``) and is left out at that value, so old ids stay valid."""
    out: dict[str, Any] = {}
    for f in dataclasses.fields(spec):
        value = getattr(spec, f.name)
        if not f.metadata.get("run", True) or ("neutral" in f.metadata and value == f.metadata["neutral"]):
            continue
        if dataclasses.is_dataclass(value):
            value = _canonical(value)
        elif f.type == "float":
            value = float(value)
        out[f.name] = value
    return out


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
