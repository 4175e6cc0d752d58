"""``python -m bench solve``: what it prints, where it points, and its exit codes."""

import subprocess
import sys
from pathlib import Path

import pytest
from data_helpers import command_line, real_data

from bench.datasets.babi import solve

GOOD = """\
1 Mary went to the office.
2 John moved to the garden.
3 Where is Mary? \toffice\t1
4 Mary moved to the kitchen.
5 Where is Mary? \tkitchen\t4
1 Mary travelled to the hallway.
2 Where is Mary? \thallway\t1
"""


@pytest.fixture
def written(tmp_path):
    """Writes a file of task 1, changed in one place, and returns its path."""

    def write(old="", new="", name="qa1_mine.txt"):
        assert not old or GOOD.count(old) == 1
        path = tmp_path / name
        path.write_text(GOOD.replace(old, new) if old else GOOD)
        return path

    return write


def run(capsys, *arguments):
    code = command_line(solve, ["solve", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err.splitlines()


def test_all_right(capsys, written):
    path = written()
    line = f"{path}: 3 questions, 3 right (100.00 %), supporting facts of 3 right (100.00 %)"
    assert run(capsys, path) == (0, [line], [])


def test_two_files_are_told_apart(capsys, written):
    right, wrong = written(), written("\tkitchen", "\tgarden", "qa1_other.txt")
    code, out, _ = run(capsys, wrong, right)
    assert code == 1  # the last one does not decide
    assert [line.split(":")[0] for line in out] == [str(wrong), str(wrong), str(right)]


def test_a_wrong_answer_is_named(capsys, written):
    path = written("\tkitchen", "\tgarden")
    code, out, err = run(capsys, path)
    assert (code, err) == (1, [])
    assert out == [
        f"{path}: 3 questions, 2 right (66.66 %), supporting facts of 3 right (100.00 %)",
        f"{path}:5: where is mary? -> read kitchen, file says garden",
    ]


def test_wrong_supporting_facts_are_named_by_line_id(capsys, written):
    path = written("kitchen\t4", "kitchen\t1")
    code, out, _ = run(capsys, path)
    assert code == 1
    assert out == [
        f"{path}: 3 questions, 3 right (100.00 %), supporting facts of 2 right (66.66 %)",
        f"{path}:5: where is mary? -> read supporting facts 4, file says 1",
    ]


def test_task_18_may_have_several_supporting_facts_or_none(capsys, tmp_path):
    path = tmp_path / "qa18_mine.txt"
    path.write_text(
        "1 The chocolate fits inside the chest.\n2 The chest fits inside the box.\n"
        "3 The box is bigger than the chest.\n4 Is the box bigger than the chocolate?\tyes\t2 1\n"
        "5 Is the box bigger than the chocolate?\tyes\t3 1\n"
        "6 Is the box bigger than the chocolate?\tyes\t1 3\n"
        "7 Is the box bigger than the chest?\tyes\t2 3\n"
    )
    code, out, _ = run(capsys, path)
    assert code == 1
    assert out == [
        f"{path}: 4 questions, 4 right (100.00 %), supporting facts of 2 right (50.00 %)",
        f"{path}:6: is the box bigger than the chocolate? "
        "-> read supporting facts 2 1 or 3 1, file says 1 3",
        f"{path}:7: is the box bigger than the chest? -> read supporting facts none, file says 2 3",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        (
            "2 John moved to",
            "2 John crawled to",
            2,
            "'john crawled to the garden.' is no statement",
        ),
        (
            "4 Mary moved to",
            "4 Mary crawled to",
            4,
            "'mary crawled to the kitchen.' is no statement",
        ),
        ("1 Mary travelled", "1 Mary crawled", 6, "'mary crawled to the hallway.' is no statement"),
        ("2 Where is Mary", "2 Where was Mary", 7, "'where was mary?' is no question"),
        ("3 Where is Mary", "3 Where is Sandra", 3, "before any move of sandra"),
        ("\thallway\t1\n", "\thallway\t1\n3 It rained.\n", 8, "'it rained.' is no statement"),
        ("5 Where", "6 Where", 5, "line ID 6 where 5 or 1 was expected"),
        ("\thallway\t1\n", "\thallway\t1", 7, "the last line is cut"),
        ("\thallway\t1", "\t\t1", 7, "the answer is empty"),
    ],
)
def test_bad_lines_are_named(capsys, written, old, new, line, what):
    path = written(old, new)
    code, out, err = run(capsys, path)
    assert (code, out) == (2, []) and len(err) == 1
    assert err[0].startswith(f"error: {path}:{line}: ") and what in err[0]


def test_the_task_is_that_of_the_name_unless_given(capsys, written):
    assert run(capsys, written(name="mine.txt"), "--task", "1")[0] == 0
    assert run(capsys, written(name="qa5_mine.txt"), "--task", "1")[0] == 0
    code, _, err = run(capsys, written(name="qa5_mine.txt"))
    assert code == 2 and "qa5_mine.txt:2: task 5: 'john moved to the garden.'" in err[0]


@pytest.mark.parametrize(
    "name", ["mine.txt", "qa0_mine.txt", "qa21_mine.txt", "qa1.txt", "xqa1_mine.txt"]
)
def test_a_name_without_a_task_is_refused_before_any_reading(capsys, written, name):
    code, out, err = run(capsys, written(), written(name=name))
    assert (code, out) == (2, [])
    assert len(err) == 1 and name in err[0] and "give --task N" in err[0]


@pytest.mark.parametrize("task", ["0", "21", "one", "-1", "1.0", "", "001"])
def test_a_task_that_is_none_is_refused(capsys, written, task):
    code, out, err = run(capsys, written(), f"--task={task}")
    assert (code, out) == (2, [])
    assert err == [f"error: --task: '{task}' is not a whole number from 1 to 20"]


@pytest.mark.parametrize("arguments", [[], ["--tusk", "1", "f"], ["f", "--task"]])
def test_wrong_arguments_are_one_line(capsys, arguments):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, [])
    assert len(err) == 1 and err[0].startswith("error: ") and "--help" in err[0]


