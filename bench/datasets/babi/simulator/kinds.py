"""Tasks 15 and 16: what holds of a kind of animal, and what may be guessed of one of its kind."""

from __future__ import annotations

from bench.datasets.babi.simulator.story import Story
from bench.datasets.bits import Bits

_PLURAL = {"mouse": "mice", "sheep": "sheep", "wolf": "wolves", "cat": "cats"}
_FEARED = tuple(_PLURAL)
_NAMES_15 = ("Gertrude", "Winona", "Jessica", "Emily")

_NAMES_16 = ("Lily", "Bernhard", "Greg", "Julius", "Brian")
_KINDS = ("swan", "lion", "frog", "rhino")
_COLOURS = ("gray", "white", "yellow", "green")
_KEPT = (1, 3, 4)
"""Task 16: how many others of the asked one's kind there may be. Never two in the release, for no
known reason."""


def deduction(bits: Bits) -> Story:
    """Task 15: 'Mice are afraid of cats. Emily is a mouse. What is emily afraid of?'"""
    story = Story()
    fears: dict[str, tuple[str, int]] = {}  # kind -> what it fears, statement
    named: dict[str, tuple[str, int]] = {}  # name -> kind, statement
    while len(fears) < 4 or len(named) < 4:
        if bits.chance(1, 2):
            kind = bits.choice(_FEARED)
            feared = bits.other(_FEARED, kind)
            if kind not in fears:
                text = f"{_PLURAL[kind].capitalize()} are afraid of {_PLURAL[feared]}."
                fears[kind] = (feared, story.tell(text))
        else:
            name, kind = bits.choice(_NAMES_15), bits.choice(_FEARED)
            if name not in named and kind in fears:
                named[name] = (kind, story.tell(f"{name} is a {kind}."))
    for _ in range(4):
        name = bits.choice(_NAMES_15)
        kind, at = named[name]
        feared, of_kind = fears[kind]
        story.ask(f"What is {name.lower()} afraid of?", feared, (at, of_kind))
    return story


def induction(bits: Bits) -> Story:
    """Task 16: 'What color is Greg?', as the last named one of his kind."""
    while True:
        story = _animals(bits)
        if story is not None:
            return story


def _animals(bits: Bits) -> Story | None:
    """A story, or None if the asked one's kind has not as many others as the release keeps."""
    story = Story()
    kind_of: dict[str, tuple[str, int]] = {}  # name -> kind, statement; in the order told
    colour_of: dict[str, tuple[str, int]] = {}
    current: dict[str, str] = {}  # kind -> colour, until one more of the kind is named
    while len(kind_of) < 5 or len(colour_of) < 4:
        if bits.chance(1, 2):
            name = bits.choice(_NAMES_16)
            if name not in kind_of:
                kind = bits.choice(_KINDS)
                kind_of[name] = (kind, story.tell(f"{name} is a {kind}."))
                current.pop(kind, None)
        else:
            name = bits.choice(_NAMES_16)
            if name in kind_of and name not in colour_of and len(colour_of) < 4:
                kind, _ = kind_of[name]
                if kind not in current:
                    current[kind] = bits.choice(_COLOURS)
                colour_of[name] = (current[kind], story.tell(f"{name} is {current[kind]}."))
    (asked,) = set(_NAMES_16) - set(colour_of)
    kind, at = kind_of[asked]
    others = [name for name in kind_of if name != asked and kind_of[name][0] == kind]
    if len(others) not in _KEPT:
        return None
    colour, coloured = colour_of[others[-1]]
    story.ask(f"What color is {asked}?", colour, (at, kind_of[others[-1]][1], coloured))
    return story
