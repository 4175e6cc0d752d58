"""Makes the environment the suite runs in, and prints the path of its Python.

``bench/core/environment.sh`` runs it with any Python that is new enough; it needs nothing else.

An environment can't be moved once it is made. So each is made in a folder of its own,
``.venvs/<key>``, where the key is the hash of all that went into it, and ``.venv`` is a link to the
one made or asked for last, set when it is complete. Set-up is under a lock. Running processes lock
the environment they run in (`bench.core.in_use`). When one is made, those are removed that are
neither linked nor locked.

Exit codes: 0 done; 2 bad input, or what is needed can't be installed; 74 a file can't be written;
130 interrupted.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = ROOT / ".venv"
FOLDER = ROOT / ".venvs"
LOCK = FOLDER / "set-up.lock"
STAMP = "stamp"
"""Written last: an environment without it is half-made. Running processes hold a lock on it."""
LOG = "install.log"


class Refused(Exception):
    """What the user must know, in one line."""


def main() -> int:
    """Sees to it that the environment is there; the exit code."""
    if sys.stderr is None:  # closed
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # as long as the process
    try:
        print(environment(extras(os.environ.get("BENCH_EXTRAS", ""))) / "bin" / "python")
        return 0
    except Refused as refused:
        return _told(str(refused), 2)
    except OSError as error:
        what = error.filename or FOLDER
        return _told(f"{what}: {error.strerror or error}; the environment can't be made", 74)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def extras(text: str) -> tuple[str, ...]:
    """The extras of pyproject.toml named in ``text``, by words or commas, sorted.

    Raises:
        Refused: one that is not declared.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = project.get("optional-dependencies", {})
    chosen = tuple(sorted(set(re.split(r"[\s,]+", text)) - {""}))
    for name in chosen:
        if name not in known:
            raise Refused(f"BENCH_EXTRAS: no extra '{name}'; there are {', '.join(known)}")
    return chosen


def environment(chosen: Sequence[str]) -> Path:
    """The folder of the complete environment with these extras, made if it is not there, and
    linked."""
    parts = [sys.version, sys.base_prefix, str(ROOT), *chosen]
    inputs = [*(part.encode() for part in parts), *map(Path.read_bytes, _INPUTS)]
    digests = b"".join(hashlib.sha256(part).digest() for part in inputs)
    folder = FOLDER / hashlib.sha256(digests).hexdigest()[:12]
    if not (_complete(folder) and _linked() == folder):
        with _alone():
            if not _complete(folder):  # another set-up may just have made it
                _make(folder, chosen)
            _link(folder)
    return folder


_INPUTS = (
    ROOT / "requirements.lock",
    ROOT / "pyproject.toml",
    Path(__file__).with_name("in_use.py"),
)


def _complete(folder: Path) -> bool:
    return (folder / STAMP).exists() and os.access(folder / "bin" / "python", os.X_OK)


def _linked() -> Path | None:
    """The folder that the link leads to; None if there is no link."""
    return FOLDER / os.readlink(LINK).rpartition("/")[2] if LINK.is_symlink() else None


def _link(folder: Path) -> None:
    if LINK.is_dir() and not LINK.is_symlink():  # of a time when it was no link
        LINK.rename(FOLDER / f"before-{folder.name}")
    new = FOLDER / "link"
    new.unlink(missing_ok=True)
    new.symlink_to(folder.relative_to(ROOT))
    new.replace(LINK)


