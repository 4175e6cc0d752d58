"""Reads a story that somebody asks a model: bAbI lines, or plain sentences, one a line.

Unlike `bench.datasets.babi.babi`, a bAbI question may lack its answer and supporting facts.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bench.core.errors import BenchError
from bench.examples.stories import Question, Story

_NUMBERED = re.compile(r"([0-9]{1,6})[ \t]+(.*)")
_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")
_ANSWER = re.compile(rf"{_WORD.pattern}(?:[ ,]{_WORD.pattern})*")
_ID = re.compile(r"[1-9][0-9]{0,5}")
MOST_BYTES = 1 << 20


class Reader(Protocol):
    """What a model can read."""

    def knows(self, answer: str) -> bool:
        """Whether it may be the answer."""

    def unfit(self, words: Sequence[str], *, statement: bool) -> str:
        """Why it cannot read this statement or question, '' if it can."""


@dataclass(frozen=True)
class Told:
    """Stories, and for each the lines of the text that its statements are on, from 1."""

    stories: tuple[Story, ...]
    lines: tuple[tuple[int, ...], ...]


def read_story(data: bytes, name: str, reader: Reader) -> Told:
    """The stories of a text; with bAbI's line numbers, a 1 begins another story.

    A line that ends in '?' is a question, or has a tab after the '?', an answer, and perhaps
    another tab and the numbers of supporting lines. An answer's words may be joined by blanks or
    commas: together they are one word. Any other line is a statement. Blank lines are skipped.

    Args:
        name: stands for the text in error messages.
        reader: the model that is asked.

    Raises:
        BenchError: ``name:line: what is wrong; remedy``: a word or a length that is not the
            model's, a question before any statement, or no question at all.
    """
    if len(data) > MOST_BYTES:
        raise BenchError(
            f"{name}: is longer than {MOST_BYTES} bytes; ask with a story, not with a data set"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = data.count(b"\n", 0, error.start) + 1
        raise BenchError(f"{name}:{at}: is not UTF-8 text; write the story as plain text") from None
    story = _Open(name, reader)
    told: list[_Open] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line:
            continue
        numbered = _NUMBERED.fullmatch(line)
        identity = int(numbered[1]) if numbered else None
        if identity == 1 and (story.statements or story.questions):
            told.append(story)
            story = _Open(name, reader)
        story.add(number, identity, numbered[2] if numbered else line)
    told.append(story)
    if not any(s.questions or s.statements for s in told):
        remedy = "write sentences, one a line, and a question that ends in '?'"
        raise BenchError(f"{name}: holds no story; {remedy}")
    for s in told:
        if not s.questions:
            raise BenchError(
                f"{name}:{s.line}: the story ends without a question; end a line with '?'"
            )
    return Told(
        tuple(Story(tuple(s.statements), tuple(s.questions)) for s in told),
        tuple(tuple(s.lines) for s in told),
    )


def remembered(story: Story, slots: int) -> Story:
    """A story without the statements, and facts, that are in no question's memory."""
    kept: list[int] = []
    questions = []
    for question in story.questions:
        first = max(question.seen - slots, kept[-1] + 1 if kept else 0)
        kept.extend(range(first, question.seen))
        questions.append(dataclasses.replace(question, support=(), seen=len(kept)))
    return Story(tuple(story.statements[i] for i in kept), tuple(questions))


class _Open:
    """The story being read."""

    def __init__(self, name: str, reader: Reader):
        self.name = name
        self.reader = reader
        self.line = 0
        self.last = 0  # the ID of its latest line
        self.statements: list[tuple[str, ...]] = []
        self.lines: list[int] = []
        self.questions: list[Question] = []
        self.index: dict[int, int] = {}  # line ID of a statement -> its place among the statements
        self.numbered: bool | None = None

    def add(self, line: int, identity: int | None, text: str) -> None:
        self.line = line
        if self.numbered not in (None, identity is not None):
            raise self._bad(
                "some lines have a number and some have not", "number all lines or none"
            )
        self.numbered = identity is not None
        if identity is not None:
            if identity <= self.last:
                raise self._bad(
                    f"line ID {identity} is not above those before it", "count the lines up from 1"
                )
            self.last = identity
        asked, *more = (part.strip() for part in text.split("\t"))
        if asked.endswith("?"):
            self._ask(asked, more)
            return
        if more:
            raise self._bad(
                "a line with tabs is a question, this one lacks the '?'", "end it with '?'"
            )
        self.statements.append(self._words(asked.removesuffix("."), statement=True))
        self.lines.append(line)
        if identity is not None:
            self.index[identity] = len(self.statements) - 1

    def _ask(self, asked: str, more: list[str]) -> None:
        if not self.statements:
            raise self._bad("a question before any statement", "tell something first")
        if len(more) > 2:
            raise self._bad(
                "a question has at most two tabs, before its answer and its facts", "remove one"
            )
        answer = more[0].lower() if more else ""
        if answer and not _ANSWER.fullmatch(answer):
            raise self._bad(
                f"'{answer[:40]}' is no answer", "write words joined by blanks or commas"
            )
        if answer and not self.reader.knows(answer):
            raise self._bad(
                f"the model does not know the answer '{answer[:40]}'", "leave the answer out"
            )
        self.questions.append(
            Question(
                self._words(asked.removesuffix("?"), statement=False),
                answer,
                self._support(more[1].split() if len(more) == 2 else []),
                len(self.statements),
                self.line,
            )
        )

    def _support(self, ids: list[str]) -> tuple[int, ...]:
        places: dict[int, None] = {}
        for identity in ids:
            place = self.index.get(int(identity)) if _ID.fullmatch(identity) else None
            if place is None:
                what = f"supporting fact '{identity[:20]}' is no earlier numbered statement"
                raise self._bad(what, "give line IDs of the story, or none")
            places[place] = None
        return tuple(places)

    def _words(self, text: str, *, statement: bool) -> tuple[str, ...]:
        words = tuple(text.lower().split())
        if not words:
            raise self._bad("there is no word", "write a sentence")
        for word in words:
            if not _WORD.fullmatch(word):
                what = f"'{word[:40]}' is not a word of letters"
                raise self._bad(what, "write words alone, one sentence a line")
        why = self.reader.unfit(words, statement=statement)
        if why:
            raise self._bad(why, "use the words and lengths of the data that it was trained on")
        return words

    def _bad(self, what: str, remedy: str) -> BenchError:
        return BenchError(f"{self.name}:{self.line}: {what}; {remedy}")
