"""The sentences that several tasks share; each wording is drawn anew, independent of the rest."""

from __future__ import annotations

from bench.datasets.bits import Bits

PEOPLE = ("John", "Mary", "Sandra", "Daniel")
PLACES = ("bathroom", "bedroom", "garden", "hallway", "kitchen", "office")
OBJECTS = ("apple", "football", "milk")

OTHER_PEOPLE = ("Bill", "Fred", "Julie", "Mary")
OTHER_PLACES = ("bedroom", "cinema", "kitchen", "office", "park", "school")
"""Of tasks 10 and 14."""

_MOVED = ("went to", "journeyed to", "travelled to", "moved to", "went back to")
_GOT = ("picked up", "got", "grabbed", "took")
_DROPPED = ("left", "discarded", "dropped", "put down")
_GAVE = ("passed", "gave", "handed")
_AFTER = ("After that", "Afterwards", "Following that", "Then")


def moved(bits: Bits, who: str, place: str) -> str:
    """'Mary went back to the garden' ('back' whether she was there before or not)."""
    return f"{who} {bits.choice(_MOVED)} the {place}"


def got(bits: Bits, who: str, thing: str, there: bool) -> str:
    """'Mary took the milk there.'"""
    return f"{who} {bits.choice(_GOT)} the {thing}{' there' if there else ''}."


def dropped(bits: Bits, who: str, thing: str) -> str:
    """'Mary put down the milk.', in one of five with 'there'."""
    words = bits.choice(_DROPPED)
    return f"{who} {words} the {thing}{' there' if bits.chance(1, 5) else ''}."


def gave(bits: Bits, who: str, thing: str, receiver: str) -> str:
    """'Mary handed the milk to John.'"""
    return f"{who} {bits.choice(_GAVE)} the {thing} to {receiver}."


def after(bits: Bits) -> str:
    """'Following that'"""
    return bits.choice(_AFTER)
