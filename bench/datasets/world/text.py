"""The files of the world, written and strictly read: one story, a line a statement or question.

A line begins with its number. A statement ends in what joins it to the next one; a question has, as
in the bAbI files, its answer and the numbers of the supporting statements behind tabs, and then the
answer as a sentence:

    1 Joe went to the kitchen, and then
    2 Fred moved to the office.
    3 Where is Joe now?<TAB>kitchen<TAB>1<TAB>He is in the kitchen I believe

Files have no other words than `bench.datasets.world.wording` has, and whatever is not a line of
these two forms is refused. Whether answers are true is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial

from bench.core.errors import BenchError
from bench.datasets.lines import lines
from bench.datasets.world import wording
from bench.datasets.world.simulator import World
from bench.examples.stories import Question, Spoken, Story


def write(world: World) -> bytes:
    """The file of a world's story, up to its last question."""
    found: list[str] = []
    numbers: list[int] = []  # of the statements' lines
    told = iter(zip(world.events, world.joiners, strict=True))
    for asked in world.asked:
        while len(numbers) < asked.seen:
            event, joiner = next(told)
            numbers.append(len(found) + 1)
            found.append(f"{len(found) + 1} {event.text}{joiner}\n")
        support = " ".join(str(numbers[at]) for at in asked.support)
        found.append(f"{len(found) + 1} {asked.text}\t{asked.room}\t{support}\t{asked.spoken}\n")
    return "".join(found).encode("ascii")


def parse(data: bytes, name: str) -> Story:
    """The story of a file's bytes.

    Args:
        name: stands for the file in messages.

    Raises:
        BenchError: 'name:line: what is wrong; remedy' of the first line that is not of the format.
    """
    bad = partial(_bad, name)
    statements: list[tuple[str, ...]] = []
    joiners: list[tuple[str, ...]] = []
    questions: list[Question] = []
    index: dict[str, int] = {}  # a statement's number -> its place among the statements
    for line, text in enumerate(lines(data, bad), start=1):
        number, _, rest = text.partition(" ")
        if number != str(line):
            raise bad(line, f"the line does not begin with its number, {line}, and a blank")
        if "\t" in rest:
            if not joiners or joiners[-1] != (wording.FULL_STOP,):
                raise bad(line, "what stands before a question is no statement with a full stop")
            questions.append(_question(rest, index, line, bad))
            continue
        said = _STATEMENT.fullmatch(rest)
        if not said:
            raise bad(line, "this is no statement of the world, nor a question with its tabs")
        index[number] = len(statements)
        statements.append(_words(said[1]))
        joiners.append(_words(said[2]))
    if not questions:
        raise bad(line, "the file has no question")
    return Story(tuple(statements), tuple(questions), tuple(joiners))


def _question(
    text: str, index: Mapping[str, int], line: int, bad: Callable[[int, str], BenchError]
) -> Question:
    fields = text.split("\t")
    if len(fields) != 4:
        raise bad(line, f"a question has three tabs, this one has {len(fields) - 1}")
    asked, room, numbers, spoken = fields
    form = _QUESTION.fullmatch(asked)
    if not form:
        raise bad(line, f"{asked[:60]!r} is no question of the world")
    if room not in wording.ROOMS:
        raise bad(line, f"the answer {room[:40]!r} is none of {', '.join(wording.ROOMS)}")
    support = numbers.split(" ")
    for number in support:
        if number not in index:
            raise bad(line, f"supporting fact {number[:20]!r} is not an earlier statement's number")
    if len(set(support)) != len(support):
        raise bad(line, "a supporting fact is listed twice")
    subject = form["who"] or form["actor"] or form["thing"]
    answer = Spoken(_words(spoken), room, wording.refused(subject, room))
    if not answer.accepts(answer.words):
        raise bad(line, f"the answer {spoken[:60]!r} does not say where '{subject}' is")
    return Question(
        _words(asked[:-1]), room, tuple(index[n] for n in support), len(index), line, answer
    )


def _one_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"


_ACTOR, _THING, _ROOM, _GO, _HANDLE, _JOINER = map(
    _one_of,
    (
        wording.ACTORS,
        wording.OBJECTS,
        wording.ROOMS,
        wording.VERBS[wording.GO],
        (*wording.VERBS[wording.GET], *wording.VERBS[wording.DROP]),
        wording.JOINERS,
    ),
)
_STATEMENT = re.compile(f"({_ACTOR} (?:{_GO} the {_ROOM}|{_HANDLE} the {_THING}))({_JOINER})")
_QUESTION = re.compile(
    rf"Where is (?:(?P<who>{_ACTOR})|the (?P<thing>{_THING}))(?: now)?\?"
    rf"|Where was (?P<actor>{_ACTOR}) before the {_ROOM}\?"
)
_WORD = re.compile(r"[a-z]+|[^a-z ]")


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """Words in small letters; a mark of punctuation is one."""
    return tuple(_WORD.findall(text.lower()))


def _bad(name: str, line: int, what: str) -> BenchError:
    return BenchError(f"{name}:{line}: {what}; correct the line, or have the file made again")
