"""The house's walls, read from its imports, and its dependencies: what is imported is declared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "bench").rglob("*.py"))

MAY_IMPORT = {
    "core": {"core"},
    "examples": {"examples", "core.errors"},
    "datasets": {"datasets", "core", "examples"},
    "methods": {"methods", "core", "examples", "train"},
    "train": {"train", "core"},
    "tables": {"tables", "core"},
    "studies": {"studies", "core", "examples", "datasets", "methods", "train", "tables"},
    "": {"core", "tables", "cli"},
}
"""Folder of `bench` -> the parts of `bench` that it may import; '' is its root."""

NOT_IN = {
    "core": {"jax", "flax", "optax", "sklearn", "matplotlib", "torch"},
    "examples": {"jax", "flax", "optax", "sklearn", "matplotlib", "torch", "pandas"},
    "datasets": {"jax", "flax", "optax", "sklearn", "matplotlib", "torch"},
    "tables": {"jax", "flax", "optax", "torch", "sklearn"},
}
"""Folder -> packages that no module of it imports as it is imported itself."""


def folder(path: Path) -> str:
    parts = path.relative_to(ROOT / "bench").parts
    return parts[0] if len(parts) > 1 else ""


def imported(path: Path, *, at_once: bool = False) -> Iterator[str]:
    """Names of the modules a file imports; ``at_once``: those that its own import imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = _outside_functions(tree) if at_once else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not typing_only:
            yield node
            yield from _outside_functions(node)


def parts(names: Iterator[str]) -> set[str]:
    """Of imported names those of `bench`, without 'bench.'."""
    return {name.removeprefix("bench.") for name in names if name.startswith("bench.")}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_through_no_wall(path):
    here = folder(path)
    if path.name == "__main__.py":
        return
    allowed = MAY_IMPORT[here]
    own = path.relative_to(ROOT / "bench").parts[1] if here in ("methods", "datasets") else ""
    for name in parts(imported(path)):
        inside = any(
            name == a or name.startswith(a + ".") or a.startswith(name + ".") for a in allowed
        )
        assert inside, f"{path}: imports bench.{name}"
        other = name.split(".")
        if here in ("methods", "studies") and other[0] == here and len(other) > 1:
            assert other[1] == path.relative_to(ROOT / "bench").parts[1], f"{path}: bench.{name}"
        if here == "datasets" and other[0] == "datasets" and len(other) > 1 and other[1] != own:
            assert not (ROOT / "bench" / "datasets" / other[1]).is_dir(), f"{path}: bench.{name}"
        if here == "tables":
            assert name.split(".")[:2] not in (["core", "runner"], ["core", "devices"]), path
    for package in NOT_IN.get(here, ()):
        assert package not in {n.split(".")[0] for n in imported(path, at_once=True)}, (
            f"{path}: imports {package}"
        )


def test_the_root_holds_the_command_line_alone():
    there = {p.name for p in (ROOT / "bench").iterdir() if p.name != "__pycache__"}
    assert there == {"__init__.py", "__main__.py", "cli.py", *(set(MAY_IMPORT) - {""})}


def test_the_spine_and_the_tables_name_no_data_set_method_or_study():
    """Neither in code nor in words that people read: they know them by their contracts."""
    names = [
        p.name
        for part in ("datasets", "methods", "studies")
        for p in (ROOT / "bench" / part).iterdir()
        if p.is_dir() and p.name != "__pycache__"
    ]
    assert {"babi", "memn2n", "attention"} <= set(names)
    named = re.compile(rf"\b({'|'.join(sorted(names))})\b", re.IGNORECASE)
    for path in FILES:
        if folder(path) in ("core", "tables", "train", ""):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                words = {ast.Name: "id", ast.Attribute: "attr", ast.Constant: "value"}
                said = getattr(node, words.get(type(node), ""), "")
                if isinstance(said, str) and not _docstring(path, node):
                    assert not named.search(said), f"{path}:{node.lineno}: says {said!r}"


def _docstring(path: Path, node: ast.AST) -> bool:
    """Whether a text is an explanation, which may give an example."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return isinstance(node, ast.Constant) and lines[node.lineno - 1].lstrip().startswith('"""')


def test_what_is_imported_is_declared_and_what_is_declared_is_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    owners = metadata.packages_distributions()

    def names(requirements):
        return {re.split(r"[\s\[<>=!~;]", r, maxsplit=1)[0].lower() for r in requirements}

    def used(files):
        tops = {name.split(".")[0] for path in files for name in imported(path)}
        tops -= {"bench", *sys.stdlib_module_names}
        return {owners.get(top, [top])[0].lower() for top in tops}

    extras = project["optional-dependencies"]
    peers = names(extras["peers"])
    assert used([*FILES, *(ROOT / "experiments").glob("*.py")]) - peers == names(
        project["dependencies"]
    )
    tests = sorted((ROOT / "tests").rglob("*.py"))
    local = {path.stem for path in tests} | {path.parent.name for path in tests}
    beyond = used(tests) - names(project["dependencies"]) - peers - local
    tools = {"mypy", "ruff", "pytest-xdist", "pandas-stubs", "types-requests", "types-tqdm"}
    assert beyond | tools == names(extras["test"])
