"""The simple grammar of W14's Appendix A: what actions, questions and answers are in words.

Names of actors, objects and rooms, one for each that the paper counts, are a choice of ours among
those of its examples; so are the forms of spoken answers but the one that the paper quotes.
"""

from __future__ import annotations

from bench.datasets.bits import Bits

ACTORS = ("Joe", "Fred", "Bill", "Dan")
OBJECTS = ("milk", "football", "apple")
ROOMS = ("kitchen", "office", "bathroom", "garden", "bedroom")

GO, GET, DROP = "go", "get", "drop"

VERBS = {
    GO: ("went to", "moved to", "travelled to", "journeyed to", "went back to"),
    GET: ("picked up", "got", "grabbed", "took"),
    DROP: ("dropped", "left", "discarded", "put down"),
}
"""Of each action its synonyms. 'back' says nothing of where somebody was."""

FULL_STOP = "."
JOINERS = (
    FULL_STOP, " and", " then", ", then", ";", ", later", ", after that", ", and then", ", next",
)  # fmt: skip
"""What may stand behind a statement that another one follows."""

PRONOUNS = ("he", "she", "it", "they")
HE, IT = PRONOUNS[0], PRONOUNS[2]

_ANSWERS = (
    "{subject} {verb} in the {room}",
    "{subject} {verb} in the {room} I believe",
    "I think {subject} {verb} in the {room}",
    "I believe {subject} {verb} in the {room}",
    "In the {room} I think",
    "The {room} I believe",
    "The {room}",
)


def statement(bits: Bits, action: str, who: str, what: str) -> str:
    """'Joe picked up the milk', without what ends it."""
    return f"{who} {bits.choice(VERBS[action])} the {what}"


def where_is(bits: Bits, subject: str) -> str:
    """'Where is the milk now?'"""
    return f"Where is {_named(subject)}{bits.choice(('', ' now'))}?"


def where_was(who: str, room: str) -> str:
    """'Where was Joe before the office?'"""
    return f"Where was {who} before the {room}?"


def answer(bits: Bits, subject: str, room: str, *, now: bool) -> str:
    """'I think the milk is in the kitchen'; its subject may be a pronoun or left out.

    Args:
        subject: an actor or an object.
        now: whether it is there still.
    """
    called = bits.choice((_named(subject), HE if subject in ACTORS else IT))
    said = bits.choice(_ANSWERS).format(subject=called, verb="is" if now else "was", room=room)
    return said[0].upper() + said[1:]


def refused(subject: str, room: str) -> frozenset[str]:
    """Words, in small letters, that make an answer wrong: other rooms, other subjects, and pronouns
    that do not stand for this one."""
    right = {subject, room, HE if subject in ACTORS else IT}
    every = {*ACTORS, *OBJECTS, *ROOMS, *PRONOUNS}
    return frozenset(word.lower() for word in every - right)


def _named(subject: str) -> str:
    return subject if subject in ACTORS else f"the {subject}"
