"""Things on a grid, each a step away from another: tasks 4, 17 and 19."""

from collections import defaultdict
from typing import ClassVar

from bench.datasets.babi.readers.reader import Reader, Reading, asks, because, tells
from bench.datasets.babi.readers.words import HOUSE

Step = tuple[int, int]

COMPASS: dict[str, Step] = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}
SIDES: dict[str, Step] = {
    "above": (0, 1),
    "below": (0, -1),
    "to the right of": (1, 0),
    "to the left of": (-1, 0),
}
SHAPES = ("triangle", "pink rectangle", "blue square", "red sphere", "red square", "yellow square")


def opposite(step: Step) -> Step:
    """The way back."""
    return -step[0], -step[1]


class Grid(Reader):
    """Statements that put one thing a step away from another."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: dict[str, dict[str, tuple[Step, int]]] = defaultdict(dict)
        """Thing -> thing beside it -> the step that leads there, and the statement that says so."""

    def link(self, thing: str, step: Step, beside: str) -> None:
        """``thing`` is one ``step`` from ``beside``."""
        if thing == beside or thing in self.steps[beside]:
            raise self.unclear(f"says again where the {thing} and the {beside} are")
        self.steps[beside][thing] = (step, self.told)
        self.steps[thing][beside] = (opposite(step), self.told)

    def between(self, one: str, other: str) -> str:
        """The only thing that is beside both."""
        shared = [thing for thing in self.steps[one] if thing in self.steps[other]]
        if one == other or len(shared) != 1:
            raise self.unclear(
                f"needs one thing between the {one} and the {other}, not {len(shared)}"
            )
        return shared[0]


class WhatIsBeside(Grid, task=4):
    """Two argument relations: each statement also says the opposite from the other's point of
    view."""

    words: ClassVar = {"place": HOUSE, "direction": tuple(COMPASS)}

    @tells("the <place> is <direction> of the <place>")
    def is_beside(self, place: str, direction: str, other: str) -> None:
        self.link(place, COMPASS[direction], other)

    @asks("what is <direction> of the <place>")
    def what_is(self, direction: str, place: str) -> Reading:
        found = [(o, i) for o, (s, i) in self.steps[place].items() if s == COMPASS[direction]]
        if len(found) != 1:
            raise self.unclear(f"has {len(found)} answers")
        answer, index = found[0]
        return because(answer, index)

    @asks("what is the <place> <direction> of")
    def what_of(self, place: str, direction: str) -> Reading:
        backwards = {opposite(step): name for name, step in COMPASS.items()}
        return self.what_is(backwards[COMPASS[direction]], place)


class WhereAbout(Grid, task=17):
    """Positional reasoning: two things are compared by way of the one between them.

    'Above' needs a greater height, 'left' a smaller x, and so on: beside each other is neither
    above nor below.
    """

    words: ClassVar = {"thing": SHAPES, "side": tuple(SIDES)}

    @tells("the <thing> is <side> the <thing>")
    def is_beside(self, thing: str, side: str, other: str) -> None:
        self.link(thing, SIDES[side], other)

    @asks("is the <thing> <side> the <thing>")
    def is_so(self, thing: str, side: str, other: str) -> Reading:
        middle = self.between(thing, other)
        (x, y), index = self.steps[middle][thing]
        (other_x, other_y), other_index = self.steps[middle][other]
        across, up = SIDES[side]
        forward = across * (x - other_x) + up * (y - other_y)
        return because("yes" if forward > 0 else "no", index, other_index)


class TheWay(Grid, task=19):
    """Path finding: two steps by way of the place between, each named by its first letter."""

    words: ClassVar = {"place": HOUSE, "direction": tuple(COMPASS)}

    is_beside = WhatIsBeside.is_beside

    @asks("how do you go from the <place> to the <place>")
    def how(self, start: str, goal: str) -> Reading:
        middle = self.between(start, goal)
        first, first_index = self.steps[start][middle]
        second, second_index = self.steps[middle][goal]
        letters = {step: name[0] for name, step in COMPASS.items()}
        return because(f"{letters[first]},{letters[second]}", first_index, second_index)
