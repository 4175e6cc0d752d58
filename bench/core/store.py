"""The run store: one small JSON row a restart, the only source of tables.

A file holds one group: all restarts of one column on one task. Its first line is the manifest (what
was trained, in the words that its id is the hash of), every further line a restart, by seed. Files
are replaced whole, so a killed process leaves the old rows or the new ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.core.errors import BenchError
from bench.core.files import write_atomically
from bench.core.spec import Group

Row = dict[str, Any]

FIELDS = {
    "id": str,
    "seed": int,
    "lanes": int,
    "epochs": int,
    "diverged": (int, type(None)),
    "running_loss": (float, type(None)),
    "running_error": float,
    "train_loss": (float, type(None)),
    "train_error": float,
    "valid_loss": (float, type(None)),
    "valid_error": float,
    "valid_error_batches": float,
    "test_loss": (float, type(None)),
    "test_error": float,
    "test_error_batches": float,
    "test_errors": dict,
    "curves": dict,
    "seconds": float,
    "kind": str,
    "device": str,
    "commit": str,
    "versions": dict,
}
"""Fields of a row. Errors are in %, losses nats a question (null where not finite), seconds the
restart's share of its group's training time. ``*_batches`` are the released code's figures, which
drop the last partial batch of 32; ``test_errors`` maps a task to its error; ``lanes`` is how many
restarts shared the program; ``diverged`` the epoch of the first loss that was not finite. ``kind``
is 'real', 'completed' (real, but for generated stories in a training set), 'unverified' or
'generated'."""


class Store:
    """The rows below one folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def path(self, group: Group) -> Path:
        """The group's file."""
        return self.folder / f"{group.label}_{group.id}.jsonl"

    def rows(self, group: Group) -> list[Row]:
        """The group's rows by seed, none if it was never trained.

        Raises:
            BenchError: the file is damaged, or holds rows of something else.
        """
        path = self.path(group)
        if not path.exists():
            return []
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise _damaged(path, 1, f"cannot be read ({error})") from error
        rows = []
        for number, line in enumerate(lines, start=1):
            try:
                value = json.loads(line)
            except ValueError as error:
                raise _damaged(path, number, "is not JSON") from error
            if number == 1:
                if value != _manifest(group):
                    raise _damaged(path, number, "is not the manifest of this group")
                continue
            rows.append(_checked(path, number, value, group))
        if not lines:
            raise _damaged(path, 1, "is missing")
        seeds = [row["seed"] for row in rows]
        if seeds != sorted(set(seeds)):
            raise _damaged(path, 2, "and those after it are not in order of their seeds")
        return rows

    def add(self, group: Group, rows: Iterable[Row]) -> None:
        """Adds restarts; a seed that is there already keeps its row.

        Raises:
            BenchError: the disk is full, or the file there is damaged.
        """
        merged = {row["seed"]: row for row in rows}
        merged.update({row["seed"]: row for row in self.rows(group)})
        values: Sequence[Any] = [_manifest(group), *(merged[seed] for seed in sorted(merged))]
        write_atomically(self.path(group), "".join(_line(value) for value in values))


def _manifest(group: Group) -> dict[str, Any]:
    return {"group": group.id, "label": group.label, **group.canonical()}


def _checked(path: Path, number: int, row: Any, group: Group) -> Row:
    if not isinstance(row, dict) or set(row) != set(FIELDS):
        odd = set(row) ^ set(FIELDS) if isinstance(row, dict) else {"the row"}
        raise _damaged(path, number, f"has missing or unknown fields ({', '.join(sorted(odd))})")
    for name, kind in FIELDS.items():
        if not isinstance(row[name], kind):
            raise _damaged(path, number, f"has a field '{name}' of the wrong type")
    if row["id"] != group.run_id(row["seed"]):
        raise _damaged(path, number, f"has an id that is not its run's (seed {row['seed']})")
    if row["kind"] == ("real" if group.completed else "completed"):
        raise _damaged(path, number, f"has a field 'kind' that is not its data's ('{row['kind']}')")
    return row


def _damaged(path: Path, number: int, what: str) -> BenchError:
    return BenchError(
        f"{path}:{number}: line {what}; restore the file from git, or delete it to train again"
    )


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False) + "\n"
