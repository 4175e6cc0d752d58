"""Task 18: which of six things fits in which, by two steps of a chain."""

from __future__ import annotations

from dataclasses import dataclass

from bench.datasets.babi.simulator.moves import DRAWS
from bench.datasets.babi.simulator.story import Story
from bench.datasets.bits import Bits

_BIG = ("box", "chest", "suitcase", "container")
_SMALL = ("box of chocolates", "chocolate")
BLOCK = 5
"""Statements told, and questions wanted, at a time."""


@dataclass(frozen=True, slots=True)
class _Fact:
    """A statement. ``coin``: a hidden side of it, told nowhere; see `_draw`."""

    larger: str
    smaller: str
    coin: int


def fits(bits: Bits) -> Story:
    """'Does the chocolate fit in the box?', 'Is the chest bigger than the suitcase?'"""
    order = (*bits.sample(_BIG, len(_BIG)), *_SMALL)  # from large to small
    story = Story()
    facts: list[_Fact] = []
    while True:
        for _ in range(BLOCK):
            facts.append(_tell(bits, story, order))
        asked = 0
        for _ in range(DRAWS):
            asked += _ask(bits, story, facts)
            if asked == BLOCK:
                return story


def _tell(bits: Bits, story: Story, order: tuple[str, ...]) -> _Fact:
    large, small = sorted(bits.sample(range(len(order)), 2))
    fact = _Fact(order[large], order[small], bits.below(2))
    if bits.chance(1, 2):
        story.tell(f"The {fact.smaller} fits inside the {fact.larger}.")
    else:
        story.tell(f"The {fact.larger} is bigger than the {fact.smaller}.")
    return fact


def _ask(bits: Bits, story: Story, facts: list[_Fact]) -> bool:
    """One draw: a fact, and the first other statement of its far end, if that goes on the chain."""
    fact = bits.choice(facts)
    # A fact told again counts as the last one with the same coin.
    first = max(at for at, told in enumerate(facts) if told == fact)
    yes = bits.chance(1, 2)
    start, middle = (fact.larger, fact.smaller) if yes else (fact.smaller, fact.larger)
    second = next(
        (
            at
            for at, told in enumerate(facts)
            if at != first and middle in (told.larger, told.smaller)
        ),
        None,
    )
    if second is None or middle != (facts[second].larger if yes else facts[second].smaller):
        return False
    end = facts[second].smaller if yes else facts[second].larger
    if bits.chance(1, 2):
        question = f"Is the {start} bigger than the {end}?"
    else:
        question = f"Does the {end} fit in the {start}?"
    story.ask(question, "yes" if yes else "no", (first, second))
    return True
