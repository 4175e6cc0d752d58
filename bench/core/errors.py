"""The one exception whose text is meant for the person at the keyboard."""


class BenchError(Exception):
    """Bad input or a bad environment, told in one line that names the culprit and the remedy.

    The command line prints it as ``error: <text>`` and exits with ``exit_code``; anything else
    that escapes is a bug and keeps its traceback. What a terminal would act on, in a file's name
    say, is escaped.
    """

    def __init__(self, text: str, exit_code: int = 2):
        line = " ".join(text.split())
        super().__init__("".join(c if c.isprintable() else _escaped(c) for c in line))
        self.exit_code = exit_code


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


class NoData(BenchError):
    """A data set is nowhere on this machine and cannot be downloaded."""
