"""The patterns by which questions are made of statements for training (Bordes et al., 2014, whom
W14 5.1 follows; their table of 16).

``r`` is the relation, ``e`` the argument that is given. Those of relations that end in 'in' or 'on'
ask for a time or a place, and lose that word. Words are lemmas, 'be' for 'is' and 'do' for 'did',
as they are in statements and in paraphrases: what a pattern teaches must be found in questions.
"""

from __future__ import annotations

from typing import NamedTuple


class Pattern(NamedTuple):
    """A way to ask.

    Attributes:
        text: with r and e.
        asks: 'first' or 'second', the argument asked for.
        ending: the word that the relation must end in, '' if any but the others'.
    """

    text: str
    asks: str
    ending: str = ""


PATTERNS = (
    Pattern("who r e", "first"),
    Pattern("what r e", "first"),
    Pattern("who do e r", "second"),
    Pattern("what do e r", "second"),
    Pattern("what be the r of e", "first"),
    Pattern("who be the r of e", "first"),
    Pattern("what be r by e", "second"),
    Pattern("who be e 's r", "first"),
    Pattern("what be e 's r", "first"),
    Pattern("who be r by e", "second"),
    Pattern("when do e r", "second", "in"),
    Pattern("when do e r", "second", "on"),
    Pattern("when be e r", "second", "in"),
    Pattern("when be e r", "second", "on"),
    Pattern("where be e r", "second", "in"),
    Pattern("where do e r", "second", "in"),
)


def words(pattern: Pattern) -> list[str]:
    """The pattern's own words."""
    return [word for word in pattern.text.split() if word not in ("r", "e")]