def test_files_that_cannot_be_read(capsys, tmp_path):
    folder = tmp_path / "qa1_folder"
    folder.mkdir()
    for path in folder, tmp_path / "qa1_absent.txt":
        code, out, err = run(capsys, path)
        assert (code, out) == (2, []) and len(err) == 1
        assert err[0].startswith(f"error: {path}: cannot be read (")


def start(*arguments, **options):
    code = (
        "import sys; sys.path[:0] = ['tests']; from data_helpers import command_line; "
        "from bench.datasets.babi import solve; raise SystemExit(command_line(solve, sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "solve", *map(str, arguments)]
    root = Path(__file__).parents[3]
    return subprocess.run(
        command, cwd=root, stderr=subprocess.PIPE, text=True, timeout=60, **options
    )


def test_runs_as_a_process(written):
    ended = start(written("\tkitchen", "\tgarden"), stdout=subprocess.PIPE)
    assert ended.returncode == 1 and ended.stderr == ""
    assert ended.stdout.endswith("-> read kitchen, file says garden\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(written):
    with open("/dev/full", "w") as full:
        ended = start(written(), stdout=full)
    assert ended.returncode == 74
    assert ended.stderr.splitlines() == [
        "error: standard output: cannot be written (No space left on device); redirect it"
    ]


@pytest.mark.parametrize(
    ("name", "exit_code"), [("qa3_three-supporting-facts", 0), ("qa5_three-arg-relations", 1)]
)
def test_real_files(capsys, name, exit_code):
    file = real_data() / f"tasks_1-20_v1-2/en/{name}_test.txt"
    code, out, err = run(capsys, file)
    assert (code, err) == (exit_code, [])
    assert out[0].startswith(f"{file}: 1000 questions, ")
    assert all(" -> read " in line and "what did" in line for line in out[1:])
    assert bool(out[1:]) == bool(exit_code)
