"""Tasks 11, 12 and 13: one or two people move and move on; pronouns stand for who was just named.

Five times two statements and 'Where is Mary?', asked of the person of one of the last five moves,
where a pair's statement counts as two moves, in the order in which the two are named.
"""

from __future__ import annotations

from bench.datasets.babi.simulator import wording
from bench.datasets.babi.simulator.moves import QUESTIONS, WINDOW
from bench.datasets.babi.simulator.story import Story
from bench.datasets.babi.simulator.wording import PEOPLE, PLACES
from bench.datasets.bits import Bits

_PRONOUN = {"John": "he", "Daniel": "he", "Mary": "she", "Sandra": "she"}


def he_or_she(bits: Bits) -> Story:
    """Task 11: 'John went to the office. Then he went to the garden.'"""
    told = _Told(bits)
    while told.goes_on():
        who = bits.choice(PEOPLE)
        place = bits.other(PLACES, told.place[who])
        told.move((who,), who, place)
        told.moves_on((who,), _PRONOUN[who])
        told.ask(statements=2)
    return told.story


def pairs(bits: Bits) -> Story:
    """Task 12: 'John and Mary went to the office.'"""
    told = _Told(bits)
    while told.goes_on():
        for _ in range(2):
            told.pair_moves()
        told.ask(statements=1)
    return told.story


def they(bits: Bits) -> Story:
    """Task 13: 'John and Mary went to the office. Then they went to the garden.'"""
    told = _Told(bits)
    while told.goes_on():
        pair = told.pair_moves()
        told.moves_on(pair, "they")
        told.ask(statements=2)
    return told.story


class _Told:
    """The story so far, and where everybody is."""

    def __init__(self, bits: Bits):
        self.bits = bits
        self.story = Story()
        self.place = {person: bits.choice(PLACES) for person in PEOPLE}
        self._moves: list[str] = []  # the people, a move each
        self._of: dict[str, list[int]] = {person: [] for person in PEOPLE}  # their statements

    def goes_on(self) -> bool:
        return len(self.story.questions) < QUESTIONS

    def pair_moves(self) -> tuple[str, ...]:
        """Two people move together to where neither is; the draw is made anew if one is."""
        while True:
            pair = tuple(self.bits.sample(PEOPLE, 2))
            place = self.bits.choice(PLACES)
            if place not in (self.place[pair[0]], self.place[pair[1]]):
                self.move(pair, " and ".join(pair), place)
                return pair

    def moves_on(self, people: tuple[str, ...], pronoun: str) -> None:
        """'Afterwards they moved to the kitchen.'"""
        after = wording.after(self.bits)
        place = self.bits.other(PLACES, self.place[people[0]])
        self.move(people, f"{after} {pronoun}", place)

    def move(self, people: tuple[str, ...], subject: str, place: str) -> None:
        at = self.story.tell(wording.moved(self.bits, subject, place) + ".")
        for person in people:
            self.place[person] = place
            self._moves.append(person)
            self._of[person].append(at)

    def ask(self, statements: int) -> None:
        """``statements``: how many of the person's latest it takes to answer."""
        who = self.bits.choice(self._moves[-WINDOW:])
        self.story.ask(f"Where is {who}?", self.place[who], self._of[who][-statements:])
