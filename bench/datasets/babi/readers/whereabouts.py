"""Where people are, told in five ways: tasks 9 to 13.

The latest thing said of a person is all that counts; each task has its own way of saying it.
"""

from typing import ClassVar

from bench.datasets.babi.readers.reader import Reader, Reading, asks, because, tells
from bench.datasets.babi.readers.words import (
    AFTERWARDS,
    HOUSE,
    HOUSEHOLD,
    MOVED,
    PRONOUN,
    TOWN,
    TOWNSPEOPLE,
)


class IsOrIsNot(Reader, task=9):
    """Simple negation: 'is not' and 'is no longer' say where a person is not, and no more."""

    words: ClassVar = {"person": HOUSEHOLD, "place": HOUSE}

    def __init__(self) -> None:
        super().__init__()
        self.latest: dict[str, tuple[int, str, bool]] = {}  # statement, place, is there

    @tells(f"<person> (?:{MOVED}|is in the) <place>")
    def is_there(self, person: str, place: str) -> None:
        self.latest[person] = (self.told, place, True)

    @tells("<person> is (?:not|no longer) in the <place>")
    def is_not_there(self, person: str, place: str) -> None:
        self.latest[person] = (self.told, place, False)

    @asks("is <person> in the <place>")
    def is_in(self, person: str, place: str) -> Reading:
        if person not in self.latest:
            raise self.unclear(f"is asked before anything was said of {person}")
        index, named, there = self.latest[person]
        if not there and named != place:
            raise self.unclear(f"is left open: {person} is only said not to be in the {named}")
        return because("yes" if there and named == place else "no", index)


class IsOrMayBe(Reader, task=10):
    """Indefinite knowledge: 'either in the A or the B' makes both of them a maybe.

    The released stories also say 'either in the A or the A'; that too is a maybe.
    """

    words: ClassVar = {"person": TOWNSPEOPLE, "place": TOWN}

    def __init__(self) -> None:
        super().__init__()
        self.latest: dict[str, tuple[int, str, tuple[str, ...]]] = {}  # statement, word, places

    @tells(f"<person> (?:{MOVED}|is in the) <place>")
    def is_there(self, person: str, place: str) -> None:
        self.latest[person] = (self.told, "yes", (place,))

    @tells("<person> is either in the <place> or the <place>")
    def may_be_there(self, person: str, *places: str) -> None:
        self.latest[person] = (self.told, "maybe", places)

    @asks("is <person> in the <place>")
    def is_in(self, person: str, place: str) -> Reading:
        if person not in self.latest:
            raise self.unclear(f"is asked before anything was said of {person}")
        index, word, places = self.latest[person]
        return because(word if place in places else "no", index)


class Travellers(Reader):
    """People told of by name, or by a pronoun that stands for those of the line before."""

    words: ClassVar = {"person": HOUSEHOLD, "place": HOUSE, "pronoun": ("he", "she")}

    def __init__(self) -> None:
        super().__init__()
        self.latest: dict[str, tuple[str, tuple[int, ...]]] = {}
        """Person -> place now, and the latest line that names the person with its pronoun line."""
        self.meant: tuple[str, ...] = ()  # whom a pronoun in the next line stands for

    def named(self, people: tuple[str, ...], place: str) -> None:
        if len(set(people)) < len(people):
            raise self.unclear("names one person twice")
        self.latest |= dict.fromkeys(people, (place, (self.told,)))
        self.meant = people

    def meant_again(self, place: str) -> None:
        for person in self.meant:
            self.latest[person] = (place, (self.told - 1, self.told))
        self.meant = ()

    @asks("where is <person>")
    def where(self, person: str) -> Reading:
        if person not in self.latest:
            raise self.unclear(f"is asked before anything was said of {person}")
        place, lines = self.latest[person]
        return because(place, *lines)


class HeOrShe(Travellers, task=11):
    """Basic coreference: 'he' and 'she' are the person of the line before."""

    @tells(f"<person> {MOVED} <place>")
    def person_moved(self, person: str, place: str) -> None:
        self.named((person,), place)

    @tells(f"{AFTERWARDS} <pronoun> {MOVED} <place>")
    def pronoun_moved(self, pronoun: str, place: str) -> None:
        if [PRONOUN[person] for person in self.meant] != [pronoun]:
            raise self.unclear("has a pronoun that stands for nobody of the line before")
        self.meant_again(place)


class Together(Travellers, task=12):
    """Conjunction: two people move in one sentence."""

    @tells(f"<person> and <person> {MOVED} <place>")
    def people_moved(self, one: str, other: str, place: str) -> None:
        self.named((one, other), place)


class They(Together, task=13):
    """Compound coreference: 'they' are the two people of the line before."""

    @tells(f"{AFTERWARDS} they {MOVED} <place>")
    def they_moved(self, place: str) -> None:
        if not self.meant:
            raise self.unclear("has a pronoun that stands for nobody of the line before")
        self.meant_again(place)