@contextmanager
def _alone() -> Iterator[None]:
    """One set-up at a time; the lock falls with the process and with what it started."""
    FOLDER.mkdir(exist_ok=True)
    with open(LOCK, "a") as lock:
        os.set_inheritable(lock.fileno(), True)  # an installer may outlive a killed set-up
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(f"waiting for another set-up of {LINK} ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:
            pass  # no locks on this file system
        yield


def _make(folder: Path, chosen: Sequence[str]) -> None:
    version = sys.version.partition(" ")[0]
    _say(
        f"setting up .venv with Python {version} from requirements.lock (once, a minute or two) ..."
    )
    _remove(folder)  # a half-made one is of no use
    for left in FOLDER.iterdir():
        if left.is_dir() and left != _linked() and not _in_use(left):
            _remove(left)
    pip, variables = _with_pip(folder)
    install = [*pip, "install"]
    steps = {"requirements.lock": [
        [*install, "--require-hashes", "-r", "requirements.lock"],
        [*install, "--no-deps", "--no-build-isolation", "-e", "."],
    ]}  # fmt: skip
    if chosen:
        constraints = folder / "constraints.txt"
        constraints.write_text(_pins((ROOT / "requirements.lock").read_text(encoding="utf-8")))
        names = ",".join(chosen)
        steps[f"the extras '{names}'"] = [
            [*install, "--no-build-isolation", "-c", str(constraints), "-e", f".[{names}]"]
        ]
    for what, commands in steps.items():
        for command in commands:
            _install(command, variables, folder / LOG, what)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    shutil.copy(Path(__file__).with_name("in_use.py"), site / "_bench_in_use.py")
    (site / "_bench_in_use.pth").write_text("import _bench_in_use\n")
    (folder / STAMP).write_text(f"Python {version} {' '.join(chosen)}\n")


def _in_use(folder: Path) -> bool:
    """Whether a process runs in the environment (`bench.core.in_use`)."""
    try:
        with open(folder / STAMP) as stamp:
            fcntl.flock(stamp, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False  # half-made
    except OSError:
        return True  # or who knows: no locks on this file system
    return False


def _remove(folder: Path) -> None:
    (folder / STAMP).unlink(missing_ok=True)  # first: what is left by a kill is not complete
    if folder.exists():
        shutil.rmtree(folder)


def _with_pip(folder: Path) -> tuple[list[str], dict[str, str]]:
    """A new environment: the command that installs into it, and its variables."""
    python = str(folder / "bin" / "python")
    quiet = ["--quiet", "--disable-pip-version-check"]
    uv = shutil.which("uv")
    if uv is not None:
        if _run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)]):
            raise Refused("uv could not make .venv; see above")
        return [uv, "pip", "--quiet", "--no-config"], {"VIRTUAL_ENV": str(folder)}
    if not _run([sys.executable, "-m", "venv", str(folder)], quiet=True):
        return [python, "-m", "pip", *quiet], {}
    # Debian's Python has no ensurepip: its own pip fills the environment.
    _remove(folder)
    if _run([sys.executable, "-m", "venv", "--without-pip", str(folder)]):
        raise Refused(f"{sys.executable} could not make .venv; see above")
    if _run([sys.executable, "-m", "pip", "--version"], quiet=True):
        raise Refused(f"{sys.executable} has neither pip nor ensurepip; install its pip, or uv")
    return [sys.executable, "-m", "pip", *quiet, "--python", python], {}


def _install(command: Sequence[str], variables: dict[str, str], log: Path, what: str) -> None:
    with open(log, "a") as file:
        failed = _run(command, variables, file)
    if failed:
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
        _say("\n".join(last))
        raise Refused(f"installing {what} failed; the log is {log.relative_to(ROOT)}")


def _run(command: Sequence[str], variables: dict | None = None, out=None, *, quiet=False) -> int:
    """The exit code; nothing goes to standard output, which is for the result."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else out or sys.stderr,
        stderr=subprocess.DEVNULL if quiet else subprocess.STDOUT if out else None,
        close_fds=False,
        check=False,
    ).returncode


def _pins(lock: str) -> str:
    """The lock's versions without their hashes, as constraints."""
    pins = re.findall(r"^([\w.-]+==\S+(?: ;.*?)?) *\\?$", lock, flags=re.MULTILINE)
    return "".join(f"{pin}\n" for pin in pins)


def _say(line: str) -> None:
    """Tells the user, if standard error takes it."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # as long as the process


def _told(line: str, code: int) -> int:
    _say(f"error: {line}")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
