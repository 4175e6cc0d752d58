"""Which of two things is bigger, through any number of others: task 18."""

from typing import ClassVar

from bench.datasets.babi.readers.reader import Reader, Reading, asks, tells

THINGS = ("box", "chest", "suitcase", "container", "box of chocolates", "chocolate")


class WhichIsBigger(Reader, task=18):
    """Size reasoning: a thing is bigger if a chain of statements leads down from it to the other.

    The released files name a chain of two as supporting facts even where one statement would do:
    any statement f1 between the asked-about bigger (for a yes; smaller for a no) thing and a middle
    one, then f2, the first other statement that mentions the middle one, if it leads to the second
    thing. Where f1's fact is told several times, any of its copies may be named.
    """

    words: ClassVar = {"thing": THINGS}

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[tuple[str, str]] = []  # a statement each: bigger, smaller
        self.inside: dict[str, set[str]] = {thing: set() for thing in THINGS}
        """Thing -> all things that are smaller, directly or through others."""

    @tells("the <thing> fits inside the <thing>")
    def fits_inside(self, smaller: str, bigger: str) -> None:
        if smaller == bigger or bigger in self.inside[smaller]:
            raise self.unclear("contradicts what was said of their sizes")
        self.facts.append((bigger, smaller))
        if smaller not in self.inside[bigger]:
            below = {smaller, *self.inside[smaller]}
            for thing in THINGS:
                if thing == bigger or bigger in self.inside[thing]:
                    self.inside[thing] |= below

    @tells("the <thing> is bigger than the <thing>")
    def is_bigger(self, bigger: str, smaller: str) -> None:
        self.fits_inside(smaller, bigger)

    @asks("is the <thing> bigger than the <thing>")
    def bigger(self, thing: str, other: str) -> Reading:
        if other in self.inside[thing]:
            return Reading("yes", self._chains(thing, other, downwards=True))
        if thing in self.inside[other]:
            return Reading("no", self._chains(thing, other, downwards=False))
        raise self.unclear("is left open by what was said of their sizes")

    @asks("does the <thing> fit in the <thing>")
    def fits(self, thing: str, other: str) -> Reading:
        return self.bigger(other, thing)

    def _chains(self, start: str, end: str, *, downwards: bool) -> tuple[tuple[int, int], ...]:
        """The pairs f1, f2 that lead from start by way of a middle thing to end."""
        steps = self.facts if downwards else [(small, big) for big, small in self.facts]
        chains = []
        for f1, (source, middle) in enumerate(steps):
            if source == start:
                f2 = next((i for i, step in enumerate(steps) if i != f1 and middle in step), None)
                if f2 is not None and steps[f2] == (middle, end):
                    chains.append((f1, f2))
        return tuple(chains)
