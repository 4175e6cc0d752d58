"""Run by Python itself at every start in an environment that `bench/core/environment.py` made.

`.venv` is a link that moves when another environment is made. A process must go on in the one it
began in, so it leaves the link for the real folder; and it locks that folder's stamp as long as it
lives, so that no later set-up removes the environment under it. A copy of this file lies in the
environment: it imports nothing of the suite.
"""

import fcntl
import os
import sys


def _stay() -> None:
    linked, real = sys.prefix, os.path.realpath(sys.prefix)

    def moved(path: str) -> str:
        return real + path[len(linked) :] if path.startswith(linked + os.sep) else path

    sys.path[:] = [moved(path) for path in sys.path]
    sys.executable = moved(sys.executable)
    sys.prefix = sys.exec_prefix = real
    try:
        stamp = os.open(os.path.join(real, "stamp"), os.O_RDONLY)
    except OSError:
        return  # still being made
    # Above the standard streams, one of which may be closed.
    kept = fcntl.fcntl(stamp, fcntl.F_DUPFD_CLOEXEC, 3)
    os.close(stamp)
    try:
        fcntl.flock(kept, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(kept)  # no locks on this file system


_stay()
