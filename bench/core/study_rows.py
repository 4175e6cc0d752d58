"""The rows of a study: a file in the store beside the groups', read, checked and written alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.core import rows
from bench.core.errors import BenchError
from bench.core.rows import Fields, Row


@dataclass(frozen=True)
class StudyRows:
    """What a study's rows are, and where.

    Attributes:
        study: its name: the file's, and that of the script which measures again.
        fields: of a row, as they are written.
        key: the fields that no two rows have alike; ``of``: their name in messages.
        wrong: what is wrong with a row whose fields are right one by one, '' if nothing is.
        order: the rows', by ``key`` if not given.
        version: rows of a lower one don't count and are measured anew; 0 where rows have none.
    """

    study: str
    fields: Fields
    key: tuple[str, ...]
    of: str
    wrong: Callable[[Row], str]
    order: Callable[[Row], Any] | None = None
    version: int = 0

    @property
    def remedy(self) -> str:
        return f"restore the file from git, or delete it and run experiments/{self.study}.py again"

    def path(self, results: Path) -> Path:
        """The file of a results folder."""
        return results / "store" / f"{self.study}.jsonl"

    def read(self, results: Path) -> list[Row]:
        """The stored rows in order, none if nothing was measured.

        Raises:
            BenchError: the file can't be read, or a line of it is not a row.
        """
        found = rows.read(
            self.path(results),
            self.why_not,
            self.key_of,
            of=self.of,
            remedy=self.remedy,
            outdated=self._outdated,
        )
        return sorted(found, key=self.order or self.key_of)

    def save(self, results: Path, row: Row) -> None:
        """Stores a row in the place of those that it replaces.

        Raises:
            BenchError: the row or those there are damaged, or the file can't be written.
        """
        wrong = self.why_not(row)
        if wrong:
            which = ", ".join(str(row.get(name)) for name in self.key)
            raise BenchError(f"a row of {self.of} {which} {wrong}; measure again")
        kept = [old for old in self.read(results) if not self.replaces(row, old)]
        kept.append({name: row[name] for name in self.fields})
        rows.write(self.path(results), sorted(kept, key=self.order or self.key_of))

    def replaces(self, new: Row, old: Row) -> bool:
        """Whether a new row takes the place of an old one."""
        return self.key_of(new) == self.key_of(old)

    def key_of(self, row: Row) -> tuple:
        """What no other row has."""
        return tuple(row[name] for name in self.key)

    def why_not(self, row: Any) -> str:
        """What is wrong with a row, '' if nothing is."""
        wrong = rows.wrong_field(row, self.fields)
        if not wrong and self.version and row["version"] > self.version:
            mine = f"{row['version']}, this one has {self.version}"
            return f"has a field 'version' of a later suite ({mine})"
        return wrong or self.wrong(row)

    def _outdated(self, row: Any) -> bool:
        told = isinstance(row, dict) and rows.count(row.get("version"))
        return told and row["version"] < self.version
