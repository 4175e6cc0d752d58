"""The simulated world of W14 (5.2, Appendix A): actors walk about, get and drop objects.

The paper gives the world's size, the actions and their constraints, the joiners, and how difficulty
decides what is asked. Its data was never released and it leaves the rest open; what was chosen
here, once and for all settings:

*   A file is one story: the paper's objects are asked for up to 65 statements after the facts that
    place them, which short stories would not allow. What of it a memory holds is the method's
    setting, the latest N statements.
*   Questions are spread evenly, 3 after every 7 statements, at most one at a time, so that every
    beginning of the story has the paper's proportion and smaller training sets are beginnings.
*   An actor is drawn, then one of the kinds of action that are possible to it, then what it acts
    on. Drawn among all possible actions, 87 % of the statements would be walks, not 69 %, and the
    farthest fact of a file lay 32 to 42 statements back (difficulty 5, actor + object, ten seeds),
    against the paper's 65; as it is, 47 to 76.
*   Where everybody and everything is at first is not told. A question is asked only if statements
    told prove its answer; until one can be asked of the statements within reach, it waits. This
    concerns the first few of a story.
*   An actor with an earlier place is asked for by 'before' in half of the cases: the paper names
    both questions and no shares.
*   'Where was Joe before the kitchen?' means his latest arrival there, and the kitchen is the one
    of the statement drawn: he may have left it since, as in the paper's figure 1.
*   An object is asked for wherever it is: where its holder now is, or where it was dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.core.errors import BenchError
from bench.datasets.bits import Bits
from bench.datasets.world import wording
from bench.datasets.world.settings import Setting
from bench.datasets.world.wording import ACTORS, DROP, GET, GO, OBJECTS, ROOMS

VERSION = 1
"""Raised whenever the same settings would give other bytes."""

STATEMENTS, QUESTIONS = 7, 3
"""How many of the ones go with how many of the others (W14: 7k and 3k a file)."""


@dataclass(frozen=True, slots=True)
class Event:
    """A statement: who did what. ``room``: where it leads or happens; ``thing``: '' of a walk;
    ``at``: its index."""

    action: str
    who: str
    thing: str
    room: str
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. ``support``: indices of statements, in the order in which they are looked for:
    the one that the question leads to, then the one that this leads to. ``seen``: how many
    statements were told before."""

    text: str
    room: str
    support: tuple[int, ...]
    seen: int
    spoken: str


def simulate(setting: Setting, split: str, questions: int, seed: int = 0) -> World:
    """The story of a setting's file, told up to the last question.

    Args:
        split: 'train' or 'test'; they are unrelated stories.
        questions: how many are asked; fewer give the same story's beginning.
        seed: other seeds give other stories.

    Raises:
        BenchError: a number is out of range.
    """
    for name, value, least in (
        ("difficulty", setting.difficulty, 1), ("questions", questions, 1), ("seed", seed, 0),
    ):  # fmt: skip
        if value < least:
            raise BenchError(f"{name}: {value} is below {least}; give a whole number from {least}")
    world = World(Bits(f"bench-world/{VERSION}/{seed}/{setting.name}/{split}"), setting)
    while len(world.asked) < questions:
        world.step()
    return world


class World:
    """Who and what is where, and what was told and asked so far.

    Attributes:
        events, asked: statements and questions, in order.
        joiners: what stands behind each statement; before a question that is a full stop.
    """

    def __init__(self, bits: Bits, setting: Setting):
        self.events: list[Event] = []
        self.joiners: list[str] = []
        self.asked: list[Asked] = []
        self._bits = bits
        self._setting = setting
        self._room = {who: bits.choice(ROOMS) for who in ACTORS}
        self._lies = {thing: bits.choice(ROOMS) for thing in OBJECTS}
        self._holder: dict[str, str] = {}
        self._walks: dict[str, list[Event]] = {who: [] for who in ACTORS}
        self._handled: dict[str, Event] = {}

    def step(self) -> None:
        """One more statement, and a question where one is due and can be asked."""
        action, who, thing = self._act()
        room = self._room[who]
        text = wording.statement(self._bits, action, who, thing or room)
        event = Event(action, who, thing, room, len(self.events), text)
        self.events.append(event)
        if thing:
            self._handled[thing] = event
        else:
            self._walks[who].append(event)
        due = (len(self.asked) + 1) * STATEMENTS <= len(self.events) * QUESTIONS
        question = self._question() if due else None
        if question:
            self.asked.append(question)
        self.joiners.append(wording.FULL_STOP if question else self._bits.choice(wording.JOINERS))

    def _act(self) -> tuple[str, str, str]:
        """Draws an action and carries it out: what, by whom, with which object if any."""
        who = self._bits.choice(ACTORS)
        here = [t for t in OBJECTS if self._lies.get(t) == self._room[who]]
        held = [t for t in OBJECTS if self._holder.get(t) == who]
        kinds = [GO]
        if self._setting.objects:
            kinds += [GET] * bool(here) + [DROP] * bool(held)
        action = self._bits.choice(kinds)
        if action == GO:
            self._room[who] = self._bits.other(ROOMS, self._room[who])
            return action, who, ""
        thing = self._bits.choice(here if action == GET else held)
        if action == GET:
            del self._lies[thing]
            self._holder[thing] = who
        else:
            del self._holder[thing]
            self._lies[thing] = self._room[who]
        return action, who, thing

    def _question(self) -> Asked | None:
        """A question about one of the last statements, None if none of them can be asked for."""
        window = self.events[-self._setting.difficulty :]
        for event in self._bits.sample(window, len(window)):
            asked = self._of_thing(event.thing) if event.thing else self._of_actor(event)
            if asked:
                return asked
        return None

    def _of_actor(self, event: Event) -> Asked:
        walks = self._walks[event.who]
        arrival = len(walks) - 1
        while walks[arrival].room != event.room:
            arrival -= 1
        if self._setting.before and arrival and self._bits.chance(1, 2):
            text = wording.where_was(event.who, event.room)
            before = walks[arrival - 1]
            return self._ask(text, event.who, before.room, (walks[arrival], before), now=False)
        text = wording.where_is(self._bits, event.who)
        return self._ask(text, event.who, self._room[event.who], walks[-1:], now=True)

    def _of_thing(self, thing: str) -> Asked | None:
        handled = self._handled[thing]
        dropped = handled.action == DROP
        walks = reversed(self._walks[handled.who])
        walk = next((w for w in walks if not dropped or w.at < handled.at), None)
        if walk is None:
            return None
        room = self._lies[thing] if dropped else self._room[handled.who]
        text = wording.where_is(self._bits, thing)
        return self._ask(text, thing, room, (handled, walk), now=True)

    def _ask(
        self, text: str, subject: str, room: str, support: Sequence[Event], *, now: bool
    ) -> Asked:
        spoken = wording.answer(self._bits, subject, room, now=now)
        return Asked(text, room, tuple(e.at for e in support), len(self.events), spoken)
