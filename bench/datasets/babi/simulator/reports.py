"""Tasks 9 and 10: what is said of where people are, by denials or by halves.

Five times two statements and a question. Each statement is of a person who has just changed place;
the question is of a person in one of the last five statements, and the latest statement decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.datasets.babi.simulator import wording
from bench.datasets.babi.simulator.moves import QUESTIONS, WINDOW
from bench.datasets.babi.simulator.story import Story
from bench.datasets.babi.simulator.wording import OTHER_PEOPLE, OTHER_PLACES, PEOPLE, PLACES
from bench.datasets.bits import Bits

Asks = Callable[[], tuple[str, str]]
"""Draws a place to ask about and the answer."""


def negation(bits: Bits) -> Story:
    """Task 9: half of the moves are told as such, a quarter as 'is in', a quarter by denying the
    place that was left."""

    def report(who: str, old: str, new: str) -> tuple[str, Asks]:
        form = bits.below(8)
        if form < 6:
            text = wording.moved(bits, who, new) if form < 4 else f"{who} is in the {new}"
            return text + ".", lambda: _truth_or_other(bits, PLACES, new, "no")
        denied = "not" if form == 6 else "no longer"
        return f"{who} is {denied} in the {old}.", lambda: (old, "no")

    return _tell(bits, PEOPLE, PLACES, report)


def indefinite(bits: Bits) -> Story:
    """Task 10: a quarter of the moves are told as 'either in the A or the B'."""

    def report(who: str, old: str, new: str) -> tuple[str, Asks]:
        del old
        form = bits.below(4)
        if form < 3:
            text = wording.moved(bits, who, new) if form < 2 else f"{who} is in the {new}"
            return text + ".", lambda: _truth_or_other(bits, OTHER_PLACES, new, "no")
        pair = bits.sample((new, bits.choice(OTHER_PLACES)), 2)  # may name one place twice

        def ask() -> tuple[str, str]:
            place, _ = _truth_or_other(bits, OTHER_PLACES, new, "no")
            return place, "maybe" if place in pair else "no"

        return f"{who} is either in the {pair[0]} or the {pair[1]}.", ask

    return _tell(bits, OTHER_PEOPLE, OTHER_PLACES, report)


def _truth_or_other(
    bits: Bits, places: Sequence[str], true: str, otherwise: str
) -> tuple[str, str]:
    """Half the time the true place and 'yes', else one of the others."""
    if bits.chance(1, 2):
        return true, "yes"
    return bits.other(places, true), otherwise


def _tell(
    bits: Bits,
    people: Sequence[str],
    places: Sequence[str],
    report: Callable[[str, str, str], tuple[str, Asks]],
) -> Story:
    """``report`` words a person's change from an old place to a new one."""
    story = Story()
    place = {person: bits.choice(places) for person in people}
    latest: dict[str, tuple[int, Asks]] = {}
    spoken_of: list[str] = []
    while len(story.questions) < QUESTIONS:
        for _ in range(2):
            who = bits.choice(people)
            old, place[who] = place[who], bits.other(places, place[who])
            text, ask = report(who, old, place[who])
            latest[who] = (story.tell(text), ask)
            spoken_of.append(who)
        who = bits.choice(spoken_of[-WINDOW:])
        at, ask = latest[who]
        asked, answer = ask()
        story.ask(f"Is {who} in the {asked}?", answer, (at,))
    return story
