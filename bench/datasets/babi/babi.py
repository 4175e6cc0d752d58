"""Strict parser of the bAbI tasks, release v1.2, the data of S15 section 4.

One line a statement or question, ``ID text``; a question is ``ID question<TAB>answer<TAB>ids``.
Nothing is guessed or dropped: each line becomes one statement or one question, or the file is
refused. An answer is one answer word, lower-cased and whole, also where it is several words: a list
('football,apple') or, in other languages of the release, a name ('rasoi ghar').
"""

import re
from dataclasses import dataclass
from functools import partial

from bench.core.errors import BenchError
from bench.datasets.lines import lines
from bench.examples.stories import Question, Story


@dataclass(frozen=True, slots=True)
class Task:
    """One of the 20 tasks: its number (1-20), its name in S15 table 1, and its file stem."""

    number: int
    name: str
    stem: str


_NAMES = (
    ("1 supporting fact", "single-supporting-fact"),
    ("2 supporting facts", "two-supporting-facts"),
    ("3 supporting facts", "three-supporting-facts"),
    ("2 argument relations", "two-arg-relations"),
    ("3 argument relations", "three-arg-relations"),
    ("yes/no questions", "yes-no-questions"),
    ("counting", "counting"),
    ("lists/sets", "lists-sets"),
    ("simple negation", "simple-negation"),
    ("indefinite knowledge", "indefinite-knowledge"),
    ("basic coreference", "basic-coreference"),
    ("conjunction", "conjunction"),
    ("compound coreference", "compound-coreference"),
    ("time reasoning", "time-reasoning"),
    ("basic deduction", "basic-deduction"),
    ("basic induction", "basic-induction"),
    ("positional reasoning", "positional-reasoning"),
    ("size reasoning", "size-reasoning"),
    ("path finding", "path-finding"),
    ("agent's motivation", "agents-motivations"),
)

TASKS: tuple[Task, ...] = tuple(
    Task(number, name, f"qa{number}_{stem}") for number, (name, stem) in enumerate(_NAMES, start=1)
)
"""The 20 tasks in order; ``TASKS[n - 1]`` is task n."""

ALL_TASKS = tuple(task.number for task in TASKS)

_WORD = r"[A-Za-z]+(?:['-][A-Za-z]+)*"
_WORDS = re.compile(rf"{_WORD}(?: {_WORD})*")
_ANSWER = re.compile(rf"{_WORD}(?:[ ,]{_WORD})*")
_ID = re.compile(r"[1-9][0-9]{0,5}")  # bounded: int() refuses very long digit strings
_IDS = re.compile(rf"{_ID.pattern}(?: {_ID.pattern})*")
_REMEDY = "restore the file from the bAbI v1.2 archive, or correct this line"


def parse(data: bytes, name: str) -> tuple[Story, ...]:
    """Parse the bytes of one bAbI file into its stories.

    ``name`` stands for the file in error messages. The numbers of statements and questions returned
    add up to the number of lines. Raises BenchError ``name:line: what is wrong; remedy`` at the
    first line that departs from the format.
    """
    stories: list[Story] = []
    story = _Open(name)
    for number, text in enumerate(lines(data, partial(_bad, name)), start=1):
        label, blank, rest = text.partition(" ")
        if not blank or not _ID.fullmatch(label):
            raise _bad(name, number, "the line does not start with a line ID and one blank")
        identity = int(label)
        if identity == 1 and story.last:
            stories.append(story.close())
            story = _Open(name)
        if identity != story.last + 1:
            after = f"{story.last + 1} or 1" if story.last else "1"
            raise _bad(name, number, f"line ID {identity} where {after} was expected")
        story.add(identity, rest, number)
    stories.append(story.close())
    return tuple(stories)


class _Open:
    """The story being read: checks and collects its lines."""

    def __init__(self, name: str):
        self.name = name
        self.last = 0  # the ID of its latest line
        self.line = 0
        self.statements: list[tuple[str, ...]] = []
        self.questions: list[Question] = []
        self.index: dict[int, int] = {}  # line ID of a statement -> its place among the statements

    def add(self, identity: int, text: str, line: int) -> None:
        self.last, self.line = identity, line
        if "\t" in text:
            self.questions.append(self._question(text))
            return
        if not text.endswith("."):
            raise self._bad("a line without tabs is a statement and must end in a full stop")
        self.index[identity] = len(self.statements)
        self.statements.append(self._words(text[:-1]))

    def close(self) -> Story:
        if not self.questions:
            raise self._bad("the story that ends here has no question")
        return Story(tuple(self.statements), tuple(self.questions))

    def _question(self, text: str) -> Question:
        fields = text.split("\t")
        if len(fields) != 3:
            raise self._bad(f"a question line has exactly two tabs, this one has {len(fields) - 1}")
        asked, answer, ids = fields
        asked = asked.removesuffix(" ")  # tasks 1-3 and 5-14 have one blank before the tab
        if not asked.endswith("?"):
            raise self._bad("the question does not end in '?'")
        if not answer:
            raise self._bad("the answer is empty")
        if not _ANSWER.fullmatch(answer):
            raise self._bad(
                f"the answer {answer[:40]!r} is not words joined by single blanks or commas"
            )
        if not _IDS.fullmatch(ids):
            raise self._bad("the supporting facts are not line IDs separated by single blanks")
        return Question(
            self._words(asked[:-1]),
            answer.lower(),
            self._support([int(i) for i in ids.split(" ")]),
            len(self.statements),
            self.line,
        )

    def _support(self, ids: list[int]) -> tuple[int, ...]:
        for identity in ids:
            if identity not in self.index:
                what = f"supporting fact {identity} is not an earlier statement of the story"
                raise self._bad(what)
        if len(set(ids)) != len(ids):
            raise self._bad("a supporting fact is listed twice")
        return tuple(self.index[i] for i in ids)

    def _words(self, text: str) -> tuple[str, ...]:
        if not _WORDS.fullmatch(text):
            raise self._bad("expected words of letters separated by single blanks")
        return tuple(text.lower().split(" "))

    def _bad(self, what: str) -> BenchError:
        return _bad(self.name, self.line, what)


def _bad(name: str, line: int, what: str) -> BenchError:
    return BenchError(f"{name}:{line}: {what}; {_REMEDY}")
