"""Task 20: people with a motive go to its place and take its thing; every statement is asked
about."""

from __future__ import annotations

from bench.datasets.babi.simulator import wording
from bench.datasets.babi.simulator.story import Story
from bench.datasets.bits import Bits

_PEOPLE = ("Sumit", "Yann", "Antoine", "Jason")
_MOTIVES = {
    "hungry": ("kitchen", "apple"),
    "thirsty": ("kitchen", "milk"),
    "bored": ("garden", "football"),
    "tired": ("bedroom", "pajamas"),
}


def motives(bits: Bits) -> Story:
    """'Sumit is tired.', 'Where will sumit go?', ..., 'Why did sumit get the pajamas?'"""
    story = Story()
    motive = {who: bits.choice(tuple(_MOTIVES)) for who in _PEOPLE}
    done = dict.fromkeys(_PEOPLE, 0)  # steps: says the motive, goes, takes the thing
    cause: dict[str, int] = {}  # the statement of the motive
    taken: set[str] = set()
    while True:
        able = [
            w
            for w in _PEOPLE
            if done[w] < 2 or (done[w] == 2 and _MOTIVES[motive[w]][1] not in taken)
        ]
        if not able:
            return story
        who = bits.choice(able)
        place, thing = _MOTIVES[motive[who]]
        if done[who] == 0:
            cause[who] = story.tell(f"{who} is {motive[who]}.")
            question, answer = f"Where will {who.lower()} go?", place
        elif done[who] == 1:
            story.tell(wording.moved(bits, who, place) + ".")
            question, answer = f"Why did {who.lower()} go to the {place}?", motive[who]
        else:
            taken.add(thing)
            story.tell(wording.got(bits, who, thing, there=True))
            question, answer = f"Why did {who.lower()} get the {thing}?", motive[who]
        story.ask(question, answer, (cause[who],))
        done[who] += 1
