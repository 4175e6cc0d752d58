"""Tasks 4, 17 and 19: things beside one another on a grid, told link by link.

All three tell their links in one way: draw one of the things, then one of those it is linked to; if
their link is new, it is told, with the thing drawn first as subject (in task 17, as the other).
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.datasets.babi.simulator.story import Story
from bench.datasets.babi.simulator.wording import PLACES
from bench.datasets.bits import Bits

Step = tuple[int, int]

_COMPASS: Mapping[Step, str] = {(0, 1): "north", (0, -1): "south", (1, 0): "east", (-1, 0): "west"}
_SIDES: Mapping[Step, str] = {
    (0, 1): "above",
    (0, -1): "below",
    (-1, 0): "to the left of",
    (1, 0): "to the right of",
}
_STEPS = tuple(_COMPASS)
_SHAPES = ("triangle", "pink rectangle", "blue square", "red sphere", "red square", "yellow square")


def beside(bits: Bits) -> Story:
    """Task 4: three places in a line; 'What is north of the garden?' or 'What is the hallway south
    of?'"""
    middle, one, other = bits.sample(PLACES, 3)
    links = _Links()
    step = bits.choice(_STEPS)
    links.put(one, step, middle)
    links.put(other, _back(step), middle)
    story = Story()
    said = links.tell(bits, story, {step: f"{way} of" for step, way in _COMPASS.items()})
    (a, b), at = bits.choice(list(said.items()))
    way = links.step[a, b]
    if bits.chance(1, 2):
        story.ask(f"What is {_COMPASS[way]} of the {b}?", a, (at,))
    else:
        story.ask(f"What is the {b} {_COMPASS[_back(way)]} of?", a, (at,))
    return story


def positions(bits: Bits) -> Story:
    """Task 17: two things each beside a third; 'Is the red square above the triangle?', eight
    times."""
    middle, one, other = bits.sample(_SHAPES, 3)
    side, other_side = bits.sample(_STEPS, 2)
    links = _Links()
    links.put(one, side, middle)
    links.put(other, other_side, middle)
    story = Story()
    said = links.tell(bits, story, _SIDES, first_is_subject=False)
    line = {name: at for pair, at in said.items() for name in pair}  # right for the outer two
    square = {one: side, other: other_side}
    for _ in range(8):
        a, b = bits.sample((one, other), 2)
        apart = (square[a][0] - square[b][0], square[a][1] - square[b][1])
        # Level with each other is neither above nor below.
        true = [way for way in _STEPS if way[0] * apart[0] + way[1] * apart[1] > 0]
        yes = bits.chance(1, 2)
        way = bits.choice(true if yes else [way for way in _STEPS if way not in true])
        story.ask(f"Is the {a} {_SIDES[way]} the {b}?", "yes" if yes else "no", (line[a], line[b]))
    return story


def path(bits: Bits) -> Story:
    """Task 19: 'How do you go from the office to the garden?', two steps among decoys.

    Two places may come to lie on one square; only what is told is linked.
    """
    names = bits.sample(PLACES, 6)
    source, middle, target = names[:3]
    first = bits.choice(_STEPS)
    second = bits.other(_STEPS, _back(first))
    links = _Links()
    links.put(middle, first, source)
    links.put(target, second, middle)
    taken = {(source, first), (middle, _back(first)), (middle, second), (target, _back(second))}
    free = [(place, way) for place in names[:3] for way in _STEPS if (place, way) not in taken]
    for decoy, (place, way) in zip(names[3:], bits.sample(free, 3), strict=True):
        links.put(decoy, way, place)
    story = Story()
    said = links.tell(bits, story, {step: f"{way} of" for step, way in _COMPASS.items()})
    lines = {frozenset(pair): at for pair, at in said.items()}
    story.ask(
        f"How do you go from the {source} to the {target}?",
        f"{_COMPASS[first][0]},{_COMPASS[second][0]}",
        (lines[frozenset((source, middle))], lines[frozenset((middle, target))]),
    )
    return story


class _Links:
    """Which thing lies in which direction of which."""

    def __init__(self) -> None:
        self.step: dict[tuple[str, str], Step] = {}
        self._beside: dict[str, list[str]] = {}

    def put(self, a: str, step: Step, b: str) -> None:
        """``a`` lies one ``step`` from ``b``."""
        self.step[a, b] = step
        self.step[b, a] = _back(step)
        self._beside.setdefault(a, []).append(b)
        self._beside.setdefault(b, []).append(a)

    def tell(
        self, bits: Bits, story: Story, words: Mapping[Step, str], first_is_subject: bool = True
    ) -> dict[tuple[str, str], int]:
        """Tells every link once; (subject, other) -> its statement's index."""
        said: dict[tuple[str, str], int] = {}
        names = list(self._beside)
        while 2 * len(said) < len(self.step):
            a = bits.choice(names)
            b = bits.choice(self._beside[a])
            if not first_is_subject:
                a, b = b, a
            if (a, b) not in said and (b, a) not in said:
                said[a, b] = story.tell(f"The {a} is {words[self.step[a, b]]} the {b}.")
        return said


def _back(step: Step) -> Step:
    return (-step[0], -step[1])
