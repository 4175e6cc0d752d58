"""Files of experiments/ that are broken: named with their line, and in nobody's way."""

from __future__ import annotations

import pytest

from bench.cli import main
from bench.core import registry
from bench.core.errors import BenchError

SOUND = """from bench.core.experiment import Experiment
from bench.methods.memn2n.spec import memn2n

EXPERIMENT = Experiment(
    id="{}", title="T", dataset="babi-1k", printed=False, columns=(memn2n(id="a", title="A"),)
)
"""
BROKEN = {
    "syntax": ("x = 1\ny = (\n", r"syntax\.py:2: SyntaxError: '\(' was never closed"),
    "binary": ("\0", r"binary\.py:\d: \w+: .*null bytes"),
    "missing": ("\nimport no_such_module\n", r"missing\.py:2: ModuleNotFoundError: .*no_such"),
    "raises": ("def f():\n    return 1 / 0\n\n\nf()\n", r"raises\.py:2: ZeroDivisionError"),
    "leaves": ("import sys\n\nsys.exit('no')\n", r"leaves\.py:3: SystemExit: no"),
    "field": (SOUND.replace('title="A"', 'titel="A"'), r"field\.py:5: .*unknown field 'titel'"),
    "refused": (
        SOUND.replace('"babi-1k"', '"babi-1k", units=("21",)'),
        r"refused\.py:4: .*no unit '21'",
    ),
    "nothing": (SOUND.replace("EXPERIMENT", "EXPERMENT"), r"nothing\.py:1: no EXPERIMENT"),
    "script": (
        "if __name__ == '__main__':\n    from bench.cli import run_experiment\n"
        "    raise SystemExit(run_experiment(EXPERIMENT))\n",
        r"script\.py:3: no EXPERIMENT",
    ),
    "a_list": ("\nEXPERIMENT = []\n", r"a_list\.py:2: EXPERIMENT is a list"),
    "renamed": (SOUND.format("other"), r"renamed\.py:4: declares experiment 'other'"),
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sound.py").write_text(SOUND.format("sound"))
    (tmp_path / "_shared.py").write_text("raise ValueError")
    (tmp_path / "study.py").write_text("if __name__ == '__main__':\n    raise SystemExit(0)\n")
    return tmp_path


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_broken_file_is_told_with_its_line_and_the_others_are_found(folder, name):
    text, said = BROKEN[name]
    (folder / f"{name}.py").write_text(text.replace("{}", name))
    found, broken = registry.survey(folder)
    assert list(found) == ["sound"] and list(broken) == [name]
    with pytest.raises(BenchError, match=said) as caught:
        registry.experiments(folder)
    assert "\n" not in str(caught.value) and str(caught.value).startswith(f"{folder}/{name}.py:")


def test_sound_files_and_scripts_of_their_own_are_not_broken(folder):
    found, broken = registry.survey(folder)
    assert list(found) == ["sound"] and not broken


@pytest.mark.parametrize(
    ("arguments", "code", "marks"),
    [
        (["run", "--list"], 0, ["left out: "]),
        (["run", "--only", "ugly", "--offline"], 2, ["error: "]),
        (["run", "--only", "sound", "ugly"], 2, ["error: "]),
        (["run", "--only", "nix"], 2, ["left out: ", "error: --only"]),
        (["report"], 1, ["error: "]),
        (["report", "--check"], 1, ["error: "]),
    ],
)
def test_commands_with_a_broken_file(folder, monkeypatch, capsys, arguments, code, marks):
    (folder / "ugly.py").write_text("\n\n1 +\n")
    found, broken = registry.survey(folder)
    monkeypatch.setattr(registry, "survey", lambda: (found, broken))
    assert main(arguments) == code
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert len(lines) == len(marks)
    assert all(line.startswith(mark) for line, mark in zip(lines, marks, strict=True))
    assert f"{folder}/ugly.py:3: SyntaxError" in lines[0]
    assert ("sound  (T)" in out) == (arguments[1:] == ["--list"]) and bool(out) == (code == 0)
