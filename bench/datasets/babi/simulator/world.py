"""The world of tasks 1, 2, 3, 5, 6, 7 and 8: people who walk about and handle things.

What happens next is a draw of an action that is possible now. People and things start in hidden
places, so a person may take what no sentence placed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.datasets.babi.simulator import wording
from bench.datasets.babi.simulator.story import Story
from bench.datasets.babi.simulator.wording import OBJECTS, PLACES
from bench.datasets.bits import Bits

MOVE, GET, DROP, GIVE = "move", "get", "drop", "give"


@dataclass(frozen=True, slots=True)
class Event:
    """What a statement tells. ``place``: where a move leads, or where it happens; ``thing`` is ''
    for a move, ``receiver`` '' for all but a gift. ``at``: the statement's index."""

    kind: str
    who: str
    place: str
    at: int
    thing: str = ""
    receiver: str = ""


class World:
    """People, things, and the story told of them.

    Args:
        kinds: actions, drawn uniformly; one that is not possible is drawn again.
        people: in the order in which a gift's receiver is looked for.
        there: how many in five of the pick-ups are told with 'there'.
    """

    def __init__(self, bits: Bits, kinds: Sequence[str], people: Sequence[str], there: int = 5):
        self.bits = bits
        self.story = Story()
        self.events: list[Event] = []
        self._kinds = kinds
        self._people = people
        self._there = there
        self._place = {person: bits.choice(PLACES) for person in people}
        self._lies = {thing: bits.choice(PLACES) for thing in OBJECTS if len(kinds) > 1}
        self._holder: dict[str, str] = {}
        self._act = {MOVE: self._move, GET: self._get, DROP: self._drop, GIVE: self._give}

    def step(self) -> None:
        """One more statement: draws until an action is possible."""
        while not self._act[self.bits.choice(self._kinds)]():
            pass

    def held(self, person: str) -> list[str]:
        """What the person holds now."""
        return [thing for thing in OBJECTS if self._holder.get(thing) == person]

    def _move(self) -> bool:
        who, place = self.bits.choice(self._people), self.bits.choice(PLACES)
        if self._place[who] == place:
            return False
        self._place[who] = place
        self._tell(MOVE, who, wording.moved(self.bits, who, place) + ".")
        return True

    def _get(self) -> bool:
        who = self.bits.choice(self._people)
        here = [thing for thing, place in self._lies.items() if place == self._place[who]]
        if not here:
            return False
        thing = self.bits.choice(here)
        del self._lies[thing]
        self._holder[thing] = who
        there = self.bits.chance(self._there, 5)
        self._tell(GET, who, wording.got(self.bits, who, thing, there), thing)
        return True

    def _drop(self) -> bool:
        who = self.bits.choice(self._people)
        held = self.held(who)
        if not held:
            return False
        thing = self.bits.choice(held)
        del self._holder[thing]
        self._lies[thing] = self._place[who]
        self._tell(DROP, who, wording.dropped(self.bits, who, thing), thing)
        return True

    def _give(self) -> bool:
        """Nothing random but the words: the first thing whose holder has company goes to the first
        of that company."""
        for thing in OBJECTS:
            who = self._holder.get(thing)
            if who is None:
                continue
            for other in self._people:
                if other != who and self._place[other] == self._place[who]:
                    self._holder[thing] = other
                    self._tell(GIVE, who, wording.gave(self.bits, who, thing, other), thing, other)
                    return True
        return False

    def _tell(self, kind: str, who: str, text: str, thing: str = "", receiver: str = "") -> None:
        at = self.story.tell(text)
        self.events.append(Event(kind, who, self._place[who], at, thing, receiver))
