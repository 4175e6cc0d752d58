"""Task 14: each person's moves run through four times of day, but are told in another order."""

from __future__ import annotations

from bench.datasets.babi.simulator import wording
from bench.datasets.babi.simulator.moves import QUESTIONS, WINDOW
from bench.datasets.babi.simulator.story import Story
from bench.datasets.babi.simulator.wording import OTHER_PEOPLE, OTHER_PLACES
from bench.datasets.bits import Bits

TIMES = ("yesterday", "this morning", "this afternoon", "this evening")


def before(bits: Bits) -> Story:
    """'Where was Julie before the park?'

    Statements are made two at a time until a question is possible; those made since the previous
    question are then told in an order that is one cycle of the one they were made in.
    """
    story = Story()
    visits: dict[str, list[str]] = {
        person: [] for person in OTHER_PEOPLE
    }  # places, in order of time
    told_at: dict[tuple[str, int], int] = {}  # (person, time) -> index of its statement
    made: list[tuple[str, int]] = []
    fresh: list[tuple[str, int]] = []  # made, not yet told
    while len(story.questions) < QUESTIONS:
        for _ in range(2):
            who = bits.choice([p for p in OTHER_PEOPLE if len(visits[p]) < len(TIMES)])
            been = visits[who]
            been.append(bits.other(OTHER_PLACES, been[-1] if been else ""))
            fresh.append((who, len(been) - 1))
        window = (made + fresh)[-WINDOW:]
        seeds = [(who, arrival) for who, time in window if (arrival := _last(visits[who], time))]
        if not seeds:
            continue
        for who, time in bits.cycle(fresh):
            told_at[who, time] = story.tell(_sentence(bits, who, visits[who][time], TIMES[time]))
        made += fresh
        fresh = []
        who, arrival = bits.choice(seeds)
        place, earlier = visits[who][arrival], visits[who][arrival - 1]
        support = (told_at[who, arrival], told_at[who, arrival - 1])
        story.ask(f"Where was {who} before the {place}?", earlier, support)
    return story


def _last(visits: list[str], time: int) -> int:
    """The time of the last visit to the place visited at ``time``; 0 is the first move of all."""
    return max(t for t, place in enumerate(visits) if place == visits[time])


def _sentence(bits: Bits, who: str, place: str, time: str) -> str:
    text = wording.moved(bits, who, place)
    if bits.chance(1, 2):
        return f"{text} {time}."
    return f"{time[0].upper()}{time[1:]} {text}."
