"""Stories as running text: a stream of words in which statements must be found (W14 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from bench.core.errors import BenchError
from bench.examples.stories import Story


@dataclass(frozen=True, slots=True)
class Stream:
    """The words of a story's statements and of what joins them; marks of punctuation are words.

    Attributes:
        words: W of them.
        spans: of each statement its first word and the one past its last. From there to the next
            statement's first word are the words that join them.
        told: of n = 0..S statements, how many words were told once n statements and what follows
            each of them were: a question asked after n statements follows ``words[:told[n]]``.
    """

    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    told: tuple[int, ...]


def stream(story: Story) -> Stream:
    """A story as running text.

    Raises:
        BenchError: its data says not what joins its statements.
    """
    if len(story.joiners) != len(story.statements):
        raise BenchError(
            "these stories are told in sentences, and nothing says what would join them to a "
            "stream of words; leave word-level input to data that has such"
        )
    pairs = list(zip(story.statements, story.joiners, strict=True))
    told = tuple(accumulate((len(said) + len(joiner) for said, joiner in pairs), initial=0))
    return Stream(
        words=tuple(word for pair in pairs for part in pair for word in part),
        spans=tuple((at, at + len(said)) for at, (said, _) in zip(told, pairs, strict=False)),
        told=told,
    )
