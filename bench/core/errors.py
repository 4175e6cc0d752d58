"""The one exception whose text is meant for the person at the keyboard."""


class BenchError(Exception):
    """Bad input or a bad environment, told in one line that names the culprit and the remedy.

    The command line prints it as ``error: <text>`` and exits with ``exit_code``; anything else
    that escapes is a bug and keeps its traceback.
    """

    def __init__(self, text: str, exit_code: int = 2):
        super().__init__(" ".join(text.split()))
        self.exit_code = exit_code


class NoData(BenchError):
    """A data set is nowhere on this machine and cannot be downloaded."""
