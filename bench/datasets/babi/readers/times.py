"""Moves told out of their order, each with its time of day: task 14."""

from collections import defaultdict
from typing import ClassVar

from bench.datasets.babi.readers.reader import Reader, Reading, asks, because, tells
from bench.datasets.babi.readers.words import MOVED, TOWN, TOWNSPEOPLE

TIMES = ("yesterday", "this morning", "this afternoon", "this evening")


class BeforeInTime(Reader, task=14):
    """Time reasoning: order a person's moves by their times, whatever the order of telling.

    Where the person came to the place more than once, the latest time counts.
    """

    words: ClassVar = {"person": TOWNSPEOPLE, "place": TOWN, "time": TIMES}

    def __init__(self) -> None:
        super().__init__()
        self.moves: dict[str, dict[int, tuple[int, str]]] = defaultdict(dict)
        """Person -> time as a place in TIMES -> statement and place."""

    @tells(f"<person> {MOVED} <place> <time>")
    def moved_then(self, person: str, place: str, time: str) -> None:
        if TIMES.index(time) in self.moves[person]:
            raise self.unclear(f"is the second move of {person} {time}")
        self.moves[person][TIMES.index(time)] = (self.told, place)

    @tells(f"<time> <person> {MOVED} <place>")
    def then_moved(self, time: str, person: str, place: str) -> None:
        self.moved_then(person, place, time)

    @asks("where was <person> before the <place>")
    def where(self, person: str, place: str) -> Reading:
        moves = [move for _, move in sorted(self.moves[person].items())]
        arrivals = [i for i, move in enumerate(moves) if move[1] == place]
        if not arrivals or arrivals[-1] == 0:
            raise self.unclear(f"is asked with no earlier move of {person} than to the {place}")
        (arrival, _), (index, before) = moves[arrivals[-1]], moves[arrivals[-1] - 1]
        return because(before, arrival, index)
