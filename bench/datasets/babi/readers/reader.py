"""What the readers of all 20 tasks share: sentence forms, and what they answer with.

A reader knows nothing but sentences. Each form a task can say is written beside the method that
understands it: ``@tells`` for a statement, ``@asks`` for a question. A sentence of no form is
refused,
never skipped: a reader that skips what it does not understand cannot vouch for an answer.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bench.core.errors import BenchError

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer to a question, and the statements that prove it.

    ``answer``: as `bench.examples.stories.Question.answer`, lower case. ``supports``: every list of
    supporting statements that the task's rules allow, each of 0-based indices in the order of the
    released files. There is exactly one, but in task 18, where there may be several or none.
    """

    answer: str
    supports: tuple[tuple[int, ...], ...]

    @property
    def support(self) -> tuple[int, ...]:
        """The supporting statements; where the rules allow several lists, the first of them."""
        return self.supports[0] if self.supports else ()

    def allows(self, support: tuple[int, ...]) -> bool:
        """Whether these statements, in this order, can be the supporting ones."""
        return support in self.supports


def because(answer: str, *support: int) -> Reading:
    """The usual reading: one answer, one list of supporting statements."""
    return Reading(answer, (support,))


class Unreadable(BenchError):
    """A sentence the task does not have, or one that its story contradicts or leaves open.

    ``words``: the sentence. ``told``: statements read before it. ``asked``: it is a question.
    """

    def __init__(self, task: int, words: Words, told: int, asked: bool, what: str):
        sentence = " ".join(words) + ("?" if asked else ".")
        remedy = f"correct the story, or name its task if it is not {task}"
        super().__init__(f"task {task}: '{sentence}' {what}; {remedy}")
        self.words, self.told, self.asked = words, told, asked


def any_of(*phrases: str) -> str:
    """The form of one of these phrases, where it makes no difference which."""
    return f"(?:{'|'.join(phrases)})"


def tells(form: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Marks the method that takes in statements of a form.

    A form is a regular expression over the lower-cased sentence in which ``<person>`` stands for
    any of the reader's ``words["person"]``; the words found are the method's arguments, in their
    order.
    """
    return _marks("statement", form)


def asks(form: str) -> Callable[[Callable[..., Reading]], Callable[..., Reading]]:
    """Marks the method that answers questions of a form, written as for `tells`."""
    return _marks("question", form)


def _marks(kind: str, form: str) -> Callable[[Callable], Callable]:
    def mark(method: Callable) -> Callable:
        vars(method)["form"] = (kind, form)
        return method

    return mark


class Reader:
    """Reads one story: `tell` it the statements in their order, `ask` it a question at any point.

    A subclass with a ``task`` can be used; one without is a world that several tasks share.
    """

    task: ClassVar[int]
    words: ClassVar[Mapping[str, tuple[str, ...]]]
    """The names and things of the task's world, by the class of word that forms mention."""
    _forms: ClassVar[dict[str, list[tuple[re.Pattern[str], str]]]]
    _known: ClassVar[dict[tuple[str, Words], tuple[str, tuple[str, ...]]]]

    def __init_subclass__(cls, task: int | None = None):
        if task is None:
            return
        cls.task = task
        cls._known = {}  # a task has few distinct sentences: each is matched once a process
        cls._forms = {"statement": [], "question": []}
        for name in dir(cls):
            kind, form = getattr(getattr(cls, name), "form", ("", ""))
            if kind:
                pattern = re.sub("<([a-z]+)>", lambda m: f"({'|'.join(cls.words[m[1]])})", form)
                cls._forms[kind].append((re.compile(pattern), name))

    def __init__(self) -> None:
        self.told = 0
        """How many statements were told; in a ``@tells`` method, the index of the one it is
        given."""
        self._sentence: tuple[Words, bool] = ((), False)

    def tell(self, words: Words) -> None:
        """Takes in the next statement; Unreadable if the task has none like it."""
        self._understand("statement", words)
        self.told += 1

    def ask(self, words: Words) -> Reading:
        """Answers from what was told; Unreadable if the task does not ask this, or not yet."""
        return self._understand("question", words)

    def unclear(self, what: str) -> Unreadable:
        """The error for the sentence at hand: what its story contradicts or leaves open."""
        words, asked = self._sentence
        return Unreadable(self.task, words, self.told, asked, what)

    def _understand(self, kind: str, words: Words) -> Any:
        self._sentence = (words, kind == "question")
        known = self._known.get((kind, words))
        if known is None:
            known = self._known[kind, words] = self._match(kind, words)
        name, values = known
        return getattr(self, name)(*values)

    def _match(self, kind: str, words: Words) -> tuple[str, tuple[str, ...]]:
        sentence = " ".join(words)
        for pattern, name in self._forms[kind]:
            if match := pattern.fullmatch(sentence):
                return name, match.groups()
        raise self.unclear(f"is no {kind} of this task")
