"""A story as it is told: statements, questions, and the lines of the released format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. ``support``: indices into the story's statements, in the released order;
    ``seen``: how many statements were told before it."""

    text: str
    answer: str
    support: tuple[int, ...]
    seen: int


class Story:
    """Statements (with full stop) and questions (with question mark), in the order told."""

    __slots__ = ("questions", "statements")

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.questions: list[Asked] = []

    def tell(self, statement: str) -> int:
        """Adds a statement; its index."""
        self.statements.append(statement)
        return len(self.statements) - 1

    def ask(self, question: str, answer: str, support: Iterable[int]) -> None:
        """Adds a question at this point of the story."""
        self.questions.append(Asked(question, answer, tuple(support), len(self.statements)))

    def item(self, question: Asked) -> str:
        """A test item: what a reader is given, all statements so far and the question."""
        return "\n".join((*self.statements[: question.seen], question.text))


def lines(story: Story, questions: Iterable[Asked], gap: str) -> Iterator[str]:
    """The story's lines with these of its questions, up to the last of them.

    Line IDs count statements and questions alike, from 1. ``gap`` stands between a question and
    the tab: one blank in some tasks of the release, nothing in the others.
    """
    line, told = 0, 0
    ids: list[int] = []  # of the statements told
    for question in questions:
        for statement in story.statements[told : question.seen]:
            line += 1
            ids.append(line)
            yield f"{line} {statement}\n"
        told = question.seen
        line += 1
        support = " ".join(str(ids[index]) for index in question.support)
        yield f"{line} {question.text}{gap}\t{question.answer}\t{support}\n"
