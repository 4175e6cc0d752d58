"""Facts that follow from each other by looking them up in turn: tasks 15, 16 and 20."""

from typing import ClassVar

from bench.datasets.babi.readers.reader import Reader, Reading, asks, because, tells
from bench.datasets.babi.readers.words import GOT, MOVED


class WhatFeared(Reader, task=15):
    """Basic deduction: what the person is, then what such animals are afraid of."""

    ONE_OF: ClassVar = {"mice": "mouse", "sheep": "sheep", "wolves": "wolf", "cats": "cat"}

    words: ClassVar = {
        "person": ("gertrude", "winona", "jessica", "emily"),
        "kind": tuple(ONE_OF.values()),
        "kinds": tuple(ONE_OF),
    }

    def __init__(self) -> None:
        super().__init__()
        self.kind: dict[str, tuple[str, int]] = {}
        self.fear: dict[str, tuple[str, int]] = {}

    @tells("<kinds> are afraid of <kinds>")
    def are_afraid(self, kinds: str, feared: str) -> None:
        if self.ONE_OF[kinds] in self.fear:
            raise self.unclear(f"says again what {kinds} are afraid of")
        self.fear[self.ONE_OF[kinds]] = (self.ONE_OF[feared], self.told)

    @tells("<person> is a <kind>")
    def is_a(self, person: str, kind: str) -> None:
        if person in self.kind:
            raise self.unclear(f"says again what {person} is")
        self.kind[person] = (kind, self.told)

    @asks("what is <person> afraid of")
    def what(self, person: str) -> Reading:
        kind, index = self.kind.get(person, ("", -1))
        if kind not in self.fear:
            raise self.unclear(f"is asked before the story says what {person} is and fears")
        feared, fear_index = self.fear[kind]
        return because(feared, index, fear_index)


class WhatColour(Reader, task=16):
    """Basic induction: the colour of another of the same kind.

    Where several of that kind are told, the one whose kind was told last counts: its colour can
    differ from the others'.
    """

    words: ClassVar = {
        "person": ("lily", "bernhard", "greg", "julius", "brian"),
        "kind": ("swan", "lion", "frog", "rhino"),
        "color": ("gray", "white", "yellow", "green"),
    }

    def __init__(self) -> None:
        super().__init__()
        self.kind: dict[str, tuple[str, int]] = {}  # in the order of telling
        self.color: dict[str, tuple[str, int]] = {}

    @tells("<person> is a <kind>")
    def is_a(self, person: str, kind: str) -> None:
        if person in self.kind:
            raise self.unclear(f"says again what {person} is")
        self.kind[person] = (kind, self.told)

    @tells("<person> is <color>")
    def has_color(self, person: str, color: str) -> None:
        if person in self.color:
            raise self.unclear(f"says again what color {person} is")
        self.color[person] = (color, self.told)

    @asks("what color is <person>")
    def what_color(self, person: str) -> Reading:
        if person not in self.kind or person in self.color:
            raise self.unclear(f"needs a story with {person}'s kind and without {person}'s color")
        kind, index = self.kind[person]
        for like, (its_kind, its_index) in reversed(self.kind.items()):
            if its_kind == kind and like in self.color:
                color, color_index = self.color[like]
                return because(color, index, its_index, color_index)
        raise self.unclear(f"is asked with no other {kind} whose color is told")


class WhyOrWhere(Reader, task=20):
    """Agents' motivations: each of the four leads to one place and one object."""

    GOALS: ClassVar = {
        "hungry": ("kitchen", "apple"),
        "thirsty": ("kitchen", "milk"),
        "bored": ("garden", "football"),
        "tired": ("bedroom", "pajamas"),
    }

    words: ClassVar = {
        "person": ("sumit", "yann", "antoine", "jason"),
        "motivation": tuple(GOALS),
        "place": ("kitchen", "garden", "bedroom"),
        "object": ("apple", "milk", "football", "pajamas"),
    }

    def __init__(self) -> None:
        super().__init__()
        self.motivation: dict[str, tuple[str, int]] = {}
        self.done: set[tuple[str, str]] = set()  # who went where and got what

    @tells("<person> is <motivation>")
    def is_motivated(self, person: str, motivation: str) -> None:
        if person in self.motivation:
            raise self.unclear(f"says again what {person} is")
        self.motivation[person] = (motivation, self.told)

    @tells(f"<person> {MOVED} <place>")
    def went(self, person: str, place: str) -> None:
        self._do(person, place)

    @tells(f"<person> {GOT} <object> there")
    def got(self, person: str, thing: str) -> None:
        self._do(person, thing)

    @asks("where will <person> go")
    def where_to(self, person: str) -> Reading:
        motivation, index = self._motivation(person)
        return because(self.GOALS[motivation][0], index)

    @asks("why did <person> go to the <place>")
    def why_go(self, person: str, place: str) -> Reading:
        return self._why(person, place)

    @asks("why did <person> get the <object>")
    def why_get(self, person: str, thing: str) -> Reading:
        return self._why(person, thing)

    def _why(self, person: str, goal: str) -> Reading:
        if (person, goal) not in self.done:
            raise self.unclear("is asked before it was done")
        return because(*self._motivation(person))

    def _do(self, person: str, goal: str) -> None:
        motivation, _ = self._motivation(person)
        if goal not in self.GOALS[motivation]:
            raise self.unclear(f"does not go with {person} being {motivation}")
        self.done.add((person, goal))

    def _motivation(self, person: str) -> tuple[str, int]:
        if person not in self.motivation:
            raise self.unclear(f"comes before what {person} is")
        return self.motivation[person]
